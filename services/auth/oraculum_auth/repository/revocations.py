"""What verifiers must know of tokens that count no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_kit.ids import uuid7

_revocations = queries("oraculum_auth", "sql/revocations.sql")

CHANNEL: Final = "auth_revocation"
# Older than any transaction that could still be running.
BEGINNING: Final = "0"


@dataclass(frozen=True, slots=True)
class Revoked:
    """One revocation: of a session, or of a person's tokens below a version; the other is empty."""

    session_id: str
    user_id: str
    version: int
    expires_at: datetime


class RevocationLog:
    """Written with the change that it tells of, followed by every verifier."""

    async def tell_sessions(
        self, connection: Connection, session_ids: Sequence[UUID], expires_at: datetime
    ) -> None:
        """The tokens of these sessions count no more."""
        if not session_ids:
            return
        await _revocations.insert_session_revocations.run(
            connection,
            revocation_ids=[uuid7() for _ in session_ids],
            session_ids=list(session_ids),
            expires_at=expires_at,
        )
        await _revocations.notify_revocations.run(connection)

    async def tell_user(self, connection: Connection, user_id: UUID, expires_at: datetime) -> int:
        """The tokens that a person has count no more; the version of those that will."""
        version: int = await _revocations.raise_token_version.value(connection, user_id=user_id)
        await _revocations.insert_user_revocation.run(
            connection, revocation_id=uuid7(), user_id=user_id, version=version, expires_at=expires_at
        )
        await _revocations.notify_revocations.run(connection)
        return version

    async def since(self, connection: Connection, horizon: str, now: datetime) -> tuple[list[Revoked], str]:
        """What was told since the horizon, some of it perhaps again, and the next horizon."""
        following: str = await _revocations.horizon.value(connection)
        found = await _revocations.revocations_since.all(connection, Revoked, horizon=horizon, now=now)
        return found, following

    async def forget(self, connection: Connection, now: datetime) -> None:
        """Remove what matters no more."""
        await _revocations.forget_revocations.run(connection, now=now)
