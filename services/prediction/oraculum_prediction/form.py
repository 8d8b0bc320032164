"""The form of requests: every bad field is named, and all of them at once."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.validation import Violations
from oraculum_money import ASSETS, INT64_MAX, PRICE_ONE, Price, Shares, Units
from oraculum_prediction.markets import Terms
from oraculum_prediction.pricing import Order, Side
from oraculum_prediction.wire import ORDER_STATUSES

_SIDES: Final[Mapping[int, Side]] = {pb.SIDE_BUY: Side.BUY, pb.SIDE_SELL: Side.SELL}
_STATUSES: Final[Mapping[int, int]] = {status: column for column, status in ORDER_STATUSES.items()}
_OUTCOMES_MAX: Final = 100
_EPOCH: Final = datetime.fromtimestamp(0, UTC)


def terms(request: pb.OpenMarketRequest) -> Terms:
    """What a market shall be opened with."""
    check = Violations()
    event_id = check.uuid("event_id", request.event_id)
    outcomes = check.integer("outcome_count", request.outcome_count, minimum=2, maximum=_OUTCOMES_MAX)
    if request.subsidy.asset not in ASSETS:
        check.refuse("subsidy.asset", "is not an asset that we know")
    subsidy = check.integer("subsidy.units", request.subsidy.units, minimum=1, maximum=INT64_MAX)
    odds = tuple(request.prior_millionths)
    if odds and (len(odds) != outcomes or min(odds) <= 0 or sum(odds) != PRICE_ONE):
        check.refuse(
            "prior_millionths", "has a positive price for each outcome, and together they make 1000000"
        )
    locks_at = check.time("locks_at", request)
    if locks_at is None:
        check.refuse("locks_at", "is missing")
    category = check.text("category", request.category, maximum=100)
    check.finish()
    return Terms(
        event_id, outcomes, request.subsidy.asset, Units(subsidy), odds, locks_at or _EPOCH, category
    )


def order(request: pb.PlaceOrderRequest | pb.GetQuoteRequest) -> tuple[UUID, Order]:
    """What is to be traded, and where."""
    check = Violations()
    event_id = check.uuid("event_id", request.event_id)
    outcome = check.integer("outcome", request.outcome, minimum=0, maximum=_OUTCOMES_MAX - 1)
    side = _SIDES.get(request.side)
    if side is None:
        check.refuse("side", "is buy or sell")
    quantity = request.WhichOneof("quantity")
    if quantity is None:
        check.refuse("quantity", "is missing: give an amount or a number of shares")
    else:
        check.integer(quantity, getattr(request, quantity), minimum=1, maximum=INT64_MAX)
    limit = 0
    if isinstance(request, pb.PlaceOrderRequest):
        limit = check.integer(
            "limit_price_millionths", request.limit_price_millionths, minimum=0, maximum=PRICE_ONE
        )
    check.finish()
    by_amount = quantity == "amount_units"
    return event_id, Order(
        outcome=outcome,
        side=side or Side.BUY,
        amount=Units(request.amount_units) if by_amount else None,
        shares=None if by_amount else Shares(request.shares),
        limit=Price(limit) if limit else None,
    )


def ids(field: str, texts: Sequence[str], *, maximum: int) -> list[UUID]:
    """A list of ids."""
    check = Violations()
    if len(texts) > maximum:
        check.refuse(field, f"has more than {maximum} entries")
        check.finish()
    found = [check.uuid(f"{field}[{place}]", text) for place, text in enumerate(texts)]
    check.finish()
    return found


def optional_id(field: str, text: str) -> UUID | None:
    """An id, or none where the field is empty."""
    if not text:
        return None
    check = Violations()
    found = check.uuid(field, text)
    check.finish()
    return found


def statuses(asked: Sequence[int]) -> list[int] | None:
    """The states that orders are asked for in, as they are stored; None for all.

    Orders wait in memory until they are decided, so none that could be listed is pending.
    """
    return [_STATUSES[status] for status in asked if status in _STATUSES] if asked else None
