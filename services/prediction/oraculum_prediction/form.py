"""The form of requests: every bad field is named, and all of them at once.

No clock is asked: what was well formed stays so, and whoever asks again hears what was decided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.validation import Violations
from oraculum_money import ASSETS, INT64_MAX, PRICE_ONE, Price, Shares, Units
from oraculum_prediction.commands import Change
from oraculum_prediction.levels import LEVELS_DEFAULT, STEP_DEFAULT
from oraculum_prediction.markets import Terms as MarketTerms
from oraculum_prediction.placement import MARKET, Terms
from oraculum_prediction.pricing import Mechanism, Order, Side
from oraculum_prediction.pricing.takers import OrderKind, SelfTrade, TimeInForce
from oraculum_prediction.wire import MECHANISMS, ORDER_STATUSES

_SIDES: Final[Mapping[int, Side]] = {pb.SIDE_BUY: Side.BUY, pb.SIDE_SELL: Side.SELL}
_MECHANISMS: Final[Mapping[int, Mechanism]] = {
    pb.MECHANISM_UNSPECIFIED: Mechanism.LMSR,
    **{wire: mechanism for mechanism, wire in MECHANISMS.items()},
}
_STATUSES: Final[Mapping[int, int]] = {status: column for column, status in ORDER_STATUSES.items()}
_OUTCOMES_MAX: Final = 100
# Of a basket: each is priced on what those before it left.
LEGS_MAX: Final = 20
_TIMES: Final[Mapping[int, TimeInForce]] = {
    pb.TIME_IN_FORCE_UNSPECIFIED: TimeInForce.GTC,
    pb.TIME_IN_FORCE_GTC: TimeInForce.GTC,
    pb.TIME_IN_FORCE_GTD: TimeInForce.GTC,
    pb.TIME_IN_FORCE_IOC: TimeInForce.IOC,
    pb.TIME_IN_FORCE_FOK: TimeInForce.FOK,
}
_SELF_TRADES: Final[Mapping[int, SelfTrade]] = {
    pb.SELF_TRADE_UNSPECIFIED: SelfTrade.CANCEL_MAKER,
    pb.SELF_TRADE_CANCEL_MAKER: SelfTrade.CANCEL_MAKER,
    pb.SELF_TRADE_CANCEL_TAKER: SelfTrade.CANCEL_TAKER,
}
_EPOCH: Final = datetime.fromtimestamp(0, UTC)


def terms(request: pb.OpenMarketRequest) -> MarketTerms:
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
    mechanism = _MECHANISMS.get(request.mechanism)
    if mechanism is None:
        check.refuse("mechanism", "is lmsr, cpmm or cpmm_multi")
    check.finish()
    return MarketTerms(
        event_id,
        outcomes,
        request.subsidy.asset,
        Units(subsidy),
        odds,
        locks_at or _EPOCH,
        category,
        mechanism or Mechanism.LMSR,
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


def order_terms(request: pb.PlaceOrderRequest, order: Order) -> Terms:
    """How an order stands; `order` is what it trades."""
    if request.type == pb.ORDER_TYPE_LIMIT:
        return _limit_terms(request, order)
    check = Violations()
    if request.type not in {pb.ORDER_TYPE_UNSPECIFIED, pb.ORDER_TYPE_MARKET}:
        check.refuse("type", "is market or limit")
    if request.time_in_force in {pb.TIME_IN_FORCE_GTC, pb.TIME_IN_FORCE_GTD}:
        check.refuse("time_in_force", "a market order never rests: it is ioc or fok")
    if request.post_only:
        check.refuse("post_only", "is for limit orders")
    if request.HasField("expires_at"):
        check.refuse("expires_at", "is for limit orders that are gtd")
    check.finish()
    self_trade = _SELF_TRADES[request.self_trade]
    return MARKET if self_trade is MARKET.self_trade else replace(MARKET, self_trade=self_trade)


def _limit_terms(request: pb.PlaceOrderRequest, order: Order) -> Terms:
    check = Violations()
    time_in_force = _TIMES[request.time_in_force]
    if order.limit is None or order.limit >= PRICE_ONE:
        check.refuse("limit_price_millionths", "a limit order has a limit between 0 and 1")
    if order.side is Side.SELL and order.amount is not None:
        check.refuse("amount_units", "a limit order sells a number of shares")
    if request.post_only and time_in_force is not TimeInForce.GTC:
        check.refuse("post_only", "is for orders that may rest: gtc or gtd")
    expires_at = check.time("expires_at", request)
    if (request.time_in_force == pb.TIME_IN_FORCE_GTD) != (expires_at is not None):
        check.refuse("expires_at", "is given exactly for orders that are gtd")
    check.finish()
    return Terms(
        OrderKind.LIMIT, time_in_force, request.post_only, _SELF_TRADES[request.self_trade], expires_at
    )


def change(request: pb.EditOrderRequest) -> tuple[UUID, Change]:
    """What a resting order shall become."""
    check = Violations()
    order_id = check.uuid("order_id", request.order_id)
    limit = check.integer(
        "limit_price_millionths", request.limit_price_millionths, minimum=0, maximum=PRICE_ONE - 1
    )
    shares = check.integer("open_shares", request.open_shares, minimum=0, maximum=INT64_MAX)
    expires_at = check.time("expires_at", request)
    outcome = request.outcome if request.HasField("outcome") else None
    check.integer("outcome", outcome or 0, minimum=0, maximum=_OUTCOMES_MAX - 1)
    amount = check.integer("amount_units", request.amount_units, minimum=0, maximum=INT64_MAX)
    sale_limit = check.integer(
        "sale_limit_price_millionths", request.sale_limit_price_millionths, minimum=0, maximum=PRICE_ONE - 1
    )
    if amount and shares:
        check.refuse("amount_units", "give a stake or a number of shares, one of them")
    if expires_at is not None and (outcome is not None or amount or sale_limit):
        check.refuse("expires_at", "is for an order that rests, and something here for one that is filled")
    if not (limit or shares or expires_at or outcome is not None or amount):
        check.refuse(
            "open_shares", "give a limit, a number of shares, a stake, an outcome or a time to change"
        )
    check.finish()
    return order_id, Change(
        Price(limit) if limit else None,
        Shares(shares) if shares else None,
        expires_at,
        outcome,
        Units(amount) if amount else None,
        Price(sale_limit) if sale_limit else None,
    )


def basket(request: pb.PlaceBasketRequest) -> tuple[UUID, list[Order], Units | None]:
    """What is traded together, where, and what all of it may cost."""
    check = Violations()
    event_id = check.uuid("event_id", request.event_id)
    if not 1 <= len(request.legs) <= LEGS_MAX:
        check.refuse("legs", f"a basket has 1 to {LEGS_MAX} legs")
    elif len({leg.outcome for leg in request.legs}) < len(request.legs):
        check.refuse("legs", "each leg has another outcome")
    else:
        for place, leg in enumerate(request.legs):
            _check_leg(check, f"legs[{place}].", leg)
    most = request.most_units if request.HasField("most_units") else None
    check.finish()
    return event_id, list(map(_leg, request.legs)), None if most is None else Units(most)


def _check_leg(check: Violations, at: str, leg: pb.BasketLeg) -> None:
    check.integer(at + "outcome", leg.outcome, minimum=0, maximum=_OUTCOMES_MAX - 1)
    if leg.side not in _SIDES:
        check.refuse(at + "side", "is buy or sell")
    quantity = leg.WhichOneof("quantity")
    if quantity is None:
        check.refuse(at + "quantity", "is missing: give an amount or a number of shares")
    else:
        check.integer(at + quantity, getattr(leg, quantity), minimum=1, maximum=INT64_MAX)
    check.integer(at + "limit_price_millionths", leg.limit_price_millionths, minimum=0, maximum=PRICE_ONE)


def _leg(leg: pb.BasketLeg) -> Order:
    by_amount = leg.WhichOneof("quantity") == "amount_units"
    return Order(
        outcome=leg.outcome,
        side=_SIDES[leg.side],
        amount=Units(leg.amount_units) if by_amount else None,
        shares=None if by_amount else Shares(leg.shares),
        limit=Price(leg.limit_price_millionths) if leg.limit_price_millionths else None,
    )


def sets(request: pb.MergeSetsRequest) -> tuple[UUID, Shares]:
    """How many complete sets of which event are turned into cash."""
    check = Violations()
    event_id = check.uuid("event_id", request.event_id)
    shares = check.integer("shares", request.shares, minimum=1, maximum=INT64_MAX)
    check.finish()
    return event_id, Shares(shares)


def subsidy(request: pb.AddSubsidyRequest) -> tuple[UUID, Units, str]:
    """How much more liquidity which event shall have, and in what asset it is paid."""
    check = Violations()
    event_id = check.uuid("event_id", request.event_id)
    if request.amount.asset not in ASSETS:
        check.refuse("amount.asset", "is not an asset that we know")
    units = check.integer("amount.units", request.amount.units, minimum=1, maximum=INT64_MAX)
    check.finish()
    return event_id, Units(units), request.amount.asset


def dead_man_seconds(request: pb.SetDeadManRequest) -> int:
    """For how long somebody may be silent; never mind when 0."""
    check = Violations()
    if request.timeout_seconds:
        check.integer("timeout_seconds", request.timeout_seconds, minimum=5, maximum=86_400)
    check.finish()
    return request.timeout_seconds


def book(request: pb.GetBookRequest) -> tuple[UUID, int, int, int]:
    """Which book, how many levels of each side, and how far apart the market maker is asked."""
    check = Violations()
    event_id = check.uuid("event_id", request.event_id)
    outcome = check.integer("outcome", request.outcome, minimum=0, maximum=_OUTCOMES_MAX - 1)
    count = check.integer("levels", request.levels or LEVELS_DEFAULT, minimum=1, maximum=100)
    step = check.integer(
        "step_millionths", request.step_millionths or STEP_DEFAULT, minimum=100, maximum=500_000
    )
    check.finish()
    return event_id, outcome, count, step


def one_id(field: str, text: str) -> UUID:
    """An id."""
    check = Violations()
    found = check.uuid(field, text)
    check.finish()
    return found


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

    Orders wait in memory until they are decided, so none of them that could be listed is pending; what is held for
    somebody to look at stands elsewhere.
    """
    return [_STATUSES[status] for status in asked if status in _STATUSES] if asked else None
