"""What waits behind a deletion for the account's row changes nothing of it: neither rows nor facts are left behind it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from psycopg import sql

from oraculum.auth.v1 import auth_service_pb2 as auth_pb
from oraculum.auth.v1.users_fact_pb2 import UsersFact
from oraculum_auth.accounts import AccountBook
from oraculum_auth.api_keys import ApiKeys
from oraculum_auth.challenges import Chain, SigningDomain
from oraculum_auth.contract_wallets import ContractWallets
from oraculum_auth.errors import ApiKeyUnknown, UserNotFound
from oraculum_auth.play.book import PlayBook
from oraculum_auth.play.limits import Kind
from oraculum_auth.privacy.belongings import Belongings
from oraculum_auth.privacy.consents import Consent, Consents
from oraculum_auth.privacy.deletion import Deletion
from oraculum_auth.repository import Accounts
from oraculum_auth.second_factor import SecondFactor
from oraculum_auth.throttle import Throttle
from oraculum_auth.wallets import WalletBook
from oraculum_kit.caller import User
from oraculum_kit.db import Database, DatabaseConfig

# Longer than any machine takes: nobody here gives up waiting for a row.
PATIENCE_SECONDS = 60.0
DOMAIN = SigningDomain("oraculum.test", "https://oraculum.test", evm_chain_id="1", solana_cluster="mainnet")
WALLET = Account.from_key("0x" + "33" * 32)
# Tables that must have nothing of somebody who is gone.
EMPTY = ("api_key", "totp", "consent", "play_limit", "play_state", "wallet_address", "challenge", "session")

Act = Callable[[], Awaitable[object]]


class EmptyPurse:
    """Nobody has anything."""

    def __init__(self) -> None:
        # What happens while it is asked.
        self.meanwhile: Act | None = None

    async def fence(self, user_id: UUID, fence: int) -> None:
        """Nothing is begun here anyway."""

    async def lift(self, user_id: UUID, fence: int) -> None:
        """The same."""

    async def belongings(self) -> Belongings:
        if self.meanwhile is not None:
            await self.meanwhile()
        return Belongings()


@pytest.fixture
async def patient(auth) -> AsyncIterator[Database]:
    """Auth's database for those who wait as long as it takes."""
    url = auth.database.config.url
    config = DatabaseConfig(
        url,
        url,
        "patient",
        pool_max=16,
        statement_timeout_seconds=PATIENCE_SECONDS,
        lock_timeout_seconds=PATIENCE_SECONDS,
    )
    async with Database(config) as database:
        yield database


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


@pytest.fixture
async def ada(auth) -> User:
    made = await auth.stub.Register(
        auth_pb.RegisterRequest(email="ada@example.com", password="correct horse battery", display_name="Ada")
    )
    user_id = UUID(made.user.user_id)
    async with auth.database.connection() as connection:
        rows = await connection.execute("select session_id from session where user_id = %s", [user_id])
        ((session_id,),) = await rows.fetchall()
    return User(user_id, session_id, frozenset({"user"}), "basic", "none", "", auth.clock.now())


def parts(auth, database: Database, http: httpx.AsyncClient) -> SimpleNamespace:
    """The parts of auth that write something of a person's, on this database."""
    accounts, clock = Accounts(auth.vault), auth.clock
    factor = SecondFactor(database, accounts, auth.vault, Throttle(database, auth.vault, clock), clock)
    purse = EmptyPurse()
    return SimpleNamespace(
        purse=purse,
        deletion=Deletion(database, accounts, auth.vault, clock, purse, 7),
        keys=ApiKeys(database, accounts, factor, auth.vault, clock, auth.parties.signer),
        book=AccountBook(database, accounts, clock),
        play=PlayBook(database, clock, timedelta(days=1)),
        consents=Consents(database, clock),
        factor=factor,
        wallets=WalletBook(database, accounts, clock, DOMAIN, ContractWallets("1", None, http)),
    )


