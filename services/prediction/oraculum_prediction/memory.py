"""What a worker remembers of the markets that it trades: their state, what rests in them, and who holds what.

Memory is an optimisation and never the truth: every commit names the version that it was priced on, and fails for a market
that is another one by now. Positions and resting orders change only together with their market's version, so they may be remembered with it.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_money import Price, Shares, Units, mul_div_ceil
from oraculum_prediction.pricing import Fill, MakerState, Side
from oraculum_prediction.pricing.book import Book, Resting
from oraculum_prediction.repository.markets import MarketRow
from oraculum_prediction.wire import SIDES, OrderRow

MARKETS_MAX: Final = 2_000
PEOPLE_MAX: Final = 200_000


class Holding(NamedTuple):
    """What a person holds of one outcome."""

    shares: Shares
    reserved: Shares
    cost_units: Units
    realised_units: Units

    def after(self, fill: Fill) -> "Holding":
        """The holding once a fill is in it."""
        return self.traded(fill.shares, fill.net, buys=fill.order.side is Side.BUY)

    def traded(self, shares: Shares, net: Units, *, buys: bool) -> "Holding":
        """The holding once so many shares were bought or sold for this, the fee put on or taken off."""
        if buys:
            return self._replace(shares=Shares(self.shares + shares), cost_units=Units(self.cost_units + net))
        # Shares leave at their average cost. Rounded up, so that the last ones never cost less than nothing.
        sold_cost = Units(mul_div_ceil(self.cost_units, shares, self.shares))
        return self._replace(
            shares=Shares(self.shares - shares),
            cost_units=Units(self.cost_units - sold_cost),
            realised_units=Units(self.realised_units + net - sold_cost),
        )


NOTHING: Final = Holding(Shares(0), Shares(0), Units(0), Units(0))

_SIDES: Final[dict[int, Side]] = {number: side for side, number in SIDES.items()}

# By outcome.
Holdings = dict[int, Holding]


@dataclass(slots=True)
class Market:
    """A market as it was when we last read or wrote it."""

    event_id: UUID
    asset: str
    version: int
    sequence: int
    state: MakerState
    volume_units: Units
    outcome_volume_units: tuple[Units, ...]
    escrow_units: Units
    participant_count: int
    locks_at: datetime
    category: str
    subsidy_units: Units
    # Whom we know completely, those who hold nothing included; everybody whose orders rest is among them.
    people: dict[UUID, Holdings] = field(default_factory=dict)
    # What rests, by id, and as a book; who has how much of it.
    orders: dict[UUID, OrderRow] = field(default_factory=dict)
    book: Book = field(default_factory=Book)
    resting_of: Counter[UUID] = field(default_factory=Counter)

    def rest(self, rows: Iterable[OrderRow]) -> None:
        """Remember what rests in a market that was just read."""
        self.orders = {row.order_id: row for row in rows}
        self.book = Book(map(resting, self.orders.values()))
        self.resting_of = Counter(row.user_id for row in self.orders.values())

    @classmethod
    def of(cls, row: MarketRow) -> "Market":
        """The market of a row, nobody's holdings known and nothing that rests."""
        return cls(
            row.event_id,
            row.asset,
            row.version,
            row.sequence,
            row.state(),
            row.volume_units,
            tuple(row.outcome_volume_units),
            row.escrow_units,
            row.participant_count,
            row.locks_at,
            row.category,
            row.subsidy_units,
        )


def resting(row: OrderRow) -> Resting:
    """An order's place in a book."""
    if row.open_shares is None or row.priority is None or row.limit_price is None:
        raise ValueError(f"order {row.order_id} does not rest")
    return Resting(
        order_id=row.order_id,
        user_id=row.user_id,
        outcome=row.outcome,
        side=_SIDES[row.side],
        price=Price(row.limit_price),
        left=row.open_shares,
        priority=row.priority,
        filled=row.rested_shares,
        expires_at=row.expires_at,
    )


class Memory:
    """The markets of one worker, the longest unused dropped first."""

    def __init__(self, markets_max: int = MARKETS_MAX, people_max: int = PEOPLE_MAX) -> None:
        self._markets: OrderedDict[UUID, Market] = OrderedDict()
        self._markets_max = markets_max
        self._people_max = people_max
        self._people = 0

    def get(self, event_id: UUID, version: int) -> Market | None:
        """The market if we know it in this version."""
        market = self._markets.get(event_id)
        if market is None:
            return None
        if market.version != version:
            self.drop([event_id])
            return None
        self._markets.move_to_end(event_id)
        return market

    def keep(self, market: Market) -> None:
        """Remember a market that was just read."""
        self.drop([market.event_id])
        self._markets[market.event_id] = market

    def know(self, market: Market, user_id: UUID, holdings: Holdings) -> None:
        """Remember all that a person holds of a market."""
        if user_id not in market.people:
            self._people += 1
        market.people[user_id] = holdings

    def drop(self, event_ids: Iterable[UUID]) -> None:
        """Forget markets that are, or may be, another one by now."""
        for event_id in event_ids:
            market = self._markets.pop(event_id, None)
            if market is not None:
                self._people -= len(market.people)

    def trim(self) -> None:
        """Forget what was unused longest, between batches."""
        while len(self._markets) > self._markets_max or self._people > self._people_max:
            self.drop([next(iter(self._markets))])
