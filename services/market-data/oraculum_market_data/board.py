"""The latest quote of every outcome, put together from what is told in pieces.

A book tells its top, a ticker the top and the last trade, a trade only its price. A quote that says nothing new is no
update: half of what a poll brings is known already.
"""

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

import msgspec

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum_kit.timestamps import to_wire_optional
from oraculum_market_data.figures import Price
from oraculum_market_data.normal import Quote, Trade, Venue
from oraculum_market_data.wire import text_of

QuoteKey = tuple[Venue, str, int]

_TWO: Final = 2


class Top(msgspec.Struct, frozen=True, gc=False):
    """How an outcome stands."""

    key: QuoteKey
    bid: Price | None
    ask: Price | None
    bid_size: Decimal | None
    ask_size: Decimal | None
    last: Price | None
    venue_time: datetime | None
    received_at: datetime | None
    # Written once, though it goes several ways; see `encoded`.
    written: list[bytes] = []

    @property
    def venue(self) -> Venue:
        """Whose quote it is."""
        return self.key[0]

    @property
    def market_id(self) -> str:
        """Which market it is about."""
        return self.key[1]

    @property
    def outcome(self) -> int:
        """Which outcome it is about."""
        return self.key[2]

    def says_the_same(self, other: "Top") -> bool:
        """Whether both have the same prices and sizes, whenever they were told."""
        return (
            (self.bid is other.bid or self.bid == other.bid)
            and (self.ask is other.ask or self.ask == other.ask)
            and self.bid_size == other.bid_size
            and self.ask_size == other.ask_size
            and (self.last is other.last or self.last == other.last)
        )


class Board:
    """The latest quotes of all venues."""

    def __init__(self) -> None:
        self._tops: dict[QuoteKey, Top] = {}
        self._outcomes: dict[tuple[Venue, str], set[int]] = {}

    def of_market(self, venue: Venue, market_id: str) -> list[Top]:
        """The quotes of a market, in outcome order."""
        outcomes = sorted(self._outcomes.get((venue, market_id), ()))
        return [self._tops[venue, market_id, outcome] for outcome in outcomes]

    def quote(self, quote: Quote, key: QuoteKey) -> Top | None:
        """Take a quote; what now stands if that is news."""
        before = self._tops.get(key)
        last = quote.last
        if last is None and before is not None:
            last = before.last
        return self._keep(
            Top(
                key,
                quote.bid,
                quote.ask,
                quote.bid_size,
                quote.ask_size,
                last,
                quote.venue_time,
                quote.received_at,
            ),
            before,
        )

    def trade(self, trade: Trade, key: QuoteKey) -> Top | None:
        """Take the price of a trade as the last one; what now stands if that is news."""
        if trade.price is None:
            return None
        before = self._tops.get(key)
        bid, ask, bid_size, ask_size = (
            (before.bid, before.ask, before.bid_size, before.ask_size) if before else (None,) * 4
        )
        return self._keep(
            Top(key, bid, ask, bid_size, ask_size, trade.price, trade.venue_time, trade.received_at), before
        )

    def forget(self, venue: Venue, market_id: str) -> None:
        """Drop the quotes of a market."""
        for outcome in self._outcomes.pop((venue, market_id), ()):
            self._tops.pop((venue, market_id, outcome), None)

    def _keep(self, top: Top, before: Top | None) -> Top | None:
        if before is None:
            self._outcomes.setdefault((top.venue, top.market_id), set()).add(top.outcome)
        elif before.says_the_same(top):
            return None
        self._tops[top.key] = top
        return top


def encoded(top: Top) -> bytes:
    """A quote in the contract's words, as bytes."""
    if not top.written:
        top.written.append(top_to_wire(top).SerializeToString())
    return top.written[0]


def top_to_wire(top: Top, *, stale: bool = False) -> pb.VenueQuote:
    """A quote in the contract's words."""
    return pb.VenueQuote(
        venue=top.venue.value,
        venue_market_id=top.market_id,
        outcome=top.outcome,
        bid=text_of(top.bid),
        ask=text_of(top.ask),
        bid_size=text_of(top.bid_size),
        ask_size=text_of(top.ask_size),
        last=text_of(top.last),
        probability_millionths=probability_millionths(top.bid, top.ask, top.last),
        venue_time=_moment(top.venue_time),
        received_at=_moment(top.received_at),
        stale=stale,
    )


# Both outcomes of a frame have the same times, and frames of one moment have the venue's.
_moment = lru_cache(maxsize=1024)(to_wire_optional)


def probability_millionths(bid: Price | None, ask: Price | None, last: Price | None) -> int | None:
    """The middle of bid and ask, else the last price."""
    if bid is not None and ask is not None:
        return (bid.millionths + ask.millionths) // _TWO
    return None if last is None else last.millionths
