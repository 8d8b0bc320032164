"""One market with what a batch does to it on top, in memory only.

A draft begins at what we remember of a market and is thrown away or adopted as a whole. An order that is refused, or an
act that cannot be done, leaves it as it was.
"""

from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from oraculum.prediction.v1 import bets_fact_pb2 as bets
from oraculum_kit.errors import ServiceError
from oraculum_kit.ids import uuid7
from oraculum_money import Price, Shares, Units
from oraculum_prediction import statuses
from oraculum_prediction.errors import InsufficientShares, SlippageExceeded
from oraculum_prediction.memory import NOTHING, Holding, Market, resting
from oraculum_prediction.placement import Act, Task, Ticket
from oraculum_prediction.pricing import Fill, MakerState, Order, Side, quote
from oraculum_prediction.pricing.canonical import Document
from oraculum_prediction.refusals import refusal
from oraculum_prediction.wire import OrderRow

# Places at one price within one version of a market: far more than a batch has orders.
_PLACES: Final = 1 << 20


class Proposal(NamedTuple):
    """What an order would do, before it does."""

    shares: Shares
    gross_units: Units
    # The most that a purchase can cost, fee and rest included; nothing for a sale.
    cost_units: Units
    # The market after it, and what comes into its escrow; negative where it pays.
    state: MakerState
    paid_in_units: Units
    # What is set aside for the order that it takes the place of.
    freed_units: Units = Units(0)


class Doorkeeper(Protocol):
    """Who may say that an order must not trade."""

    def refuses(self, ticket: Ticket, draft: "Draft", proposal: Proposal) -> ServiceError | None:
        """Why not; None where it may."""

    def refuses_gift(self, ticket: Ticket, draft: "Draft", units: Units) -> ServiceError | None:
        """Why whoever asks may not give this market so much."""

    def least_resting(self) -> Units:
        """What an order must be worth at least to rest."""

    def count(self, draft: "Draft", done: "Filled | Step") -> None:
        """Note what was done."""

    def way_back(self) -> Callable[[], None]:
        """What forgets all that will have been noted since now."""


class Maker(NamedTuple):
    """Whose resting order was met."""

    order_id: UUID
    user_id: UUID
    event_id: UUID
    # Whether its money lies in a reserve: it buys.
    reserved: bool


class Filled(NamedTuple):
    """A fill with the place that it takes in its market."""

    ticket: Task | Maker
    fill: Fill
    sequence: int
    fill_id: UUID
    prices: tuple[Price, ...]
    # Of the market, this fill included.
    volume_units: Units
    # The number of the first fill of its group; None where it stands alone.
    group_first: int | None = None
    role: int = statuses.TAKER


class Sale(NamedTuple):
    """What a fill that sells came to for its person."""

    sequence: int
    user_id: UUID
    # What the shares had cost, and what was won or lost by selling them.
    cost_units: Units
    result_units: Units


class Told(NamedTuple):
    """An order that rests now, or ended."""

    row: OrderRow
    # Why it ended; None where it rests.
    why: bets.OrderEnd.ValueType | None


@dataclass(slots=True)
class Step:
    """All that one order or act did: fills in market sequence, and orders that began or ceased to rest."""

    ticket: Ticket | Act
    filled: list[Filled] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    # The order that the task is answered with.
    row: OrderRow | None = None
    # The receipt of its fills.
    document: Document | None = None
    # The market's last fill when it was done.
    after_sequence: int = 0

    @property
    def taken(self) -> Filled | None:
        """What the one who asked has traded."""
        return next((fill for fill in self.filled if fill.ticket is self.ticket), None)


