"""Gamma's routes: listings by offset and by cursor, single objects, tags.

Gamma ignores a parameter that it does not know and answers the default page, so this does too.
"""

import base64
import binascii
from collections.abc import Callable, Iterable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from oraculum_dev.venues.polymarket.filters import listed, ordered
from oraculum_dev.venues.polymarket.source import Source
from oraculum_dev.venues.wire.answers import Refused, bounded, json, number, route
from oraculum_dev.venues.wire.rows import Row, array, compose, encode

_DEFAULT_PAGE = 20
_MOST = 500
_MOST_BY_CURSOR = 100

_NOT_FOUND = Refused(404, b'{"type":"not found error","error":"id not found"}')
_INVALID = b'{"type":"validation error","error":"%b"}'

Listing = Callable[[], Iterable[Row]]


def _page(listing: Listing, request: Request) -> Response:
    query = request.query_params
    rows = ordered(listed(listing(), query), query)
    start = max(0, number(query, "offset") or 0)
    size = bounded(query, "limit", _DEFAULT_PAGE, _MOST)
    return json(array(rows[start : start + size]))


def _after(cursor: str) -> int:
    """Read the place that a cursor stands for."""
    try:
        return int(base64.urlsafe_b64decode(cursor.encode()).decode())
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise Refused(422, _INVALID % b"invalid after_cursor") from error


def _page_by_cursor(name: str, listing: Listing, request: Request) -> Response:
    """Answer a page with a cursor to the next one; the last page has none."""
    query = request.query_params
    if "offset" in query:
        raise Refused(422, _INVALID % b"offset is not supported, use after_cursor")
    rows = ordered(listed(listing(), query), query)
    start = _after(query["after_cursor"]) if query.get("after_cursor") else 0
    end = start + max(1, bounded(query, "limit", _DEFAULT_PAGE, _MOST_BY_CURSOR))
    page = {name: array(rows[start:end])}
    if end < len(rows):
        page["next_cursor"] = encode(base64.urlsafe_b64encode(str(end).encode()).decode())
    return json(compose(**page))


def _single(field: str, listing: Listing, request: Request) -> Response:
    """Answer one object by its id or slug; of several recordings of it, the newest."""
    wanted = request.path_params["name"]
    found = [row for row in listing() if str(row.fields.get(field)) == wanted]
    if not found:
        raise _NOT_FOUND
    return json(found[-1].raw)


def _tags(source: Source, _: Request) -> Response:
    return json(array(source.tags()))


def _search(source: Source, request: Request) -> Response:
    """Answer events whose title holds every word of `q`."""
    words = request.query_params.get("q", "").lower().split()
    if not words:
        raise Refused(422, _INVALID % b"q is required")
    size = bounded(request.query_params, "limit_per_type", _DEFAULT_PAGE, _MOST_BY_CURSOR)
    found = [
        row
        for row in source.gamma_events()
        if all(word in str(row.fields.get("title", "")).lower() for word in words)
    ]
    pagination = encode({"hasMore": len(found) > size, "totalResults": len(found)})
    return json(compose(events=array(found[:size]), pagination=pagination))


def routes(source: Source) -> list[Route]:
    """Return gamma's routes over a source."""
    table = [route("/public-search", partial(_search, source)), route("/tags", partial(_tags, source))]
    listings: tuple[tuple[str, Listing], ...] = (
        ("events", source.gamma_events),
        ("markets", source.gamma_markets),
    )
    for name, listing in listings:
        table += [
            route(f"/{name}", partial(_page, listing)),
            route(f"/{name}/keyset", partial(_page_by_cursor, name, listing)),
            route(f"/{name}/slug/{{name}}", partial(_single, "slug", listing)),
            route(f"/{name}/{{name}}", partial(_single, "id", listing)),
        ]
    return table
