"""A sign-in that is sent again with its key, over gRPC against a real database."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from oraculum.auth.v1 import auth_service_pb2 as pb
from oraculum_auth.errors import BadCredentials, ChallengeUnknown
from oraculum_auth.repository.answers import Answers, StoredAnswer
from oraculum_auth.throttle import TooManyAttempts
from oraculum_kit import replay
from oraculum_kit.caller import Caller, calling_as
from oraculum_kit.db import Connection
from oraculum_kit.errors import Aborted
from oraculum_kit.idempotency import IdempotencyConflict
from oraculum_kit.ids import uuid7

EMAIL, PASSWORD = "ada@example.com", "correct horse battery staple"
WALLET = Account.from_key("0x" + "11" * 32)


@contextmanager
def keyed(key: str) -> Iterator[None]:
    with calling_as(Caller(request_id=str(uuid7()), idempotency_key=key)):
        yield


async def registered(auth) -> None:
    await auth.stub.Register(pb.RegisterRequest(email=EMAIL, password=PASSWORD, display_name="Ada"))


async def signed(auth) -> pb.SignInWithWalletRequest:
    made = await auth.stub.CreateChallenge(
        pb.CreateChallengeRequest(chain=pb.CHAIN_KIND_EVM, address=WALLET.address)
    )
    signature = WALLET.sign_message(encode_defunct(text=made.message)).signature.hex()
    return pb.SignInWithWalletRequest(nonce=made.nonce, signature=signature)


async def by_password(auth, password: str = PASSWORD) -> pb.SignInWithPasswordResponse:
    return await auth.stub.SignInWithPassword(pb.SignInWithPasswordRequest(email=EMAIL, password=password))


async def test_the_same_tokens_are_given_again(auth) -> None:
    await registered(auth)
    with keyed("one"):
        mark = replay.begin()
        first = await by_password(auth)
        assert not mark.replayed
        again = await by_password(auth)
        assert mark.replayed
    with keyed("two"):
        other = await by_password(auth)
    assert first.tokens.session_id == again.tokens.session_id
    assert first.tokens.refresh_token == again.tokens.refresh_token
    assert first.tokens.access_token == again.tokens.access_token
    assert other.tokens.session_id != first.tokens.session_id


async def test_a_used_challenge_is_answered_again(auth) -> None:
    request = await signed(auth)
    with keyed("one"):
        first = await auth.stub.SignInWithWallet(request)
        again = await auth.stub.SignInWithWallet(request)
    assert (first.tokens, True) == (again.tokens, again.created)
    with keyed("two"), pytest.raises(ChallengeUnknown):
        await auth.stub.SignInWithWallet(request)


async def test_two_at_once_are_one_session(auth) -> None:
    request = await signed(auth)
    with keyed("one"):
        answers = await asyncio.gather(*(auth.stub.SignInWithWallet(request) for _ in range(5)))
    assert 1 == len({answer.tokens.session_id for answer in answers})


async def test_who_looked_before_the_first_was_answered_gets_its_answer(auth, monkeypatch) -> None:
    """The challenge is used up by then: whoever says so to the second has looked too early, and looks again."""
    request, find, looks = await signed(auth), Answers.find, 0

    async def early(self: Answers, connection: Connection, answer_id: UUID) -> StoredAnswer | None:
        nonlocal looks
        looks += 1
        return None if looks == 2 else await find(self, connection, answer_id)

    monkeypatch.setattr(Answers, "find", early)
    with keyed("one"):
        first, second = [await auth.stub.SignInWithWallet(request) for _ in range(2)]
    assert first.tokens.session_id == second.tokens.session_id


async def test_the_key_of_another_request_is_a_conflict(auth) -> None:
    await registered(auth)
    with keyed("one"):
        await by_password(auth)
        with pytest.raises(Aborted):
            await by_password(auth, "another good passphrase")


async def test_a_used_key_gives_no_more_guesses(auth) -> None:
    """Nor does it tell the right password from a wrong one past the bound."""
    await registered(auth)
    with keyed("one"):
        await by_password(auth)
        await by_password(auth)
        for _ in range(6):
            with pytest.raises(IdempotencyConflict):
                await by_password(auth, "a wrong guess")
        for password in ("a wrong guess", PASSWORD):
            with pytest.raises(TooManyAttempts):
                await by_password(auth, password)
        # Whoever knows it has their answer when the wait is over, and the guesses at the account count on.
        auth.clock.advance(seconds=3)
        assert (await by_password(auth)).tokens.access_token
        for _ in range(8):
            await by_password(auth)
    for refusal in (BadCredentials, TooManyAttempts):
        with pytest.raises(refusal):
            await by_password(auth, "a wrong guess")


async def test_others_who_guess_keep_nobody_from_their_answer(auth) -> None:
    await registered(auth)
    with keyed("one"):
        first = await by_password(auth)
    for _ in range(6):
        with pytest.raises(BadCredentials):
            await by_password(auth, "a wrong guess")
    with pytest.raises(TooManyAttempts):
        await by_password(auth)
    with keyed("one"):
        for _ in range(8):
            assert first.tokens.access_token == (await by_password(auth)).tokens.access_token
        # A wrong one waits with the others.
        with pytest.raises(TooManyAttempts):
            await by_password(auth, "a wrong guess")


async def test_the_key_of_a_registration_gives_no_more_guesses(auth) -> None:
    async def register(password: str) -> pb.RegisterResponse:
        return await auth.stub.Register(
            pb.RegisterRequest(email=EMAIL, password=password, display_name="Ada")
        )

    with keyed("one"):
        first = await register(PASSWORD)
        assert first.user.user_id == (await register(PASSWORD)).user.user_id
        for _ in range(6):
            with pytest.raises(IdempotencyConflict):
                await register("a wrong guess of somebody")
        for password in ("a wrong guess of somebody", PASSWORD):
            with pytest.raises(TooManyAttempts):
                await register(password)


async def test_a_refusal_is_not_kept(auth) -> None:
    await registered(auth)
    with keyed("one"):
        with pytest.raises(BadCredentials):
            await by_password(auth, "wrong")
        assert (await by_password(auth)).tokens.access_token


async def test_nothing_that_signs_in_lies_in_the_table(auth) -> None:
    await registered(auth)
    with keyed("one"):
        answer = await by_password(auth)
    async with auth.database.connection() as connection:
        rows = await (await connection.execute("select sign_in_answer::text from sign_in_answer")).fetchall()
    text = str(rows)
    assert 1 == len(rows)
    for secret in (answer.tokens.access_token, answer.tokens.refresh_token, PASSWORD):
        assert secret not in text
        assert secret.encode().hex() not in text