class Draft:
    """A market as a batch would leave it."""

    def __init__(self, market: Market, gate: Doorkeeper) -> None:
        self.gate = gate
        self._market = market
        self.event_id = market.event_id
        self.asset = market.asset
        self.version = market.version
        self.sequence = market.sequence
        self.state: MakerState = market.state
        self.volume_units = market.volume_units
        self.outcome_volume_units = market.outcome_volume_units
        self.escrow_units = market.escrow_units
        self.subsidy_units = market.subsidy_units
        self.participant_count = market.participant_count
        self.locks_at = market.locks_at
        self.changed: dict[tuple[UUID, int], Holding] = {}
        # What the fills that sell came to.
        self.sales: list[Sale] = []
        self.book = market.book.fork()
        # Orders as this draft leaves them, and the tasks that made those among them that are new.
        self.orders: dict[UUID, OrderRow] = {}
        self.made: dict[UUID, Task] = {}
        self._new_people: set[UUID] = set()
        self._places = 0

    def fork(self) -> "Draft":
        """A draft that goes on from here, for one of the two to be dropped: this one must not change while both live."""
        forked = copy(self)
        forked.book = self.book.fork()
        forked.changed, forked.orders, forked.made = dict(self.changed), dict(self.orders), dict(self.made)
        forked.sales = list(self.sales)
        forked._new_people = set(self._new_people)  # noqa: SLF001  a fork is one of us
        return forked

    @property
    def traded(self) -> bool:
        """Whether anything was filled."""
        return self.sequence != self._market.sequence

    def trade(self, ticket: Ticket) -> Filled | ServiceError:
        """Fill an order where nothing rests, against the market maker alone, or say why not."""
        order, user_id = ticket.order, ticket.placement.user_id
        fill = quote(self.state, order)
        if not isinstance(fill, Fill):
            return refusal(fill)
        holding = self.holding(user_id, order.outcome)
        if order.side is Side.SELL and fill.shares > holding.shares - holding.reserved:
            return self.short_of(holding, fill.shares)
        if ticket.held_units is not None and order.side is Side.BUY and fill.net > ticket.held_units:
            # It was held for on another state of the market, with less liquidity than a subsidy has brought since.
            return SlippageExceeded()
        after, buying = self.state.after(fill), order.side is Side.BUY
        refused = self.gate.refuses(
            ticket,
            self,
            Proposal(
                shares=fill.shares,
                gross_units=fill.gross,
                cost_units=fill.net if buying else Units(0),
                state=after,
                paid_in_units=fill.gross if buying else Units(-fill.gross),
            ),
        )
        if refused is not None:
            return refused
        self.state = after
        self.count(user_id, fill, holding)
        return Filled(ticket, fill, self.sequence, uuid7(), self.state.prices, self.volume_units)

    def count(self, user_id: UUID, fill: Fill, holding: Holding, *, is_trade: bool = True) -> None:
        """Number a fill and put it into its person's holding, which is given, and into the sums of the market.

        Sets that are turned into cash are no trade, and count in no volume.
        """
        outcome = fill.order.outcome
        self.sequence += 1
        if is_trade:
            self.volume_units = Units(self.volume_units + fill.gross)
            volumes = list(self.outcome_volume_units)
            volumes[outcome] = Units(volumes[outcome] + fill.gross)
            self.outcome_volume_units = tuple(volumes)
        paid_in = fill.gross if fill.order.side is Side.BUY else Units(-fill.gross)
        self.escrow_units = Units(self.escrow_units + paid_in)
        after = self.changed[user_id, outcome] = holding.after(fill)
        if fill.order.side is Side.SELL:
            cost = Units(holding.cost_units - after.cost_units)
            result = Units(after.realised_units - holding.realised_units)
            self.sales.append(Sale(self.sequence, user_id, cost, result))
        if not self._market.people[user_id] and user_id not in self._new_people:
            self._new_people.add(user_id)
            self.participant_count += 1

    def deepen(self, after: MakerState, units: Units) -> None:
        """Number a subsidy, and let the market be what it makes of it; nobody holds anything by it."""
        self.sequence += 1
        self.state = after
        self.escrow_units = Units(self.escrow_units + units)
        self.subsidy_units = Units(self.subsidy_units + units)

    @property
    def deepened(self) -> bool:
        """Whether there is more liquidity than before."""
        return self.subsidy_units != self._market.subsidy_units

    def holding(self, user_id: UUID, outcome: int) -> Holding:
        """What a person holds of an outcome, as this draft leaves it."""
        known = self.changed.get((user_id, outcome))
        return known or self._market.people[user_id].get(outcome, NOTHING)

    @staticmethod
    def short_of(holding: Holding, needed: Shares) -> InsufficientShares:
        """The refusal for a sale of more than is free."""
        return InsufficientShares(available_shares=holding.shares - holding.reserved, needed_shares=needed)

    def place(self) -> int:
        """The next place among orders of one price: behind all that rest."""
        self._places += 1
        return (self.version + 1) * _PLACES + self._places

    def order(self, order_id: UUID) -> OrderRow | None:
        """An order that rests, as this draft leaves it."""
        row = self.orders.get(order_id) or self._market.orders.get(order_id)
        return row if row is not None and row.open_shares is not None else None

    def resting_count(self, user_id: UUID) -> int:
        """How many orders a person has resting here, at most; what ended in this draft still counts."""
        made = sum(1 for order_id in self.made if self.orders[order_id].user_id == user_id)
        return self._market.resting_of[user_id] + made

    def orders_of(self, user_id: UUID) -> list[OrderRow]:
        """What a person has resting here."""
        return [
            row
            for each in self.book
            if each.user_id == user_id and (row := self.order(each.order_id)) is not None
        ]

    def reserve(self, user_id: UUID, outcome: int, shares: Shares) -> None:
        """Put shares behind a resting sale; negative to free them."""
        holding = self.holding(user_id, outcome)
        self.changed[user_id, outcome] = holding._replace(reserved=Shares(holding.reserved + shares))

    def end(
        self, step: Step, row: OrderRow, status: int, reason: str, why: bets.OrderEnd.ValueType
    ) -> OrderRow:
        """Let what rests of an order rest no more; the book is the caller's to change."""
        if row.side == statuses.SELL:
            self.reserve(row.user_id, row.outcome, Shares(-(row.open_shares or 0)))
        ended = row.ended(status, reason)
        self.orders[row.order_id] = ended
        step.told.append(Told(ended, why))
        return ended

    def shrink(self, step: Step, row: OrderRow, shares: Shares, expires_at: datetime | None) -> OrderRow:
        """Let less of an order rest, in its place."""
        if row.side == statuses.SELL:
            self.reserve(row.user_id, row.outcome, Shares(shares - (row.open_shares or 0)))
        smaller = replace(
            row, open_shares=shares, expires_at=expires_at or row.expires_at, revision=row.revision + 1
        )
        self.book.replace(resting(smaller))
        self.orders[row.order_id] = smaller
        step.told.append(Told(smaller, None))
        return smaller

    def adopt(self, at: datetime) -> None:
        """Let the market be what this draft made of it: it was committed at this time."""
        market = self._market
        market.version += 1
        market.sequence = self.sequence
        market.state = self.state
        market.volume_units = self.volume_units
        market.outcome_volume_units = self.outcome_volume_units
        market.escrow_units = self.escrow_units
        market.subsidy_units = self.subsidy_units
        market.participant_count = self.participant_count
        for (user_id, outcome), holding in self.changed.items():
            market.people[user_id][outcome] = holding
        if self.orders:
            market.book = self.book
            self._adopt_orders(at)

    def _adopt_orders(self, at: datetime) -> None:
        market = self._market
        for row in self.rows(self.orders.values(), at):
            before = market.orders.pop(row.order_id, None)
            rests = row.open_shares is not None
            if rests:
                market.orders[row.order_id] = row
            market.resting_of[row.user_id] += int(rests) - int(before is not None)

    def rows(self, rows: Iterable[OrderRow], at: datetime) -> list[OrderRow]:
        """Rows as they are committed: those that this draft made with the time, and with what was held for them since."""
        return [self._committed(row, at) if row.order_id in self.made else row for row in rows]

    def _committed(self, row: OrderRow, at: datetime) -> OrderRow:
        held_units = self.made[row.order_id].held_units or Units(0)
        return replace(row, created_at=at, filled_at=at if row.fill_id else None, hold_units=held_units)


def as_fill(
    order: Order,
    *,
    gross: Units,
    fee: Units,
    prices: tuple[Price, Price],
    states: tuple[bytes, bytes],
    rounding_picounits: int,
    formula_version: str,
) -> Fill:
    """A fill by shares that was priced as a part of something larger; prices and states before and after it."""
    if order.shares is None:
        raise ValueError("a part of something larger is counted in shares")
    return Fill(
        order=order,
        shares=order.shares,
        gross=gross,
        fee=fee,
        net=Units(gross + fee if order.side is Side.BUY else gross - fee),
        rounding_picounits=rounding_picounits,
        price_before=prices[0],
        price_after=prices[1],
        state_before=states[0],
        state_after=states[1],
        formula_version=formula_version,
    )
