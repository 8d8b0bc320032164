"""How far the histories of markets were asked for, and what of them is not written down yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from oraculum_kit.db import Connection, queries
from oraculum_market_data.normal import Venue
from oraculum_market_data.repository.texts import storable
from oraculum_market_data.trades import Deal

_sql: Final = queries("oraculum_market_data", "sql/backfill.sql")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time of which a market's trades are asked for, and the page that comes next."""

    market_id: str
    since: datetime
    reach: datetime
    cursor: str = ""
    is_whole: bool = False


class Backfills:
    """The stretches of a venue."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue.value

    async def all(self, connection: Connection) -> dict[str, Stretch]:
        """How far each market is, by id."""
        rows = await _sql.stretches.tuples(connection, venue=self._venue)
        return {row[0]: Stretch(*row) for row in rows}

    async def save(self, connection: Connection, stretch: Stretch) -> None:
        """Note how far a market is."""
        await _sql.save_stretch.run(
            connection,
            venue=self._venue,
            venue_market_id=storable(stretch.market_id),
            since=stretch.since,
            reach=stretch.reach,
            cursor=storable(stretch.cursor),
            is_whole=stretch.is_whole,
        )

    async def missed(self, connection: Connection, market_id: str, deals: Sequence[Deal]) -> list[Deal]:
        """Those trades of a market that nobody has written down."""
        if not deals:
            return []
        market = {"venue": self._venue, "venue_market_id": storable(market_id)}
        told = await _sql.told_trades.tuples(
            connection, **market, trade_ids=[storable(deal.trade_id) for deal in deals]
        )
        known = {trade_id for (trade_id,) in told}
        left = [deal for deal in deals if storable(deal.trade_id) not in known]
        if self._venue != Venue.POLYMARKET.value or not left:
            return left
        times = [deal.venue_time for deal in left]
        rows = await _sql.told_transactions.tuples(
            connection,
            **market,
            since=min(times),
            reach=max(times),
            transactions=[storable(_transaction(deal)) for deal in left],
        )
        settled = {transaction for (transaction,) in rows}
        return [deal for deal in left if _transaction(deal) not in settled]


def _transaction(deal: Deal) -> str:
    return deal.trade_id.partition(":")[0]
