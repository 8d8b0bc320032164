"""An order meets the book: what pricing found is put into the draft, and the order rests or ends.

The found group of fills is numbered as it stands, purchases before sales, so that the escrow pays nothing that has not
come in. Whatever is refused here has changed nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from oraculum.prediction.v1 import bets_fact_pb2 as bets
from oraculum_kit.errors import ServiceError
from oraculum_kit.ids import uuid7
from oraculum_money import PRICE_ONE, Price, Shares, Units, mul_div_ceil
from oraculum_prediction import statuses
from oraculum_prediction.draft import Draft, Filled, Maker, Proposal, Step, Told, as_fill
from oraculum_prediction.errors import (
    LimitNotReached,
    OrderExpired,
    OrderNotOpen,
    PriceOutOfBounds,
    RestingTooSmall,
    SelfTradePrevented,
    SlippageExceeded,
    TooManyOrders,
)
from oraculum_prediction.memory import resting
from oraculum_prediction.placement import SELF_TRADES, Terms, Ticket
from oraculum_prediction.pricing import Order, ParimutuelState, Refusal, Side
from oraculum_prediction.pricing.book import Book
from oraculum_prediction.pricing.matches import Change, Ending, Match, MatchFill, Role
from oraculum_prediction.pricing.matching import match
from oraculum_prediction.pricing.receipts import receipt
from oraculum_prediction.pricing.takers import OrderKind, TimeInForce
from oraculum_prediction.refusals import refusal
from oraculum_prediction.wire import OrderRow

# Per person and market: whoever wants more has the API's baskets of prices wrong, and each is met one by one.
RESTING_MAX: Final = 200
BOOK_MAX: Final = 10_000
# Of one order, which has the process for itself while it meets them: 500 take 50 ms or so.
MEETINGS_MAX: Final = 500

_TIMES: Final[Mapping[TimeInForce, int]] = {
    TimeInForce.GTC: statuses.UNTIL_CANCELLED,
    TimeInForce.IOC: statuses.AT_ONCE,
    TimeInForce.FOK: statuses.WHOLE_AT_ONCE,
}
# Why what is left of an order is given up: what its row says, and the refusal where nothing of it was filled.
_GIVEN_UP: Final[Mapping[Ending, type[ServiceError]]] = {
    Ending.LIMIT: LimitNotReached,
    Ending.CEILING: PriceOutOfBounds,
    Ending.SELF_TRADE: SelfTradePrevented,
    Ending.LITTLE: RestingTooSmall,
}


def meet(draft: Draft, ticket: Ticket, now: datetime) -> Step | ServiceError:
    """Trade an order against market maker and book, let the rest of it rest, or say why not."""
    book, order, replaced = draft.book, ticket.order, None
    if ticket.placement.replaces is not None:
        replaced = draft.order(ticket.placement.replaces)
        if replaced is None or replaced.user_id != ticket.user_id or replaced.expired(now):
            return OrderNotOpen(order_id=ticket.placement.replaces)
        book = book.fork()
        book.remove(replaced.order_id)
        order = _size_of_replaced(ticket, replaced)
    refused = _late(ticket, now) or _short(draft, ticket, order, replaced) or _crowded(draft, ticket, book)
    if refused is not None:
        return refused
    taker = ticket.taker(order, draft.place())
    # What the house places itself can't be placed in parts: else a wall of small orders would keep stop-losses from selling.
    meetings_max = None if ticket.placement.origin.cleared else MEETINGS_MAX
    found = match(draft.state, book, taker, now, meetings_max=meetings_max)
    if isinstance(found, Refusal):
        return refusal(found)
    found = _without_little(draft, found)
    if found.ending is Ending.LITTLE and not found.fills:
        return RestingTooSmall.of(_size_field(ticket), draft.gate.least_resting(), draft.asset)
    refused = _unfit(draft, ticket, found, replaced) or draft.gate.refuses(
        ticket, draft, _proposal(order, found, replaced)
    )
    if refused is not None:
        return refused
    step = Step(ticket)
    if replaced is not None:
        draft.book = book
        draft.end(step, replaced, statuses.CANCELLED, "REPLACED", bets.ORDER_END_CANCELLED)
    if found.fills:
        step.document = receipt(draft.state, taker, found)
    _book_fills(draft, step, ticket, found)
    _change_makers(draft, step, found)
    _settle(draft, step, ticket, order, found)
    return step


def _size_of_replaced(ticket: Ticket, replaced: OrderRow) -> Order:
    """What an edited order asks for: never more than was unfilled, unless the person named a size."""
    order, left = ticket.order, replaced.open_shares
    if not ticket.placement.keeps_size or left is None or order.shares is None or order.shares <= left:
        return order
    return replace(order, shares=left)


def _late(ticket: Ticket, now: datetime) -> ServiceError | None:
    """Refuse what comes after its time: it may have waited long for its turn. What was decided before is not asked again."""
    return OrderExpired.named() if ticket.placement.terms.expired(now) else None


def _short(draft: Draft, ticket: Ticket, order: Order, replaced: OrderRow | None) -> ServiceError | None:
    """Refuse a sale of more shares than are free; all of it is sold now or reserved."""
    if order.side is Side.BUY or order.shares is None:
        return None
    holding = draft.holding(ticket.user_id, order.outcome)
    freed = replaced.open_shares or 0 if replaced is not None and replaced.side == statuses.SELL else 0
    if order.shares > holding.shares - holding.reserved + freed:
        return draft.short_of(holding, order.shares)
    return None


def _crowded(draft: Draft, ticket: Ticket, book: Book) -> ServiceError | None:
    if ticket.placement.terms.may_rest and (
        len(book) >= BOOK_MAX or draft.resting_count(ticket.user_id) >= RESTING_MAX
    ):
        return TooManyOrders(resting_max=RESTING_MAX)
    return None


def _size_field(ticket: Ticket) -> str:
    """Where the asker gave the size."""
    if ticket.placement.replaces is not None:
        return "open_shares"
    return "shares" if ticket.order.amount is None else "amount_units"


def _without_little(draft: Draft, found: Match) -> Match:
    """Give up what is left of an order where it is worth too little to rest."""
    rests = found.rests
    if rests is None or worth(draft, rests.outcome, rests.side, rests.left, rests.price) >= (
        draft.gate.least_resting()
    ):
        return found
    return replace(found, rests=None, ending=Ending.LITTLE)


def worth(draft: Draft, outcome: int, side: Side, shares: Shares, price: Price) -> Units:
    """What lies behind an order that rests: the money of a purchase; what shares for sale would bring at today's price.

    Not what they are asked for: a share of what hardly anybody believes in, at the price of a certainty, costs nothing.
    """
    if side is Side.SELL:
        price = min(price, draft.state.prices[outcome])
    return Units(mul_div_ceil(shares, price, PRICE_ONE))


def _unfit(draft: Draft, ticket: Ticket, found: Match, replaced: OrderRow | None) -> ServiceError | None:
    """Refuse what pricing allows and the person's money or shares do not, and what would come to nothing."""
    taken = found.taker
    if taken is None and found.rests is None:
        return _GIVEN_UP[found.ending]()
    if ticket.held_units is not None and _cost(ticket.order.side, found) > ticket.held_units:
        # It was held for on another state of the market, without what rests there now. What is to rest counts with what
        # was taken: else a later fill would find less in the reserve than it needs.
        return SlippageExceeded()
    if taken is None:
        return None
    if taken.side is Side.SELL and replaced is None:
        holding = draft.holding(ticket.user_id, taken.outcome)
        if taken.shares > holding.shares - holding.reserved:
            return draft.short_of(holding, taken.shares)
    return None


