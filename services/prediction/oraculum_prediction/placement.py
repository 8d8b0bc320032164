"""What is asked of the engine, on its way: orders, and acts upon what rests; and what is known of them in a batch."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from google.protobuf.message import Message

from oraculum.prediction.v1.prediction_service_pb2 import Order as OrderMessage
from oraculum_kit.errors import ServiceError
from oraculum_kit.idempotency import Command, Stored
from oraculum_kit.ids import derived
from oraculum_money import PRICE_ONE, Price, Shares, Units, mul_div_ceil
from oraculum_prediction import statuses
from oraculum_prediction.pricing import Fill, Order, Side
from oraculum_prediction.pricing.takers import OrderKind, SelfTrade, Taker, TimeInForce
from oraculum_prediction.risk.origin import UNKNOWN, Origin

# What came of an order or an act: the answer, a refusal, or the answer that it was given before.
Answer = Message | ServiceError
Outcome = Answer | Stored

# How far the price may move between pricing and commit for an order by shares that names no limit: 5 %.
_SLACK_PERCENT: Final = 105


@dataclass(frozen=True, slots=True)
class Terms:
    """How an order stands that is more than: now, all of it, at this average price at worst."""

    kind: OrderKind
    time_in_force: TimeInForce
    post_only: bool = False
    self_trade: SelfTrade = SelfTrade.CANCEL_MAKER
    expires_at: datetime | None = None

    @property
    def may_rest(self) -> bool:
        """Whether what is not filled at once waits."""
        return self.time_in_force is TimeInForce.GTC

    def expired(self, now: datetime) -> bool:
        """Whether the time until which it was to stand is over."""
        return self.expires_at is not None and self.expires_at <= now


# As its row keeps it.
SELF_TRADES: Final[Mapping[SelfTrade, int]] = {
    SelfTrade.CANCEL_MAKER: statuses.CANCEL_MAKER,
    SelfTrade.CANCEL_TAKER: statuses.CANCEL_TAKER,
}
MARKET: Final = Terms(OrderKind.MARKET, TimeInForce.FOK)


@dataclass(frozen=True, slots=True)
class Placement:
    """What a person asked for, its form checked."""

    command: Command
    user_id: UUID
    event_id: UUID
    order: Order
    received_at: datetime
    traceparent: str | None = None
    terms: Terms = MARKET
    # The resting order that ends when this one is decided.
    replaces: UUID | None = None
    # Whether it then asks for what that one has left, and no more.
    keeps_size: bool = False
    # The filled order that it takes the place of, as a leg of an edit: its row says so.
    edits: UUID | None = None
    # What a subsidy is given in: then the amount of the order is no stake, and nothing is bought. Empty for an order.
    subsidy_asset: str = ""
    # From whom it comes, as far as limits and reviews want to know.
    origin: Origin = UNKNOWN

    @property
    def order_id(self) -> UUID:
        """The command's own id: it is derived from user, route and key, which is what an order's id is made of."""
        return self.command.id

    @property
    def reserves(self) -> bool:
        """Whether its money goes into a reserve, since it may rest for long; else it is held for the moment."""
        return self.order.side is Side.BUY and self.terms.may_rest


@dataclass(slots=True, eq=False)
class Ticket:
    """One order from the queue to its answer. Only the worker that took it changes it."""

    placement: Placement
    answer: "asyncio.Future[Outcome]"
    # What pricing is asked: the order with the limit that it has in effect.
    order: Order = field(init=False)
    # The transfer behind it.
    hold_id: UUID = field(init=False)
    # Once wallet holds the money it is held for good: a later round uses the same hold.
    held_units: Units | None = None
    held_asset: str = ""
    # Why it will not be filled, once that is certain.
    verdict: ServiceError | None = None
    # Whether it was asked if somebody should look at it.
    screened: bool = False
    # What it is a leg of, if it is: then that is answered, and this is filled with the others or not at all.
    bundle: "Bundle | None" = None

    def __post_init__(self) -> None:
        self.order = self.placement.order
        self.hold_id = hold_id(self.placement.command.id)

    @property
    def order_id(self) -> UUID:
        """The order's id."""
        return self.placement.command.id

    @property
    def user_id(self) -> UUID:
        """Whose it is."""
        return self.placement.user_id

    @property
    def event_id(self) -> UUID:
        """The market that it is for."""
        return self.placement.event_id

    @property
    def command(self) -> Command:
        """What makes it the same when it comes again."""
        return self.placement.command

    @property
    def received_at(self) -> datetime:
        """When it reached the platform."""
        return self.placement.received_at

    @property
    def traceparent(self) -> str | None:
        """The trace of the request that brought it."""
        return self.placement.traceparent

    @property
    def needs_hold(self) -> bool:
        """Whether money must be held before this order may be filled."""
        return self.held_units is None and self.order.side is Side.BUY

    @property
    def needs_trading(self) -> bool:
        """Always: nothing is bought or sold in a market that does not trade."""
        return True

    @property
    def is_plain(self) -> bool:
        """Whether it trades at once and whole, and touches nothing that rests of its own."""
        placement = self.placement
        return (
            placement.terms.kind is OrderKind.MARKET
            and placement.replaces is None
            and not placement.subsidy_asset
        )

    @property
    def is_bare(self) -> bool:
        """Whether, besides, its row says nothing that the rows of other plain orders do not."""
        return self.is_plain and self.placement.edits is None

    @property
    def whole(self) -> "Ticket | Bundle":
        """What is answered: the order, or what it is a leg of."""
        return self.bundle or self

    def taker(self, order: Order, priority: int) -> Taker:
        """The order as it meets a book."""
        terms = self.placement.terms
        return Taker(
            order_id=self.order_id,
            user_id=self.placement.user_id,
            order=order,
            kind=terms.kind,
            time_in_force=terms.time_in_force,
            post_only=terms.post_only,
            self_trade=terms.self_trade,
            priority=priority,
            expires_at=terms.expires_at,
        )

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


