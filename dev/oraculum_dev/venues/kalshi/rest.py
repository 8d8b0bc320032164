"""The trade API's public routes, paged by opaque cursors that end with an empty string."""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from oraculum_dev.venues import text
from oraculum_dev.venues.kalshi.filters import STATUSES, Test, event_tests, is_combination, market_tests
from oraculum_dev.venues.kalshi.source import Source
from oraculum_dev.venues.wire.answers import Refused, bounded, flag, json, number, route
from oraculum_dev.venues.wire.rows import Fields, Row, array, compose, encode

_MOST_TICKERS = 100
_MOST_CANDLES = 5_000
_PERIODS = (1, 60, 1440)
_LIVE_WINDOW_MS = 90 * 24 * 3_600_000

Clock = Callable[[], int]


def _refused(status: int, code: str, message: str) -> Refused:
    return Refused(status, encode({"error": {"code": code, "message": message, "service": "exchange"}}))


def _bad(message: str) -> Refused:
    return _refused(400, "bad_request", message)


_NOT_FOUND = _refused(404, "not_found", "not found")


def _through(rows: Iterable[Row], tests: Sequence[Test]) -> list[Row]:
    return [row for row in rows if all(test(row.fields) for test in tests)]


def _cut(rows: Sequence[Row], request: Request, default: int, most: int) -> tuple[list[Row], bytes]:
    """Return the page that the cursor stands for, and the cursor of the next."""
    query = request.query_params
    try:
        start = int(base64.urlsafe_b64decode(query.get("cursor", "").encode()).decode() or 0)
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise _bad("invalid cursor") from error
    end = start + max(1, bounded(query, "limit", default, most))
    following = base64.urlsafe_b64encode(str(end).encode()).decode() if end < len(rows) else ""
    return list(rows[start:end]), encode(following)


def _check_status(request: Request) -> None:
    words = [word for word in request.query_params.get("status", "").split(",") if word]
    if any(word not in STATUSES for word in words):
        raise _bad("invalid status")


def _markets(source: Source, request: Request) -> Response:
    _check_status(request)
    page, cursor = _cut(_through(source.markets(), market_tests(request.query_params)), request, 100, 1000)
    return json(compose(cursor=cursor, markets=array(page)))


def _market(source: Source, request: Request) -> Response:
    wanted = request.path_params["ticker"]
    found = [row for row in source.markets() if row.fields.get("ticker") == wanted]
    if not found:
        raise _NOT_FOUND
    return json(compose(market=found[-1].raw))


def _by_event(source: Source) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in source.markets():
        grouped.setdefault(str(row.fields.get("event_ticker")), []).append(row)
    return grouped


def _with_markets(event: Row, markets: Sequence[Row]) -> bytes:
    """Return an event with its markets inside; what was recorded with them stays as it was."""
    if "markets" in event.fields:
        return event.raw
    return event.raw[:-1] + b',"markets":' + array(markets) + b"}"


def _without_markets(event: Row) -> bytes:
    if "markets" not in event.fields:
        return event.raw
    members: dict[str, msgspec.Raw] = msgspec.json.decode(event.raw, type=dict[str, msgspec.Raw])
    return compose(**{name: bytes(raw) for name, raw in members.items() if name != "markets"})


def _events(source: Source, request: Request) -> Response:
    _check_status(request)
    markets = _by_event(source)

    def statuses(fields: Fields) -> set[str]:
        return {str(row.fields.get("status")) for row in markets.get(str(fields.get("event_ticker")), [])}

    rows = _through(source.events(), event_tests(request.query_params, statuses))
    page, cursor = _cut(rows, request, 200, 200)
    if flag(request.query_params, "with_nested_markets"):
        shown = [_with_markets(row, markets.get(str(row.fields["event_ticker"]), [])) for row in page]
    else:
        shown = [_without_markets(row) for row in page]
    return json(compose(cursor=cursor, events=b"[" + b",".join(shown) + b"]", milestones=b"[]"))


def _combinations(source: Source, request: Request) -> Response:
    """Answer the events that are combinations, which the listing of events leaves out."""
    rows = [row for row in source.events() if is_combination(row.fields)]
    page, cursor = _cut(rows, request, 100, 200)
    return json(compose(cursor=cursor, events=array(page)))


def _event(source: Source, request: Request) -> Response:
    wanted = request.path_params["ticker"]
    found = [row for row in source.events() if row.fields.get("event_ticker") == wanted]
    if not found:
        raise _NOT_FOUND
    markets = _by_event(source).get(wanted, [])
    if flag(request.query_params, "with_nested_markets"):
        return json(compose(event=_with_markets(found[-1], markets)))
    return json(compose(event=_without_markets(found[-1]), markets=array(markets)))


def _series_list(source: Source, request: Request) -> Response:
    category = request.query_params.get("category")
    rows = [row for row in source.series() if not category or row.fields.get("category") == category]
    return json(compose(series=array(rows)))


def _series(source: Source, request: Request) -> Response:
    wanted = request.path_params["series"]
    for row in source.series():
        if row.fields.get("ticker") == wanted:
            return json(compose(series=row.raw))
    raise _NOT_FOUND