def _cost(side: Side, found: Match) -> Units:
    """What a purchase costs now and may cost while it rests; nothing for a sale."""
    if side is Side.SELL:
        return Units(0)
    cost = found.taker.net if found.taker is not None else 0
    if found.rests is not None:
        cost += mul_div_ceil(found.rests.left, found.rests.price, PRICE_ONE)
    return Units(cost)


def _proposal(order: Order, found: Match, replaced: OrderRow | None) -> Proposal:
    """What a match would do, all of its fills together."""
    if isinstance(found.state, ParimutuelState):
        raise TypeError("only a market maker trades shares")
    taken = found.taker
    return Proposal(
        shares=taken.shares if taken is not None else Shares(0),
        gross_units=taken.gross if taken is not None else Units(0),
        cost_units=_cost(order.side, found),
        state=found.state,
        paid_in_units=Units(
            sum(part.gross if part.side is Side.BUY else -part.gross for part in found.fills)
        ),
        freed_units=replaced.still_needed_units if replaced is not None else Units(0),
    )


def _book_fills(draft: Draft, step: Step, ticket: Ticket, found: Match) -> None:
    """Number the fills of a group. The first leads to the state that all others stay in."""
    before, group_first = found.state_before, draft.sequence + 1
    if isinstance(found.state, ParimutuelState):
        raise TypeError("only a market maker trades shares")
    draft.state = found.state
    after = found.state.state_hash
    for part in found.fills:
        fill = as_fill(
            Order(outcome=part.outcome, side=part.side, shares=part.shares),
            gross=part.gross,
            fee=part.fee,
            prices=(found.prices_before[part.outcome], found.state.prices[part.outcome]),
            states=(before, after),
            rounding_picounits=found.rounding_picounits if part.role is Role.TAKER else 0,
            formula_version=found.formula_version,
        )
        before = after
        holding = draft.holding(part.user_id, part.outcome)
        if part.role is Role.MAKER and part.side is Side.SELL:
            holding = holding._replace(reserved=Shares(holding.reserved - part.shares))
        draft.count(part.user_id, fill, holding)
        step.filled.append(
            Filled(
                ticket if part.role is Role.TAKER else _maker(draft, part),
                fill,
                draft.sequence,
                uuid7(),
                draft.state.prices,
                draft.volume_units,
                group_first,
                statuses.TAKER if part.role is Role.TAKER else statuses.MAKER,
            )
        )


