"""Gamma's filters and orders, over the fields of a row.

`closed` is false unless it is asked for otherwise; only a market named by id or slug comes back whatever
its state.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

from starlette.datastructures import QueryParams

from oraculum_dev.venues.wire.answers import flag
from oraculum_dev.venues.wire.rows import Fields, Row

Test = Callable[[Fields], bool]

_RANGES = {
    "liquidity_num": "liquidityNum",
    "liquidity": "liquidityNum",
    "volume_num": "volumeNum",
    "volume": "volumeNum",
    "start_date": "startDate",
    "end_date": "endDate",
}


def _tokens(fields: Fields) -> list[str]:
    """Return the token ids, which gamma keeps as a JSON array inside a string."""
    try:
        return [str(token) for token in json.loads(fields.get("clobTokenIds") or "[]")]
    except ValueError:
        return []


def _has_tag(fields: Fields, wanted: str) -> bool:
    return any(wanted in (str(tag.get("id")), tag.get("slug")) for tag in fields.get("tags") or [])


def _between(field: str, least: str | None, most: str | None) -> Test:
    """Return a test of a number or of a date; a row without the field passes only where there is no bound."""

    def test(fields: Fields) -> bool:
        value = fields.get(field)
        if isinstance(value, int | float):
            return (least is None or value >= float(least)) and (most is None or value <= float(most))
        written = str(value or "")
        return bool(written) and (least is None or written >= least) and (most is None or written <= most)

    return test


def _named(query: QueryParams) -> list[Test]:
    """Return the tests that name what is wanted."""
    ids, slugs = set(query.getlist("id")), set(query.getlist("slug"))
    conditions = set(query.getlist("condition_ids"))
    tokens = set(query.getlist("clob_token_ids"))
    tests: list[Test] = []
    if ids:
        tests.append(lambda fields: str(fields.get("id")) in ids)
    if slugs:
        tests.append(lambda fields: fields.get("slug") in slugs)
    if conditions:
        tests.append(lambda fields: fields.get("conditionId") in conditions)
    if tokens:
        tests.append(lambda fields: bool(tokens.intersection(_tokens(fields))))
    return tests


def _states(query: QueryParams) -> list[Test]:
    wanted: dict[str, bool | None] = {name: flag(query, name) for name in ("active", "archived", "closed")}
    if wanted["closed"] is None and not query.getlist("id") and not query.getlist("slug"):
        wanted["closed"] = False
    return [_is(name, value) for name, value in wanted.items() if value is not None]


def _is(name: str, value: bool) -> Test:  # noqa: FBT001 - it is the value that is compared
    return lambda fields: bool(fields.get(name)) is value


def _tests(query: QueryParams) -> list[Test]:
    tests = _named(query) + _states(query)
    for prefix, field in _RANGES.items():
        least, most = query.get(f"{prefix}_min"), query.get(f"{prefix}_max")
        if least or most:
            tests.append(_between(field, least, most))
    tag = query.get("tag_id") or query.get("tag_slug")
    if tag:
        tests.append(lambda fields: _has_tag(fields, tag))
    return tests


def listed(rows: Iterable[Row], query: QueryParams) -> list[Row]:
    """Return the rows that a query lets through."""
    tests = _tests(query)
    return [row for row in rows if all(test(row.fields) for test in tests)]


def _rank(value: Any) -> tuple[int, float, str]:
    """Return a sort key for numbers, numbers in strings, dates and nothing."""
    if value is None:
        return (0, 0.0, "")
    try:
        return (1, float(value), "")
    except (TypeError, ValueError):
        return (2, 0.0, str(value))


def ordered(rows: list[Row], query: QueryParams) -> list[Row]:
    """Return rows in the order asked for; without one they keep their own."""
    names = [name for name in query.get("order", "").split(",") if name]
    if not names:
        return rows
    ascending = flag(query, "ascending") is not False
    return sorted(
        rows, key=lambda row: [_rank(row.fields.get(name)) for name in names], reverse=not ascending
    )
