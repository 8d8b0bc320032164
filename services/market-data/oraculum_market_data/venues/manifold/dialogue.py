"""Talking with Manifold's socket: three topics tell of every bet, every new contract and every change.

Only JSON messages count as a sign of life, so the heartbeat is one. A topic carries no numbers: what is missed while
the connection is down is found by the next sweep.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import msgspec

from oraculum_market_data.book import Applied
from oraculum_market_data.normal import Market, Venue
from oraculum_market_data.venues.dialogue import Heard, Shown
from oraculum_market_data.venues.reading import reading

_TOPICS: Final = ("global/new-bet", "global/new-contract", "global/updated-contract")


class ManifoldDialogue:
    """One connection."""

    def __init__(self) -> None:
        self._reading = reading(Venue.MANIFOLD)
        self._number = 0
        self._markets: set[str] = set()

    def greet(self) -> Sequence[str]:
        """Ask for the topics."""
        return [self._message("subscribe", topics=list(_TOPICS))]

    def beat(self) -> str | None:
        """A message of the venue's own."""
        return self._message("ping")

    def follow(self, markets: Collection[Market]) -> Sequence[str]:
        """Nothing: the topics are about all of them."""
        self._markets = {market.id for market in markets}
        return ()

    def hear(self, frame: bytes | str, received_at: datetime) -> Heard:
        """Take a frame."""
        return Heard(self._reading.frame(frame, received_at))

    def settle(self) -> Applied:
        """There are no books."""
        return Applied()

    def is_live(self, market_id: str) -> bool:
        """Whether a market is followed here."""
        return market_id in self._markets

    def books(self, market: Market) -> Sequence[Shown]:  # noqa: ARG002  the interface
        """A market maker stands in for a book."""
        return ()

    def _message(self, kind: str, **fields: object) -> str:
        self._number += 1
        return msgspec.json.encode({"type": kind, "txid": self._number, **fields}).decode()
