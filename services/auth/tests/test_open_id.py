"""Sign-in with OpenID Connect, over gRPC, with a real provider in a process of its own."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from oraculum.auth.v1 import auth_service_pb2 as auth_pb
from oraculum.auth.v1 import open_id_service_pb2 as pb
from oraculum.auth.v1.api_key_service_pb2 import CreateApiKeyRequest, OpenApiKeyRequest
from oraculum.auth.v1.credential_service_pb2 import VerifyEmailRequest
from oraculum.auth.v1.users_fact_pb2 import UsersFact
from oraculum_auth.errors import (
    ApiKeyUnknown,
    BadCredentials,
    OpenIdProviderAway,
    OpenIdProviderUnknown,
    OpenIdRefused,
    OpenIdStateUnknown,
    RefreshTokenUnknown,
    SecondFactorRequired,
)
from oraculum_auth.open_id_provider import ProviderConfig
from oraculum_kit.errors import ServiceError
from oraculum_kit.testing import bearing

EMAIL, PASSWORD = "ada@example.com", "correct horse battery staple"
MIGRATIONS = Path(__file__).parents[1] / "migrations"
SHOW_OPENED = MIGRATIONS / "20261121235500_show_mailboxes_of_accounts_opened_at_providers.sql"


@pytest.fixture
async def provider(free_port: Callable[[], int]) -> AsyncIterator[str]:
    """The address of a provider."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        await _answering(url)
        yield url
    finally:
        process.terminate()
        await process.wait()


async def _answering(url: str) -> None:
    async with httpx.AsyncClient() as http, asyncio.timeout(20):
        while True:
            try:
                await http.get(url)
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return


@pytest.fixture
async def outside(provider: str, web_server, free_port: Callable[[], int]) -> AsyncIterator[dict[str, Any]]:
    async def speak_for_another(_: Request) -> JSONResponse:
        async with httpx.AsyncClient() as http:
            document = (await http.get(f"{provider}/.well-known/openid-configuration")).json()
        return JSONResponse(document)

    path = "/.well-known/openid-configuration"
    async with web_server(Starlette(routes=[Route(path, speak_for_another)])) as foreigner:
        yield _known(provider, foreigner, f"http://127.0.0.1:{free_port()}")


def _known(provider: str, foreigner: str, absentee: str) -> dict[str, Any]:
    url = f"{provider}/.well-known/openid-configuration"
    absent = f"{absentee}/.well-known/openid-configuration"
    foreign = f"{foreigner}/.well-known/openid-configuration"
    names = {"mock": url, "absent": absent, "foreign": foreign, "other": url}
    return {"open_id": [ProviderConfig(name, at, "client", "secret") for name, at in names.items()]}


async def started(auth, provider: str = "mock") -> pb.StartOpenIdResponse:
    return await auth.open_id.StartOpenId(pb.StartOpenIdRequest(provider=provider))


