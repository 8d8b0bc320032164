"""Trades of venues as they are kept, and the candles that they make."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from oraculum_kit.db import Database
from oraculum_market_data.figures import Price
from oraculum_market_data.housekeeping import prepare
from oraculum_market_data.repository.trades import Trades
from oraculum_market_data.trades import Deal

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
async def database(database_for) -> AsyncIterator[Database]:
    async with Database(await database_for("market-data")) as opened:
        await prepare(opened, NOON)
        yield opened


async def test_of_trades_of_one_time_the_first_opens_and_the_last_closes(database) -> None:
    """Venues tell dozens of trades with one millisecond; the chart ends where the last of them was made."""
    cents = range(10, 50)
    deals = [
        Deal("kalshi", "m", 1, f"trade {cent}", Price(Decimal(cent) / 100), Decimal(1), "buy", NOON, NOON)
        for cent in cents
    ]
    async with database.transaction() as connection:
        await Trades().save(connection, deals)
        (candle,) = (
            await Trades().candles(
                connection,
                "kalshi",
                "m",
                span=60,
                from_time=NOON,
                to_time=NOON + timedelta(minutes=1),
                outcome=1,
                row_count=10,
            )
        ).candles
    assert (100_000, 490_000, 40) == (candle.open_millionths, candle.close_millionths, candle.trades)
