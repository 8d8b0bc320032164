"""An order on its way: what was asked, and what is known of it while a batch decides."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum.prediction.v1.prediction_service_pb2 import PlaceOrderResponse
from oraculum_kit.errors import ServiceError
from oraculum_kit.idempotency import Command, Stored
from oraculum_kit.ids import derived
from oraculum_money import PRICE_ONE, Price, Units, mul_div_ceil
from oraculum_prediction.pricing import Fill, Order, Side

# What came of an order: the answer, a refusal, or the answer that it was given before.
Outcome = PlaceOrderResponse | ServiceError | Stored

# How far the price may move between pricing and commit for an order by shares that names no limit: 5 %.
_SLACK_PERCENT: Final = 105


@dataclass(frozen=True, slots=True)
class Placement:
    """What a person asked for, its form checked."""

    command: Command
    user_id: UUID
    event_id: UUID
    order: Order
    received_at: datetime
    traceparent: str | None = None

    @property
    def order_id(self) -> UUID:
        """The command's own id: it is derived from user, route and key, which is what an order's id is made of."""
        return self.command.id


@dataclass(slots=True, eq=False)
class Ticket:
    """One order from the queue to its answer. Only the worker that took it changes it."""

    placement: Placement
    answer: "asyncio.Future[Outcome]"
    # What pricing is asked: the order with the limit that it has in effect.
    order: Order = field(init=False)
    # The pending transfer behind it.
    hold_id: UUID = field(init=False)
    # Once wallet holds the money it is held for good: a later round uses the same hold.
    held_units: Units | None = None
    # Why it will not be filled, once that is certain.
    verdict: ServiceError | None = None

    def __post_init__(self) -> None:
        self.order = self.placement.order
        self.hold_id = hold_id(self.placement.command.id)

    @property
    def order_id(self) -> UUID:
        """The order's id."""
        return self.placement.command.id

    @property
    def event_id(self) -> UUID:
        """The market that it is for."""
        return self.placement.event_id

    @property
    def needs_hold(self) -> bool:
        """Whether money must be held before this order may be filled."""
        return self.held_units is None and self.order.side is Side.BUY

    def limit_slippage(self, fill: Fill) -> None:
        """Give a purchase by shares without a limit one of its own, so that what is held for it is sane.

        It is 5 % above the average price at which it would be filled now, and 1 at most. It stays what it is when the
        market moves and the order is priced again: past it the order is refused, as any limit would have it.
        """
        if self.order.shares is None or self.order.limit is not None or self.order.side is Side.SELL:
            return
        limit = mul_div_ceil(fill.gross * _SLACK_PERCENT, PRICE_ONE, fill.shares * 100)
        self.order = replace(self.order, limit=Price(min(limit, PRICE_ONE)))

    def resolve(self, outcome: Outcome) -> None:
        """Answer whoever waits, if they still do."""
        if not self.answer.done():
            self.answer.set_result(outcome)


def hold_id(order_id: UUID) -> UUID:
    """The pending transfer that holds the money of an order."""
    return derived("hold", order_id)


def void_id(order_id: UUID) -> UUID:
    """The transfer that releases it."""
    return derived("void of hold", order_id)
