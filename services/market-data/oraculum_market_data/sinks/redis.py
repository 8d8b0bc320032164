"""The latest quote of every outcome in Redis: one hash per market, one pipeline per batch.

Redis may forget and may be away: readers then take the last quote that PostgreSQL has. Beside the markets stands one
hash that says when each venue was last heard, so that any replica can tell which quotes are stale.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final

import msgspec
from redis.asyncio import Redis

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum_market_data.board import encoded
from oraculum_market_data.normal import Venue
from oraculum_market_data.sinks.sink import Batch

_PREFIX: Final = "market-data"
_HEARD: Final = f"{_PREFIX}:heard"
_FLAGS: Final = f"{_PREFIX}:flags"
_flags: Final = msgspec.json.Decoder(dict[str, list[str]])
_QUOTE_PREFIX: Final = b"q"
# What redis-py takes as a field or a value; a mapping of bytes alone is not one of these to the type checker.
Field = bytes | bytearray | memoryview | str | int | float

_KEPT_SECONDS: Final = 7 * 24 * 3600
# How often the end of a busy market's hash is put off, and of how many markets we remember when it was.
_RENEWED_SECONDS: Final = 3600.0
_REMEMBERED_MAX: Final = 100_000


def _key(venue: str, market_id: str) -> str:
    return f"{_PREFIX}:market:{venue}:{market_id}"


class RedisQuotes:
    """Latest quotes, written by whoever follows the venues and read by every replica."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        # By key: until when its end need not be put off again, by the monotonic clock.
        self._renewed: dict[str, float] = {}

    async def write(self, batch: Batch) -> None:
        """Write the quotes of a batch in one round trip."""
        by_market: dict[str, dict[Field, Field]] = {}
        for top in batch.tops:
            venue, market_id, outcome = top.key
            fields = by_market.setdefault(_key(venue.value, market_id), {})
            fields[b"%b%d" % (_QUOTE_PREFIX, outcome)] = encoded(top)
        if not by_market:
            return
        now = monotonic()
        due = [key for key in by_market if self._renewed.get(key, 0.0) <= now]
        async with self._redis.pipeline(transaction=False) as pipeline:
            for key, fields in by_market.items():
                pipeline.hset(key, mapping=fields)
            for key in due:
                pipeline.expire(key, _KEPT_SECONDS)
            added = await pipeline.execute()
            # A field that was not there says that Redis has forgotten the market, and its end with it.
            forgotten = [key for key, count in zip(by_market, added, strict=False) if count]
            for key in set(forgotten).difference(due):
                pipeline.expire(key, _KEPT_SECONDS)
            await pipeline.execute()
        # Only now, for what failed is written again, its end with it.
        if len(self._renewed) + len(due) > _REMEMBERED_MAX:
            self._renewed.clear()
        self._renewed.update(dict.fromkeys(due, now + _RENEWED_SECONDS))

    async def of_markets(
        self, names: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], Sequence[pb.VenueQuote]]:
        """The latest quotes of several markets, by venue and id, in one round trip."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for venue, market_id in names:
                pipeline.hgetall(_key(venue, market_id))
            told = await pipeline.execute()
        return {name: _quotes_in(fields) for name, fields in zip(names, told, strict=True)}

    async def flag(
        self, flags: Mapping[tuple[Venue, str], Mapping[int | None, list[str]]], *, forget: bool
    ) -> None:
        """Show what is wrong with markets, by outcome; None and an empty market id stand for all there are."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            if forget:
                pipeline.delete(_FLAGS)
            for (venue, market_id), kinds in flags.items():
                field = f"{venue.value}:{market_id}"
                if kinds:
                    told = {
                        "" if outcome is None else str(outcome): names for outcome, names in kinds.items()
                    }
                    pipeline.hset(_FLAGS, field, msgspec.json.encode(told))
                else:
                    pipeline.hdel(_FLAGS, field)
            await pipeline.execute()

    async def flags(self, venue: str, market_id: str) -> dict[str, list[str]]:
        """What is wrong with a market, by outcome; under the empty name what is wrong with all of it."""
        told = await self._redis.hmget(_FLAGS, [f"{venue}:{market_id}", f"{venue}:"])
        gathered: dict[str, list[str]] = {}
        for text in told:
            if text is not None:
                for outcome, kinds in _flags.decode(text).items():
                    gathered.setdefault(outcome, []).extend(kinds)
        return gathered

    async def check(self) -> None:
        """Raise when Redis is away."""
        await self._redis.exists(_HEARD)

    async def of_market(self, venue: str, market_id: str) -> Sequence[pb.VenueQuote]:
        """The latest quotes of a market, in outcome order."""
        fields = await self._redis.hgetall(_key(venue, market_id))
        return _quotes_in(fields)

    async def heard(self, venue: str, at: datetime) -> None:
        """Remember when a venue was last heard."""
        await self._redis.hset(_HEARD, venue, str(round(at.timestamp() * 1000)))

    async def last_heard(self, venue: str) -> datetime | None:
        """When a venue was last heard."""
        text = await self._redis.hget(_HEARD, venue)
        return None if text is None else datetime.fromtimestamp(int(text) / 1000, UTC)


def _quotes_in(fields: Mapping[Any, Any]) -> Sequence[pb.VenueQuote]:
    quotes = [
        pb.VenueQuote.FromString(value)
        for name, value in fields.items()
        if isinstance(name, bytes) and isinstance(value, bytes) and name[:1] == _QUOTE_PREFIX
    ]
    return sorted(quotes, key=_outcome)


def _outcome(quote: pb.VenueQuote) -> int:
    return quote.outcome