def _trades(source: Source, request: Request) -> Response:
    query = request.query_params
    ticker, least, most = query.get("ticker"), number(query, "min_ts"), number(query, "max_ts")
    rows = [
        row
        for row in source.trades()
        if (not ticker or row.fields.get("ticker") == ticker)
        and (least is None or row.fields["_at"] >= least)
        and (most is None or row.fields["_at"] <= most)
    ]
    page, cursor = _cut(rows, request, 100, 1000)
    return json(compose(cursor=cursor, trades=array(page)))


def _orderbook(source: Source, request: Request) -> Response:
    depth = max(0, min(_MOST_TICKERS, number(request.query_params, "depth") or 0))
    found = source.orderbook(request.path_params["ticker"], depth)
    if found is None:
        raise _NOT_FOUND
    return json(found)


def _orderbooks(source: Source, request: Request) -> Response:
    """Answer several books, each with its ticker; unknown ones are left out."""
    query = request.query_params
    tickers = [part for value in query.getlist("tickers") for part in value.split(",") if part]
    if not tickers or len(tickers) > _MOST_TICKERS:
        raise _bad("tickers must name 1 to 100 markets")
    books = ((ticker, source.orderbook(ticker, 0)) for ticker in tickers)
    shown = [b'{"ticker":%b,%b' % (encode(ticker), book[1:]) for ticker, book in books if book is not None]
    return json(compose(orderbooks=b"[" + b",".join(shown) + b"]"))


def _period(request: Request) -> tuple[int, int, int]:
    query = request.query_params
    start, end, minutes = (number(query, name) for name in ("start_ts", "end_ts", "period_interval"))
    if start is None or end is None or minutes not in _PERIODS:
        raise _bad("start_ts, end_ts and period_interval (1, 60 or 1440) are required")
    if (end - start) // (60 * minutes) > _MOST_CANDLES:
        raise _bad("requested more candlesticks than allowed")
    return start, end, minutes


def _candlesticks(source: Source, request: Request) -> Response:
    ticker = request.path_params["ticker"]
    found = source.candlesticks(ticker, *_period(request))
    if found is None:
        raise _NOT_FOUND
    return json(compose(ticker=encode(ticker), candlesticks=found))


def _candlesticks_batch(source: Source, request: Request) -> Response:
    period = _period(request)
    tickers = [part for part in request.query_params.get("market_tickers", "").split(",") if part]
    if not tickers or len(tickers) > _MOST_TICKERS:
        raise _bad("market_tickers must name 1 to 100 markets")
    found = ((ticker, source.candlesticks(ticker, *period)) for ticker in tickers)
    shown = [
        compose(market_ticker=encode(ticker), candlesticks=candles)
        for ticker, candles in found
        if candles is not None
    ]
    return json(compose(markets=b"[" + b",".join(shown) + b"]"))


def _status(_: Request) -> Response:
    return json(b'{"exchange_active":true,"exchange_estimated_resume_time":null,"trading_active":true}')


def _schedule(_: Request) -> Response:
    return json(b'{"schedule":{"standard_hours":[],"maintenance_windows":[]}}')


def _cutoff(clock: Clock, _: Request) -> Response:
    cutoff = text.iso(clock() - _LIVE_WINDOW_MS)
    names = ("market_settled_ts", "trades_created_ts", "orders_updated_ts")
    return json(encode(dict.fromkeys(names, cutoff)))


def _metadata(source: Source, request: Request) -> Response:
    wanted = request.path_params["ticker"]
    markets = _by_event(source).get(wanted)
    if not markets:
        raise _NOT_FOUND
    details = [
        {"market_ticker": row.fields["ticker"], "image_url": "", "color_code": "#AA00FF"} for row in markets
    ]
    return json(encode({"image_url": "", "settlement_sources": [], "market_details": details}))


def routes(source: Source, clock: Clock) -> list[Route]:
    """Return the public routes over a source; the fixed paths stand before those with a name in them."""
    return [
        route("/exchange/status", _status),
        route("/exchange/schedule", _schedule),
        route("/historical/cutoff", partial(_cutoff, clock)),
        route("/historical/markets", lambda _: json(b'{"cursor":"","markets":[]}')),
        route("/historical/trades", lambda _: json(b'{"cursor":"","trades":[]}')),
        route("/series", partial(_series_list, source)),
        route("/series/fee_changes", lambda _: json(b'{"series_fee_change_arr":[]}')),
        route("/series/{series}", partial(_series, source)),
        route("/series/{series}/markets/{ticker}/candlesticks", partial(_candlesticks, source)),
        route("/events", partial(_events, source)),
        route("/events/multivariate", partial(_combinations, source)),
        route("/events/{ticker}", partial(_event, source)),
        route("/events/{ticker}/metadata", partial(_metadata, source)),
        route("/markets", partial(_markets, source)),
        route("/markets/trades", partial(_trades, source)),
        route("/markets/orderbooks", partial(_orderbooks, source)),
        route("/markets/candlesticks", partial(_candlesticks_batch, source)),
        route("/markets/{ticker}", partial(_market, source)),
        route("/markets/{ticker}/orderbook", partial(_orderbook, source)),
    ]