async def acts(of: SimpleNamespace, user: User) -> dict[str, Act]:
    """What may come while somebody deletes their account."""
    admin, user_id = UUID(int=1), user.id
    asked = await of.wallets.challenge(user, Chain.EVM, WALLET.address, "1")
    signature = WALLET.sign_message(encode_defunct(text=asked.message)).signature.hex()
    return {
        "key": lambda: of.keys.create(user, "bot", ["read"], days=0, totp_code=""),
        "profile": lambda: of.book.update(user_id, display_name="Ada of Paris", preferences_json=None),
        "limits": lambda: of.play.change(user_id, {Kind.DEPOSIT_DAY: 5}, None),
        "consents": lambda: of.consents.put(user_id, [Consent("terms", granted=True, version="1")]),
        "factor": lambda: of.factor.enrol(user),
        "wallet": lambda: of.wallets.add(user, asked.nonce, signature),
        "challenge": lambda: of.wallets.challenge(user, Chain.EVM, WALLET.address, "1"),
        "tier": lambda: of.book.set_tier(user_id, "premium", admin),
        "ban": lambda: of.book.ban(user_id, "late", admin),
        "unban": lambda: of.book.unban(user_id, admin),
    }


async def left(auth, user_id: UUID) -> dict[str, Any]:
    """What there is of somebody: rows, the account, the newest fact."""
    async with auth.database.connection() as connection:
        rows = set()
        for table in EMPTY:
            asked = sql.SQL("select exists (select from {} where user_id = %s)").format(sql.Identifier(table))
            if (await (await connection.execute(asked, [user_id])).fetchone())[0]:
                rows.add(table)
        found = await connection.execute(
            "select display_name, tier, banned_at from account where user_id = %s", [user_id]
        )
        account = await found.fetchone()
        found = await connection.execute("select payload from outbox where topic = 'users' order by id")
        facts = [UsersFact.FromString(payload).WhichOneof("fact") for (payload,) in await found.fetchall()]
    return {"rows": rows, "account": account, "told": facts[-1]}


async def test_what_waits_behind_a_deletion_changes_nothing(
    auth, patient: Database, ada: User, http: httpx.AsyncClient
) -> None:
    of = parts(auth, patient, http)
    coming = await acts(of, ada)
    async with await psycopg.AsyncConnection.connect(auth.database.config.url) as blocker:
        of.purse.meanwhile = lambda: blocker.execute(
            "select from account where user_id = %s for update", [ada.id]
        )

        gone = asyncio.create_task(of.deletion.delete(ada, str(ada.id)))
        # It stands first in the row's queue before anybody else comes. The one in front may have waited itself, for auth's
        # own letter to her, which is none of those who wait here.
        await auth.lock_waiters(1, "patient")
        late = {name: asyncio.create_task(act()) for name, act in coming.items()}
        await auth.lock_waiters(1 + len(late), "patient")
        await blocker.rollback()
    await gone
    results = await asyncio.gather(*late.values(), return_exceptions=True)
    assert dict.fromkeys(late, UserNotFound) == dict(zip(late, map(type, results), strict=True))
    assert {
        "rows": set(),
        "account": ("Deleted account", "basic", None),
        "told": "user_deleted",
    } == await left(auth, ada.id)


async def test_a_key_that_is_left_of_a_deleted_account_opens_nothing(
    auth, patient: Database, ada: User
) -> None:
    """However it came to be left: with the account gone no key of it gives a token."""
    of = parts(auth, patient, http)
    key, _ = await of.keys.create(ada, "bot", ["read"], days=0, totp_code="")
    async with patient.connection() as connection:
        await connection.execute("update account set deleted_at = now() where user_id = %s", [ada.id])
    with pytest.raises(ApiKeyUnknown):
        await of.keys.open(key.key_id)


async def test_a_refresh_takes_the_account_before_the_session(auth) -> None:
    """As a deletion does, which would deadlock with it otherwise, and one of the two would fail for nothing."""
    made = await auth.stub.Register(
        auth_pb.RegisterRequest(email="bela@example.com", password="correct horse battery")
    )
    asked, user_id = auth_pb.RefreshRequest(refresh_token=made.tokens.refresh_token), made.user.user_id
    async with await psycopg.AsyncConnection.connect(auth.database.config.url) as deletion:
        await deletion.execute("select from account where user_id = %s for no key update", [user_id])
        refresh = asyncio.create_task(auth.stub.Refresh(asked))
        await auth.lock_waiters()
        # It holds none of what the deletion erases next.
        await deletion.execute("select from session where user_id = %s for update nowait", [user_id])
        await deletion.rollback()
    assert (await refresh).tokens.access_token
