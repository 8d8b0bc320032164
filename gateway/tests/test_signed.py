"""Requests signed with an API key, over HTTP, with an auth that a test plays and a real Redis."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from oraculum.auth.v1.api_key_service_pb2 import OpenApiKeyResponse
from oraculum_gateway.limits import Allowance
from oraculum_gateway.signed import signature
from oraculum_kit.errors import NotFound
from oraculum_kit.ids import uuid7

KEY = str(uuid7())
SECRET = b"a secret of this test"
OWNER = uuid7()
READ = "/api/v1/wallet/balances"
COMMAND = "/api/v1/notifications/read-all"


@pytest.fixture
def vouched(gateway) -> Any:
    """A gateway whose auth knows one key."""
    answer = OpenApiKeyResponse(
        secret=SECRET,
        scopes=["read", "notifications"],
        tier="basic",
        access_token=gateway.parties.token(OWNER),
    )
    answer.expires_at.FromDatetime(datetime.now(UTC) + timedelta(minutes=5))
    gateway.backend.on("OpenApiKey", answer)
    return gateway


async def send(
    gateway: Any,
    method: str,
    target: str,
    *,
    body: bytes = b"",
    seconds: float = 0,
    key: str = KEY,
    **changes: str,
) -> httpx.Response:
    timestamp = str(int((datetime.now(UTC).timestamp() + seconds) * 1000))
    headers = {
        "x-api-key": key,
        "x-timestamp": timestamp,
        "x-signature": signature(SECRET, timestamp, method, target, body),
    }
    if body:
        headers["content-type"] = "application/json"
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}
    return await gateway.http.request(method, target, headers=headers, content=body or None)


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_acts_for_its_owner(vouched) -> None:
    assert 200 == (await send(vouched, "GET", READ)).status_code
    asked = [name for name, _ in vouched.backend.asked]
    assert ["OpenApiKey", "GetBalances"] == asked


async def test_path_query_and_body_are_signed(vouched) -> None:
    target = "/api/v1/notifications?limit=5"
    assert 200 == (await send(vouched, "GET", target)).status_code
    timestamp = str(int(datetime.now(UTC).timestamp()))
    for other in ("/api/v1/notifications?limit=6", "/api/v1/notifications"):
        made = signature(SECRET, timestamp, "GET", other, b"")
        answer = await send(vouched, "GET", target, x_timestamp=timestamp, x_signature=made)
        assert (401, "signature_invalid") == code(answer)
    made = signature(SECRET, timestamp, "POST", COMMAND, b"{}")
    answer = await send(vouched, "POST", COMMAND, x_timestamp=timestamp, x_signature=made)
    assert (401, "signature_invalid") == code(answer)


@pytest.mark.parametrize("given", ["", "0" * 64, "ü", "x" * 5000])
async def test_what_is_no_signature_is_refused(vouched, given: str) -> None:
    timestamp = str(int(datetime.now(UTC).timestamp()))
    headers = {"x-api-key": KEY, "x-timestamp": timestamp, "x-signature": given.encode("latin-1")}
    assert 401 == (await vouched.http.get(READ, headers=headers)).status_code


@pytest.mark.parametrize("seconds", [-32, 32])
async def test_an_old_or_a_future_time_is_refused(vouched, seconds: int) -> None:
    assert (401, "timestamp_invalid") == code(await send(vouched, "GET", READ, seconds=seconds))


@pytest.mark.parametrize("text", ["", "now", "-1", "1e9", "99999999999999999999", "١٢٣٤٥٦٧٨٩٠"])
async def test_what_is_no_time_is_refused(vouched, text: str) -> None:
    headers = {"x-api-key": KEY, "x-timestamp": text.encode(), "x-signature": b"0" * 64}
    assert 401 == (await vouched.http.get(READ, headers=headers)).status_code


async def test_a_command_is_not_played_again(vouched) -> None:
    """Whoever saw it on its way gains nothing, another idempotency key included."""
    first = await send(vouched, "POST", COMMAND)
    headers = {name: first.request.headers[name] for name in ("x-api-key", "x-timestamp", "x-signature")}
    again = await vouched.http.post(COMMAND, headers={**headers, "idempotency-key": "another"})
    assert first.is_success
    assert (401, "request_replayed") == code(again)
    upper = {**headers, "x-signature": headers["x-signature"].upper()}
    assert (401, "request_replayed") == code(await vouched.http.post(COMMAND, headers=upper))


async def test_a_key_does_what_its_scopes_say(vouched) -> None:
    for method, target in (
        ("POST", "/api/v1/predictions:cancel-all"),
        ("GET", "/api/v1/auth/sessions"),
        ("GET", "/api/v1/admin/users"),
        ("DELETE", f"/api/v1/auth/api-keys/{KEY}"),
        ("POST", "/api/v1/wallet/deposits"),
    ):
        answer = await send(vouched, method, target)
        assert answer.status_code in {403, 404, 405}, target
        if answer.status_code == 403:
            assert "scope_missing" == answer.json()["code"]


@pytest.mark.parametrize(
    ("method", "rest"),
    [("GET", ""), ("POST", ""), ("DELETE", f"/{KEY}")],
    ids=["list", "make", "delete"],
)
async def test_a_key_leaves_no_webhook_that_outlives_it(vouched, method: str, rest: str) -> None:
    """Although its scopes are those of notices."""
    answer = await send(vouched, method, f"/api/v1/webhooks/subscriptions{rest}")
    assert (403, "scope_missing") == (answer.status_code, answer.json()["code"])


async def test_a_key_that_nobody_knows_is_refused(gateway) -> None:
    gateway.backend.on("OpenApiKey", NotFound())
    assert (401, "api_key_unknown") == code(await send(gateway, "GET", READ))


async def test_a_revoked_key_is_refused_although_it_was_opened(vouched) -> None:
    assert 200 == (await send(vouched, "GET", READ)).status_code
    vouched.parties.revoked = lambda user: user.id == OWNER
    assert 401 == (await send(vouched, "GET", READ)).status_code


async def test_a_change_of_tier_costs_a_key_nothing(gateway) -> None:
    """Its token counts no more, and the next request is made with another one."""
    tiers = iter(["basic", "premium", "premium"])

    def vouch(_: object) -> OpenApiKeyResponse:
        answer = OpenApiKeyResponse(
            secret=SECRET, scopes=["read"], access_token=gateway.parties.token(OWNER, tier=next(tiers))
        )
        answer.expires_at.FromDatetime(datetime.now(UTC) + timedelta(minutes=5))
        return answer

    gateway.backend.on("OpenApiKey", vouch)
    assert 200 == (await send(gateway, "GET", READ)).status_code
    gateway.parties.revoked = lambda user: user.tier == "basic"
    assert 200 == (await send(gateway, "GET", READ)).status_code
    assert 200 == (await send(gateway, "GET", READ)).status_code
    asked = [name for name, _ in gateway.backend.asked]
    assert ["OpenApiKey", "GetBalances", "OpenApiKey", "GetBalances", "GetBalances"] == asked


async def test_a_key_that_ended_is_asked_for_once_and_refused(vouched) -> None:
    assert 200 == (await send(vouched, "GET", READ)).status_code
    vouched.parties.revoked = lambda user: user.id == OWNER
    vouched.backend.on("OpenApiKey", NotFound())
    assert (401, "api_key_unknown") == code(await send(vouched, "GET", READ))


async def test_whoever_cannot_sign_does_not_make_auth_work(vouched) -> None:
    assert 200 == (await send(vouched, "GET", READ)).status_code
    vouched.parties.revoked = lambda user: user.id == OWNER
    for _ in range(3):
        assert (401, "signature_invalid") == code(await send(vouched, "GET", READ, x_signature="0" * 64))
    assert 1 == [name for name, _ in vouched.backend.asked].count("OpenApiKey")


async def test_a_token_beside_it_is_ambiguous(vouched) -> None:
    answer = await send(vouched, "GET", READ, authorization=f"Bearer {vouched.token(UUID(int=1))}")
    assert (401, "ambiguous_credentials") == code(answer)


async def test_keys_count_against_their_owner(start_gateway, redis_url: str) -> None:
    """Whoever makes more keys may ask for no more."""
    allowed = {"basic": (Allowance(3, 3600),), "stranger": (Allowance(100, 60),)}
    async with start_gateway(redis_url, allowed) as gateway:
        owner = uuid7()
        answer = OpenApiKeyResponse(
            secret=SECRET, scopes=["read"], tier="basic", access_token=gateway.parties.token(owner)
        )
        answer.expires_at.FromDatetime(datetime.now(UTC) + timedelta(minutes=5))
        gateway.backend.on("OpenApiKey", answer)
        answers = [await send(gateway, "GET", READ, key=str(uuid7())) for _ in range(4)]
        by_token = await gateway.http.get(READ, headers=gateway.bearing(owner))
    assert [200, 200, 200, 429] == [one.status_code for one in answers]
    assert 429 == by_token.status_code
