"""The invented markets as a source for Kalshi's routes."""

from collections.abc import Iterator, Sequence

from oraculum_dev.venues.kalshi import shapes
from oraculum_dev.venues.sim import candles
from oraculum_dev.venues.sim.market import Event, Market
from oraculum_dev.venues.sim.terms import MINUTE, SECOND, Venue
from oraculum_dev.venues.sim.world import World
from oraculum_dev.venues.wire.rows import Row, encode, row


class Invented:
    """The simulated world, seen as Kalshi."""

    def __init__(self, world: World) -> None:
        self._world = world

    def _events(self) -> list[Event]:
        return list(self._world.events[Venue.KALSHI].values())

    def _markets(self) -> Iterator[Market]:
        for event in self._events():
            yield from event.markets

    def find(self, ticker: str) -> Market | None:
        """Return the market of a ticker."""
        return self._world.markets[Venue.KALSHI].get(ticker)

    def markets(self) -> Iterator[Row]:
        """Return the markets."""
        return (
            Row(shown | {"series_ticker": market.event.plan.series}, encode(shown))
            for market in self._markets()
            for shown in (shapes.market(market),)
        )

    def events(self) -> Iterator[Row]:
        """Return the events."""
        return (row(shapes.event(event)) for event in self._events())

    def series(self) -> Iterator[Row]:
        """Return the series, each once."""
        return map(row, {event.plan.series: shapes.series(event.plan) for event in self._events()}.values())

    def trades(self) -> Sequence[Row]:
        """Return the trades that are still remembered, newest first."""
        made = [(market, trade) for market in self._markets() for trade in market.trades]
        made.sort(key=lambda pair: pair[1].at_ms, reverse=True)
        return [
            Row(shown | {"_at": trade.at_ms // SECOND}, encode(shown))
            for market, trade in made
            for shown in (shapes.trade(market, trade),)
        ]

    def orderbook(self, ticker: str, depth: int) -> bytes | None:
        """Return the order book of a market."""
        market = self.find(ticker)
        if market is None:
            return None
        yes, no = shapes.levels(market, depth)
        return encode({"orderbook_fp": {"yes_dollars": yes, "no_dollars": no}})

    def candlesticks(self, ticker: str, start_s: int, end_s: int, minutes: int) -> bytes | None:
        """Return the candles of a market."""
        market = self.find(ticker)
        if market is None:
            return None
        period = minutes * MINUTE
        found = candles.minutes(self._world, market, start_s * SECOND - period, end_s * SECOND)
        shown = [
            shapes.candlestick(candle, candles.period_end(candle.minute_ms, period), market.open_interest)
            for candle in candles.fold(found, period)
        ]
        return encode([candle for candle in shown if start_s <= candle["end_period_ts"] <= end_s])
