import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from redis.asyncio import BlockingConnectionPool, Redis

from oraculum_gateway.limits import Allowance, RateLimiter
from oraculum_gateway.problems import Problem
from oraculum_gateway.route import Limit

ALLOWED = 40
TIERS = {"basic": (Allowance(ALLOWED, 3600),)}


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        yield client


async def ask(limiter: RateLimiter, caller: str, times: int) -> list[int | None]:
    """What is left after each of so many requests at once; None for those past the limit."""

    async def one() -> int | None:
        try:
            verdict = await limiter.check(Limit.COMMAND, "basic", caller)
        except Problem:
            return None
        assert verdict is not None
        return verdict.remaining

    return await asyncio.gather(*(one() for _ in range(times)))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(4096):
        writer.write(chunk)


class TestRequestsAtOnce:
    async def test_each_counts_once_and_is_answered_for_itself(self, redis: Redis) -> None:
        """Sharing a round trip changes nothing: so many pass, the others do not, and each hears what it left."""
        told = await ask(RateLimiter(redis, TIERS), uuid4().hex, ALLOWED + 10)
        assert [*range(ALLOWED - 1, -1, -1), *[None] * 10] == told

    async def test_people_do_not_count_against_each_other(self, redis: Redis) -> None:
        limiter = RateLimiter(redis, TIERS)
        told = await asyncio.gather(*(ask(limiter, uuid4().hex, 2) for _ in range(50)))
        assert [[ALLOWED - 1, ALLOWED - 2]] * 50 == told

    async def test_whoever_is_held_to_more_limits_is_answered_for_their_own(self, redis: Redis) -> None:
        """Questions of one round trip differ in how many limits they have; the answers go to who asked."""
        single = (Allowance(2, 60),)
        limiter = RateLimiter(
            redis, TIERS | {"admin": (Allowance(9, 60), Allowance(7, 3600))}, {"once": single}
        )
        plain, both, alone = (uuid4().hex for _ in range(3))

        async def left(tier: str, caller: str, route: str) -> int | None:
            try:
                verdict = await limiter.check(Limit.COMMAND, tier, caller, route)
            except Problem as refused:
                assert refused.headers["ratelimit-limit"] == "2"  # noqa: PT017  all of them are asked at once
                return None
            assert verdict is not None
            return verdict.remaining

        asked = [
            left("basic", plain, ""), left("admin", both, "once"), left("admin", both, "once"),
            left("admin", both, "once"), left("admin", alone, ""), left("basic", plain, "once"),
        ]  # fmt: skip
        assert [ALLOWED - 1, 1, 0, None, 6, 1] == await asyncio.gather(*asked)

    async def test_what_weighs_more_counts_like_so_many(self, redis: Redis) -> None:
        limiter, caller = RateLimiter(redis, TIERS), uuid4().hex
        verdict = await limiter.check(Limit.READ, "basic", caller, weight=30)
        assert verdict is not None
        assert ALLOWED - 30 == verdict.remaining
        with pytest.raises(Problem):
            await limiter.check(Limit.READ, "basic", caller, weight=11)
        assert [ALLOWED - 31] == await ask(limiter, caller, 1)

    async def test_what_weighs_more_than_a_window_holds_passes_where_nothing_was_asked(
        self, redis: Redis
    ) -> None:
        """A limit is of how often; something that could never pass would be another rule."""
        verdict = await RateLimiter(redis, TIERS).check(Limit.READ, "basic", uuid4().hex, weight=ALLOWED + 1)
        assert verdict is not None
        assert 0 == verdict.remaining

    async def test_a_redis_that_forgot_the_script_learns_it_again(self, redis: Redis) -> None:
        """A restart of Redis is nobody's fault: the requests behind it are counted, once."""
        limiter, caller = RateLimiter(redis, TIERS), uuid4().hex
        await redis.script_flush()
        assert [ALLOWED - 1, ALLOWED - 2, ALLOWED - 3] == await ask(limiter, caller, 3)
        await redis.script_flush()
        assert [ALLOWED - 4] == await ask(limiter, caller, 1)

    async def test_without_redis_bets_go_on_and_sign_in_does_not(self) -> None:
        async with Redis(host="127.0.0.1", port=9, socket_connect_timeout=0.2) as nobody:
            limiter = RateLimiter(nobody, TIERS | {"sign_in": TIERS["basic"]})
            verdicts = await asyncio.gather(*(limiter.check(Limit.COMMAND, "basic", "a") for _ in range(3)))
            assert [None] * 3 == verdicts
            with pytest.raises(Problem) as refused:
                await limiter.check(Limit.SIGN_IN, "basic", "a")
            assert "sign_in_unavailable" == refused.value.code

    async def test_sign_in_asks_again_when_redis_stood_still(self, redis_url: str) -> None:
        connections = 0

        async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal connections
            connections += 1
            async with AsyncExitStack() as stack:
                stack.callback(writer.close)
                if connections == 1:
                    await reader.read()
                    return
                address = urlsplit(redis_url)
                there, here = await asyncio.open_connection(address.hostname, address.port)
                stack.callback(here.close)
                await asyncio.gather(_copy(reader, here), _copy(there, writer))

        async with await asyncio.start_server(pass_on, "127.0.0.1", 0) as proxy:
            port = proxy.sockets[0].getsockname()[1]
            # As the gateway has it: a pool's clients ask nothing again by themselves.
            pool = BlockingConnectionPool.from_url(f"redis://127.0.0.1:{port}", socket_timeout=0.5)
            async with Redis.from_pool(pool) as slow:
                limiter = RateLimiter(slow, TIERS | {"sign_in": TIERS["basic"]})
                verdict = await limiter.check(Limit.SIGN_IN, "basic", uuid4().hex)
        assert verdict is not None
        assert ALLOWED - 1 == verdict.remaining
        assert 2 == connections

    async def test_whoever_came_while_redis_stood_still_waits_no_longer_than_those_it_was_asked_for(
        self,
    ) -> None:
        """Else a crowd would wait one silence after another, each for a few of them, and the last for minutes."""
        connections = 0

        async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal connections
            connections += 1
            await reader.read(-1)
            writer.close()

        async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as silent:
            port = silent.sockets[0].getsockname()[1]
            pool = BlockingConnectionPool.from_url(f"redis://127.0.0.1:{port}", socket_timeout=0.5)
            async with Redis.from_pool(pool) as still:
                limiter = RateLimiter(still, TIERS)
                verdicts = await asyncio.gather(
                    *(limiter.check(Limit.COMMAND, "basic", uuid4().hex) for _ in range(500))
                )
        assert [None] * 500 == verdicts
        assert 1 == connections

    async def test_who_gives_up_waiting_harms_nobody(self, redis: Redis) -> None:
        limiter, caller = RateLimiter(redis, TIERS), uuid4().hex
        leaver = asyncio.create_task(ask(limiter, caller, 1))
        await asyncio.sleep(0)
        leaver.cancel()
        told = await ask(limiter, caller, 2)
        assert told[0] in {ALLOWED - 1, ALLOWED - 2}
        assert told[1] == told[0] - 1
