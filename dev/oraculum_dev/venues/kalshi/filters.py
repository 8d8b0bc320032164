"""Kalshi's filters. The words of the filter differ from those of the status: `open` finds `active`."""

from collections.abc import Callable, Mapping
from datetime import datetime

from starlette.datastructures import QueryParams

from oraculum_dev.venues.wire.answers import number
from oraculum_dev.venues.wire.rows import Fields

Test = Callable[[Fields], bool]

STATUSES: Mapping[str, frozenset[str]] = {
    "unopened": frozenset({"initialized"}),
    "open": frozenset({"active", "open"}),
    "paused": frozenset({"inactive"}),
    "closed": frozenset({"closed", "determined", "disputed", "amended"}),
    "settled": frozenset({"finalized", "settled"}),
}

_TIMES = {
    "created": "created_time",
    "updated": "updated_time",
    "close": "close_time",
    "settled": "settlement_ts",
}
_COMBINATIONS = "KXMVE"


def seconds(written: object) -> float | None:
    """Return an ISO time in seconds, or None where there is none."""
    if not isinstance(written, str) or not written:
        return None
    try:
        return datetime.fromisoformat(written).timestamp()
    except ValueError:
        return None


def is_combination(fields: Fields) -> bool:
    """Whether a market or event combines legs of others."""
    return bool(fields.get("mve_collection_ticker")) or str(fields.get("event_ticker", "")).startswith(
        _COMBINATIONS
    )


def _within(field: str, least: int | None, most: int | None) -> Test:
    def test(fields: Fields) -> bool:
        at = seconds(fields.get(field))
        return at is not None and (least is None or at >= least) and (most is None or at <= most)

    return test


def market_tests(query: QueryParams) -> list[Test]:
    """Return the tests of a listing of markets."""
    tests: list[Test] = []
    words = [word for word in query.get("status", "").split(",") if word]
    if words:
        statuses = frozenset[str]().union(*(STATUSES[word] for word in words))
        tests.append(lambda fields: fields.get("status") in statuses)
    tickers = {ticker for ticker in query.get("tickers", "").split(",") if ticker}
    if tickers:
        tests.append(lambda fields: fields.get("ticker") in tickers)
    named = (name for name in ("event_ticker", "series_ticker") if query.get(name))
    tests.extend(_equals(name, query[name]) for name in named)
    for word, field in _TIMES.items():
        least, most = number(query, f"min_{word}_ts"), number(query, f"max_{word}_ts")
        if least is not None or most is not None:
            tests.append(_within(field, least, most))
    if query.get("mve_filter") == "exclude":
        tests.append(lambda fields: not is_combination(fields))
    elif query.get("mve_filter") == "only":
        tests.append(is_combination)
    return tests


def _equals(name: str, wanted: str) -> Test:
    """Return a test of a ticker; a market that does not name its series is known by its event's prefix."""

    def test(fields: Fields) -> bool:
        if name == "series_ticker" and "series_ticker" not in fields:
            return str(fields.get("event_ticker", "")).split("-")[0] == wanted
        return fields.get(name) == wanted

    return test


def event_tests(query: QueryParams, statuses_of: Callable[[Fields], set[str]]) -> list[Test]:
    """Return the tests of a listing of events; a status matches where any market of the event has it."""
    tests: list[Test] = []
    word = query.get("status")
    if word:
        tests.append(lambda fields: bool(STATUSES[word] & statuses_of(fields)))
    tickers = {ticker for ticker in query.get("tickers", "").split(",") if ticker}
    if tickers:
        tests.append(lambda fields: fields.get("event_ticker") in tickers)
    if query.get("series_ticker"):
        tests.append(_equals("series_ticker", query["series_ticker"]))
    tests.append(lambda fields: not is_combination(fields))
    return tests
