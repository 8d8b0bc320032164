"""What a worker remembers of the markets that it trades, and the drafts in which a batch is priced.

Memory is an optimisation and never the truth: every commit names the version that it was priced on, and fails for a market
that is another one by now. Positions change only together with their market's version, so they may be remembered with it.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.errors import ServiceError
from oraculum_money import Shares, Units, mul_div_ceil
from oraculum_prediction.errors import InsufficientShares
from oraculum_prediction.pricing import Fill, LmsrState, Order, Side, quote
from oraculum_prediction.refusals import refusal
from oraculum_prediction.repository.markets import MarketRow

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
        if fill.order.side is Side.BUY:
            return self._replace(
                shares=Shares(self.shares + fill.shares), cost_units=Units(self.cost_units + fill.net)
            )
        # Shares leave at their average cost. Rounded up, so that the last ones never cost less than nothing.
        sold_cost = Units(mul_div_ceil(self.cost_units, fill.shares, self.shares))
        return self._replace(
            shares=Shares(self.shares - fill.shares),
            cost_units=Units(self.cost_units - sold_cost),
            realised_units=Units(self.realised_units + fill.net - sold_cost),
        )


NOTHING: Final = Holding(Shares(0), Shares(0), Units(0), Units(0))

# By outcome.
Holdings = dict[int, Holding]


@dataclass(slots=True)
class Market:
    """A market as it was when we last read or wrote it."""

    event_id: UUID
    asset: str
    version: int
    sequence: int
    state: LmsrState
    volume_units: Units
    outcome_volume_units: tuple[Units, ...]
    escrow_units: Units
    participant_count: int
    # Whom we know completely, those who hold nothing included.
    people: dict[UUID, Holdings] = field(default_factory=dict)

    @classmethod
    def of(cls, row: MarketRow) -> "Market":
        """The market of a row, nobody's holdings known."""
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
        )


class Draft:
    """One market with the fills of one batch on top, in memory only."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self.event_id = market.event_id
        self.asset = market.asset
        self.version = market.version
        self.sequence = market.sequence
        self.state = market.state
        self.volume_units = market.volume_units
        self.outcome_volume_units = market.outcome_volume_units
        self.escrow_units = market.escrow_units
        self.participant_count = market.participant_count
        self.changed: dict[tuple[UUID, int], Holding] = {}
        self._new_people: set[UUID] = set()

    def trade(self, user_id: UUID, order: Order) -> Fill | ServiceError:
        """Fill an order on top of those before it, or say why not; then nothing has changed."""
        fill = quote(self.state, order)
        if not isinstance(fill, Fill):
            return refusal(fill)
        holding = self._holding(user_id, order.outcome)
        if order.side is Side.SELL and fill.shares > holding.shares - holding.reserved:
            return InsufficientShares(
                available_shares=holding.shares - holding.reserved, needed_shares=fill.shares
            )
        self._apply(user_id, fill, holding)
        return fill

    def adopt(self) -> None:
        """Let the market be what this draft made of it: it was committed."""
        market = self._market
        market.version += 1
        market.sequence = self.sequence
        market.state = self.state
        market.volume_units = self.volume_units
        market.outcome_volume_units = self.outcome_volume_units
        market.escrow_units = self.escrow_units
        market.participant_count = self.participant_count
        for (user_id, outcome), holding in self.changed.items():
            market.people[user_id][outcome] = holding

    def _holding(self, user_id: UUID, outcome: int) -> Holding:
        known = self.changed.get((user_id, outcome))
        return known or self._market.people[user_id].get(outcome, NOTHING)

    def _apply(self, user_id: UUID, fill: Fill, holding: Holding) -> None:
        outcome = fill.order.outcome
        self.state = self.state.after(fill)
        self.sequence += 1
        self.volume_units = Units(self.volume_units + fill.gross)
        volumes = list(self.outcome_volume_units)
        volumes[outcome] = Units(volumes[outcome] + fill.gross)
        self.outcome_volume_units = tuple(volumes)
        paid_in = fill.gross if fill.order.side is Side.BUY else Units(-fill.gross)
        self.escrow_units = Units(self.escrow_units + paid_in)
        self.changed[user_id, outcome] = holding.after(fill)
        if not self._market.people[user_id] and user_id not in self._new_people:
            self._new_people.add(user_id)
            self.participant_count += 1


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
