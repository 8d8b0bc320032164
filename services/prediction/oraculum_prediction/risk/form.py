"""The form of requests to risk: every bad field is named, and all of them at once."""

from typing import Final
from uuid import UUID

from oraculum.prediction.v1 import risk_service_pb2 as pb
from oraculum_kit.ids import uuid7
from oraculum_kit.validation import Violations
from oraculum_money import ASSETS, INT64_MAX, PRICE_ONE, Price, Shares, Units
from oraculum_prediction.repository.risk import Override
from oraculum_prediction.repository.risk_triggers import STOP_LOSS, TAKE_PROFIT, WAITING, TriggerRow
from oraculum_prediction.risk.alerts import NEVER
from oraculum_prediction.risk.house import HouseLimits
from oraculum_prediction.risk.limits import Limits
from oraculum_prediction.risk.policy import TIERS

_OUTCOMES_MAX: Final = 100
_REASON_MAX: Final = 500
_PROHIBITIONS_MAX: Final = 1_000
_LIMITS: Final = (
    "order_units",
    "market_units",
    "category_units",
    "day_stake_units",
    "week_stake_units",
    "day_loss_units",
    "week_loss_units",
    "minute_orders",
)


def one_id(field: str, text: str) -> UUID:
    """An id that must be there."""
    check = Violations()
    found = check.uuid(field, text)
    check.finish()
    return found


def trigger(request: pb.CreateTriggerRequest, user_id: UUID) -> TriggerRow:
    """A trigger as it will wait."""
    check = Violations()
    event_id = check.uuid("event_id", request.event_id)
    outcome = check.integer("outcome", request.outcome, minimum=0, maximum=_OUTCOMES_MAX - 1)
    if request.kind not in {STOP_LOSS, TAKE_PROFIT}:
        check.refuse("kind", "is stop_loss or take_profit")
    price = check.integer("price_millionths", request.price_millionths, minimum=1, maximum=PRICE_ONE - 1)
    shares = check.integer("shares", request.shares, minimum=0, maximum=INT64_MAX)
    limit = check.integer(
        "limit_price_millionths", request.limit_price_millionths, minimum=0, maximum=PRICE_ONE
    )
    check.finish()
    return TriggerRow(
        trigger_id=uuid7(),
        user_id=user_id,
        event_id=event_id,
        outcome=outcome,
        kind=request.kind,
        price=Price(price),
        shares=Shares(shares) if shares else None,
        limit_price=Price(limit) if limit else None,
        status=WAITING,
        order_shares=None,
        reason=None,
        created_at=NEVER,
        fired_at=None,
    )


def kelly(request: pb.KellyRequest) -> UUID:
    """Check the figures of a stake that is asked for; the event's id."""
    check = Violations()
    event_id = check.uuid("event_id", request.event_id)
    check.integer("outcome", request.outcome, minimum=0, maximum=_OUTCOMES_MAX - 1)
    check.integer("probability_millionths", request.probability_millionths, minimum=1, maximum=PRICE_ONE - 1)
    check.integer("bankroll_units", request.bankroll_units, minimum=1, maximum=INT64_MAX)
    check.integer("fraction_millionths", request.fraction_millionths, minimum=0, maximum=PRICE_ONE)
    check.integer("max_units", request.max_units, minimum=0, maximum=INT64_MAX)
    check.finish()
    return event_id


def override(request: pb.SetUserLimitsRequest) -> tuple[UUID, str, Override, str]:
    """Whose limits are set, in which asset, to what and why."""
    check = Violations()
    user_id = check.uuid("user_id", request.user_id)
    if request.asset not in ASSETS:
        check.refuse("asset", "is not an asset that we know")
    given: dict[str, int] = {}
    for name in _LIMITS:
        if request.HasField(name):
            given[name] = check.integer(name, getattr(request, name), minimum=0, maximum=INT64_MAX)
    reason = check.text("reason", request.reason, minimum=3, maximum=_REASON_MAX)
    check.finish()
    orders = given.pop("minute_orders", None)
    units = {name: Units(value) for name, value in given.items()}
    limits = Override(**units, minute_orders=orders, blocked=request.blocked)
    return user_id, request.asset, limits, reason


def tier_limits(request: pb.SetTierLimitsRequest) -> tuple[str, str, Limits, str]:
    """Which tier may do what, in which asset and why: all limits, so that none is set by being forgotten."""
    check, asked = Violations(), request.limits
    if asked.tier not in TIERS:
        check.refuse("limits.tier", f"is none of {', '.join(TIERS)}")
    _known_asset(check, asked.asset)
    given = [_limit(check, asked, name) for name in _LIMITS]
    reason = check.text("reason", request.reason, minimum=3, maximum=_REASON_MAX)
    check.finish()
    return asked.tier, asked.asset, Limits._make([*map(Units, given[:-1]), given[-1]]), reason


def house_limits(request: pb.SetHouseLimitsRequest) -> tuple[str, HouseLimits | None, Units | None, str]:
    """What the market makers of which asset may lose, what rests there at least, and why.

    None where nothing but their escrows limits them, and where what rests stays as it is.
    """
    check, asked = Violations(), request.limits
    _known_asset(check, asked.asset)
    limited = asked.HasField("market_units") or asked.HasField("total_units")
    given = [_limit(check, asked, name) for name in ("market_units", "total_units")] if limited else []
    rests = asked.HasField("least_resting_units")
    least = _limit(check, asked, "least_resting_units") if rests else 0
    reason = check.text("reason", request.reason, minimum=3, maximum=_REASON_MAX)
    check.finish()
    limits = HouseLimits(*map(Units, given)) if limited else None
    return asked.asset, limits, Units(least) if rests else None, reason


def _known_asset(check: Violations, code: str) -> None:
    if code not in ASSETS:
        check.refuse("limits.asset", "is not an asset that we know")


def _limit(check: Violations, asked: pb.TierLimits | pb.HouseLimits, name: str) -> int:
    if not asked.HasField(name):  # type: ignore[arg-type]
        check.refuse(f"limits.{name}", "is missing: 0 means nothing at all")
        return 0
    return check.integer(f"limits.{name}", getattr(asked, name), minimum=0, maximum=INT64_MAX)


def prohibitions(request: pb.SetProhibitionsRequest) -> dict[tuple[int, str], str]:
    """What nobody may buy into, with the reasons."""
    check = Violations()
    if len(request.prohibitions) > _PROHIBITIONS_MAX:
        check.refuse("prohibitions", f"has more than {_PROHIBITIONS_MAX} entries")
        check.finish()
    found: dict[tuple[int, str], str] = {}
    for place, row in enumerate(request.prohibitions):
        field = f"prohibitions[{place}]"
        subject = row.subject
        if row.kind == pb.PROHIBITION_KIND_MARKET:
            subject = str(check.uuid(f"{field}.subject", subject))
        elif row.kind == pb.PROHIBITION_KIND_CATEGORY:
            subject = check.text(f"{field}.subject", subject, minimum=1, maximum=100)
        else:
            check.refuse(f"{field}.kind", "is market or category")
        reason = check.text(f"{field}.reason", row.reason, minimum=3, maximum=_REASON_MAX)
        found[row.kind, subject] = reason
    check.finish()
    return found


def hours(asked: int) -> int:
    """How much history is looked at."""
    check = Violations()
    found = check.integer("hours", asked or 168, minimum=2, maximum=720)
    check.finish()
    return found


def note(text: str) -> str:
    """Why somebody decided so."""
    check = Violations()
    found = check.text("note", text, minimum=3, maximum=_REASON_MAX)
    check.finish()
    return found
