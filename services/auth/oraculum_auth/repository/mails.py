"""Tokens that mails carry, and which address was written to when."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_kit.ids import uuid7

_mail = queries("oraculum_auth", "sql/mail.sql")


class Purpose(StrEnum):
    """What a mailed token is good for, and nothing else."""

    VERIFY = "verify"
    RESET = "reset"
    SIGN_IN = "sign_in"


class Mails:
    """Mailed tokens and the log of mails."""

    async def insert_token(
        self,
        connection: Connection,
        token_hash: bytes,
        user_id: UUID,
        purpose: Purpose,
        *,
        now: datetime,
        expires_at: datetime,
    ) -> None:
        """Remember a token by its hash, in the place of the ones before it."""
        await _mail.forget_mailed_tokens_of.run(connection, user_id=user_id, purpose=purpose.value)
        await _mail.insert_mailed_token.run(
            connection,
            token_hash=token_hash,
            user_id=user_id,
            purpose=purpose.value,
            now=now,
            expires_at=expires_at,
        )

    async def is_good(self, connection: Connection, token_hash: bytes, now: datetime) -> bool:
        """Whether a token could be used now."""
        return bool(await _mail.is_good_token.value(connection, token_hash=token_hash, now=now))

    async def use_token(
        self, connection: Connection, token_hash: bytes, purpose: Purpose, now: datetime
    ) -> UUID | None:
        """Use a token up; whose it was. Only one caller can."""
        owner: UUID | None = await _mail.use_mailed_token.value(
            connection, token_hash=token_hash, purpose=purpose.value, now=now
        )
        return owner

    async def forget_tokens(self, connection: Connection, user_id: UUID, purpose: Purpose) -> None:
        """Make the tokens that a person was sent worthless."""
        await _mail.forget_mailed_tokens_of.run(connection, user_id=user_id, purpose=purpose.value)

    async def count(self, connection: Connection, email_index: bytes, letter: str, since: datetime) -> int:
        """How often an address got a letter since then."""
        sent: int = await _mail.count_mails.value(
            connection, email_index=email_index, letter=letter, since=since
        )
        return sent

    async def note(self, connection: Connection, email_index: bytes, letter: str, now: datetime) -> None:
        """Note that an address was written to."""
        await _mail.insert_mail.run(
            connection, mail_id=uuid7(), email_index=email_index, letter=letter, now=now
        )

    async def forget(self, connection: Connection, *, now: datetime, before: datetime) -> None:
        """Remove tokens that expired, and the log up to then."""
        await _mail.forget_expired_mailed_tokens.run(connection, now=now)
        await _mail.forget_mails.run(connection, before=before)
