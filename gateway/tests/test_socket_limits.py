"""How often and how much: sockets count like requests, and nobody has more of them, or hears more, than is allowed."""

import json

import pytest
import websockets

from oraculum_gateway.limits import Allowance
from oraculum_gateway.networks import Networks, parse_networks
from oraculum_gateway.seats import UNBOUNDED, Bounds, Seats
from oraculum_kit.testing.messaging import eventually

CHANNEL = "event.01890000-0000-7000-8000-0000000000ee"
ONE = Bounds(1, 1)


def markets(count: int, *, first: int = 0) -> list[str]:
    """Channels that nobody ever said anything on: names alone."""
    return [f"market.kalshi.X{number}" for number in range(first, first + count)]


async def refused(gateway, **options: object) -> tuple[int, str]:
    """With what a new socket is refused."""
    with pytest.raises(websockets.InvalidStatus) as refusal:
        async with gateway.socket(**options):
            pass
    response = refusal.value.response
    assert "retry-after" in response.headers
    return response.status_code, json.loads(response.body)["code"]


async def _true(value: object) -> bool:
    return bool(value)


class TestRequests:
    async def test_sockets_are_counted_like_requests(self, start_gateway, redis_url: str) -> None:
        tiers = {"stranger": (Allowance(2, 60),), "basic": (Allowance(100, 60),)}
        async with start_gateway(redis_url, tiers) as gateway:
            await gateway.redis.flushdb()
            for _ in range(2):
                async with gateway.socket():
                    pass
            with pytest.raises(websockets.InvalidStatus) as refused:
                async with gateway.socket():
                    pass
            async with gateway.socket(additional_headers=gateway.bearing()) as connection:
                assert (await connection.hear())["type"] == "authenticated"
        assert refused.value.response.status_code == 429
        assert "retry-after" in refused.value.response.headers

    async def test_tokens_cannot_be_tried_for_ever(self, start_gateway, redis_url: str) -> None:
        async with start_gateway(redis_url, {"stranger": (Allowance(3, 60),)}) as gateway:
            await gateway.redis.flushdb()
            async with gateway.socket() as connection:
                codes = [(await connection.ask(type="auth", token=f"{n}"))["code"] for n in range(3)]
        assert codes == ["token_invalid", "token_invalid", "rate_limited"]

    async def test_resuming_counts(self, start_gateway, redis_url: str) -> None:
        async with start_gateway(redis_url, {"stranger": (Allowance(2, 60),)}) as gateway:
            await gateway.redis.flushdb()
            async with gateway.socket() as connection:
                answers = [await connection.ask(type="resume", channel=CHANNEL, seq=0) for _ in range(2)]
        assert [answer["type"] for answer in answers] == ["resumed", "error"]

    async def test_channels_that_are_new_to_a_socket_count_twenty_for_a_request(
        self, start_gateway, redis_url: str
    ) -> None:
        async with start_gateway(redis_url, {"stranger": (Allowance(6, 3600),)}) as gateway:
            await gateway.redis.flushdb()
            async with gateway.positioning(), gateway.socket() as connection:
                # The socket is one, forty names two, the same again one.
                for _ in range(2):
                    answer = await connection.ask(type="subscribe", channels=markets(40))
                    assert len(answer["channels"]) == 40
                refused = await connection.ask(type="subscribe", channels=markets(60, first=40))
                assert (refused["type"], refused["code"]) == ("error", "rate_limited")
                assert len(gateway.hub._channels) == 40
                one = await connection.ask(type="subscribe", channels=markets(1, first=40))
                assert len(one["channels"]) == 1


class TestSeats:
    async def test_networks_that_no_limit_holds_have_sockets_as_they_like(
        self, start_gateway, redis_url: str
    ) -> None:
        free, seats = Networks((), parse_networks("127.0.0.1")), Seats(100, stranger=ONE, account=ONE)
        tiers = {"stranger": (Allowance(1, 3600),)}
        async with start_gateway(redis_url, tiers, networks=free, seats=seats) as gateway:
            await gateway.redis.flushdb()
            async with gateway.socket() as first, gateway.socket() as second, gateway.positioning():
                for connection, name in zip((first, second), markets(2), strict=True):
                    answer = await connection.ask(type="subscribe", channels=[name, "events"])
                    assert answer["rejected"] == []

    async def test_a_caller_has_so_many_sockets_at_once(self, start_gateway, redis_url: str) -> None:
        """Requests are limited by time, sockets stay: a few a minute would fill the gateway by tomorrow."""
        seats = Seats(100, stranger=Bounds(2, 100), account=ONE)
        async with start_gateway(redis_url, seats=seats) as gateway:
            bearing = gateway.bearing()
            async with gateway.socket() as first, gateway.socket() as second:
                assert await refused(gateway) == (429, "too_many_sockets")
                async with gateway.socket(additional_headers=bearing) as account:
                    assert (await account.hear())["type"] == "authenticated"
                    assert await refused(gateway, additional_headers=bearing) == (429, "too_many_sockets")
                    token = bearing["authorization"].removeprefix("Bearer ")
                    answer = await first.ask(type="auth", token=token)
                    assert (answer["type"], answer["code"]) == ("auth.rejected", "too_many_sockets")
                # It was somebody's own by then: a place among strangers is free.
                assert (await second.ask(type="auth", token=gateway.token()))["type"] == "authenticated"
                async with gateway.socket() as third:
                    assert await third.ask(type="ping") == {"type": "pong"}
            await eventually(lambda: _true(not seats.taken))

    async def test_all_sockets_of_a_caller_hear_so_many_channels(self, start_gateway, redis_url: str) -> None:
        seats = Seats(100, stranger=Bounds(100, 3), account=UNBOUNDED)
        async with start_gateway(redis_url, seats=seats) as gateway, gateway.positioning():
            async with gateway.socket() as first, gateway.socket() as second:
                await first.ask(type="subscribe", channels=markets(2))
                answer = await second.ask(type="subscribe", channels=markets(2))
                assert [one["code"] for one in answer["rejected"]] == ["too_many_channels"]
                await first.ask(type="unsubscribe", channels=markets(1))
                answer = await second.ask(type="subscribe", channels=markets(2))
                assert answer["rejected"] == []
            await eventually(lambda: _true(not seats.taken and not gateway.hub._channels))

    async def test_nobody_is_let_in_past_what_the_gateway_has(self, start_gateway, redis_url: str) -> None:
        seats = Seats(1, stranger=UNBOUNDED, account=UNBOUNDED)
        async with start_gateway(redis_url, seats=seats) as gateway, gateway.socket():
            assert await refused(gateway) == (503, "too_many_sockets")
