"""What auth asks of its database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from oraculum_auth.challenges import Challenge
from oraculum_auth.records import (
    Account,
    Credentials,
    Origin,
    Session,
    StoredChallenge,
    StoredRefreshToken,
    Wallet,
)
from oraculum_kit.db import Connection, queries

_accounts = queries(__package__, "sql/accounts.sql")
_sessions = queries(__package__, "sql/sessions.sql")
_audit = queries(__package__, "sql/audit.sql")


class Accounts:
    """Accounts and the addresses that belong to them."""

    async def insert(
        self,
        connection: Connection,
        *,
        user_id: UUID,
        email: str | None,
        password_hash: str | None,
        display_name: str,
        created_at: datetime,
    ) -> bool:
        """Open an account; False when its e-mail is taken."""
        return bool(
            await _accounts.insert_account.run(
                connection,
                user_id=user_id,
                email=email,
                password_hash=password_hash,
                display_name=display_name,
                created_at=created_at,
            )
        )

    async def by_id(self, connection: Connection, user_id: UUID) -> Account | None:
        """One account."""
        return await _accounts.account_by_id.one(connection, Account, user_id=user_id)

    async def credentials(self, connection: Connection, email: str) -> Credentials | None:
        """What a password sign-in compares."""
        return await _accounts.credentials_by_email.one(connection, Credentials, email=email)

    async def renew_hash(self, connection: Connection, user_id: UUID, *, old: str, new: str) -> None:
        """Replace a hash whose parameters are outdated."""
        await _accounts.update_password_hash.run(
            connection, user_id=user_id, old_password_hash=old, password_hash=new
        )

    async def update_profile(
        self, connection: Connection, user_id: UUID, *, display_name: str | None, preferences_json: str | None
    ) -> None:
        """Change what is given."""
        await _accounts.update_profile.run(
            connection, user_id=user_id, display_name=display_name, preferences_json=preferences_json
        )

    async def update_roles(self, connection: Connection, user_id: UUID, roles: Sequence[str]) -> bool:
        """Set all roles; False when there is no such account."""
        return bool(await _accounts.update_roles.run(connection, user_id=user_id, roles=list(roles)))

    async def page(
        self, connection: Connection, *, search: str, before: tuple[Any, ...] | None, row_count: int
    ) -> list[Account]:
        """Accounts, newest first."""
        return await _accounts.list_accounts.all(
            connection,
            Account,
            search=search or None,
            before_created_at=before[0] if before else None,
            before_user_id=before[1] if before else None,
            row_count=row_count,
        )

    async def wallets(self, connection: Connection, user_ids: Sequence[UUID]) -> list[Wallet]:
        """The proved addresses of several accounts."""
        return await _accounts.wallets_of.all(connection, Wallet, user_ids=list(user_ids))

    async def owner_of_wallet(self, connection: Connection, chain: str, address: str) -> UUID | None:
        """Whose address it is."""
        owner: UUID | None = await _accounts.owner_of_wallet.value(connection, chain=chain, address=address)
        return owner

    async def insert_wallet(self, connection: Connection, wallet: Wallet, created_at: datetime) -> bool:
        """Bind an address to an account; False when it is bound already."""
        return bool(
            await _accounts.insert_wallet.run(
                connection,
                chain=wallet.chain,
                address=wallet.address,
                user_id=wallet.user_id,
                created_at=created_at,
            )
        )


class Sessions:
    """Challenges, sessions and refresh tokens."""

    async def insert_challenge(self, connection: Connection, challenge: Challenge) -> None:
        """Remember a message that was given out."""
        await _sessions.insert_challenge.run(
            connection,
            nonce=challenge.nonce,
            chain=challenge.chain,
            address=challenge.address,
            message=challenge.message,
            created_at=challenge.created_at,
            expires_at=challenge.expires_at,
        )

    async def challenge(self, connection: Connection, nonce: str) -> StoredChallenge | None:
        """The message behind a nonce."""
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
        )

    async def revoke_excess(
        self, connection: Connection, user_id: UUID, *, keep: int, now: datetime
    ) -> list[UUID]:
        """End the oldest sessions past the bound; which they were."""
        rows = await _sessions.revoke_excess_sessions.tuples(connection, user_id=user_id, keep=keep, now=now)
        return [session_id for (session_id,) in rows]

    async def lock_account(self, connection: Connection, user_id: UUID) -> None:
        """Serialise what begins or ends sessions of one person."""
        await _sessions.lock_account_sessions.run(connection, user_id=user_id)

    async def live(self, connection: Connection, user_id: UUID, now: datetime) -> list[Session]:
        """Sessions that may still be refreshed, newest first."""
        return await _sessions.live_sessions.all(connection, Session, user_id=user_id, now=now)

    async def lock(self, connection: Connection, session_id: UUID) -> Session | None:
        """One session, locked until the transaction ends."""
        return await _sessions.lock_session.one(connection, Session, session_id=session_id)

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


class Audit:
    """The log that nobody edits."""

    async def append(self, connection: Connection, columns: dict[str, list[object]]) -> int:
        """Append facts, given by column; how many were new."""
        return await _audit.insert_audit_entries.run(connection, **columns)
