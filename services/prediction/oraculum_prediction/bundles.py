"""Orders that are filled together or not at all: what may be asked of all of them, beside what each is asked alone.

    bundle = basket(command, user_id, event_id, orders, ...)     several outcomes in one order
    bundle = edit(command, row, change, ...)                     a sale of what was bought and a purchase, in one step

Legs trade one after the other, each on what those before it left, in one draft of their market that is adopted with all
of them or thrown away. So they take consecutive places in the market's sequence and stand in one transaction.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit import traces
from oraculum_kit.errors import ServiceError
from oraculum_kit.idempotency import Command
from oraculum_money import Price, Shares, Units
from oraculum_prediction.draft import Draft, Filled, Step
from oraculum_prediction.errors import OrderEditedBefore, SlippageExceeded
from oraculum_prediction.placement import Bundle
from oraculum_prediction.pricing import Order, Side
from oraculum_prediction.risk.origin import Origin
from oraculum_prediction.wire import OrderRow


def basket(
    command: Command,
    user_id: UUID,
    event_id: UUID,
    orders: Iterable[Order],
    most: Units | None,
    now: datetime,
    origin: Origin,
) -> Bundle:
    """Trade several outcomes, all of it for this much at most."""
    bundle = Bundle(
        command,
        user_id,
        event_id,
        asyncio.get_running_loop().create_future(),
        now,
        _basket,
        most_units=most,
        traceparent=traces.traceparent(),
    )
    for order in orders:
        bundle.add(order, origin)
    return bundle


def edit(
    command: Command,
    row: OrderRow,
    bought: Order,
    least_price: Price | None,
    now: datetime,
    origin: Origin,
) -> Bundle:
    """Sell what an order bought, at this price or better, and buy this in its place."""
    bundle = Bundle(
        command,
        row.user_id,
        row.event_id,
        asyncio.get_running_loop().create_future(),
        now,
        _edited,
        edits=row.order_id,
        traceparent=traces.traceparent(),
    )
    sold = Order(outcome=row.outcome, side=Side.SELL, shares=Shares(row.shares or 0), limit=least_price)
    for order in (sold, bought):
        bundle.add(order, origin)
    return bundle


def edited_before(draft: Draft, bundle: Bundle) -> ServiceError | None:
    """Refuse to take the place of an order whose place was taken earlier in this draft."""
    if bundle.edits is None or all(row.replaces_order_id != bundle.edits for row in draft.orders.values()):
        return None
    return OrderEditedBefore(order_id=bundle.edits)


def too_dear(bundle: Bundle, done: Iterable[Filled | Step]) -> ServiceError | None:
    """Refuse what costs more, all of it together, than was agreed to."""
    if bundle.most_units is None:
        return None
    if sum(map(_net, done)) > bundle.most_units:
        return SlippageExceeded()
    return None


def _net(done: Filled | Step) -> Units:
    """What a leg costs; less than nothing is what it brings."""
    taken = done.taken if isinstance(done, Step) else done
    if taken is None:
        return Units(0)
    net = taken.fill.net
    return net if taken.fill.order.side is Side.BUY else Units(-net)


def _edited(orders: Sequence[pb.Order]) -> pb.EditOrderResponse:
    sale, purchase = orders
    return pb.EditOrderResponse(order=purchase, sale=sale)


def _basket(orders: Sequence[pb.Order]) -> pb.PlaceBasketResponse:
    return pb.PlaceBasketResponse(orders=orders)