async def answered(begun: pb.StartOpenIdResponse, subject: str = "ada", **claims: object) -> dict[str, str]:
    """What the provider sends the browser back with, once somebody has signed in there."""
    parts = urlsplit(begun.authorization_url)
    async with httpx.AsyncClient(base_url=f"{parts.scheme}://{parts.netloc}") as http:
        (await http.put(f"/users/{subject}", json=claims)).raise_for_status()
        response = await http.post(begun.authorization_url, data={"sub": subject})
    query = parse_qs(urlsplit(response.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


async def finished(
    auth, begun: pb.StartOpenIdResponse, answer: dict[str, str], **changes: str
) -> pb.FinishOpenIdResponse:
    request = pb.FinishOpenIdRequest(
        provider="mock",
        state=answer["state"],
        code=answer["code"],
        browser_secret=begun.browser_secret,
        origin=auth_pb.Origin(device_id="a-device-of-ada-at-home"),
    )
    for name, value in changes.items():
        setattr(request, name, value)
    return await auth.open_id.FinishOpenId(request)


async def signed_in(auth, subject: str = "ada", **claims: object) -> pb.FinishOpenIdResponse:
    begun = await started(auth)
    return await finished(auth, begun, await answered(begun, subject, **claims))


async def test_the_first_sign_in_opens_an_account_and_the_next_finds_it(auth) -> None:
    first = await signed_in(auth, email=EMAIL, email_verified=True, name="Ada Lovelace")
    again = await signed_in(auth, email=EMAIL, email_verified=True)
    assert (True, False) == (first.created, again.created)
    assert first.user.user_id == again.user.user_id
    assert (EMAIL, True, "Ada Lovelace") == (
        first.user.email,
        first.user.email_verified,
        first.user.display_name,
    )


async def test_what_the_browser_is_sent_with(auth) -> None:
    begun = await started(auth)
    query = parse_qs(urlsplit(begun.authorization_url).query)
    assert ["S256"] == query["code_challenge_method"]
    assert ["https://oraculum.test/api/v1/auth/oauth/mock/callback"] == query["redirect_uri"]
    assert {"state", "nonce", "code_challenge"} <= query.keys()
    assert begun.browser_secret not in begun.authorization_url


async def test_an_account_is_joined_when_both_proved_the_address(auth) -> None:
    origin = auth_pb.Origin(device_id="a-device-of-ada-at-home")
    mine = await auth.stub.Register(auth_pb.RegisterRequest(email=EMAIL, password=PASSWORD, origin=origin))
    await auth.credentials.VerifyEmail(VerifyEmailRequest(token=await auth.mails.token()))
    joined = await signed_in(auth, email="Ada@example.com", email_verified=True)
    assert (mine.user.user_id, False) == (joined.user.user_id, joined.created)


async def opened(auth, shown: str) -> auth_pb.RegisterResponse:
    """An account whose address was proved by a click; shown or not to be that of whoever reads the mails."""
    origin = auth_pb.Origin(device_id="a-device-of-ada-at-home")
    account = await auth.stub.Register(auth_pb.RegisterRequest(email=EMAIL, password=PASSWORD, origin=origin))
    verify = VerifyEmailRequest(token=await auth.mails.token())
    if shown == "by the session":
        with bearing(account.tokens.access_token):
            await auth.credentials.VerifyEmail(verify)
        return account
    await auth.credentials.VerifyEmail(verify)
    if shown == "by a mailed code":
        request = password_request("another-device-of-ada")
        with pytest.raises(SecondFactorRequired):
            await auth.stub.SignInWithPassword(request)
        lines = (await auth.mails.next()).get_content().splitlines()
        request.verification_code = next(line.strip() for line in lines if line.strip().isdecimal())
        await auth.stub.SignInWithPassword(request)
    return account


def password_request(device: str) -> auth_pb.SignInWithPasswordRequest:
    return auth_pb.SignInWithPasswordRequest(
        email=EMAIL, password=PASSWORD, origin=auth_pb.Origin(device_id=device)
    )


@pytest.mark.parametrize("shown", ["", "by the session", "by a mailed code"])
async def test_a_join_ends_what_nobody_has_shown_to_be_theirs(auth, shown: str) -> None:
    """Somebody opened an account with Ada's address, and she clicked what the mail offered; or it was Ada herself."""
    account = await opened(auth, shown)
    with bearing(account.tokens.access_token):
        key = (await auth.keys.CreateApiKey(CreateApiKeyRequest(name="bot", scopes=["trade"]))).key
    joined = await signed_in(auth, email=EMAIL, email_verified=True)
    assert (account.user.user_id, False) == (joined.user.user_id, joined.created)
    refusals = []
    for way_in in (
        auth.stub.Refresh(auth_pb.RefreshRequest(refresh_token=account.tokens.refresh_token)),
        auth.stub.SignInWithPassword(password_request("a-device-of-ada-at-home")),
        auth.keys.OpenApiKey(OpenApiKeyRequest(key_id=key.key_id)),
    ):
        try:
            await way_in
        except ServiceError as refusal:
            refusals.append(type(refusal))
    assert ([] if shown else [RefreshTokenUnknown, BadCredentials, ApiKeyUnknown]) == refusals
    again = await signed_in(auth, email=EMAIL, email_verified=True)
    assert account.user.user_id == again.user.user_id
    told = {(await auth.mails.next())["Subject"] for _ in range(2 + (shown == "by a mailed code"))}
    assert "Another provider's account signs in to yours" in told
    # Webhooks and whatever else others keep for the account end, too.
    new_passwords = [] if shown else [(account.user.user_id, "account_joined")]
    assert new_passwords == await passwords_told(auth)


async def passwords_told(auth) -> list[tuple[str, str]]:
    """Whose password is told to be another one, and why."""
    async with auth.database.connection() as connection:
        rows = await connection.execute("select payload from outbox where topic = 'users' order by id")
        facts = [UsersFact.FromString(payload) for (payload,) in await rows.fetchall()]
    changes = [fact.password_changed for fact in facts if fact.HasField("password_changed")]
    return [(change.user_id, change.reason) for change in changes]


async def test_who_opened_an_account_at_a_provider_has_shown_its_mailbox(auth) -> None:
    """Also before that was noted: the migration knows them by the moment at which account and identity were made."""
    theirs = (await signed_in(auth, "bela", email="bela@example.com", email_verified=True)).user.user_id
    clicked = (await opened(auth, "")).user.user_id
    auth.clock.advance(seconds=1)
    async with auth.database.connection() as connection:
        await connection.execute("update account set mailbox_shown = false")
        # Somebody joined the account that was opened here.
        await connection.execute(
            "insert into open_id_identity (issuer, subject, user_id, created_at) values ('i', 's', %s, %s)",
            [clicked, auth.clock.now()],
        )
        await connection.execute(SHOW_OPENED.read_text("utf-8"), prepare=False)
        rows = await connection.execute("select user_id::text, mailbox_shown from account")
        assert {theirs: True, clicked: False} == dict(await rows.fetchall())


@pytest.mark.parametrize(("mine", "theirs"), [(False, True), (True, False), (False, False)])
async def test_half_a_proof_joins_nothing(auth, *, mine: bool, theirs: bool) -> None:
    """Whoever claims an address, here or there, gets nobody's account by it."""
    claimed = await auth.stub.Register(auth_pb.RegisterRequest(email=EMAIL, password=PASSWORD))
    if mine:
        await auth.credentials.VerifyEmail(VerifyEmailRequest(token=await auth.mails.token()))
    other = await signed_in(auth, email=EMAIL, email_verified=theirs)
    assert other.user.user_id != claimed.user.user_id
    assert (EMAIL if theirs else "") == other.user.email


async def test_it_ends_only_in_the_browser_that_began_it(auth) -> None:
    begun, another = await started(auth), await started(auth)
    answer = await answered(begun)
    for secret in ("", "guess", another.browser_secret):
        with pytest.raises(OpenIdStateUnknown):
            await finished(auth, begun, answer, browser_secret=secret)
    assert (await finished(auth, begun, answer)).created


async def test_it_ends_once_and_in_time(auth) -> None:
    begun = await started(auth)
    answer = await answered(begun)
    await finished(auth, begun, answer)
    with pytest.raises(OpenIdStateUnknown):
        await finished(auth, begun, answer)
    late = await started(auth)
    answer = await answered(late)
    auth.clock.advance(seconds=660)
    with pytest.raises(OpenIdStateUnknown):
        await finished(auth, late, answer)


async def test_a_code_of_another_sign_in_is_refused(auth) -> None:
    """Its nonce is another one, whatever the provider says of the code."""
    victim, attacker = await started(auth), await started(auth)
    stolen = await answered(victim)
    answer = await answered(attacker, "mallory")
    with pytest.raises(OpenIdRefused):
        await finished(auth, attacker, answer, code=stolen["code"])


@pytest.mark.parametrize("changes", [{"code": "nonsense"}, {"issuer": "https://elsewhere.example"}])
async def test_what_the_provider_did_not_say_is_refused(auth, changes: dict[str, str]) -> None:
    begun = await started(auth)
    with pytest.raises(OpenIdRefused):
        await finished(auth, begun, await answered(begun), **changes)


async def test_another_providers_state_is_unknown(auth) -> None:
    begun = await started(auth)
    with pytest.raises(OpenIdStateUnknown):
        await finished(auth, begun, await answered(begun), provider="other")


async def test_a_provider_that_is_unknown_away_or_foreign(auth) -> None:
    with pytest.raises(OpenIdProviderUnknown):
        await started(auth, "nobody")
    for name in ("absent", "foreign"):
        with pytest.raises(OpenIdProviderAway):
            await started(auth, name)
