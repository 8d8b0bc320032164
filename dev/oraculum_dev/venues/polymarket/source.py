"""What the Polymarket routes ask for, wherever it comes from."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from oraculum_dev.venues.wire.rows import Row


class Source(Protocol):
    """A set of Polymarket objects, invented or recorded."""

    def gamma_markets(self) -> Iterable[Row]:
        """Return the markets that `/markets` lists."""

    def gamma_events(self) -> Iterable[Row]:
        """Return the events that `/events` lists."""

    def tags(self) -> Iterable[Row]:
        """Return the tags."""

    def clob_markets(self) -> Iterable[Row]:
        """Return the markets of the CLOB, with `condition_id` among their fields."""

    def brief(self, condition: str) -> bytes | None:
        """Return the CLOB's brief form of a market."""

    def book(self, token: str) -> bytes | None:
        """Return the order book of a token."""

    def history(self, token: str, interval_minutes: int, start_s: int, end_s: int) -> bytes | None:
        """Return `{"history": [...]}` of a token, or None where the token is not known."""

    def trades(self) -> Sequence[Row]:
        """Return the trades, newest first."""
