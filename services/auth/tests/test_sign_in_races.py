"""What let somebody in when it was looked at lets nobody in when it has ended by the time a session begins."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher
from eth_account import Account
from eth_account.messages import encode_defunct

from oraculum.auth.v1 import auth_service_pb2 as pb
from oraculum.auth.v1 import credential_service_pb2 as cr
from oraculum_auth.errors import BadCredentials
from oraculum_auth.hashing.threads import Threads
from oraculum_auth.passwords import Passwords
from oraculum_kit.caller import Caller, calling_as
from oraculum_kit.errors import Aborted

EMAIL, PASSWORD, OTHER = "ada@example.com", "correct horse battery staple", "another good passphrase"
WALLET = Account.from_key("0x" + "44" * 32)
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
REGISTER = pb.RegisterRequest(email=EMAIL, password=PASSWORD, display_name="Ada")
SIGN_IN = pb.SignInWithPasswordRequest(email=EMAIL, password=PASSWORD)


class Slow:
    """Computes hashes; something happens between the next comparison and its answer."""

    def __init__(self, hashing: Threads) -> None:
        self._hashing = hashing
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def hash(self, password: str) -> str:
        """The encoded hash."""
        return await self._hashing.hash(password)

    async def matches(self, encoded: str, password: str) -> bool:
        """Whether the password is the one behind the hash."""
        matches = await self._hashing.matches(encoded, password)
        act, self.meanwhile = self.meanwhile, None
        if act is not None:
            await act()
        return matches


@pytest.fixture
async def slow() -> AsyncIterator[Slow]:
    async with Threads(HASHER) as hashing:
        yield Slow(hashing)


@pytest.fixture
def outside(slow: Slow) -> dict[str, Any]:
    return {"passwords": Passwords(slow, HASHER)}


async def reset(auth) -> Callable[[], Awaitable[object]]:
    """What sets a new password by a token that was mailed before."""
    await auth.mails.next()
    await auth.credentials.RequestPasswordReset(cr.RequestPasswordResetRequest(email=EMAIL))
    request = cr.ResetPasswordRequest(token=await auth.mails.token(), new_password=OTHER)
    return lambda: auth.credentials.ResetPassword(request)


async def sessions_alive(auth) -> int:
    async with auth.database.connection() as connection:
        rows = await connection.execute("select count(*) from session where revoked_at is null")
        return int((await rows.fetchone())[0])


async def test_a_password_that_was_replaced_meanwhile_signs_nobody_in(auth, slow: Slow) -> None:
    """A session behind the reset would be young enough to add a wallet, which signs in for ever."""
    await auth.stub.Register(REGISTER)
    slow.meanwhile = await reset(auth)
    with pytest.raises(BadCredentials):
        await auth.stub.SignInWithPassword(SIGN_IN)
    assert (None, 0) == (slow.meanwhile, await sessions_alive(auth))


async def test_a_hash_that_was_renewed_meanwhile_is_the_same_password(auth, slow: Slow) -> None:
    """Of two sign-ins with an outdated hash the second finds the first one's."""
    account = await auth.stub.Register(REGISTER)

    async def renew() -> None:
        async with auth.database.connection() as connection:
            await connection.execute("update account set password_hash = %s", [HASHER.hash(PASSWORD)])

    slow.meanwhile = renew
    assert account.user.user_id == (await auth.stub.SignInWithPassword(SIGN_IN)).user.user_id
    assert (None, 2) == (slow.meanwhile, await sessions_alive(auth))


async def test_a_registration_that_is_sent_again_begins_nothing_behind_a_reset(auth, slow: Slow) -> None:
    with calling_as(Caller(request_id="1", idempotency_key="key-1")):
        await auth.stub.Register(REGISTER)
        slow.meanwhile = await reset(auth)
        with pytest.raises(Aborted):
            await auth.stub.Register(REGISTER)
    assert (None, 0) == (slow.meanwhile, await sessions_alive(auth))


async def signed(auth) -> pb.SignInWithWalletRequest:
    challenge = await auth.stub.CreateChallenge(
        pb.CreateChallengeRequest(chain=pb.CHAIN_KIND_EVM, address=WALLET.address)
    )
    signature = WALLET.sign_message(encode_defunct(text=challenge.message)).signature.hex()
    return pb.SignInWithWalletRequest(nonce=challenge.nonce, signature=signature)


async def test_an_address_that_was_taken_off_meanwhile_enters_the_account_no_more(auth) -> None:
    """It is still its owner's, so it opens an account as if it came for the first time."""
    first = await auth.stub.SignInWithWallet(await signed(auth))
    request, user_id = await signed(auth), first.user.user_id
    async with await psycopg.AsyncConnection.connect(auth.database.config.url) as taking_over:
        await taking_over.execute("select from account where user_id = %s for no key update", [user_id])
        await taking_over.execute("delete from wallet_address where user_id = %s", [user_id])
        late = asyncio.create_task(auth.stub.SignInWithWallet(request))
        await auth.lock_waiters()
        await taking_over.commit()
    second = await late
    assert (True, False) == (second.created, second.user.user_id == user_id)
