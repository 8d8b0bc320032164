"""Markets of the venues: written as they change, listed by what people look for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from oraculum_kit.db import Connection, Statement, queries
from oraculum_market_data.documents import document, fingerprint, market_of
from oraculum_market_data.normal import Market
from oraculum_market_data.repository.texts import storable

_markets: Final = queries("oraculum_market_data", "sql/markets.sql")

# Only the filters that are asked for enter the statement, so that the planner sees conditions it has indexes for.
_FILTERS: Final = {
    "venue": "venue = %(venue)s",
    "statuses": "status = any (%(statuses)s)",
    "query": "search_words @@ websearch_to_tsquery('english', %(query)s)",
}


@dataclass(frozen=True, slots=True)
class MarketRow:
    """A market and when it was first seen, which is where it stands in lists."""

    market: Market
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class _Row:
    document: str
    first_seen_at: datetime


class Markets:
    """Markets of the venues."""

    async def save(
        self, connection: Connection, markets: Sequence[Market], now: datetime
    ) -> set[tuple[str, str]]:
        """Write markets as they stand now; the keys of those that are new or changed."""
        rows = await _markets.save_markets.tuples(
            connection,
            venues=[market.venue.value for market in markets],
            venue_market_ids=[storable(market.id) for market in markets],
            titles=[storable(market.title) for market in markets],
            statuses=[market.status.value for market in markets],
            documents=[document(market) for market in markets],
            fingerprints=[fingerprint(market) for market in markets],
            now=now,
        )
        return {(venue, market_id) for venue, market_id, is_changed in rows if is_changed}

    async def one(self, connection: Connection, venue: str, market_id: str) -> Market | None:
        """One market."""
        row = await _markets.market.one(connection, _Row, venue=venue, venue_market_id=market_id)
        return None if row is None else market_of(row.document)

    async def exists(self, connection: Connection, venue: str, market_id: str) -> bool:
        """Whether a market is known."""
        found = await _markets.has_market.value(connection, venue=venue, venue_market_id=market_id)
        return found is not None

    async def page(
        self,
        connection: Connection,
        filters: Mapping[str, object],
        *,
        after: tuple[Any, ...] | None,
        row_count: int,
        skip: int = 0,
    ) -> list[MarketRow]:
        """Rows of a list, after a position or after skipping so many."""
        statement = _page(tuple(sorted(filters)), after is not None)
        position = dict(zip(("after_seen", "after_venue", "after_id"), after or (), strict=False))
        rows = await statement.all(connection, _Row, **filters, **position, row_count=row_count, skip=skip)
        return [MarketRow(market_of(row.document), row.first_seen_at) for row in rows]

    async def count(self, connection: Connection, filters: Mapping[str, object]) -> int:
        """How many rows a list has in all."""
        return int(await _count(tuple(sorted(filters))).value(connection, **filters))

    async def count_by_venue(self, connection: Connection) -> dict[str, int]:
        """How many markets are known of each venue."""
        return dict(await _markets.count_by_venue.tuples(connection))


@lru_cache(maxsize=64)
def _page(filters: tuple[str, ...], after: bool) -> Statement:  # noqa: FBT001  a cache key
    conditions = [_FILTERS[name] for name in filters]
    if after:
        conditions.append(
            "(first_seen_at, venue, venue_market_id) < (%(after_seen)s, %(after_venue)s, %(after_id)s)"
        )
    return Statement(
        "list_markets",
        f"{_markets.list_markets.sql}\n{_where(conditions)}\n"
        "order by first_seen_at desc, venue desc, venue_market_id desc limit %(row_count)s offset %(skip)s",
    )


@lru_cache(maxsize=16)
def _count(filters: tuple[str, ...]) -> Statement:
    where = _where([_FILTERS[name] for name in filters])
    return Statement("count_markets", f"select count(*) from venue_market {where}")  # noqa: S608  ours


def _where(conditions: Sequence[str]) -> str:
    return f"where {' and '.join(conditions)}" if conditions else ""
