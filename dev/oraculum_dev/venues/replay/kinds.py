"""What kind of object a recorded object is, told from its members alone.

Recordings come wrapped in many ways and from many collectors, so neither a file's name nor its place in a
document is relied on.
"""

from collections.abc import Callable, Mapping
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


def _polymarket(members: Members) -> Kind | None:
    has = members.__contains__
    found: Kind | None = None
    if has("question") and has("conditionId"):
        found = Kind.GAMMA_MARKET
    elif has("title") and has("slug") and (has("markets") or has("ticker")) and not has("seriesType"):
        found = Kind.GAMMA_EVENT
    elif has("condition_id") and has("tokens"):
        found = Kind.CLOB_MARKET
    elif has("c") and has("t") and has("mos"):
        found = Kind.CLOB_BRIEF
    elif has("bids") and has("asks") and has("asset_id"):
        found = Kind.BOOK
    elif has("transactionHash") and has("asset"):
        found = Kind.TRADE
    elif has("history"):
        found = Kind.HISTORY
    elif has("label") and has("slug") and has("id"):
        found = Kind.TAG
    return found


def _kalshi(members: Members) -> Kind | None:
    has = members.__contains__
    found: Kind | None = None
    if has("trade_id") and has("ticker"):
        found = Kind.TRADE
    elif has("ticker") and has("event_ticker") and has("status"):
        found = Kind.MARKET
    elif has("event_ticker") and has("series_ticker") and has("title") and not has("ticker"):
        found = Kind.EVENT
    elif has("orderbook_fp") or has("orderbook"):
        found = Kind.ORDERBOOK
    elif has("end_period_ts"):
        found = Kind.CANDLE
    elif has("ticker") and has("category") and has("frequency"):
        found = Kind.SERIES
    return found


def _manifold(members: Members) -> Kind | None:
    has = members.__contains__
    if has("question") and has("outcomeType") and has("id"):
        return Kind.MARKET
    if has("contractId") and has("probAfter") and has("outcome"):
        return Kind.BET
    return None


KINDS: Mapping[Venue, Callable[[Members], Kind | None]] = {
    Venue.POLYMARKET: _polymarket,
    Venue.KALSHI: _kalshi,
    Venue.MANIFOLD: _manifold,
}
