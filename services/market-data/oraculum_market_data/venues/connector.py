"""What every venue can be asked for, in one small interface."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from oraculum_market_data.decoding import Decoded
from oraculum_market_data.normal import Market, Venue


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a market's history, and how to ask for the one that follows; None after the last."""

    decoded: Decoded
    following: str | None


class Connector(Protocol):
    """One venue. Every method gives what one answer held, page by page, and raises `VenueAwayError`."""

    @property
    def venue(self) -> Venue:
        """Whose markets these are."""
        ...

    def sweep(self) -> AsyncIterator[Decoded]:
        """Every open market, the busiest first, as many as the operator wants."""
        ...

    def archive(self) -> AsyncIterator[Decoded]:
        """Every market in whatever state, by every listing that the venue has; for stand-ins, a venue has millions."""
        ...

    def recent(self, now: datetime) -> AsyncIterator[Decoded]:
        """The markets that were opened or resolved last: few requests, asked often."""
        ...

    def book(self, market: Market) -> AsyncIterator[Decoded]:
        """The order books of a market, as far as the venue shows any."""
        ...

    async def history(self, market: Market, since: datetime, until: datetime, cursor: str) -> Page:
        """Trades of a market in a time: the first page without a cursor, then the one that the last page names.

        It may bring others too. A cursor stays good over a restart.
        """
        ...

    def named(self, markets: Sequence[Market]) -> AsyncIterator[Decoded]:
        """These markets, in whatever state they are."""
        ...
