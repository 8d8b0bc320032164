"""What is said and heard on one connection to a venue's socket, in one small interface.

A dialogue knows the venue's words and keeps the books of the connection; it does no I/O. Whoever runs the connection
sends what it wants said and gives it what comes in. A new connection begins a new dialogue.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from msgspec.structs import replace

from oraculum_market_data.book import Applied, OrderBook
from oraculum_market_data.decoding import Decoded
from oraculum_market_data.normal import Market, Quote


@dataclass(slots=True)
class Heard:
    """What one frame told: what was decoded (of quotes, what the books do not know better), and the tops that moved."""

    decoded: Decoded
    applied: Applied = field(default_factory=Applied)


@dataclass(frozen=True, slots=True)
class Shown:
    """The book of an outcome. `is_mirrored`: seen from the other side of a yes-or-no market."""

    outcome_id: str
    book: OrderBook
    is_mirrored: bool = False


class Dialogue(Protocol):
    """One connection's conversation."""

    def greet(self) -> Sequence[str]:
        """What to say first."""
        ...

    def beat(self) -> str | None:
        """What to say now and then so that the venue keeps the connection; None where it asks for nothing."""
        ...

    def follow(self, markets: Collection[Market]) -> Sequence[str]:
        """What to say so that these markets are followed, no others, and books in trouble come anew."""
        ...

    def hear(self, frame: bytes | str, received_at: datetime) -> Heard:
        """Take a frame."""
        ...

    def settle(self) -> Applied:
        """The connection has been silent for a moment: judge what was waiting for more."""
        ...

    def is_live(self, market_id: str) -> bool:
        """Whether the connection tells the quotes of a market."""
        ...

    def books(self, market: Market) -> Sequence[Shown]:
        """The books of a market, as far as they are kept and can be trusted."""
        ...


def with_top(quote: Quote, book: OrderBook | None) -> Quote | None:
    """A ticker's quote beside a book that is kept: the book knows the top better, the ticker the last trade."""
    if book is None:
        return quote
    if quote.last is None:
        return None
    bid, ask = book.best_bid, book.best_ask
    return replace(
        quote,
        bid=None if bid is None else bid.price,
        ask=None if ask is None else ask.price,
        bid_size=None if bid is None else bid.size,
        ask_size=None if ask is None else ask.size,
    )
