"""What administrators decide about rules and people decide about triggers: the writes, with their audit facts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from oraculum.audit.v1.audit_pb2 import AUDIT_CLASS_ADMIN
from oraculum.prediction.v1 import risk_service_pb2 as pb
from oraculum_kit.db import Connection
from oraculum_money import Units
from oraculum_prediction import events
from oraculum_prediction.errors import MarketNotFound, MarketNotOpen, UnknownOutcome
from oraculum_prediction.repository import markets, risk_triggers
from oraculum_prediction.repository import risk as repository
from oraculum_prediction.repository.risk import Override
from oraculum_prediction.repository.risk_triggers import TriggerRow
from oraculum_prediction.risk import wire
from oraculum_prediction.risk.errors import NothingToSell, TriggersFull
from oraculum_prediction.risk.house import HouseLimits
from oraculum_prediction.risk.limits import Limits, Use
from oraculum_prediction.risk.policy import BASIC, Policy, load

WAITING_MAX: Final = 100


class PersonalLimits(NamedTuple):
    """Where a person stands in one asset."""

    limits: Limits
    uses: Mapping[tuple[str, str], Use]


async def standing(connection: Connection, user_id: UUID, asset: str, tier: str) -> PersonalLimits:
    """What a person may do in an asset and has used."""
    policy = await load(connection)
    overrides = await repository.overrides(connection, user_id)
    return PersonalLimits(_limits(policy, overrides, tier, asset), await repository.uses(connection, user_id))


async def limits_of(connection: Connection, user_id: UUID, tier: str) -> list[pb.AssetLimits]:
    """All limits of a person, with what is used of them."""
    policy = await load(connection)
    overrides = await repository.overrides(connection, user_id)
    uses = await repository.uses(connection, user_id)
    return [
        wire.asset_limits(
            asset,
            _limits(policy, overrides, tier, asset),
            uses,
            blocked=asset in overrides and overrides[asset].blocked,
        )
        for asset in sorted({asset for listed, asset in policy.tiers if listed == BASIC})
    ]


async def set_limits(
    connection: Connection,
    user_id: UUID,
    asset: str,
    override: Override,
    *,
    reason: str,
    by: UUID,
    now: datetime,
) -> None:
    """Set what one person may do; the next batch with an order of theirs knows."""
    await repository.put_override(connection, user_id, asset, override, reason=reason, set_by=by)
    details = {name: str(value) for name, value in override._asdict().items() if value is not None}
    await events.audit(
        connection,
        "limits.set",
        user_id,
        now=now,
        subject_kind="user",
        audit_class=AUDIT_CLASS_ADMIN,
        details={**details, "asset": asset, "reason": reason},
    )


async def set_tier_limits(
    connection: Connection, tier: str, asset: str, limits: Limits, *, reason: str, now: datetime
) -> None:
    """Set what people of a tier may do; every replica asks for the version of the rules with its next batch."""
    policy = await _held(connection)
    before = policy.tiers.get((tier, asset))
    if before == limits:
        return
    await repository.put_tier(connection, tier, asset, limits)
    changes = _changes(before, limits)
    await _note(connection, "tier_limits.set", tier, "tier", asset, changes, reason=reason, now=now)


async def set_house_limits(
    connection: Connection, asset: str, limits: HouseLimits | None, *, reason: str, now: datetime
) -> None:
    """Set what the market makers of an asset may lose, or let their escrows be all that limits them."""
    before = (await _held(connection)).house.get(asset)
    if before == limits:
        return
    if limits is None:
        await repository.lift_house(connection, asset)
        await _note(connection, "house_limits.lifted", asset, "asset", asset, {}, reason=reason, now=now)
        return
    await repository.put_house(connection, asset, limits)
    changes = _changes(before, limits)
    await _note(connection, "house_limits.set", asset, "asset", asset, changes, reason=reason, now=now)


async def set_least_resting(
    connection: Connection, asset: str, least: Units, *, reason: str, now: datetime
) -> None:
    """Set what an order must be worth at least to rest, from the next batch on; what rests already stays."""
    before = (await _held(connection)).resting.get(asset)
    if before == least:
        return
    await repository.put_least_resting(connection, asset, least)
    changes = {"least_units": str(least), **({} if before is None else {"least_units_before": str(before)})}
    await _note(connection, "least_resting.set", asset, "asset", asset, changes, reason=reason, now=now)


async def _held(connection: Connection) -> Policy:
    """The rules, which nobody else changes until this transaction ends; orders go on being decided."""
    await repository.hold_policy(connection)
    return await load(connection)


def _changes(before: Limits | HouseLimits | None, after: Limits | HouseLimits) -> dict[str, str]:
    """What is another than it was, with what it was."""
    known = before._asdict() if before is not None else {}
    changed = {name: value for name, value in after._asdict().items() if known.get(name) != value}
    return {name: str(value) for name, value in changed.items()} | {
        f"{name}_before": str(known[name]) for name in changed if name in known
    }


async def _note(
    connection: Connection,
    action: str,
    subject: str,
    kind: str,
    asset: str,
    changes: Mapping[str, str],
    *,
    reason: str,
    now: datetime,
) -> None:
    await events.audit(
        connection,
        action,
        subject,
        now=now,
        subject_kind=kind,
        audit_class=AUDIT_CLASS_ADMIN,
        details={**changes, "asset": asset, "reason": reason},
    )


async def set_prohibitions(
    connection: Connection, wanted: Mapping[tuple[int, str], str], *, by: UUID, now: datetime
) -> None:
    """Let these be all that nobody may buy into, and tell of each that came and each that went."""
    before = (await _held(connection)).prohibitions
    if before.keys() - wanted.keys():
        await repository.keep_prohibitions(connection, list(wanted))
    changes = [
        *(("prohibition.lifted", key, before[key].reason) for key in before.keys() - wanted.keys()),
        *(
            ("prohibition.set", key, reason)
            for key, reason in wanted.items()
            if key not in before or before[key].reason != reason
        ),
    ]
    for action, (kind, subject), reason in changes:
        if action == "prohibition.set":
            await repository.prohibit(connection, kind, subject, reason=reason, set_by=by)
        await events.audit(
            connection,
            action,
            subject,
            now=now,
            subject_kind="market" if kind == pb.PROHIBITION_KIND_MARKET else "category",
            audit_class=AUDIT_CLASS_ADMIN,
            details={"reason": reason},
        )


async def create_trigger(connection: Connection, row: TriggerRow, now: datetime) -> tuple[TriggerRow, int]:
    """Keep a trigger; the row as it is kept, and its number."""
    market = await markets.market(connection, row.event_id)
    if market is None:
        raise MarketNotFound(event_id=row.event_id)
    if market.status != markets.OPEN or market.locks_at <= now:
        raise MarketNotOpen(event_id=row.event_id)
    if row.outcome >= len(market.sold):
        raise UnknownOutcome(event_id=row.event_id, outcome=row.outcome)
    if await risk_triggers.sellable(connection, row.user_id, row.event_id, row.outcome) <= 0:
        raise NothingToSell(event_id=row.event_id, outcome=row.outcome)
    number = await risk_triggers.insert(connection, row, waiting_max=WAITING_MAX)
    if number is None:
        raise TriggersFull(waiting_max=WAITING_MAX)
    kept = await risk_triggers.by_id(connection, row.trigger_id)
    if kept is None:
        raise TriggersFull(waiting_max=WAITING_MAX)
    return kept, number


def _limits(policy: Policy, overrides: Mapping[str, Override], tier: str, asset: str) -> Limits:
    limits = policy.limits(tier, asset)
    return overrides[asset].over(limits) if asset in overrides else limits
