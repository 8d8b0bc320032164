"""The seam between a venue's bytes and the rest of the service: the same for live connections and for recordings."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from oraculum_market_data.bodies import Language, read_body
from oraculum_market_data.decoding import Decoded, SocketDecoder, Source
from oraculum_market_data.normal import Venue
from oraculum_market_data.venue_errors import text_error
from oraculum_market_data.venues.kalshi.language import language as kalshi
from oraculum_market_data.venues.kalshi.socket import KalshiSocket
from oraculum_market_data.venues.manifold.language import language as manifold
from oraculum_market_data.venues.manifold.socket import ManifoldSocket
from oraculum_market_data.venues.polymarket.language import language as polymarket
from oraculum_market_data.venues.polymarket.socket import PolymarketSocket

# Decoding goes at some fifty megabytes a second.
_LONG_BYTES: Final = 100_000
_OPENINGS: Final = b'{["'
# A clock's answer, or a flag's: JSON, but no record.
_SCALAR = re.compile(rb"-?[0-9.eE+-]+|true|false")


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads what one venue says on one connection, or in one recording. It never raises."""

    venue: Venue
    socket: SocketDecoder
    language: Language

    def body(self, body: bytes, source: Source) -> Decoded:
        """Decode the answer to a request, or a line of a recording, whatever it is wrapped in."""
        text = body.strip()
        if text in {b"", b"null"}:
            return Decoded()
        if text in {b"PING", b"PONG"}:
            return self.socket.decode(text, source.received_at)
        if text[:1] in _OPENINGS or _SCALAR.fullmatch(text):
            return read_body(self.language, body, source)
        return text_error(self.venue, text.decode(errors="replace"), source)

    async def answer(self, body: bytes, source: Source) -> Decoded:
        """Decode the answer to a request; a long one in a thread, so that others have their turns meanwhile."""
        if len(body) < _LONG_BYTES:
            return self.body(body, source)
        return await asyncio.to_thread(self.body, body, source)

    def frame(self, frame: bytes | str, received_at: datetime | None = None) -> Decoded:
        """Decode a frame of the venue's socket."""
        return self.socket.decode(frame, received_at)


def reading(venue: Venue) -> Reading:
    """A new reading of a venue: one for each connection, for decoders may remember what they saw."""
    make, language = _VENUES[venue]
    socket = make()
    return Reading(venue, socket, language(socket))


_VENUES: Final[Mapping[Venue, tuple[Callable[[], SocketDecoder], Callable[[SocketDecoder], Language]]]] = (
    MappingProxyType(
        {
            Venue.POLYMARKET: (PolymarketSocket, polymarket),
            Venue.KALSHI: (KalshiSocket, kalshi),
            Venue.MANIFOLD: (ManifoldSocket, manifold),
        }
    )
)
