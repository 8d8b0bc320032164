"""What the benchmarks ask of the database beside what the service itself does."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from oraculum_kit.db import Connection
from oraculum_kit.sql_files import parse

# Beside a program and in no package.
_FILE: Final = Path(__file__).parent / "sql" / "candles.sql"
_SQL: Final = parse(_FILE.read_text(encoding="utf-8"), source=_FILE.name)


async def fill_candles(connection: Connection, market_ids: Sequence[str], from_time: datetime) -> None:
    """Write a month of hourly candles of some markets."""
    await _SQL["fill_candles"].run(connection, market_ids=list(market_ids), from_time=from_time)


async def settle_candles(connection: Connection) -> None:
    """What autovacuum would have done by the time that somebody asks."""
    await _SQL["settle_candles"].run(connection)
