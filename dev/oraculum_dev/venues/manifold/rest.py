"""The v0 API's public routes, paged by the id of the last row."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from oraculum_dev.venues.manifold.source import Source
from oraculum_dev.venues.wire.answers import Refused, json, number, route
from oraculum_dev.venues.wire.rows import Fields, Row, array, encode

_SORTS = {
    "created-time": "createdTime",
    "updated-time": "lastUpdatedTime",
    "last-bet-time": "lastBetTime",
    "last-comment-time": "lastCommentTime",
}
_SEARCH_SORTS: dict[str, tuple[str, bool]] = {
    "newest": ("createdTime", True),
    "most-popular": ("uniqueBettorCount", True),
    "score": ("uniqueBettorCount", True),
    "24-hour-vol": ("volume24Hours", True),
    "liquidity": ("totalLiquidity", True),
    "last-updated": ("lastUpdatedTime", True),
    "close-date": ("closeTime", False),
    "resolve-date": ("resolutionTime", True),
}

Clock = Callable[[], int]


def _refused(status: int, message: str) -> Refused:
    return Refused(status, encode({"message": message}))


def _size(request: Request, default: int) -> int:
    """Read the page size, which is refused rather than cut when it is out of bounds."""
    if "limit" not in request.query_params:
        return default
    size = number(request.query_params, "limit")
    if size is None or not 0 <= size <= 1000:
        raise _refused(400, "Error validating request: limit must be between 0 and 1000")
    return size


def _after_row(rows: Sequence[Row], name: str | None) -> Sequence[Row]:
    """Return the rows behind the one that is named."""
    if not name:
        return rows
    places = [place for place, row in enumerate(rows) if row.fields.get("id") == name]
    if not places:
        raise _refused(404, f"Contract not found: {name}")
    return rows[places[-1] + 1 :]


def _number(fields: Fields, name: str) -> float:
    value = fields.get(name)
    return float(value) if isinstance(value, int | float) else float("-inf")


def _place(fields: Fields, name: str) -> tuple[float, str]:
    """Return where a row stands in an order; several recorded states of one object stand side by side."""
    return _number(fields, name), str(fields.get("id"))


def _markets(source: Source, request: Request) -> Response:
    query = request.query_params
    field = _SORTS.get(query.get("sort", "created-time"))
    if field is None:
        raise _refused(400, "Error validating request: unknown sort")
    falling = query.get("order", "desc") != "asc"
    rows = sorted(source.markets(), key=lambda row: _place(row.fields, field), reverse=falling)
    if query.get("userId"):
        rows = [row for row in rows if row.fields.get("creatorId") == query["userId"]]
    return json(array(_after_row(rows, query.get("before"))[: _size(request, 500)]))


def _market(source: Source, by: str, request: Request) -> Response:
    found = source.market(request.path_params["name"], by_slug=by == "slug")
    if found is None:
        raise _refused(404, "Contract not found")
    return json(found)


def _probability(source: Source, request: Request) -> Response:
    found = source.probability(request.path_params["name"])
    if found is None:
        raise _refused(404, "Contract not found")
    return json(found)


def _probabilities(source: Source, request: Request) -> Response:
    found = ((name, source.probability(name)) for name in request.query_params.getlist("ids"))
    shown = [encode(name) + b":" + raw for name, raw in found if raw is not None]
    return json(b"{" + b",".join(shown) + b"}")


def _in_state(fields: Fields, state: str, now_ms: int) -> bool:
    resolved = bool(fields.get("isResolved"))
    closed = _number(fields, "closeTime") < now_ms
    states = {"open": not resolved and not closed, "closed": not resolved and closed, "resolved": resolved}
    return states.get(state, True)


def _search(source: Source, clock: Clock, request: Request) -> Response:
    query = request.query_params
    words, state, kind = (
        query.get("term", "").lower().split(),
        query.get("filter", "all"),
        query.get("contractType"),
    )
    field, falling = _SEARCH_SORTS.get(query.get("sort", "score"), ("uniqueBettorCount", True))
    before = number(query, "beforeTime")
    rows = [
        row
        for row in source.markets()
        if all(word in str(row.fields.get("question", "")).lower() for word in words)
        and _in_state(row.fields, state, clock())
        and (kind in (None, "ALL") or row.fields.get("outcomeType") == kind)
        and (before is None or _number(row.fields, "createdTime") < before)
    ]
    rows.sort(key=lambda row: _number(row.fields, field), reverse=falling)
    start = number(query, "offset") or 0
    if start > 1000:
        raise _refused(400, "Error validating request: offset must be at most 1000")
    return json(array(rows[start : start + _size(request, 100)]))


def _bet_filters(request: Request) -> Callable[[Fields], bool]:
    query = request.query_params
    contracts = set(query.getlist("contractId"))
    user, kinds = query.get("userId"), query.get("kinds")
    least, most = number(query, "afterTime"), number(query, "beforeTime")

    def test(fields: Fields) -> bool:
        made: Any = fields.get("createdTime", 0)
        return (
            (not contracts or fields.get("contractId") in contracts)
            and (not user or fields.get("userId") == user)
            and (
                kinds != "open-limit" or (fields.get("limitProb") is not None and not fields.get("isFilled"))
            )
            and (least is None or made > least)
            and (most is None or made < most)
        )

    return test


def _bets(source: Source, request: Request) -> Response:
    query = request.query_params
    keep = _bet_filters(request)
    rows = [row for row in source.bets() if keep(row.fields)]
    if query.get("after"):
        places = [place for place, row in enumerate(rows) if row.fields.get("id") == query["after"]]
        rows = rows[: places[0]] if places else rows
    if query.get("order") == "asc":
        rows.reverse()
    return json(array(_after_row(rows, query.get("before"))[: _size(request, 1000)]))


def routes(source: Source, clock: Clock) -> list[Route]:
    """Return the public routes over a source."""
    return [
        route("/markets", partial(_markets, source)),
        route("/market/{name}", partial(_market, source, "id")),
        route("/market/{name}/prob", partial(_probability, source)),
        route("/market-probs", partial(_probabilities, source)),
        route("/slug/{name}", partial(_market, source, "slug")),
        route("/search-markets", partial(_search, source, clock)),
        route("/bets", partial(_bets, source)),
    ]
