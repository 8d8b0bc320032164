"""The same question on two venues."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from oraculum_kit.db import Connection, queries
from oraculum_market_data.documents import market_of
from oraculum_market_data.matching.matcher import Pair
from oraculum_market_data.normal import Market
from oraculum_market_data.repository.texts import storable

_sql: Final = queries("oraculum_market_data", "sql/matches.sql")
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class MatchRow:
    """Two markets, and the outcomes of them that say the same."""

    first: Market
    first_outcome: int
    second: Market
    second_outcome: int
    score_millionths: int


@dataclass(frozen=True, slots=True)
class _Row:
    first_outcome: int
    second_outcome: int
    score_millionths: int
    found_at: datetime
    first_document: str
    second_document: str


class Matches:
    """Matches."""

    async def replace(self, connection: Connection, pairs: Sequence[Pair], now: datetime) -> None:
        """Write down what the matcher found, in place of what it found before."""
        await _sql.delete_matches.run(connection)
        await _sql.insert_matches.run(
            connection,
            first_venues=[pair.first.venue for pair in pairs],
            first_market_ids=[storable(pair.first.market_id) for pair in pairs],
            first_outcomes=[pair.first.outcome for pair in pairs],
            second_venues=[pair.second.venue for pair in pairs],
            second_market_ids=[storable(pair.second.market_id) for pair in pairs],
            second_outcomes=[pair.second.outcome for pair in pairs],
            scores=[min(_MILLION, round(pair.score * _MILLION)) for pair in pairs],
            found=[now for _ in pairs],
        )

    async def find(
        self, connection: Connection, *, venue: str | None, market_id: str | None, row_count: int
    ) -> list[MatchRow]:
        """Matches, the surest first."""
        rows = await _sql.list_matches.all(
            connection, _Row, venue=venue, venue_market_id=market_id, row_count=row_count
        )
        return [
            MatchRow(
                market_of(row.first_document),
                row.first_outcome,
                market_of(row.second_document),
                row.second_outcome,
                row.score_millionths,
            )
            for row in rows
        ]
