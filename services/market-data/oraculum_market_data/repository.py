"""What market-data asks of its database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from oraculum_kit.db import Connection, Statement, queries
from oraculum_market_data.board import Top
from oraculum_market_data.documents import document, fingerprint, market_of
from oraculum_market_data.figures import Price
from oraculum_market_data.normal import Market, Venue

_markets: Final = queries(__package__, "sql/markets.sql")
_ticks: Final = queries(__package__, "sql/ticks.sql")
_partitions: Final = queries(__package__, "sql/partitions.sql")

# How far back a quote is looked for that Redis does not have.
_QUOTE_AGE_MAX: Final = timedelta(days=60)

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
            venue_market_ids=[_storable(market.id) for market in markets],
            titles=[_storable(market.title) for market in markets],
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


class Quotes:
    """The history of quotes."""

    async def save(self, connection: Connection, tops: Sequence[Top]) -> None:
        """Write down how quotes stood."""
        await _ticks.save_quotes.run(
            connection,
            venues=[top.venue.value for top in tops],
            venue_market_ids=[_storable(top.market_id) for top in tops],
            outcomes=[top.outcome for top in tops],
            received=[top.received_at for top in tops],
            times=[top.venue_time for top in tops],
            bids=[_exact(top.bid) for top in tops],
            asks=[_exact(top.ask) for top in tops],
            bid_sizes=[top.bid_size for top in tops],
            ask_sizes=[top.ask_size for top in tops],
            lasts=[_exact(top.last) for top in tops],
        )

    async def latest(self, connection: Connection, venue: str, market_id: str, now: datetime) -> list[Top]:
        """The last quotes that were written down, in outcome order."""
        rows = await _ticks.last_quotes.tuples(
            connection, venue=venue, venue_market_id=market_id, since=now - _QUOTE_AGE_MAX
        )
        return [
            Top(
                venue=Venue(venue),
                market_id=market_id,
                outcome=outcome,
                bid=_price(bid),
                ask=_price(ask),
                bid_size=bid_size,
                ask_size=ask_size,
                last=_price(last),
                venue_time=venue_time,
                received_at=received_at,
            )
            for outcome, received_at, venue_time, bid, ask, bid_size, ask_size, last in rows
        ]


class Partitions:
    """The months of what is kept by months."""

    async def add(self, connection: Connection, parent: str, month: date) -> None:
        """Make the partition of a month."""
        await _partitions.add_month.run(connection, parent=parent, month=month)

    async def drop(self, connection: Connection, parent: str, before: date) -> int:
        """Drop the months before a day; how many."""
        return int(await _partitions.drop_months.value(connection, parent=parent, before=before))


def _storable(text: str) -> str:
    return text.replace("\0", "")


def _exact(of: Price | None) -> Any:
    return None if of is None else of.exact


def _price(value: Any) -> Price | None:
    return None if value is None else Price(value)


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
