"""The latest quotes in Redis, which may forget."""

from datetime import UTC, datetime
from decimal import Decimal

from redis.asyncio import Redis

from oraculum_market_data.board import Top
from oraculum_market_data.figures import Price
from oraculum_market_data.normal import Venue
from oraculum_market_data.sinks.redis import RedisQuotes
from oraculum_market_data.sinks.sink import Batch

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def batch(*outcomes: int) -> Batch:
    """A quote of each of these outcomes."""
    price = Price(Decimal("0.4"))
    return Batch(
        [Top((Venue.KALSHI, "K", outcome), price, None, None, None, None, NOW, NOW) for outcome in outcomes],
        (),
    )


async def ends_in_days(redis: Redis) -> int:
    """When the market's quotes end by themselves."""
    (key,) = await redis.keys("*:market:kalshi:K")
    return round(await redis.ttl(key) / 86_400)


async def test_quotes_end_by_themselves_even_after_redis_has_forgotten_them(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as redis:
        await redis.flushdb()
        quotes = RedisQuotes(redis)
        await quotes.write(batch(0))
        assert 7 == await ends_in_days(redis)
        # The end is put off once an hour only, yet what begins anew in between has one too.
        await redis.flushdb()
        await quotes.write(batch(0, 1))
        assert 7 == await ends_in_days(redis)
        assert [0, 1] == [quote.outcome for quote in await quotes.of_market("kalshi", "K")]