def _maker(draft: Draft, part: MatchFill) -> Maker:
    return Maker(part.order_id, part.user_id, draft.event_id, part.side is Side.BUY)


def _change_makers(draft: Draft, step: Step, found: Match) -> None:
    """Let the orders that were met shrink or end, and the rest of the taker stand behind those that remain."""
    gross = {part.order_id: part.gross for part in found.fills}
    for change in found.makers:
        row = draft.order(change.before.order_id)
        if row is None:
            raise ValueError(f"order {change.before.order_id} was met and does not rest")
        match change.change:
            case Change.SELF_TRADE:
                draft.end(step, row, statuses.CANCELLED, "SELF_TRADE", bets.ORDER_END_SELF_TRADE)
            case Change.EXPIRED:
                draft.end(step, row, statuses.EXPIRED, "EXPIRED", bets.ORDER_END_EXPIRED)
            case Change.FILLED | Change.SHRUNK:
                _fill_maker(draft, step, row, change.shares, gross[row.order_id])
            case Change.MET:
                pass
    draft.book.apply(found)


def _fill_maker(draft: Draft, step: Step, row: OrderRow, shares: Shares, gross: Units) -> None:
    left = Shares((row.open_shares or 0) - shares)
    filled = replace(
        row,
        shares=Shares((row.shares or 0) + shares),
        gross_units=Units((row.gross_units or 0) + gross),
        fee_units=row.fee_units or Units(0),
        open_shares=left or None,
        status=statuses.PARTIALLY_FILLED if left else statuses.FILLED,
    )
    draft.orders[row.order_id] = filled
    if not left:
        step.told.append(_ended(filled))