class Deed(StrEnum):
    """What an act does."""

    CANCEL = "cancel"
    CANCEL_MANY = "cancel many"
    CANCEL_PURCHASES = "cancel purchases"
    EXPIRE = "expire"
    SHRINK = "shrink"
    MERGE = "merge"


@dataclass(slots=True, eq=False)
class Act:
    """Something done in a market that is no order: to what rests there, or to complete sets. It needs no money."""

    deed: Deed
    # That of its command, if it has one; else its own.
    order_id: UUID
    event_id: UUID
    answer: "asyncio.Future[Outcome]"
    # Whose orders it is about; None for the clock, which may end anybody's.
    user_id: UUID | None = None
    targets: Sequence[UUID] = ()
    # What shall be left to rest, or be merged.
    shares: Shares | None = None
    expires_at: datetime | None = None
    command: Command | None = None
    received_at: datetime | None = None
    traceparent: str | None = None
    held_units: None = None
    verdict: ServiceError | None = None

    @property
    def needs_hold(self) -> bool:
        """Never: what it moves is there."""
        return False

    @property
    def needs_trading(self) -> bool:
        """Whether the market must still trade: what rests may be taken back for as long as it is open."""
        return self.deed is Deed.MERGE

    def resolve(self, outcome: Outcome) -> None:
        """Answer whoever waits, if they still do."""
        if not self.answer.done():
            self.answer.set_result(outcome)


@dataclass(slots=True, eq=False)
class Bundle:
    """Purchases and sales of one person in one market that are filled together or not at all.

    Each leg is an order of its own: with an id that follows from the bundle's, a row, a hold of its own where it buys, a
    receipt. Asked for, decided and answered is the bundle, under one key.
    """

    command: Command
    user_id: UUID
    event_id: UUID
    answer: "asyncio.Future[Outcome]"
    received_at: datetime
    # What its filled legs are answered with.
    respond: Callable[[Sequence[OrderMessage]], Message]
    # The most that all legs together may cost, fees included and proceeds taken off; less than nothing for what they
    # shall bring at least.
    most_units: Units | None = None
    # The filled order whose place it takes.
    edits: UUID | None = None
    traceparent: str | None = None
    legs: tuple[Ticket, ...] = ()
    held_units: None = None
    # Why it will not be filled, once that is certain.
    verdict: ServiceError | None = None

    def add(self, order: Order, origin: Origin) -> None:
        """Add a leg: filled at once and whole, after those that are there."""
        placement = Placement(
            Command(derived("leg", self.command.id, str(len(self.legs))), self.command.request_hash),
            self.user_id,
            self.event_id,
            order,
            self.received_at,
            self.traceparent,
            edits=self.edits if order.side is Side.BUY else None,
            origin=origin,
        )
        self.legs = (*self.legs, Ticket(placement, self.answer, bundle=self))

    @property
    def order_id(self) -> UUID:
        """That of its command: no order has it."""
        return self.command.id

    @property
    def needs_hold(self) -> bool:
        """Whether money must be held before it may be filled."""
        return any(leg.needs_hold for leg in self.legs)

    @property
    def needs_trading(self) -> bool:
        """Always."""
        return True

    def resolve(self, outcome: Outcome) -> None:
        """Answer whoever waits, if they still do."""
        if not self.answer.done():
            self.answer.set_result(outcome)


# What waits in the engine's queue.
Task = Ticket | Act | Bundle


def tickets_of(task: Task) -> tuple[Ticket, ...]:
    """The orders of a task: itself, or its legs."""
    if isinstance(task, Bundle):
        return task.legs
    return (task,) if isinstance(task, Ticket) else ()


def release_id(order_id: UUID) -> UUID:
    """The transfer that gives back the reserve of an order that was refused; wallet derives the same."""
    return derived("release", order_id)


def hold_id(order_id: UUID) -> UUID:
    """The transfer that holds the money of an order, or reserves it."""
    return derived("hold", order_id)


def void_id(order_id: UUID) -> UUID:
    """The transfer that releases it."""
    return derived("void of hold", order_id)
