"""What kind of object a recorded object is, told from its members alone.

Recordings come wrapped in many ways and from many collectors, so neither a file's name nor its place in a
document is relied on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from oraculum_dev.venues.sim.terms import Venue

Members = Mapping[str, object]


class Kind(StrEnum):
    """Kinds of objects that some route serves."""

    GAMMA_EVENT = "gamma event"
    GAMMA_MARKET = "gamma market"
    TAG = "tag"
    CLOB_MARKET = "clob market"
    CLOB_BRIEF = "clob market in brief"
    BOOK = "book"
    HISTORY = "price history"
    TRADE = "trade"
    EVENT = "event"
    MARKET = "market"
    SERIES = "series"
    ORDERBOOK = "orderbook"
    CANDLE = "candle"
    BET = "bet"


@dataclass(frozen=True, slots=True)
class Sign:
    """By what an object is known: members that it has, and members that it has not."""

    kind: Kind
    has: frozenset[str]
    lacks: frozenset[str] = frozenset()

    def fits(self, members: Members) -> bool:
        """Whether an object with these members is of this kind."""
        names = members.keys()
        return self.has <= names and not self.lacks & names


def _sign(kind: Kind, has: str, lacks: str = "") -> Sign:
    return Sign(kind, frozenset(has.split()), frozenset(lacks.split()))


# The first sign that fits decides.
SIGNS: Mapping[Venue, tuple[Sign, ...]] = {
    Venue.POLYMARKET: (
        _sign(Kind.GAMMA_MARKET, "question conditionId"),
        _sign(Kind.GAMMA_EVENT, "title slug markets", "seriesType"),
        _sign(Kind.GAMMA_EVENT, "title slug ticker", "seriesType"),
        _sign(Kind.CLOB_MARKET, "condition_id tokens"),
        _sign(Kind.CLOB_BRIEF, "c t mos"),
        _sign(Kind.BOOK, "bids asks asset_id"),
        _sign(Kind.TRADE, "transactionHash asset"),
        _sign(Kind.HISTORY, "history"),
        _sign(Kind.TAG, "id label slug"),
    ),
    Venue.KALSHI: (
        _sign(Kind.TRADE, "trade_id ticker"),
        _sign(Kind.MARKET, "ticker event_ticker status"),
        _sign(Kind.EVENT, "event_ticker series_ticker title", "ticker"),
        _sign(Kind.ORDERBOOK, "orderbook_fp"),
        _sign(Kind.ORDERBOOK, "orderbook"),
        _sign(Kind.CANDLE, "end_period_ts"),
        _sign(Kind.SERIES, "ticker category frequency"),
    ),
    Venue.MANIFOLD: (
        _sign(Kind.MARKET, "id question outcomeType"),
        _sign(Kind.BET, "contractId probAfter outcome"),
    ),
}


def classify(venue: Venue, members: Members) -> Kind | None:
    """Return the kind of an object, or None where no route serves its like."""
    return next((sign.kind for sign in SIGNS[venue] if sign.fits(members)), None)
