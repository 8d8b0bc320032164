"""Kalshi's order books by REST, in all their forms.

A book holds bids only, of YES and of NO. A NO bid at p is an ask of YES at 1 - p, so each answer gives two books here,
one for each outcome, each with the other's bids as its asks. An empty side is [] or null or missing, by age.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal

import msgspec

from oraculum_market_data.decoding import Decoded, Reader, Source, Wire
from oraculum_market_data.figures import Price, complement, finite, not_negative, price_of, price_of_cents
from oraculum_market_data.normal import UNNAMED, BookSnapshot, Level, Venue
from oraculum_market_data.venues.kalshi.vocabulary import NO, YES

Pairs = list[tuple[Decimal, Decimal]] | None


class Sides(Wire, frozen=True):
    """The two sides, in cents and in dollars."""

    yes: Pairs = None
    no: Pairs = None
    yes_dollars: Pairs = None
    no_dollars: Pairs = None


class BookAnswer(Wire, frozen=True):
    """A book under the names of both ages."""

    ticker: str | None = None
    orderbook: Sides | None = None
    orderbook_fp: Sides | None = None


class DumpedSides(Wire, frozen=True):
    """A book as an object of the first SDK, written out with its private names."""

    yes: Pairs = msgspec.field(name="_yes", default=None)
    no: Pairs = msgspec.field(name="_no", default=None)


_read_answer = Reader(BookAnswer)
_read_sides = Reader(Sides)
_read_dump = Reader(DumpedSides)


def decode_answer(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a book that is named `orderbook` or `orderbook_fp`."""
    wire = _read_answer(raw)
    sides = wire.orderbook_fp or wire.orderbook or Sides()
    into.items += _books(sides, wire.ticker or source.subject, source)


def decode_sides(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a book without a name around it."""
    into.items += _books(_read_sides(raw), source.subject, source)


def decode_dump(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a book that the first SDK wrote out."""
    wire = _read_dump(raw)
    into.items += _books(Sides(yes=wire.yes, no=wire.no), source.subject, source)


def two_books(
    yes_bids: Sequence[Level],
    no_bids: Sequence[Level],
    yes_asks: Sequence[Level],
    no_asks: Sequence[Level],
    snapshot: Callable[..., BookSnapshot],
) -> list[BookSnapshot]:
    """The books of both outcomes."""
    return [
        snapshot(outcome_id=YES, bids=tuple(yes_bids), asks=tuple(yes_asks)),
        snapshot(outcome_id=NO, bids=tuple(no_bids), asks=tuple(no_asks)),
    ]


def mirrored(levels: Sequence[Level]) -> list[Level]:
    """The same levels seen from the other outcome."""
    return [Level(complement(level.price), level.size) for level in levels]


def _books(sides: Sides, ticker: str | None, source: Source) -> list[BookSnapshot]:
    yes = _levels(sides.yes_dollars, sides.yes, "yes")
    no = _levels(sides.no_dollars, sides.no, "no")

    def snapshot(outcome_id: str, bids: tuple[Level, ...], asks: tuple[Level, ...]) -> BookSnapshot:
        return BookSnapshot(
            venue=Venue.KALSHI,
            market_id=ticker or UNNAMED,
            outcome_id=outcome_id,
            bids=bids,
            asks=asks,
            received_at=source.received_at,
        )

    return two_books(yes, no, mirrored(no), mirrored(yes), snapshot)


def _levels(dollars: Pairs, cents: Pairs, field: str) -> list[Level]:
    if dollars is not None:
        return [_level(price_of(at, f"{field}_dollars"), count, field) for at, count in dollars]
    return [_level(price_of_cents(at, field), count, field) for at, count in cents or ()]


def _level(at: Price, count: Decimal, field: str) -> Level:
    return Level(at, not_negative(finite(count, field), field))
