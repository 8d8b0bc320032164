"""The latest quote of every outcome, put together from what is told in pieces.

A book tells its top, a ticker the top and the last trade, a trade only its price. A quote that says nothing new is no
update: half of what a poll brings is known already.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum_kit.timestamps import to_wire_optional
from oraculum_market_data.figures import Price
from oraculum_market_data.normal import Quote, Trade, Venue
from oraculum_market_data.wire import text_of

QuoteKey = tuple[Venue, str, int]

_TWO: Final = 2


@dataclass(frozen=True, slots=True)
class Top:
    """How an outcome stands."""

    venue: Venue
    market_id: str
    outcome: int
    bid: Price | None
    ask: Price | None
    bid_size: Decimal | None
    ask_size: Decimal | None
    last: Price | None
    venue_time: datetime | None
    received_at: datetime | None
    # Written once, though it goes several ways; see `encoded`.
    _encoded: list[bytes] = field(default_factory=list, init=False, compare=False, repr=False)

    @property
    def key(self) -> QuoteKey:
        """Which outcome it is about."""
        return self.venue, self.market_id, self.outcome

    def says_the_same(self, other: "Top") -> bool:
        """Whether both have the same prices and sizes, whenever they were told."""
        return (
            self.bid == other.bid
            and self.ask == other.ask
            and self.last == other.last
            and self.bid_size == other.bid_size
            and self.ask_size == other.ask_size
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

    def quote(self, quote: Quote, outcome: int) -> Top | None:
        """Take a quote; what now stands if that is news."""
        before = self._tops.get((quote.venue, quote.market_id, outcome))
        return self._keep(
            Top(
                quote.venue,
                quote.market_id,
                outcome,
                quote.bid,
                quote.ask,
                quote.bid_size,
                quote.ask_size,
                quote.last or (before.last if before else None),
                quote.venue_time,
                quote.received_at,
            ),
            before,
        )

    def trade(self, trade: Trade, outcome: int) -> Top | None:
        """Take the price of a trade as the last one; what now stands if that is news."""
        before = self._tops.get((trade.venue, trade.market_id, outcome))
        if trade.price is None:
            return None
        bid, ask, bid_size, ask_size = (
            (before.bid, before.ask, before.bid_size, before.ask_size) if before else (None,) * 4
        )
        return self._keep(
            Top(
                trade.venue,
                trade.market_id,
                outcome,
                bid,
                ask,
                bid_size,
                ask_size,
                trade.price,
                trade.venue_time,
                trade.received_at,
            ),
            before,
        )

    def forget(self, venue: Venue, market_id: str) -> None:
        """Drop the quotes of a market."""
        for outcome in self._outcomes.pop((venue, market_id), ()):
            self._tops.pop((venue, market_id, outcome), None)

    def _keep(self, top: Top, before: Top | None) -> Top | None:
        if before is not None and before.says_the_same(top):
            return None
        self._tops[top.key] = top
        self._outcomes.setdefault((top.venue, top.market_id), set()).add(top.outcome)
        return top


def encoded(top: Top) -> bytes:
    """A quote in the contract's words, as bytes."""
    if not top._encoded:  # noqa: SLF001  ours
        top._encoded.append(top_to_wire(top).SerializeToString())  # noqa: SLF001  ours
    return top._encoded[0]  # noqa: SLF001  ours


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
        venue_time=to_wire_optional(top.venue_time),
        received_at=to_wire_optional(top.received_at),
        stale=stale,
    )


def probability_millionths(bid: Price | None, ask: Price | None, last: Price | None) -> int | None:
    """The middle of bid and ask, else the last price."""
    if bid is not None and ask is not None:
        return (bid.millionths + ask.millionths) // _TWO
    return None if last is None else last.millionths
