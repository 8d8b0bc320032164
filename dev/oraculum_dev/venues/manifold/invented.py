"""The invented markets as a source for Manifold's routes."""

from collections.abc import Iterator, Sequence

from oraculum_dev.venues.manifold import shapes
from oraculum_dev.venues.sim.market import Event
from oraculum_dev.venues.sim.terms import Venue
from oraculum_dev.venues.sim.world import World
from oraculum_dev.venues.wire.rows import Row, encode, row


class Invented:
    """The simulated world, seen as Manifold."""

    def __init__(self, world: World) -> None:
        self._world = world

    def _events(self) -> list[Event]:
        return list(self._world.events[Venue.MANIFOLD].values())

    def find(self, contract: str) -> Event | None:
        """Return the event behind a contract's id."""
        found = (e for e in self._events() if shapes.contract_id(self._world.seed, e) == contract)
        return next(found, None)

    def markets(self) -> Iterator[Row]:
        """Return the contracts in their short form."""
        return (row(shapes.lite(self._world.seed, event)) for event in self._events())

    def market(self, name: str, *, by_slug: bool) -> bytes | None:
        """Return one contract in its full form."""
        for event in self._events():
            shown = shapes.lite(self._world.seed, event)
            if name == (shown["slug"] if by_slug else shown["id"]):
                return encode(shapes.full(self._world.seed, event))
        return None

    def bets(self) -> Sequence[Row]:
        """Return the bets that are still remembered, newest first."""
        markets = (market for event in self._events() for market in event.markets)
        made = [(market, trade) for market in markets for trade in market.trades]
        made.sort(key=lambda pair: pair[1].at_ms, reverse=True)
        return [row(shapes.bet(self._world.seed, market, trade)) for market, trade in made]

    def probability(self, name: str) -> bytes | None:
        """Return a contract's probability, or those of its answers by id."""
        event = self.find(name)
        if event is None:
            return None
        if not shapes.is_multiple(event):
            return encode({"prob": shapes.pool_of(event.markets[0]).probability})
        seed = self._world.seed
        answers = {shapes.answer_id(seed, m): shapes.pool_of(m).probability for m in event.markets}
        return encode({"answerProbs": answers})
