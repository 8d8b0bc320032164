"""What the shares of a closed market are worth if its event is cancelled: the time-weighted prices of an hour of its trading.

It is the last one unless an administrator names another: whoever knows first that an event will be called off may have bought
its last hour.

They are averaged over every fill, as long as these are not too many to be read while somebody waits. Of an hour with more
each second has the prices of one moment in it. Which moment that is follows from the state in which the market ended, so
that it is the same for whoever asks again, and nobody who trades can know when to push a price for a moment only.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from oraculum_kit.db import Connection
from oraculum_kit.errors import Internal
from oraculum_money import Price
from oraculum_prediction import pricing
from oraculum_prediction.pricing import PricePoint
from oraculum_prediction.repository import markets as repository
from oraculum_prediction.repository.markets import MarketRow, TradingHour

FILLS_MAX: Final = 5_000
_SECOND: Final = timedelta(seconds=1)
_MICROSECOND: Final = timedelta(microseconds=1)


async def void_prices(
    connection: Connection,
    market: MarketRow,
    *,
    hour_ends_at: datetime | None = None,
    fills_max: int = FILLS_MAX,
) -> tuple[Price, ...]:
    """Average the prices of a closed market; its fills are final, so it comes out the same whenever it is asked.

    An hour that reaches beyond the time in which it was traded is cut there.
    """
    hour = await repository.trading_hour(connection, market.event_id, hour_ends_at)
    if hour is None:
        raise Internal("A market that is not closed has no void prices yet.")
    points = await repository.price_points(connection, market.event_id, hour, fills_max=fills_max)
    if points is None:
        points = await _drawn(connection, market, hour)
    elif not points or points[0].at > hour.starts_at:
        # Until the first trade the prices are those that the market opened with.
        points.insert(0, PricePoint(market.opened_at, tuple(market.opening_prices)))
    return pricing.void_prices(points, hour.starts_at, hour.ends_at)


async def _drawn(connection: Connection, market: MarketRow, hour: TradingHour) -> list[PricePoint]:
    """The prices of one moment of each second, as if they had held for all of it."""
    seconds = list(_seconds(hour))
    moments = [_moment(market, start, hour) for start in seconds]
    prices = await repository.prices_at(connection, market.event_id, moments)
    opening = tuple(market.opening_prices)
    return [PricePoint(start, held or opening) for start, held in zip(seconds, prices, strict=True)]


def _seconds(hour: TradingHour) -> Iterator[datetime]:
    """When each second of it begins; the last may be shorter, as the hour of a young market is."""
    start = hour.starts_at
    while start < hour.ends_at:
        yield start
        start += _SECOND


def _moment(market: MarketRow, start: datetime, hour: TradingHour) -> datetime:
    """A moment in the second that begins here."""
    length = min(_SECOND, hour.ends_at - start) // _MICROSECOND
    drawn = hashlib.sha256(market.state_hash + start.isoformat().encode()).digest()
    return start + int.from_bytes(drawn) % length * _MICROSECOND
