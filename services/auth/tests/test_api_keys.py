"""Keys of programs over gRPC against a real database."""

from uuid import UUID

import jwt
import pytest

from oraculum.auth.v1 import api_key_service_pb2 as ak
from oraculum.auth.v1 import auth_service_pb2 as pb
from oraculum.auth.v1 import credential_service_pb2 as cr
from oraculum.auth.v1.api_key_service_pb2_grpc import ApiKeyServiceStub
from oraculum_auth.api_keys import KEYS_MAX
from oraculum_auth.errors import AccountBanned, ApiKeyUnknown, TooManyKeys
from oraculum_kit.errors import InvalidArgument, PermissionDenied, Unauthenticated
from oraculum_kit.testing import bearing
from oraculum_kit.tokens import TokenRevoked

EMAIL = "ada@example.com"
PASSWORD = "correct horse battery staple"
OTHER = "another good passphrase"


async def registered(auth) -> pb.RegisterResponse:
    return await auth.stub.Register(pb.RegisterRequest(email=EMAIL, password=PASSWORD, display_name="Ada"))


async def made(auth, ada: pb.RegisterResponse, *scopes: str, days: int = 0) -> ak.CreateApiKeyResponse:
    with bearing(ada.tokens.access_token):
        return await auth.keys.CreateApiKey(
            ak.CreateApiKeyRequest(name="bot", scopes=scopes or ["read"], days=days)
        )


async def opened(auth, key_id: str) -> ak.OpenApiKeyResponse:
    return await auth.keys.OpenApiKey(ak.OpenApiKeyRequest(key_id=key_id))


async def test_the_gateway_gets_the_secret_and_a_token_of_the_owner(auth) -> None:
    ada = await registered(auth)
    key = await made(auth, ada, "trade", "read")
    # Ends the sessions that the person had before, and no key.
    await auth.raise_administrator(ada.user.user_id)
    answer = await opened(auth, key.key.key_id)
    assert (key.secret.encode(), ["read", "trade"]) == (answer.secret, list(answer.scopes))
    user = await auth.parties.trust.users.verify(answer.access_token)
    assert (UUID(ada.user.user_id), UUID(key.key.key_id)) == (user.id, user.session_id)
    assert frozenset({"user", "creator"}) == user.roles


async def test_nobody_else_is_told_the_secret(auth) -> None:
    ada = await registered(auth)
    key = await made(auth, ada)
    with bearing(ada.tokens.access_token):
        listed = (await auth.keys.ListApiKeys(ak.ListApiKeysRequest())).keys
    assert [key.key.key_id] == [one.key_id for one in listed]
    assert key.secret not in str(listed)
    for service in ("wallet", None):
        async with auth.parties.channel(f"127.0.0.1:{auth.port}", service=service) as other:
            with bearing(ada.tokens.access_token), pytest.raises((PermissionDenied, Unauthenticated)):
                await ApiKeyServiceStub(other).OpenApiKey(ak.OpenApiKeyRequest(key_id=key.key.key_id))
    async with auth.database.connection() as connection:
        cursor = await connection.execute(
            "select t::text from api_key t union all select o::text from outbox o"
        )
        text = str(await cursor.fetchall())
    assert key.secret not in text
    assert key.secret.encode().hex() not in text


@pytest.mark.parametrize("end", ["revoked", "expired", "reset", "changed", "banned"])
async def test_a_key_that_ended_opens_nothing(auth, end: str) -> None:
    ada = await registered(auth)
    key = await made(auth, ada, days=1)
    token = (await opened(auth, key.key.key_id)).access_token
    match end:
        case "revoked":
            with bearing(ada.tokens.access_token):
                await auth.keys.RevokeApiKey(ak.RevokeApiKeyRequest(key_id=key.key.key_id))
        case "expired":
            auth.clock.advance(seconds=86_401)
        case "banned":
            with auth.parties.signed_in(roles={"admin"}):
                await auth.stub.BanUser(pb.BanUserRequest(user_id=ada.user.user_id, reason="spam"))
        case "changed":
            request = cr.ChangePasswordRequest(current_password=PASSWORD, new_password=OTHER)
            with bearing(ada.tokens.access_token):
                await auth.credentials.ChangePassword(request)
        case _:
            for _ in ("confirm the address", "a key was made"):
                await auth.mails.next()
            await auth.credentials.RequestPasswordReset(cr.RequestPasswordResetRequest(email=EMAIL))
            token_of_mail = await auth.mails.token()
            await auth.credentials.ResetPassword(
                cr.ResetPasswordRequest(token=token_of_mail, new_password=OTHER)
            )
    with pytest.raises((ApiKeyUnknown, AccountBanned)):
        await opened(auth, key.key.key_id)
    if end != "expired":
        user = jwt.decode(token, options={"verify_signature": False})
        assert user["sid"] == key.key.key_id
        await until_revoked(auth, token)


async def until_revoked(auth, token: str) -> None:
    import asyncio

    async with asyncio.timeout(5):
        while True:
            try:
                await auth.parties.trust.users.verify(token)
            except TokenRevoked:
                return
            await asyncio.sleep(0.01)


async def test_nobody_ends_the_key_of_another(auth) -> None:
    ada = await registered(auth)
    key = await made(auth, ada)
    with auth.parties.signed_in(), pytest.raises(ApiKeyUnknown):
        await auth.keys.RevokeApiKey(ak.RevokeApiKeyRequest(key_id=key.key.key_id))
    await opened(auth, key.key.key_id)


async def test_there_are_bounds(auth) -> None:
    ada = await registered(auth)
    with pytest.raises(InvalidArgument):
        await made(auth, ada, "admin")
    for _ in range(KEYS_MAX):
        await made(auth, ada)
    with pytest.raises(TooManyKeys):
        await made(auth, ada)
