"""Sign-ins under way at providers of OpenID Connect, and the accounts there that sign in here."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from oraculum_kit.db import Connection, queries

_rows = queries("oraculum_auth", "sql/open_id.sql")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in under way."""

    state_hash: bytes
    provider: str
    browser_hash: bytes
    nonce: str
    code_verifier: str
    expires_at: datetime
    # Once the provider has answered: what it gave us, and whose sign-in it is.
    code_hash: bytes | None
    owner: UUID | None


class OpenIdRows:
    """Kept, found, ended."""

    async def insert_attempt(self, connection: Connection, attempt: Attempt, now: datetime) -> None:
        """Remember a sign-in that begins."""
        await _rows.insert_attempt.run(
            connection,
            state_hash=attempt.state_hash,
            provider=attempt.provider,
            browser_hash=attempt.browser_hash,
            nonce=attempt.nonce,
            code_verifier=attempt.code_verifier,
            now=now,
            expires_at=attempt.expires_at,
        )

    async def attempt(self, connection: Connection, state_hash: bytes, now: datetime) -> Attempt | None:
        """A sign-in that may still end."""
        return await _rows.attempt.one(connection, Attempt, state_hash=state_hash, now=now)

    async def note_owner(
        self, connection: Connection, state_hash: bytes, owner: UUID, code_hash: bytes
    ) -> bool:
        """Note whose it is; False when it ended meanwhile."""
        return bool(
            await _rows.note_owner.run(connection, state_hash=state_hash, owner=owner, code_hash=code_hash)
        )

    async def end_attempt(self, connection: Connection, state_hash: bytes) -> bool:
        """End it; only one caller can."""
        return bool(await _rows.end_attempt.run(connection, state_hash=state_hash))

    async def forget(self, connection: Connection, now: datetime) -> None:
        """Remove what nobody ended in time."""
        await _rows.forget_attempts.run(connection, now=now)

    async def owner(self, connection: Connection, issuer: str, subject: str) -> UUID | None:
        """Whom an account at a provider signs in."""
        owner: UUID | None = await _rows.owner.value(connection, issuer=issuer, subject=subject)
        return owner

    async def insert_identity(
        self, connection: Connection, issuer: str, subject: str, user_id: UUID, now: datetime
    ) -> None:
        """Let an account at a provider sign in."""
        await _rows.insert_identity.run(connection, issuer=issuer, subject=subject, user_id=user_id, now=now)
