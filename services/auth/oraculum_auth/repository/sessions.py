"""Challenges, sessions and refresh tokens."""

from datetime import datetime
from uuid import UUID

from oraculum_auth.challenges import Challenge
from oraculum_auth.records import Origin, Session, StoredChallenge, StoredRefreshToken
from oraculum_kit.db import Connection, queries

_sessions = queries("oraculum_auth", "sql/sessions.sql")


class Sessions:
    """Challenges, sessions and refresh tokens."""

    async def insert_challenge(
        self, connection: Connection, challenge: Challenge, user_id: UUID | None = None
    ) -> None:
        """Remember a message that was given out."""
        await _sessions.insert_challenge.run(
            connection,
            nonce=challenge.nonce,
            chain=challenge.chain,
            address=challenge.address,
            chain_id=challenge.chain_id,
            message=challenge.message,
            created_at=challenge.created_at,
            expires_at=challenge.expires_at,
            user_id=user_id,
        )

    async def challenge(self, connection: Connection, nonce: str) -> StoredChallenge | None:
        """The message behind a nonce; what we cannot have given is behind none, and not every text can be asked for."""
        if not nonce.isascii() or not nonce.isalnum():
            return None
        return await _sessions.challenge.one(connection, StoredChallenge, nonce=nonce)

    async def use_challenge(self, connection: Connection, nonce: str, now: datetime) -> bool:
        """Use a nonce up; only one caller can."""
        return bool(await _sessions.use_challenge.run(connection, nonce=nonce, now=now))

    async def forget(self, connection: Connection, before: datetime) -> None:
        """Remove challenges and sessions that ended before then."""
        await _sessions.forget_challenges.run(connection, before=before)
        await _sessions.forget_sessions.run(connection, before=before)

    async def insert(
        self,
        connection: Connection,
        *,
        session_id: UUID,
        user_id: UUID,
        origin: Origin,
        now: datetime,
        expires_at: datetime,
        second_factor: bool,
    ) -> None:
        """Begin a session."""
        await _sessions.insert_session.run(
            connection,
            session_id=session_id,
            user_id=user_id,
            address=origin.address,
            user_agent=origin.user_agent,
            device_id=origin.device_id,
            now=now,
            expires_at=expires_at,
            second_factor=second_factor,
        )

    async def revoke_excess(
        self, connection: Connection, user_id: UUID, *, keep: int, now: datetime
    ) -> list[UUID]:
        """End the oldest sessions past the bound; which they were."""
        rows = await _sessions.revoke_excess_sessions.tuples(connection, user_id=user_id, keep=keep, now=now)
        return [session_id for (session_id,) in rows]

    async def live(self, connection: Connection, user_id: UUID, now: datetime) -> list[Session]:
        """Sessions that may still be refreshed, newest first."""
        return await _sessions.live_sessions.all(connection, Session, user_id=user_id, now=now)

    async def lock(self, connection: Connection, session_id: UUID) -> Session | None:
        """One session, locked until the transaction ends."""
        return await _sessions.lock_session.one(connection, Session, session_id=session_id)

    async def began_at(self, connection: Connection, session_id: UUID, user_id: UUID) -> datetime | None:
        """When a live session of this person began; None where there is none."""
        began_at: datetime | None = await _sessions.began_at.value(
            connection, session_id=session_id, user_id=user_id
        )
        return began_at

    async def touch(
        self, connection: Connection, session_id: UUID, now: datetime, expires_at: datetime
    ) -> None:
        """Note that a session was refreshed."""
        await _sessions.touch_session.run(connection, session_id=session_id, now=now, expires_at=expires_at)

    async def revoke(
        self, connection: Connection, session_id: UUID, user_id: UUID, *, reason: str, now: datetime
    ) -> bool:
        """End a session of this person; False when it is not theirs or has ended."""
        return bool(
            await _sessions.revoke_session.run(
                connection, session_id=session_id, user_id=user_id, reason=reason, now=now
            )
        )

    async def insert_token(
        self,
        connection: Connection,
        token_hash: bytes,
        session_id: UUID,
        now: datetime,
        expires_at: datetime,
    ) -> None:
        """Remember a refresh token by its hash."""
        await _sessions.insert_refresh_token.run(
            connection, token_hash=token_hash, session_id=session_id, now=now, expires_at=expires_at
        )

    async def token(self, connection: Connection, token_hash: bytes) -> StoredRefreshToken | None:
        """What is known of a refresh token."""
        return await _sessions.refresh_token.one(connection, StoredRefreshToken, token_hash=token_hash)

    async def use_token(self, connection: Connection, token_hash: bytes, now: datetime) -> bool:
        """Use a refresh token up; only one caller can."""
        return bool(await _sessions.use_refresh_token.run(connection, token_hash=token_hash, now=now))

    async def revoke_all(
        self, connection: Connection, user_id: UUID, *, keep: UUID | None, reason: str, now: datetime
    ) -> list[UUID]:
        """End every session of a person, but for one; which they were."""
        rows = await _sessions.revoke_sessions.tuples(
            connection, user_id=user_id, keep=keep, reason=reason, now=now
        )
        return [session_id for (session_id,) in rows]
