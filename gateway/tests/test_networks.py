"""Networks that are shut out or free of limits, and limits of single routes."""

from collections.abc import Mapping
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from oraculum_gateway.config import load
from oraculum_gateway.limits import Allowance
from oraculum_gateway.networks import Networks, parse_networks
from oraculum_kit.config import ConfigurationError

ENVIRONMENT = dict.fromkeys(("SERVICE_NAME", "SERVICE_KEY", "SERVICE_KEYS_FILE", "AUTH_TARGET", "EVENT_TARGET", "PREDICTION_TARGET", "WALLET_TARGET", "MARKET_DATA_TARGET", "NOTIFICATION_TARGET", "HTTP_LISTEN", "INTERNAL_LISTEN", "REDIS_URL"), "x")  # fmt: skip
LOCAL = parse_networks("127.0.0.0/8")
TIERS = {"stranger": (Allowance(2, 60),), "basic": (Allowance(10, 60),)}


def test_networks_hold_their_addresses() -> None:
    networks = Networks(denied=parse_networks("10.0.0.0/8, 2001:db8::/32 192.0.2.7"))
    assert [True, True, True] == [
        networks.denies(address) for address in ("10.1.2.3", "2001:db8::1", "192.0.2.7")
    ]
    assert [False, False, False] == [
        networks.denies(address) for address in ("11.0.0.1", "2001:db9::1", "unknown")
    ]


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("NETWORKS_DENIED", "10.0.0.0/33"),
        ("NETWORKS_UNLIMITED", "10.0.0.1/8"),
        ("RATE_LIMIT_ROUTES", "quote"),
        ("RATE_LIMIT_ROUTES", "quote=5"),
    ],
)
def test_what_cannot_be_read_keeps_it_from_starting(variable: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=variable):
        load({**ENVIRONMENT, variable: text})


def test_a_route_that_costs_much_has_a_limit_unless_it_is_taken_away() -> None:
    def limits(text: str) -> Mapping[str, tuple[Allowance, ...]]:
        return load({**ENVIRONMENT, "RATE_LIMIT_ROUTES": text}).routes

    assert {"adviseStake": (Allowance(30, 60),)} == limits("")
    assert {"adviseStake": (Allowance(30, 60),), "quote": (Allowance(5, 60),)} == limits("quote=5/60")
    assert {"adviseStake": ()} == limits("adviseStake=none")


async def test_who_is_shut_out_gets_nothing(start_gateway: Any, redis_url: str) -> None:
    async with start_gateway(redis_url, networks=Networks(denied=LOCAL)) as gateway:
        for path in ("/api/v1/events", "/docs", "/nowhere"):
            response = await gateway.http.get(path, headers=gateway.bearing())
            assert (403, "network_denied") == (response.status_code, response.json()["code"])
        with pytest.raises(InvalidStatus, match="403"):
            await connect(gateway.url.replace("http", "ws") + "/ws")
        assert not gateway.backend.asked


async def test_who_is_free_of_limits_is_not_counted(start_gateway: Any, redis_url: str) -> None:
    async with start_gateway(redis_url, TIERS, networks=Networks(unlimited=LOCAL)) as gateway:
        await gateway.redis.flushdb()
        answers = [await gateway.http.get("/api/v1/categories") for _ in range(5)]
    assert {200} == {answer.status_code for answer in answers}
    assert "ratelimit-limit" not in answers[0].headers


async def test_a_route_has_a_limit_of_its_own(start_gateway: Any, redis_url: str) -> None:
    routes = {"listCategories": (Allowance(2, 60),)}
    async with start_gateway(redis_url, {**TIERS, "stranger": ()}, routes=routes) as gateway:
        await gateway.redis.flushdb()
        headers = gateway.bearing()
        answers = [await gateway.http.get("/api/v1/categories", headers=headers) for _ in range(3)]
        other = await gateway.http.get("/api/v1/positions", headers=headers)
    assert [200, 200, 429] == [answer.status_code for answer in answers]
    assert "2" == answers[0].headers["ratelimit-limit"]
    assert 200 == other.status_code
