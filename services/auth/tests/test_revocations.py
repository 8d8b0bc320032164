"""What another service hears of revocations, over gRPC from auth on a real database."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from time import monotonic
from uuid import UUID

import pytest

from oraculum.auth.v1 import auth_service_pb2 as pb
from oraculum.auth.v1.trust_service_pb2 import WatchRevocationsRequest
from oraculum_auth.errors import AccountBanned, OwnAccount, RefreshTokenUnknown
from oraculum_kit.caller import Caller, User, calling_as
from oraculum_kit.errors import PermissionDenied
from oraculum_kit.ids import uuid7
from oraculum_kit.revocations import Revocations, RevocationsUnknown, watch_rpc
from oraculum_kit.tokens import TokenRevoked

PASSWORD = "correct horse battery staple"


async def registered(auth) -> pb.RegisterResponse:
    return await auth.stub.Register(
        pb.RegisterRequest(email="ada@example.com", password=PASSWORD, display_name="Ada")
    )


async def user_of(auth, tokens: pb.Tokens) -> User:
    return await auth.parties.trust.users.verify(tokens.access_token)


async def until(holds: Callable[[], bool], seconds: float = 10) -> float:
    """Wait until it holds; how long it took."""
    began = monotonic()
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.005)
    return monotonic() - began


@pytest.fixture
async def wallet(auth) -> AsyncIterator[Revocations]:
    """What the service wallet knows, in a verifier of its own."""
    revocations = Revocations(watch_rpc(auth.trust.WatchRevocations, WatchRevocationsRequest()), auth.clock)
    task = asyncio.create_task(revocations.run())
    await revocations.learned()
    yield revocations
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def administrator(auth) -> AbstractContextManager[User]:
    return auth.parties.signed_in(roles={"admin"})


class TestBan:
    async def test_is_heard_everywhere_and_lets_nobody_back_in(self, auth, wallet) -> None:
        account = await registered(auth)
        user = await user_of(auth, account.tokens)
        with administrator(auth):
            request = pb.BanUserRequest(user_id=account.user.user_id, reason="several accounts")
            banned = (await auth.stub.BanUser(request)).user
            assert (True, "several accounts") == (banned.banned, banned.ban_reason)
            await auth.stub.BanUser(request)
        await until(lambda: wallet.revoked(user))
        with pytest.raises(RefreshTokenUnknown):
            await auth.stub.Refresh(pb.RefreshRequest(refresh_token=account.tokens.refresh_token))
        sign_in = pb.SignInWithPasswordRequest(email="ada@example.com", password=PASSWORD)
        with pytest.raises(AccountBanned):
            await auth.stub.SignInWithPassword(sign_in)
        with administrator(auth):
            await auth.stub.UnbanUser(pb.UnbanUserRequest(user_id=account.user.user_id))
        fresh = await user_of(auth, (await auth.stub.SignInWithPassword(sign_in)).tokens)
        assert (True, False) == (wallet.revoked(user), wallet.revoked(fresh))

    async def test_is_for_administrators_and_not_for_oneself(self, auth) -> None:
        account = await registered(auth)
        request = pb.BanUserRequest(user_id=account.user.user_id, reason="spite")
        with auth.parties.signed_in(), pytest.raises(PermissionDenied):
            await auth.stub.BanUser(request)
        with auth.parties.signed_in(UUID(account.user.user_id), roles={"admin"}), pytest.raises(OwnAccount):
            await auth.stub.BanUser(request)


class TestRights:
    async def test_nobody_sets_their_own(self, auth) -> None:
        """Neither to have more, nor to be no administrator any more where there is no other."""
        user_id = (await registered(auth)).user.user_id
        with auth.parties.signed_in(UUID(user_id), roles={"admin"}):
            with pytest.raises(OwnAccount):
                await auth.stub.SetRoles(pb.SetRolesRequest(user_id=user_id, roles=["user"]))
            with pytest.raises(OwnAccount):
                await auth.stub.SetTier(pb.SetTierRequest(user_id=user_id, tier="premium"))

    @pytest.mark.parametrize("change", ["roles", "tier"])
    async def test_tokens_that_say_otherwise_count_no_more(self, auth, wallet, change: str) -> None:
        """The session goes on: its next token says what is true."""
        account = await registered(auth)
        user = await user_of(auth, account.tokens)
        with administrator(auth):
            if change == "roles":
                request = pb.SetRolesRequest(user_id=account.user.user_id, roles=["creator"])
                await auth.stub.SetRoles(request)
            else:
                await auth.stub.SetTier(pb.SetTierRequest(user_id=account.user.user_id, tier="premium"))
        await until(lambda: wallet.revoked(user))
        answer = await auth.stub.Refresh(pb.RefreshRequest(refresh_token=account.tokens.refresh_token))
        fresh = await user_of(auth, answer.tokens)
        assert not wallet.revoked(fresh)
        assert "creator" in fresh.roles or fresh.tier == "premium"


class TestListening:
    async def test_a_verifier_that_starts_late_knows_what_was_revoked_before(self, auth) -> None:
        account = await registered(auth)
        user = await user_of(auth, account.tokens)
        with calling_as(Caller(request_id=str(uuid7()), user_token=f"Bearer {account.tokens.access_token}")):
            await auth.stub.SignOut(pb.SignOutRequest())
        late = Revocations(watch_rpc(auth.trust.WatchRevocations, WatchRevocationsRequest()), auth.clock)
        with pytest.raises(RevocationsUnknown):
            late.revoked(user)
        task = asyncio.create_task(late.run())
        await late.learned()
        assert late.revoked(user)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def test_every_verifier_hears_of_each_session_among_many(self, auth, wallet) -> None:
        """Transactions commit in another order than they begin; none is passed over."""
        accounts = [
            await auth.stub.Register(pb.RegisterRequest(email=f"user{number}@example.com", password=PASSWORD))
            for number in range(12)
        ]
        users = [await user_of(auth, account.tokens) for account in accounts]

        async def sign_out(account: pb.RegisterResponse) -> None:
            token = f"Bearer {account.tokens.access_token}"
            with calling_as(Caller(request_id=str(uuid7()), user_token=token)):
                await auth.stub.SignOut(pb.SignOutRequest())

        await asyncio.gather(*(sign_out(account) for account in accounts))
        await until(lambda: all(wallet.revoked(user) for user in users))
        with pytest.raises(TokenRevoked):
            await auth.parties.trust.users.verify(accounts[0].tokens.access_token)

    async def test_people_do_not_listen(self, auth) -> None:
        async with auth.parties.channel(f"127.0.0.1:{auth.port}") as stranger:
            from oraculum.auth.v1.trust_service_pb2_grpc import TrustServiceStub

            with auth.parties.signed_in(roles={"admin"}), pytest.raises(PermissionDenied):
                async for _ in TrustServiceStub(stranger).WatchRevocations(WatchRevocationsRequest()):
                    pass
