"""The latest quotes of a market for whoever asks: from Redis, and when that is away the last that was written down."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog
from redis.exceptions import RedisError

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection
from oraculum_kit.timestamps import from_wire
from oraculum_market_data.board import top_to_wire
from oraculum_market_data.quality import Kind
from oraculum_market_data.repository.quotes import Quotes
from oraculum_market_data.sinks.redis import RedisQuotes
from oraculum_market_data.wire import QUALITY_TO_WIRE

_log = structlog.stdlib.get_logger(__name__)


class Latest:
    """Reads latest quotes and says which are stale."""

    def __init__(self, redis: RedisQuotes, clock: Clock, stale_after: timedelta) -> None:
        self._redis = redis
        self._clock = clock
        self._stale_after = stale_after
        self._quotes = Quotes()

    async def of_market(self, connection: Connection, venue: str, market_id: str) -> Sequence[pb.VenueQuote]:
        """The latest quotes, in outcome order; outcomes never quoted are left out."""
        try:
            quotes = await self._redis.of_market(venue, market_id)
            silent = await self._is_silent(venue)
            flags = await self._redis.flags(venue, market_id)
        except (RedisError, OSError) as error:
            _log.warning("redis.away", error=repr(error))
            quotes, silent, flags = (), True, {}
        if not quotes:
            tops = await self._quotes.latest(connection, venue, market_id, self._clock.now())
            quotes = [top_to_wire(top) for top in tops]
        for quote in quotes:
            quote.stale = silent and self._is_old(quote)
            quote.quality.extend(_badges(quote, flags))
        return quotes

    async def of_markets(
        self, names: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Sequence[pb.VenueQuote]]:
        """The latest quotes of several markets; none while Redis is away."""
        try:
            return await self._redis.of_markets(names)
        except (RedisError, OSError) as error:
            _log.warning("redis.away", error=repr(error))
            return {}

    async def _is_silent(self, venue: str) -> bool:
        """Whether nobody has heard of a venue for too long; its quotes may then be anything."""
        heard = await self._redis.last_heard(venue)
        return heard is None or self._clock.now() - heard > self._stale_after

    def _is_old(self, quote: pb.VenueQuote) -> bool:
        return self._clock.now() - from_wire(quote.received_at) > self._stale_after


def _badges(quote: pb.VenueQuote, flags: Mapping[str, Sequence[str]]) -> list[pb.QualityKind.ValueType]:
    """What is wrong with a quote: with its outcome, its market or its venue."""
    names = {*flags.get("", ()), *flags.get(str(quote.outcome), ())}
    if quote.stale:
        names.add(Kind.STALE.value)
    return sorted(QUALITY_TO_WIRE[Kind(name)] for name in names)
