"""The CLOB's routes: its listings by opaque cursor, books, prices and histories; and the data API's trades.

`market` in `/prices-history` is a token, `/price?side=BUY` is the best bid, an unknown path is answered in
plain text: all as on the venue.
"""

import base64
import binascii
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from oraculum_dev.venues.polymarket.source import Source
from oraculum_dev.venues.wire.answers import Refused, bounded, json, number, route
from oraculum_dev.venues.wire.rows import Row, array, compose, encode

_PAGE = 1_000
_END = "LTE="
_MOST_TRADES = 10_000
_MOST_TOKENS = 500
_HOUR_S = 3_600
_INTERVALS_S = {
    "1h": _HOUR_S,
    "6h": 6 * _HOUR_S,
    "1d": 24 * _HOUR_S,
    "1w": 168 * _HOUR_S,
    "1m": 720 * _HOUR_S,
}

Clock = Callable[[], int]


def _error(status: int, message: str) -> Refused:
    return Refused(status, encode({"error": message}))


def _no_book() -> Refused:
    return _error(404, "No orderbook exists for the requested token id")


def _page(keep: Callable[[Row], bool], source: Source, request: Request) -> Response:
    """Answer a page; the cursor is base64 of an offset, and of -1 at the end."""
    cursor = request.query_params.get("next_cursor", "")
    try:
        start = int(base64.b64decode(cursor).decode()) if cursor else 0
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise _error(400, "invalid next_cursor") from error
    rows = [row for row in source.clob_markets() if keep(row)] if start >= 0 else []
    page = rows[max(0, start) : start + _PAGE]
    following = base64.b64encode(str(start + _PAGE).encode()).decode() if start + _PAGE < len(rows) else _END
    return json(
        compose(data=array(page), next_cursor=encode(following), limit=encode(_PAGE), count=encode(len(page)))
    )


def _market(source: Source, request: Request) -> Response:
    wanted = request.path_params["condition"]
    found = [row.raw for row in source.clob_markets() if row.fields.get("condition_id") == wanted]
    brief = source.brief(wanted)
    if not found and brief is None:
        raise _error(404, "market not found")
    return json(found[-1] if found else brief or b"")


def _brief(source: Source, request: Request) -> Response:
    found = source.brief(request.path_params["condition"])
    if found is None:
        raise _error(404, "market not found")
    return json(found)


def _book_of(source: Source, token: str | None) -> bytes:
    if not token:
        raise _error(400, "Invalid token id")
    found = source.book(token)
    if found is None:
        raise _no_book()
    return found


def _book(source: Source, request: Request) -> Response:
    return json(_book_of(source, request.query_params.get("token_id")))


def _best(source: Source, token: str | None) -> tuple[str | None, str | None]:
    """Return best bid and best ask; the levels are looked through, since the order of a book is not certain."""
    book: dict[str, Any] = msgspec.json.decode(_book_of(source, token))
    bids = [level["price"] for level in book.get("bids") or []]
    asks = [level["price"] for level in book.get("asks") or []]
    return max(bids, key=float, default=None), min(asks, key=float, default=None)


def _price(source: Source, request: Request) -> Response:
    side = request.query_params.get("side", "").upper()
    if side not in ("BUY", "SELL"):
        raise _error(400, "Invalid side")
    bid, ask = _best(source, request.query_params.get("token_id"))
    return json(encode({"price": (bid if side == "BUY" else ask) or "0"}))


def _middle(source: Source, request: Request) -> Response:
    bid, ask = _best(source, request.query_params.get("token_id"))
    if bid is None or ask is None:
        raise _no_book()
    return json(encode({"mid": f"{(float(bid) + float(ask)) / 2:.4f}".rstrip("0")}))


def _spread(source: Source, request: Request) -> Response:
    bid, ask = _best(source, request.query_params.get("token_id"))
    if bid is None or ask is None:
        raise _no_book()
    return json(encode({"spread": f"{float(ask) - float(bid):.4f}".rstrip("0")}))


def _of_book(name: str, source_name: str, default: Any, source: Source, request: Request) -> Response:
    book = msgspec.json.decode(_book_of(source, request.query_params.get("token_id")))
    return json(encode({name: book.get(source_name, default)}))


def _history(source: Source, clock: Clock, request: Request) -> Response:
    query = request.query_params
    token = query.get("market")
    if not token:
        raise _error(400, "market is required")
    now_s = clock() // 1000
    start, end = number(query, "startTs"), number(query, "endTs")
    if start is None:
        interval = query.get("interval", "1d")
        if interval not in (*_INTERVALS_S, "max"):
            raise _error(400, "invalid interval")
        start = now_s - _INTERVALS_S.get(interval, _INTERVALS_S["1m"] * 2)
    fidelity = max(1, number(query, "fidelity") or 1)
    found = source.history(token, fidelity, start, now_s if end is None else end)
    return json(b'{"history":[]}' if found is None else found)


def _asked(fields: Row, name: str, query_values: set[str]) -> bool:
    return not query_values or str(fields.fields.get(name)) in query_values


def _trades(source: Source, request: Request) -> Response:
    query = request.query_params
    wanted = {part for value in query.getlist("market") for part in value.split(",") if part}
    assets = set(query.getlist("asset"))
    side = {query["side"]} if query.get("side") else set()
    rows = [
        row
        for row in source.trades()
        if _asked(row, "conditionId", wanted) and _asked(row, "asset", assets) and _asked(row, "side", side)
    ]
    start = bounded(query, "offset", 0, _MOST_TRADES)
    return json(array(rows[start : start + bounded(query, "limit", 100, _MOST_TRADES)]))


async def _tokens(request: Request) -> list[str]:
    """Read the body `[{"token_id": ...}]` of a batch."""
    try:
        asked = msgspec.json.decode(await request.body(), type=list[dict[str, Any]])
    except msgspec.DecodeError as error:
        raise _error(400, "Invalid payload") from error
    if len(asked) > _MOST_TOKENS:
        raise _error(400, "Payload exceeds the limit")
    return [str(item.get("token_id", "")) for item in asked]


def _books(source: Source) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        """Answer the books that exist; unknown tokens are left out, as the venue does."""
        try:
            found: Iterable[bytes | None] = map(source.book, await _tokens(request))
        except Refused as refused:
            return refused.response()
        return json(b"[" + b",".join(book for book in found if book is not None) + b"]")

    return endpoint


def _is_trading(row: Row) -> bool:
    return bool(row.fields.get("accepting_orders"))


def clob_routes(source: Source, clock: Clock) -> list[Route]:
    """Return the CLOB's routes over a source."""
    return [
        route("/ok", lambda _: json(b'"OK"')),
        route("/time", lambda _: json(encode(clock() // 1000))),
        route("/markets", partial(_page, lambda _: True, source)),
        route("/sampling-markets", partial(_page, _is_trading, source)),
        route("/markets/{condition}", partial(_market, source)),
        route("/clob-markets/{condition}", partial(_brief, source)),
        route("/book", partial(_book, source)),
        Route("/books", _books(source), methods=["POST"]),
        route("/price", partial(_price, source)),
        route("/midpoint", partial(_middle, source)),
        route("/spread", partial(_spread, source)),
        route("/tick-size", partial(_of_book, "minimum_tick_size", "tick_size", "0.01", source)),
        route("/last-trade-price", partial(_of_book, "price", "last_trade_price", "0.5", source)),
        route("/prices-history", partial(_history, source, clock)),
    ]


def data_routes(source: Source) -> list[Route]:
    """Return the data API's routes over a source."""
    return [route("/trades", partial(_trades, source))]
