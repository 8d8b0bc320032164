"""What the Manifold routes ask for, wherever it comes from."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from oraculum_dev.venues.wire.rows import Row


class Source(Protocol):
    """A set of Manifold objects, invented or recorded."""

    def markets(self) -> Iterable[Row]:
        """Return the contracts in their short form."""

    def market(self, name: str, *, by_slug: bool) -> bytes | None:
        """Return one contract in its full form."""

    def bets(self) -> Sequence[Row]:
        """Return the bets, newest first."""

    def probability(self, name: str) -> bytes | None:
        """Return the answer of `/market/{id}/prob`."""
