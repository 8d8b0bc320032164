"""Signing in over gRPC against a real database: who gets in, who does not, and what a stolen token is worth."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import jwt
import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from grpc import StatusCode
from solders.keypair import Keypair

from oraculum.auth.v1 import auth_service_pb2 as pb
from oraculum.auth.v1.credential_service_pb2 import VerifyEmailRequest
from oraculum_auth.errors import (
    AccountBanned,
    BadCredentials,
    BadSignature,
    ChallengeExpired,
    ChallengeUnknown,
    RefreshTokenReused,
    RefreshTokenUnknown,
)
from oraculum_kit.caller import Caller, calling_as
from oraculum_kit.errors import Aborted, InvalidArgument
from oraculum_kit.ids import uuid7
from oraculum_kit.tokens import TokenExpired, TokenRevoked

PASSWORD = "correct horse battery staple"
EVM = Account.from_key("0x" + "11" * 32)
SOLANA = Keypair.from_seed(bytes(range(32)))


@contextmanager
def bearing(tokens: pb.Tokens) -> Iterator[None]:
    caller = Caller(request_id=str(uuid7()), user_token=f"Bearer {tokens.access_token}")
    with calling_as(caller):
        yield


async def registered(auth, email: str = "ada@example.com") -> pb.RegisterResponse:
    return await auth.stub.Register(pb.RegisterRequest(email=email, password=PASSWORD, display_name="Ada"))


async def challenged(auth, chain: pb.ChainKind.ValueType) -> pb.CreateChallengeResponse:
    address = EVM.address if chain == pb.CHAIN_KIND_EVM else str(SOLANA.pubkey())
    return await auth.stub.CreateChallenge(pb.CreateChallengeRequest(chain=chain, address=address))


def signed(challenge: pb.CreateChallengeResponse) -> pb.SignInWithWalletRequest:
    if "Ethereum" in challenge.message:
        signature = EVM.sign_message(encode_defunct(text=challenge.message)).signature.hex()
    else:
        signature = str(SOLANA.sign_message(challenge.message.encode()))
    return pb.SignInWithWalletRequest(nonce=challenge.nonce, signature=signature)


class TestRegister:
    async def test_a_new_account_is_signed_in(self, auth) -> None:
        response = await registered(auth)
        assert response.user.email == "ada@example.com"
        assert list(response.user.roles) == ["user"]
        with bearing(response.tokens):
            me = await auth.stub.GetMe(pb.GetMeRequest())
        assert me.user.user_id == response.user.user_id

    async def test_nobody_learns_whether_an_address_is_registered(self, auth) -> None:
        """The address is a claim: a second account with it is opened like the first, and signs in like it."""
        first = await registered(auth)
        await auth.credentials.VerifyEmail(VerifyEmailRequest(token=await auth.mails.token()))
        auth.clock.advance(seconds=1)
        other = "another good passphrase"
        second = await auth.stub.Register(
            pb.RegisterRequest(email="ADA@example.com", password=other, display_name="Ada")
        )
        for password, answer in ((PASSWORD, first), (other, second)):
            request = pb.SignInWithPasswordRequest(email="ada@example.com", password=password)
            assert answer.user.user_id == (await auth.stub.SignInWithPassword(request)).user.user_id

    async def test_the_same_request_opens_one_account(self, auth) -> None:
        """A retry with its key finds the account, whoever of the two was first, and is told that it is a retry."""
        request = pb.RegisterRequest(email="ada@example.com", password=PASSWORD, display_name="Ada")
        with calling_as(Caller(request_id="1", idempotency_key="key-1")):
            answers = await asyncio.gather(*(auth.stub.Register(request) for _ in range(3)))
        assert 1 == len({answer.user.user_id for answer in answers})
        assert 3 == len({answer.tokens.refresh_token for answer in answers})

    async def test_a_key_is_not_a_password(self, auth) -> None:
        request = pb.RegisterRequest(email="ada@example.com", password=PASSWORD, display_name="Ada")
        with calling_as(Caller(request_id="1", idempotency_key="key-1")):
            await auth.stub.Register(request)
            request.password = "another good passphrase"
            with pytest.raises(Aborted):
                await auth.stub.Register(request)

    async def test_every_bad_field_is_named(self, auth) -> None:
        with pytest.raises(InvalidArgument) as refused:
            await auth.stub.Register(pb.RegisterRequest(email="x", password="short", display_name="\u202e"))
        assert [violation.field for violation in refused.value.violations] == [
            "email",
            "password",
            "display_name",
        ]


class TestPassword:
    async def test_the_password_signs_in(self, auth) -> None:
        account = await registered(auth)
        response = await auth.stub.SignInWithPassword(
            pb.SignInWithPasswordRequest(email="ADA@example.com", password=PASSWORD)
        )
        assert response.user.user_id == account.user.user_id

    @pytest.mark.parametrize(
        ("email", "password"), [("ada@example.com", "wrong"), ("eve@example.com", PASSWORD)]
    )
    async def test_wrong_address_and_wrong_password_look_the_same(
        self, auth, email: str, password: str
    ) -> None:
        await registered(auth)
        with pytest.raises(BadCredentials) as refused:
            await auth.stub.SignInWithPassword(pb.SignInWithPasswordRequest(email=email, password=password))
        assert refused.value.metadata == {}


class TestWallet:
    @pytest.mark.parametrize("chain", [pb.CHAIN_KIND_EVM, pb.CHAIN_KIND_SOLANA])
    async def test_the_first_sign_in_opens_the_account_and_the_next_finds_it(self, auth, chain) -> None:
        first = await auth.stub.SignInWithWallet(signed(await challenged(auth, chain)))
        second = await auth.stub.SignInWithWallet(signed(await challenged(auth, chain)))
        assert (first.created, second.created) == (True, False)
        assert first.user.user_id == second.user.user_id
        assert [wallet.chain for wallet in second.user.wallets] == [chain]

    async def test_a_challenge_serves_once(self, auth) -> None:
        request = signed(await challenged(auth, pb.CHAIN_KIND_EVM))
        outcomes = await asyncio.gather(
            *(auth.stub.SignInWithWallet(request) for _ in range(4)), return_exceptions=True
        )
        assert sum(isinstance(outcome, pb.SignInWithWalletResponse) for outcome in outcomes) == 1
        assert sum(isinstance(outcome, ChallengeUnknown) for outcome in outcomes) == 3

    async def test_two_first_sign_ins_at_once_open_one_account(self, auth) -> None:
        requests = [signed(await challenged(auth, pb.CHAIN_KIND_EVM)) for _ in range(4)]
        outcomes = await asyncio.gather(
            *(auth.stub.SignInWithWallet(request) for request in requests), return_exceptions=True
        )
        assert [type(outcome).__name__ for outcome in outcomes] == ["SignInWithWalletResponse"] * 4
        assert len({outcome.user.user_id for outcome in outcomes}) == 1
        assert sum(outcome.created for outcome in outcomes) == 1
        with auth.parties.signed_in(roles={"admin"}):
            listed = await auth.stub.ListUsers(pb.ListUsersRequest())
        assert len(listed.users) == 1
        async with auth.database.connection() as connection:
            cursor = await connection.execute(
                "select count(*) from outbox where type like '%.UserRegistered'"
            )
            # Whoever lost told of no account that is none.
            assert await cursor.fetchone() == (1,)

    async def test_a_challenge_expires(self, auth) -> None:
        request = signed(await challenged(auth, pb.CHAIN_KIND_EVM))
        auth.clock.advance(seconds=301)
        with pytest.raises(ChallengeExpired):
            await auth.stub.SignInWithWallet(request)

    async def test_a_signature_over_another_challenge_is_refused_and_uses_nothing_up(self, auth) -> None:
        mine, other = await challenged(auth, pb.CHAIN_KIND_EVM), await challenged(auth, pb.CHAIN_KIND_EVM)
        with pytest.raises(BadSignature):
            await auth.stub.SignInWithWallet(
                pb.SignInWithWalletRequest(nonce=mine.nonce, signature=signed(other).signature)
            )
        await auth.stub.SignInWithWallet(signed(mine))

    @pytest.mark.parametrize("nonce", ["f" * 32, "", "a\0", "é" * 32, "' or true --"])
    async def test_a_nonce_that_nobody_gave_out_is_refused(self, auth, nonce: str) -> None:
        with pytest.raises(ChallengeUnknown):
            await auth.stub.SignInWithWallet(pb.SignInWithWalletRequest(nonce=nonce, signature="0x"))


class TestRefresh:
    async def test_each_exchange_gives_a_new_pair(self, auth) -> None:
        tokens = (await registered(auth)).tokens
        fresh = (await auth.stub.Refresh(pb.RefreshRequest(refresh_token=tokens.refresh_token))).tokens
        assert fresh.session_id == tokens.session_id
        assert fresh.refresh_token != tokens.refresh_token

    async def test_a_token_that_comes_twice_ends_its_session(self, auth) -> None:
        tokens = (await registered(auth)).tokens
        fresh = (await auth.stub.Refresh(pb.RefreshRequest(refresh_token=tokens.refresh_token))).tokens
        with pytest.raises(RefreshTokenReused):
            await auth.stub.Refresh(pb.RefreshRequest(refresh_token=tokens.refresh_token))
        with pytest.raises(RefreshTokenUnknown):
            await auth.stub.Refresh(pb.RefreshRequest(refresh_token=fresh.refresh_token))

    async def test_of_two_that_race_at_most_one_gets_tokens_and_the_session_ends(self, auth) -> None:
        tokens = (await registered(auth)).tokens
        request = pb.RefreshRequest(refresh_token=tokens.refresh_token)
        outcomes = await asyncio.gather(
            auth.stub.Refresh(request), auth.stub.Refresh(request), return_exceptions=True
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == [
            "RefreshResponse",
            "RefreshTokenReused",
        ]

    async def test_an_old_token_is_refused(self, auth) -> None:
        tokens = (await registered(auth)).tokens
        auth.clock.advance(seconds=31 * 86400)
        with pytest.raises(RefreshTokenUnknown):
            await auth.stub.Refresh(pb.RefreshRequest(refresh_token=tokens.refresh_token))

    async def test_rubbish_is_refused(self, auth) -> None:
        with pytest.raises(RefreshTokenUnknown):
            await auth.stub.Refresh(pb.RefreshRequest(refresh_token="rubbish"))


class TestBanned:
    async def test_who_is_barred_comes_in_by_no_door(self, auth) -> None:
        tokens = (await registered(auth)).tokens
        async with auth.database.connection() as connection:
            await connection.execute("update account set banned_at = now()")
        with pytest.raises(AccountBanned) as refused:
            await auth.stub.SignInWithPassword(
                pb.SignInWithPasswordRequest(email="ada@example.com", password=PASSWORD)
            )
        assert refused.value.code is StatusCode.PERMISSION_DENIED
        with pytest.raises(AccountBanned):
            await auth.stub.Refresh(pb.RefreshRequest(refresh_token=tokens.refresh_token))


class TestSessions:
    async def test_the_oldest_session_makes_room(self, auth) -> None:
        tokens = [(await registered(auth)).tokens]
        for _ in range(3):
            auth.clock.advance(seconds=1)
            response = await auth.stub.SignInWithPassword(
                pb.SignInWithPasswordRequest(email="ada@example.com", password=PASSWORD)
            )
            tokens.append(response.tokens)
        with bearing(tokens[-1]):
            sessions = (await auth.stub.ListSessions(pb.ListSessionsRequest())).sessions
        assert [session.session_id for session in sessions] == [token.session_id for token in tokens[:0:-1]]
        assert [session.current for session in sessions] == [True, False, False]

    async def test_after_sign_out_the_session_refreshes_no_more(self, auth) -> None:
        tokens = (await registered(auth)).tokens
        with bearing(tokens):
            await auth.stub.SignOut(pb.SignOutRequest())
            # At once it is no error; as soon as it is known everywhere, the token is good for nothing.
            with suppress(TokenRevoked):
                await auth.stub.SignOut(pb.SignOutRequest())
        with pytest.raises(RefreshTokenUnknown):
            await auth.stub.Refresh(pb.RefreshRequest(refresh_token=tokens.refresh_token))

    async def test_nobody_ends_the_session_of_another(self, auth) -> None:
        from oraculum_auth.errors import SessionNotFound

        tokens = (await registered(auth)).tokens
        other = (await registered(auth, "eve@example.com")).tokens
        with bearing(other), pytest.raises(SessionNotFound):
            await auth.stub.RevokeSession(pb.RevokeSessionRequest(session_id=tokens.session_id))
        await auth.stub.Refresh(pb.RefreshRequest(refresh_token=tokens.refresh_token))

    async def test_an_access_token_expires(self, auth) -> None:
        tokens = (await registered(auth)).tokens
        auth.clock.advance(seconds=tokens.access_expires_in_seconds + 61)
        with bearing(tokens), pytest.raises(TokenExpired):
            await auth.stub.GetMe(pb.GetMeRequest())


async def test_an_access_token_says_who_and_what(auth) -> None:
    response = await registered(auth)
    claims = jwt.decode(response.tokens.access_token, options={"verify_signature": False})
    assert claims["sub"] == response.user.user_id
    assert claims["sid"] == response.tokens.session_id
    assert (claims["roles"], claims["tier"], claims["kyc"]) == (["user"], "basic", "none")
