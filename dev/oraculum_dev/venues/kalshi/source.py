"""What the Kalshi routes ask for, wherever it comes from."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from oraculum_dev.venues.wire.rows import Row


class Source(Protocol):
    """A set of Kalshi objects, invented or recorded."""

    def markets(self) -> Iterable[Row]:
        """Return the markets."""

    def events(self) -> Iterable[Row]:
        """Return the events without nested markets, unless they were recorded with them."""

    def series(self) -> Iterable[Row]:
        """Return the series."""

    def trades(self) -> Sequence[Row]:
        """Return the trades, newest first, with `_at` seconds among their fields."""

    def orderbook(self, ticker: str, depth: int) -> bytes | None:
        """Return the whole answer of `/markets/{ticker}/orderbook`."""

    def candlesticks(self, ticker: str, start_s: int, end_s: int, minutes: int) -> bytes | None:
        """Return the JSON array of candles of a market."""
