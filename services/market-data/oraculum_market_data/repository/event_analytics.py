"""How events of ours are traded, from the candles that are kept of them."""

from datetime import datetime
from typing import Final, NamedTuple

from oraculum_kit.db import Connection, queries

_SQL: Final = queries("oraculum_market_data", "sql/event_analytics.sql")


class Range(NamedTuple):
    """Where the price of an outcome began, was and is, in millionths, and how often it was traded."""

    outcome: int
    open_millionths: int
    high_millionths: int
    low_millionths: int
    close_millionths: int
    trades: int
    first_at: datetime
    last_at: datetime


class Span(NamedTuple):
    """What was traded in a span of time, the volume as decimal text."""

    starts_at: datetime
    volume: str
    trades: int


async def ranges(connection: Connection, venue: str, market_id: str) -> list[Range]:
    """The prices of a market over all its life, by outcome."""
    rows = await _SQL.ranges.tuples(connection, venue=venue, venue_market_id=market_id)
    return [Range._make(row) for row in rows]


async def spans(
    connection: Connection, venue: str, market_id: str, *, span: int, first: datetime, last: datetime
) -> list[Span]:
    """What was traded in the spans that begin between two instants, oldest first."""
    rows = await _SQL.spans.tuples(
        connection, venue=venue, venue_market_id=market_id, span=span, first=first, last=last
    )
    return [Span._make(row) for row in rows]
