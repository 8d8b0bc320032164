"""What the benchmarks ask of the database beside what the service itself does."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from oraculum_kit.db import Connection

_FILL: Final = (Path(__file__).parent / "sql" / "candles.sql").read_bytes()


async def fill_candles(connection: Connection, market_ids: Sequence[str], from_time: datetime) -> None:
    """Write a month of hourly candles of some markets."""
    await connection.execute(_FILL, {"market_ids": list(market_ids), "from_time": from_time})


async def settle_candles(connection: Connection) -> None:
    """What autovacuum would have done by the time that somebody asks."""
    await connection.execute("vacuum analyze candle")