def _ended(row: OrderRow) -> Told:
    filled = row.status == statuses.FILLED
    return Told(row, bets.ORDER_END_FILLED if filled else bets.ORDER_END_CANCELLED)


def _settle(draft: Draft, step: Step, ticket: Ticket, order: Order, found: Match) -> None:
    """Write down the order that came: filled, resting, or given up."""
    placement, taken, rests = ticket.placement, step.taken, found.rests
    if rests is not None:
        status = statuses.PARTIALLY_FILLED if taken else statuses.OPEN
    else:
        status = statuses.FILLED if found.ending is Ending.FILLED else statuses.CANCELLED
    row = new_row(ticket, order, status, asset=draft.asset)
    row = replace(
        row,
        reason=_GIVEN_UP[found.ending].reason if status == statuses.CANCELLED else None,
        open_shares=rests.left if rests is not None else None,
        priority=rests.priority if rests is not None else None,
        revision=1 if rests is not None else 0,
    )
    if taken is not None:
        row = with_fill(row, taken)
    draft.orders[row.order_id] = row
    draft.made[row.order_id] = ticket
    step.row = row
    if rests is not None:
        if rests.side is Side.SELL:
            draft.reserve(row.user_id, row.outcome, rests.left)
        if resting(row) != rests:
            raise ValueError(f"order {row.order_id} would rest as something else than was found")
        step.told.append(Told(row, None))
    elif placement.reserves:
        # What it did not need of its reserve goes back.
        step.told.append(_ended(row))


def new_row(ticket: Ticket, order: Order, status: int, *, asset: str) -> OrderRow:
    """The row of an order as it comes, nothing of it filled."""
    placement = ticket.placement
    terms: Terms = placement.terms
    until_its_time = terms.may_rest and terms.expires_at is not None
    return OrderRow(
        order_id=ticket.order_id,
        user_id=ticket.user_id,
        event_id=ticket.event_id,
        outcome=order.outcome,
        side=statuses.BUY if order.side is Side.BUY else statuses.SELL,
        status=status,
        gross_units=None,
        fee_units=None,
        shares=None,
        created_at=placement.received_at,
        settled_at=None,
        profit_loss_units=None,
        reason=None,
        fill_sequence=None,
        asset=asset,
        amount_units=order.amount,
        asked_shares=order.shares,
        limit_price=placement.order.limit,
        hold_units=ticket.held_units or Units(0),
        type=_type_of(ticket),
        time_in_force=statuses.UNTIL_ITS_TIME if until_its_time else _TIMES[terms.time_in_force],
        post_only=terms.post_only,
        expires_at=terms.expires_at,
        open_shares=None,
        priority=None,
        reserved=placement.reserves,
        revision=0,
        replaces_order_id=placement.replaces or placement.edits,
        self_trade=SELF_TRADES[terms.self_trade],
    )


def _type_of(ticket: Ticket) -> int:
    if ticket.placement.subsidy_asset:
        return statuses.SUBSIDY_ORDER
    limited = ticket.placement.terms.kind is OrderKind.LIMIT
    return statuses.LIMIT_ORDER if limited else statuses.MARKET_ORDER


def with_fill(row: OrderRow, taken: Filled) -> OrderRow:
    """The row with what the order traded when it came; the time is known at the commit."""
    fill = taken.fill
    return replace(
        row,
        gross_units=fill.gross,
        fee_units=fill.fee,
        shares=fill.shares,
        fill_sequence=taken.sequence,
        fill_id=taken.fill_id,
        filled_at=row.created_at,
        fill_shares=fill.shares,
        fill_gross_units=fill.gross,
        fill_fee_units=fill.fee,
        fill_group_first=taken.group_first,
        prices=taken.prices,
    )
