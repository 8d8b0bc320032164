"""Two layers of kept answers: the memory of this process, and Valkey for all gateways and for one that starts anew.

An answer is kept as the bytes that leave, so that a hit is a look into a table. It is found by a digest of what was asked
for: strangers make that as long, and as often another one, as they like. It ends by its own life, the shorter one where
memory and Valkey differ, and before that when the news say that it tells the past. Whoever misses asks for all who come
meanwhile: a thousand at once are one question to the services. What fails is never kept.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from oraculum_gateway import metrics
from oraculum_gateway.caching.news import News, Stamp
from oraculum_kit.clock import Clock

_log = structlog.stdlib.get_logger(__name__)

# Prices in a list of many may be this old, as `s-maxage=1` tells everybody anyway; a busy market would drop it always.
LIST_SECONDS: Final = 1.0
# Nobody hears what changes: long enough for a crowd, too short to matter.
UNHEARD_SECONDS: Final = 1.0
_ANSWER_BYTES_MAX: Final = 512 * 1024
# What an answer takes of memory beside its bytes, and each name that it depends on; a test measures that it is enough.
_ENTRY_BYTES: Final = 1536
_NAME_BYTES: Final = 128
# What lives shorter is not worth a way to Valkey.
_SHARED_FROM_SECONDS: Final = 10.0
# A Valkey that is slow is worse than none.
_SHARED_SECONDS_MAX: Final = 0.1


@dataclass(frozen=True, slots=True)
class Content:
    """What a handler's answer comes to, and what it depends on."""

    body: bytes
    etag: str
    seconds: float
    # Out of date as soon as anything is said of these, ...
    tags: tuple[str, ...] = ()
    # ... and a moment after anything is said of these.
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that is kept."""

    content: Content
    stamp: Stamp
    loaded_at: datetime

    @property
    def size(self) -> int:
        """What it takes of memory."""
        content = self.content
        return len(content.body) + _ENTRY_BYTES + _NAME_BYTES * (len(content.tags) + len(content.members))


Load = Callable[[], Awaitable[Content]]


class Answers:
    """Keeps them."""

    def __init__(self, redis: Redis, news: News, clock: Clock, *, bytes_max: int) -> None:
        """Keep so many bytes in memory; with 0 nothing is kept anywhere."""
        self._bytes_max = bytes_max
        self._redis = redis
        self._news = news
        self._clock = clock
        # Answers of a version that describes itself otherwise are of no use to this one.
        self.version = ""
        self._memory: OrderedDict[str, Kept] = OrderedDict()
        self._size = 0
        self._loading: dict[str, asyncio.Task[Kept]] = {}

    async def get(self, route: str, asked: str, load: Load) -> Content:
        """What is kept of what was asked for, else what is loaded once for all who ask."""
        if not self._bytes_max:
            return await load()
        key = _digest(asked)
        while True:
            known = self._known(route, key)
            if known is not None:
                return known
            loading = self._loading.get(key)
            if loading is None:
                loading = self._loading[key] = asyncio.create_task(self._load(route, key, load))
                loading.add_done_callback(_looked_at)
                return (await asyncio.shield(loading)).content
            metrics.CACHED.labels(route, "together").inc()
            # Whoever asked first may go away; the others still wait.
            kept = await asyncio.shield(loading)
            # It was asked for before we came: what changed in between must be in what we get.
            if self._news.counts(kept.stamp, kept.content.tags):
                return kept.content

    def _known(self, route: str, key: str) -> Content | None:
        """What memory has, if it still counts."""
        kept = self._memory.get(key)
        if kept is None:
            return None
        if not self._counts(kept):
            self._drop(key)
            return None
        self._memory.move_to_end(key)
        metrics.CACHED.labels(route, "memory").inc()
        return kept.content

    async def _load(self, route: str, key: str, load: Load) -> Kept:
        try:
            return await self._find(route, key, load)
        finally:
            # Before anybody who waited goes on: to whom it does not count asks anew, and must not meet this one again.
            del self._loading[key]

    async def _find(self, route: str, key: str, load: Load) -> Kept:
        shared = await self._shared(key)
        if shared is not None:
            metrics.CACHED.labels(route, "shared").inc()
            self._remember(key, shared)
            return shared
        metrics.CACHED.labels(route, "miss").inc()
        stamp, now = self._news.stamp(), self._clock.now()
        kept = Kept(await load(), stamp, now)
        if kept.content.seconds > 0 and len(kept.content.body) <= _ANSWER_BYTES_MAX:
            self._remember(key, kept)
            if kept.content.seconds >= _SHARED_FROM_SECONDS:
                await self._share(key, kept)
        return kept

    def _counts(self, kept: Kept) -> bool:
        content, age = kept.content, (self._clock.now() - kept.loaded_at).total_seconds()
        if content.tags or content.members:
            if not self._news.current:
                return age < min(content.seconds, UNHEARD_SECONDS)
            if not self._news.counts(kept.stamp, content.tags):
                return False
            if age >= LIST_SECONDS and not self._news.counts(kept.stamp, content.members):
                return False
        return age < content.seconds

    def _remember(self, key: str, kept: Kept) -> None:
        self._drop(key)
        self._memory[key] = kept
        self._size += kept.size
        # In the order of their last use: what nobody asked for again goes with its life, whether or not room is needed.
        while self._memory and (self._size > self._bytes_max or self._is_past(next(iter(self._memory)))):
            self._drop(next(iter(self._memory)))
        metrics.CACHED_BYTES.set(self._size)

    def _is_past(self, key: str) -> bool:
        kept = self._memory[key]
        return (self._clock.now() - kept.loaded_at).total_seconds() >= kept.content.seconds

    def _drop(self, key: str) -> None:
        kept = self._memory.pop(key, None)
        if kept is not None:
            self._size -= kept.size

    async def _shared(self, key: str) -> Kept | None:
        """What Valkey has, if it counts for us: we may have heard more than whoever wrote it down."""
        raw = await self._ask(self._redis.get(self._name(key)))
        if not isinstance(raw, bytes):
            return None
        head, _, body = raw.partition(b"\n")
        told = orjson.loads(head)
        content = Content(body, told["etag"], told["seconds"], tuple(told["tags"]), tuple(told["members"]))
        loaded_at = datetime.fromtimestamp(told["loaded_at"], UTC)
        kept = Kept(content, Stamp(tuple(told["heard"]), -1), loaded_at)
        return kept if self._news.current and self._counts(kept) else None

    async def _share(self, key: str, kept: Kept) -> None:
        content = kept.content
        head = {
            "etag": content.etag,
            "seconds": content.seconds,
            "tags": content.tags,
            "members": content.members,
            "heard": kept.stamp.heard,
            "loaded_at": kept.loaded_at.timestamp(),
        }
        value = orjson.dumps(head) + b"\n" + content.body
        await self._ask(self._redis.set(self._name(key), value, px=int(content.seconds * 1000)))

    async def _ask(self, question: Awaitable[object]) -> object:
        try:
            async with asyncio.timeout(_SHARED_SECONDS_MAX):
                return await question
        except (RedisError, OSError, TimeoutError) as error:
            metrics.CACHE_FAILURES.inc()
            _log.warning("cache.away", error=str(error))
            return None

    def _name(self, key: str) -> str:
        return f"answer:{self.version}:{key}"


def _digest(asked: str) -> str:
    return hashlib.blake2b(asked.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def _looked_at(done: asyncio.Task[Kept]) -> None:
    """Whoever waited is told; that nobody waited any more is no failure of its own."""
    if not done.cancelled():
        done.exception()
