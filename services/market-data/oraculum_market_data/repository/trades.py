"""Trades, and the candles that they make."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum_kit.db import Connection, queries
from oraculum_market_data.figures import Price
from oraculum_market_data.minutes import Point, minutes_of
from oraculum_market_data.repository.texts import storable
from oraculum_market_data.trades import Deal

_sql: Final = queries("oraculum_market_data", "sql/trades.sql")

# Behind every position there is: the first page begins here.
_NEWEST: Final = (datetime(9999, 1, 1, tzinfo=UTC), "")


class Trades:
    """Trades and candles."""

    async def save(self, connection: Connection, deals: Sequence[Deal]) -> None:
        """Write trades down, and fold those that are new into the candles of their outcomes."""
        fresh = await self.insert(connection, deals)
        by_name = {_name(deal): deal for deal in deals}
        # In the order in which they were told: of trades of one time the last closes a candle.
        await self.fold(connection, [_point(deal) for name, deal in by_name.items() if name in fresh])

    async def insert(self, connection: Connection, deals: Sequence[Deal]) -> set[tuple[str, str, str]]:
        """Write down the trades that are not written yet; venue, market and id of these."""
        rows = await _sql.insert_trades.tuples(
            connection,
            venues=[deal.venue for deal in deals],
            venue_market_ids=[storable(deal.market_id) for deal in deals],
            trade_ids=[storable(deal.trade_id) for deal in deals],
            times=[deal.venue_time for deal in deals],
            outcomes=[deal.outcome for deal in deals],
            prices=[deal.price.exact for deal in deals],
            sizes=[deal.size for deal in deals],
            taker_sides=[deal.taker_side for deal in deals],
            received=[deal.received_at for deal in deals],
        )
        return set(rows)

    async def fold(self, connection: Connection, points: Sequence[Point]) -> None:
        """Fold points into the candles of every span."""
        minutes = minutes_of(points)
        if not minutes:
            return
        await _sql.fold_candles.run(
            connection,
            venues=[minute.venue for minute in minutes],
            venue_market_ids=[storable(minute.market_id) for minute in minutes],
            outcomes=[minute.outcome for minute in minutes],
            opens=[minute.open_millionths for minute in minutes],
            highs=[minute.high_millionths for minute in minutes],
            lows=[minute.low_millionths for minute in minutes],
            closes=[minute.close_millionths for minute in minutes],
            volumes=[minute.volume for minute in minutes],
            counts=[minute.trades for minute in minutes],
            firsts=[minute.first_at for minute in minutes],
            lasts=[minute.last_at for minute in minutes],
        )

    async def page(
        self,
        connection: Connection,
        venue: str,
        market_id: str,
        *,
        before: tuple[datetime, str] | None,
        row_count: int,
    ) -> list[Deal]:
        """Trades of a market, newest first."""
        before_time, before_id = before or _NEWEST
        rows = await _sql.list_trades.tuples(
            connection,
            venue=venue,
            venue_market_id=market_id,
            before_time=before_time,
            before_id=before_id,
            row_count=row_count,
        )
        return [
            Deal(venue, market_id, outcome, trade_id, Price(exact), size, taker_side, venue_time, received_at)
            for outcome, trade_id, exact, size, taker_side, venue_time, received_at in rows
        ]

    async def candles(
        self,
        connection: Connection,
        venue: str,
        market_id: str,
        *,
        span: int,
        from_time: datetime,
        to_time: datetime,
        outcome: int | None,
        row_count: int,
    ) -> pb.ListCandlesResponse:
        """Candles of a market, oldest first, as they are answered: a month has thousands, and each is made but once."""
        rows = await _sql.list_candles.tuples(
            connection,
            venue=venue,
            venue_market_id=market_id,
            span=span,
            from_time=from_time,
            to_time=to_time,
            outcome=outcome,
            row_count=row_count,
        )
        answer = pb.ListCandlesResponse()
        add = answer.candles.add
        for number, opened, first, highest, lowest, last, volume, trades in rows:
            add(
                outcome=number,
                open_time=Timestamp(seconds=opened),
                open_millionths=first,
                high_millionths=highest,
                low_millionths=lowest,
                close_millionths=last,
                volume=volume,
                trades=trades,
            )
        return answer


def _name(deal: Deal) -> tuple[str, str, str]:
    return deal.venue, storable(deal.market_id), storable(deal.trade_id)


def _point(deal: Deal) -> Point:
    return Point(
        deal.venue, deal.market_id, deal.outcome, deal.venue_time, deal.price.millionths, deal.size, 1
    )
