"""Acts upon a draft that are no orders: taking back what rests, letting it expire, making it smaller, merging sets."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from oraculum.prediction.v1 import bets_fact_pb2 as bets
from oraculum_kit.errors import ServiceError
from oraculum_kit.ids import uuid7
from oraculum_money import Shares, Units
from oraculum_prediction import statuses
from oraculum_prediction.draft import Draft, Filled, Step, as_fill
from oraculum_prediction.errors import OrderExpired, OrderNotOpen, RestingTooSmall
from oraculum_prediction.meeting import with_fill, worth
from oraculum_prediction.placement import Act, Deed
from oraculum_prediction.pricing import MakerState, Order, ParimutuelState, Side
from oraculum_prediction.pricing.canonical import Document, state_from_document, state_to_document
from oraculum_prediction.pricing.mechanisms import without_sets
from oraculum_prediction.wire import OrderRow

# A set of every outcome is worth exactly one, and no price moves by it: nothing is left to compute.
FORMULA_VERSION_SET: Final = "oraculum/set/1"

_NOTHING: Final = Units(0)


def act(draft: Draft, task: Act, now: datetime) -> Step | ServiceError:
    """Do what is asked, or say why not."""
    match task.deed:
        case Deed.MERGE:
            return _merge(draft, task, now)
        case Deed.SHRINK:
            return _shrink(draft, task, now)
        case Deed.CANCEL:
            return _cancel_one(draft, task)
        case Deed.CANCEL_MANY | Deed.CANCEL_PURCHASES | Deed.EXPIRE:
            return _end_many(draft, task, now)


def _cancel_one(draft: Draft, task: Act) -> Step | ServiceError:
    (order_id,) = task.targets
    row = draft.order(order_id)
    if row is None or row.user_id != task.user_id:
        return OrderNotOpen(order_id=order_id)
    step = Step(task)
    draft.book.remove(order_id)
    step.row = draft.end(step, row, statuses.CANCELLED, "CANCELLED", bets.ORDER_END_CANCELLED)
    return step


def _shrink(draft: Draft, task: Act, now: datetime) -> Step | ServiceError:
    (order_id,) = task.targets
    row = draft.order(order_id)
    if row is None or row.user_id != task.user_id or row.open_shares is None or row.expired(now):
        return OrderNotOpen(order_id=order_id)
    if task.expires_at is not None and task.expires_at <= now:
        return OrderExpired.named()
    step = Step(task)
    # Filled meanwhile to less than what was asked for: then it is small enough.
    shares = min(task.shares or row.open_shares, row.open_shares)
    if shares < row.open_shares and row.limit_price is not None:
        side = Side.BUY if row.side == statuses.BUY else Side.SELL
        least = draft.gate.least_resting()
        if worth(draft, row.outcome, side, shares, row.limit_price) < least:
            return RestingTooSmall.of("open_shares", least, draft.asset)
    step.row = draft.shrink(step, row, shares, task.expires_at)
    return step


def _end_many(draft: Draft, task: Act, now: datetime) -> Step:
    """End those that still rest: all of a person or their purchases, or those whose time has come."""
    step = Step(task)
    if task.user_id is not None:
        for row in draft.orders_of(task.user_id):
            if task.deed is Deed.CANCEL_PURCHASES and row.side != statuses.BUY:
                continue
            draft.book.remove(row.order_id)
            draft.end(step, row, statuses.CANCELLED, "CANCELLED", bets.ORDER_END_CANCELLED)
        return step
    for order_id in task.targets:
        due = draft.order(order_id)
        if due is not None:
            _expire(draft, step, due, now)
    return step


def _expire(draft: Draft, step: Step, row: OrderRow, now: datetime) -> None:
    """End an order whose time has come, or whose market trades no more; it may have been given more time meanwhile."""
    if row.expired(now):
        draft.book.remove(row.order_id)
        draft.end(step, row, statuses.EXPIRED, "EXPIRED", bets.ORDER_END_EXPIRED)
    elif draft.locks_at <= now:
        draft.book.remove(row.order_id)
        draft.end(step, row, statuses.CANCELLED, "MARKET_CLOSED", bets.ORDER_END_CLOSED)


def _merge(draft: Draft, task: Act, now: datetime) -> Step | ServiceError:
    """Turn sets into cash: a share of every outcome leaves, and as much money as there were sets."""
    state, user_id, shares = draft.state, task.user_id, task.shares
    if user_id is None or shares is None:
        raise ValueError("sets are merged by somebody, and a number of them")
    for outcome in range(state.outcomes):
        holding = draft.holding(user_id, outcome)
        if shares > holding.shares - holding.reserved:
            return draft.short_of(holding, shares)
    step = Step(task)
    after = without_sets(state, shares)
    step.document = _receipt(state, after, shares)
    before, draft.state, first = state.state_hash, after, draft.sequence + 1
    for outcome in range(state.outcomes):
        fill = as_fill(
            Order(outcome=outcome, side=Side.SELL, shares=shares),
            gross=Units(shares) if outcome == 0 else _NOTHING,
            fee=_NOTHING,
            prices=(state.prices[outcome], after.prices[outcome]),
            states=(before, after.state_hash),
            rounding_picounits=0,
            formula_version=FORMULA_VERSION_SET,
        )
        before = after.state_hash
        draft.count(user_id, fill, draft.holding(user_id, outcome), is_trade=False)
        step.filled.append(
            Filled(task, fill, draft.sequence, uuid7(), after.prices, draft.volume_units, first, statuses.SET)
        )
    row = with_fill(_merged_row(draft, task, now), step.filled[0])
    draft.orders[row.order_id] = step.row = row
    draft.made[row.order_id] = task
    return step


def _receipt(state: MakerState, after: MakerState, shares: Shares) -> Document:
    """The receipt of sets that became cash: nothing but the number of them matters."""
    return {
        "formula": FORMULA_VERSION_SET,
        "state": state_to_document(state),
        "state_before": state.state_hash.hex(),
        "sets": str(shares),
        "gross": str(shares),
        "state_after": after.state_hash.hex(),
    }


def verify_sets(document: Mapping[str, Any]) -> list[str]:
    """Merge the sets again and name the members that come out differently."""
    state = state_from_document(document["state"])
    if isinstance(state, ParimutuelState):
        raise ValueError("only a market maker's shares make sets")  # noqa: TRY004  the document is wrong, not a type
    shares = Shares(int(document["sets"]))
    again = _receipt(state, without_sets(state, shares), shares)
    return [name for name in again if again[name] != document.get(name)]


def _merged_row(draft: Draft, task: Act, now: datetime) -> OrderRow:
    if task.user_id is None:
        raise ValueError("sets are merged by somebody")
    return OrderRow(
        order_id=task.order_id,
        user_id=task.user_id,
        event_id=task.event_id,
        outcome=0,
        side=statuses.SELL,
        status=statuses.FILLED,
        gross_units=None,
        fee_units=None,
        shares=None,
        created_at=now,
        settled_at=None,
        profit_loss_units=None,
        reason=None,
        fill_sequence=None,
        asset=draft.asset,
        amount_units=None,
        asked_shares=task.shares,
        limit_price=None,
        hold_units=_NOTHING,
        type=statuses.MERGE_ORDER,
        time_in_force=statuses.WHOLE_AT_ONCE,
        post_only=False,
        expires_at=None,
        open_shares=None,
        priority=None,
        reserved=False,
        revision=0,
        replaces_order_id=None,
    )
