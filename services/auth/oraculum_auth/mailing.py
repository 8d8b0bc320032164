"""Mails to people: asked for in the transaction that needs them, written and sent by a job.

The request that asks does the same work whatever address it names; only the job looks whether there is an account. So
neither an answer nor its time tells who is registered (OWASP ASVS 5.0 6.3.8). A token is made when its mail is written,
so none lies in the job table, and its hash is all that the database keeps.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from oraculum_auth.letters import Letter
from oraculum_auth.records import Account
from oraculum_auth.repository import Accounts, Mails
from oraculum_auth.repository.accounts import lock_account
from oraculum_auth.repository.mails import Purpose
from oraculum_kit import jobs
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.jobs import Job, Kind
from oraculum_kit.mail import Mailer

_log = structlog.stdlib.get_logger(__name__)

_KIND: Final = "mail"
_TEMPLATES: Final = (
    "account_joined",
    "already_registered",
    "api_key_created",
    "new_device",
    "password_changed",
    "recovery_code_used",
    "reset_password",
    "sign_in_code",
    "totp_disabled",
    "totp_enabled",
    "verify_email",
    "wallet_added",
)
# A stranger can make us write to an address; not more often than this with one letter. The last token that was sent
# lives as long as the window, so whoever is silenced by a stranger's requests has one that works.
MAILS_MAX: Final = 5
MAILS_WINDOW: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Mailed:
    """A letter that carries a token: what it is good for, for how long, and where its link leads."""

    purpose: Purpose
    life: timedelta
    life_text: str
    page: str


_WITH_TOKEN: Final[Mapping[str, _Mailed]] = {
    "verify_email": _Mailed(Purpose.VERIFY, timedelta(days=1), "a day", "verify-email"),
    "reset_password": _Mailed(Purpose.RESET, timedelta(hours=1), "an hour", "reset-password"),
}
_CODE_LIFE: Final = timedelta(minutes=10)
# Letters that go only where somebody has proved to read.
_FOR_PROVED: Final = frozenset({"new_device", "sign_in_code"})


def token_hash(token: str) -> bytes:
    """Tokens have 256 random bits, so a plain hash is enough: there is nothing to guess."""
    return hashlib.sha256(token.encode()).digest()


async def ask_to_verify(connection: Connection, user_id: UUID) -> None:
    """Have the person asked whether the address is theirs; once, however often this is called meanwhile."""
    await jobs.schedule(
        connection, _KIND, {"letter": "verify_email", "user_id": str(user_id)}, unique_key=f"verify {user_id}"
    )


async def ask_to_reset(connection: Connection, email_index: bytes) -> None:
    """Have whoever reads this address offered a new password, if there is an account."""
    index = email_index.hex()
    await jobs.schedule(
        connection, _KIND, {"letter": "reset_password", "email_index": index}, unique_key=f"reset {index}"
    )


async def ask_to_confirm_sign_in(connection: Connection, user_id: UUID) -> None:
    """Have a code sent to the person, which lets in whoever has it."""
    await jobs.schedule(
        connection,
        _KIND,
        {"letter": "sign_in_code", "user_id": str(user_id)},
        unique_key=f"sign in {user_id}",
    )


async def tell(connection: Connection, user_id: UUID, letter: str) -> None:
    """Have a person told what happened to their account."""
    await jobs.schedule(connection, _KIND, {"letter": letter, "user_id": str(user_id)})


class Postman:
    """Writes the mails and hands them to the server."""

    def __init__(
        self, database: Database, accounts: Accounts, mailer: Mailer, clock: Clock, public_url: str
    ) -> None:
        self._database = database
        self._mailer = mailer
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._letters = {name: Letter.read(name) for name in _TEMPLATES}
        self._accounts = accounts
        self._mails = Mails()

    @property
    def kind(self) -> Kind:
        """The job that sends what was asked for."""
        return Kind(_KIND, self._send, timeout_seconds=60.0)

    async def _send(self, job: Job) -> None:
        async with self._database.connection() as connection:
            people = await self._people(connection, job)
        for user_id in people:
            await self._send_to(user_id, str(job.payload["letter"]))

    async def _send_to(self, user_id: UUID, asked: str) -> None:
        async with self._database.transaction() as connection:
            addressed = await self._addressed(connection, user_id, asked)
            if addressed is None:
                return
            letter, account, email_index = addressed
            mail_words = await self._words(connection, letter, account)
        if account.email is None:
            return
        # Outside of any transaction: a mail server takes its time. Sent twice is better than never.
        await self._mailer.send(self._letters[letter].to(account.email, **mail_words))
        async with self._database.transaction() as connection:
            await self._mails.note(connection, email_index, _counted(letter, account), self._clock.now())

    async def _addressed(
        self, connection: Connection, user_id: UUID, letter: str
    ) -> tuple[str, Account, bytes] | None:
        """Which letter goes to whom; nobody where there is no account, no address, or were too many mails."""
        # Locked: a token that is mailed to somebody who goes at this moment goes with them.
        if not await lock_account(connection, user_id):
            return None
        account = await self._accounts.by_id(connection, user_id)
        if account is None:
            return None
        email_index, proved = await self._accounts.address_of(connection, account.user_id)
        if email_index is None or (letter == "verify_email" and proved):
            return None
        if letter in _FOR_PROVED and not proved:
            return None
        if letter == "verify_email" and await self._accounts.owner_of_email(connection, email_index):
            letter = "already_registered"
        since = self._clock.now() - MAILS_WINDOW
        counted = _counted(letter, account)
        if await self._mails.count(connection, email_index, counted, since) >= MAILS_MAX:
            _log.warning("mail.too_many", letter=letter, user_id=str(account.user_id))
            return None
        return letter, account, email_index

    async def _people(self, connection: Connection, job: Job) -> list[UUID]:
        if "user_id" in job.payload:
            return [UUID(job.payload["user_id"])]
        claims = await self._accounts.claims(connection, bytes.fromhex(job.payload["email_index"]))
        # Whoever proved the address stands first. While nobody has, each of its claims gets a mail, so that a later one
        # cannot draw to itself what an earlier one was to get.
        owners = [one for one in claims if one.email_verified]
        return [one.user_id for one in owners or claims]

    async def _words(self, connection: Connection, letter: str, account: Account) -> dict[str, str]:
        if letter == "sign_in_code":
            return await self._code(connection, account)
        mailed = _WITH_TOKEN.get(letter)
        if mailed is None:
            return {"link": f"{self._public_url}/forgot-password"}
        now = self._clock.now()
        token = secrets.token_urlsafe(32)
        await self._mails.insert_token(
            connection,
            token_hash(token),
            account.user_id,
            mailed.purpose,
            now=now,
            expires_at=now + mailed.life,
        )
        # Behind a #, so that no server's log and no referrer carries it.
        link = f"{self._public_url}/{mailed.page}#token={token}"
        opened = f"{account.created_at:%Y-%m-%d}"
        return {"link": link, "token": token, "life": mailed.life_text, "opened": opened}

    async def _code(self, connection: Connection, account: Account) -> dict[str, str]:
        now = self._clock.now()
        code = f"{secrets.randbelow(10**8):08}"
        await self._mails.insert_token(
            connection,
            self._accounts.code_index(account.user_id, code),
            account.user_id,
            Purpose.SIGN_IN,
            now=now,
            expires_at=now + _CODE_LIFE,
        )
        link = f"{self._public_url}/forgot-password"
        return {"token": code, "life": "ten minutes", "link": link}


def _counted(letter: str, account: Account) -> str:
    """As what a letter is counted: whoever merely claims an address uses up nothing that its owner is to be told."""
    return letter if account.email_verified else f"{letter} to a claim"
