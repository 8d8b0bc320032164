"""The invented markets as a source for Polymarket's routes."""

from collections.abc import Iterator, Sequence
from itertools import islice

from oraculum_dev.venues.polymarket import books, shapes
from oraculum_dev.venues.sim import candles
from oraculum_dev.venues.sim.chance import digest
from oraculum_dev.venues.sim.market import Event, Market, Trade
from oraculum_dev.venues.sim.terms import MINUTE, SECOND, Venue
from oraculum_dev.venues.sim.world import World
from oraculum_dev.venues.wire.rows import Row, encode, row

_TRADES_LISTED = 10_000


class Invented:
    """The simulated world, seen as Polymarket."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tokens: dict[str, tuple[Market, int]] = {}

    def _events(self) -> list[Event]:
        return list(self._world.events[Venue.POLYMARKET].values())

    def _markets(self) -> Iterator[Market]:
        for event in self._events():
            yield from event.markets

    def gamma_markets(self) -> Iterator[Row]:
        """Return the markets, each with the head of its event."""
        seed = self._world.seed
        for event in self._events():
            head = shapes.gamma_event_head(seed, event)
            for market in event.markets:
                shown = shapes.gamma_market(seed, market) | {"events": [head]}
                yield Row(shown | {"tags": [shapes.tag(event.plan.topic)]}, encode(shown))

    def gamma_events(self) -> Iterator[Row]:
        """Return the events."""
        for event in self._events():
            shown = shapes.gamma_event(self._world.seed, event)
            yield row(shown)

    def tags(self) -> Iterator[Row]:
        """Return the tags."""
        return map(row, shapes.tags())

    def clob_markets(self) -> Iterator[Row]:
        """Return the markets of the CLOB."""
        return (row(books.clob_market(self._world.seed, market)) for market in self._markets())

    def brief(self, condition: str) -> bytes | None:
        """Return the CLOB's brief form of a market."""
        for market in self._markets():
            if shapes.names(self._world.seed, market).condition == condition:
                return encode(books.clob_brief(self._world.seed, market))
        return None

    def find(self, token: str) -> tuple[Market, int] | None:
        """Return the market and the outcome of a token."""
        found = self._tokens.get(token)
        if found is None or found[0].key not in self._world.markets[Venue.POLYMARKET]:
            self._tokens = {
                token: (market, outcome)
                for market in self._markets()
                for outcome, token in enumerate(shapes.names(self._world.seed, market).tokens)
            }
        return self._tokens.get(token)

    def book(self, token: str) -> bytes | None:
        """Return the order book of a token."""
        found = self.find(token)
        return None if found is None else encode(books.book(self._world.seed, *found, self._world.now_ms))

    def history(self, token: str, interval_minutes: int, start_s: int, end_s: int) -> bytes | None:
        """Return a token's prices, one for each interval."""
        found = self.find(token)
        if found is None:
            return None
        market, outcome = found
        minutes = candles.minutes(self._world, market, start_s * SECOND, end_s * SECOND)
        points = [
            {
                "t": candle.minute_ms // SECOND,
                "p": books.mirrored((candle.bid[3] + candle.ask[3]) // 2, outcome) / 1000,
            }
            for candle in minutes
            if candle.minute_ms // MINUTE % interval_minutes == 0
        ]
        return encode({"history": points})

    def trades(self) -> Sequence[Row]:
        """Return the trades that are still remembered, newest first."""
        made = ((market, trade) for market in self._markets() for trade in market.trades)
        newest = sorted(made, key=lambda pair: pair[1].at_ms, reverse=True)
        return [self._trade(market, trade) for market, trade in islice(newest, _TRADES_LISTED)]

    def _trade(self, market: Market, trade: Trade) -> Row:
        known = shapes.names(self._world.seed, market)
        outcome = trade.serial % 2
        return row(
            {
                "proxyWallet": f"0x{digest(market.key, trade.serial, 'wallet').hex()[:40]}",
                "side": books.taker_side(trade.side, outcome),
                "asset": known.tokens[outcome],
                "conditionId": known.condition,
                "size": trade.size / 100,
                "price": books.mirrored(trade.price, outcome) / 1000,
                "timestamp": trade.at_ms // SECOND,
                "title": market.question.title,
                "slug": known.slug,
                "icon": "",
                "eventSlug": shapes.gamma_event_head(self._world.seed, market.event)["slug"],
                "outcome": market.event.plan.outcomes[outcome],
                "outcomeIndex": outcome,
                "name": "",
                "pseudonym": "",
                "bio": "",
                "profileImage": "",
                "profileImageOptimized": "",
                "transactionHash": transaction(market, trade),
            }
        )


def transaction(market: Market, trade: Trade) -> str:
    """Return the hash of the transaction that settled a trade."""
    return f"0x{digest(market.key, trade.serial, 'transaction').hex()}"
