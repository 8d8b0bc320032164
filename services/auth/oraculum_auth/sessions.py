"""Sessions: begun by a sign-in, carried on by refresh tokens that serve once, ended by many things.

Refresh tokens rotate, and one that comes twice ends its session (RFC 9700 section 4.14.2).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from oraculum_auth import events
from oraculum_auth.doorman import Doorman
from oraculum_auth.errors import AccountBanned, RefreshTokenReused, RefreshTokenUnknown, UserNotFound
from oraculum_auth.mailing import token_hash
from oraculum_auth.play.book import PlayBook
from oraculum_auth.records import NO_CODES, Account, Codes, Origin, Session, SignedIn, Tokens
from oraculum_auth.repository import Accounts, Sessions
from oraculum_auth.repository.accounts import hold_account, lock_account
from oraculum_auth.second_factor import SecondFactor
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.ids import uuid7
from oraculum_kit.tokens import TokenSigner


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long things live and how many there may be."""

    access_life: timedelta
    refresh_life: timedelta
    sessions_max: int
    # Whether an administrator's rights want a second factor.
    admins_need_factor: bool = True


class SessionBook:
    """Begins, refreshes and ends sessions."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        factor: SecondFactor,
        doorman: Doorman,
        play: PlayBook,
        clock: Clock,
        rules: SessionRules,
        signer: TokenSigner,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._factor = factor
        self._doorman = doorman
        self._play = play
        self._clock = clock
        self._rules = rules
        self._signer = signer
        self._sessions = Sessions()

    async def begin(
        self,
        connection: Connection,
        user_id: UUID,
        origin: Origin,
        now: datetime,
        *,
        created: bool,
        codes: Codes = NO_CODES,
    ) -> SignedIn:
        """Begin a session in the caller's transaction; past the bound the oldest ends."""
        await hold_account(connection, user_id)
        account = await self._account(connection, user_id)
        second_factor = await self._factor.show(connection, user_id, codes.totp)
        await self._doorman.admit(connection, user_id, origin, codes.mailed, second_factor=second_factor)
        session_id = uuid7()
        await self._sessions.insert(
            connection,
            session_id=session_id,
            user_id=user_id,
            origin=origin,
            now=now,
            expires_at=now + self._rules.refresh_life,
            second_factor=second_factor,
        )
        for ended in await self._sessions.revoke_excess(
            connection, user_id, keep=self._rules.sessions_max, now=now
        ):
            await events.session_revoked(
                connection, user_id, session_id=ended, reason="too_many_sessions", now=now
            )
        await events.audit(
            connection, "user.signed_in", user_id, now=now, details={"session_id": str(session_id)}
        )
        tokens = await self._issue(connection, account, session_id, now, second_factor=second_factor)
        wallets = await self._accounts.wallets(connection, [user_id])
        return SignedIn(account, wallets, tokens, created)

    async def _account(self, connection: Connection, user_id: UUID) -> Account:
        account = await self._accounts.by_id(connection, user_id)
        if account is None or account.deleted_at is not None:
            raise UserNotFound(user_id=user_id)
        if account.banned_at is not None:
            raise AccountBanned
        return account

    async def _issue(
        self,
        connection: Connection,
        account: Account,
        session_id: UUID,
        now: datetime,
        *,
        second_factor: bool,
    ) -> Tokens:
        await self._play.note_token(connection, account.user_id, self._rules.access_life)
        refresh_token = secrets.token_urlsafe(32)
        await self._sessions.insert_token(
            connection, token_hash(refresh_token), session_id, now, now + self._rules.refresh_life
        )
        access_token, _ = self._signer.sign_user(
            account.user_id,
            session_id,
            self._rules.access_life,
            roles=self._roles(account, second_factor=second_factor),
            tier=account.tier,
            kyc=account.kyc,
            jurisdiction=account.jurisdiction,
            version=account.token_version,
        )
        return Tokens(
            access_token=access_token,
            access_expires_in_seconds=int(self._rules.access_life.total_seconds()),
            refresh_token=refresh_token,
            refresh_expires_in_seconds=int(self._rules.refresh_life.total_seconds()),
            session_id=session_id,
        )

    def _roles(self, account: Account, *, second_factor: bool) -> frozenset[str]:
        """The roles in a token. Without a second factor an administrator can come in, enrol one, and no more."""
        roles = frozenset(account.roles)
        return roles - {"admin"} if self._rules.admins_need_factor and not second_factor else roles

    async def refresh(self, refresh_token: str, origin: Origin) -> Tokens:
        """Exchange a refresh token for a new pair. A token that comes twice ends its session.

        The refusal is raised only after the revocation is committed; raising inside would roll it back.
        """
        now = self._clock.now()
        hashed = token_hash(refresh_token)
        async with self._database.transaction() as connection:
            stored = await self._sessions.token(connection, hashed)
            # The account before the session, as everybody takes them: a deletion waits for sessions while it holds the account.
            if stored is None or not await lock_account(connection, stored.user_id):
                raise RefreshTokenUnknown
            session = await self._sessions.lock(connection, stored.session_id)
            if session is None or session.revoked_at is not None:
                raise RefreshTokenUnknown
            if stored.expires_at <= now or session.expires_at <= now:
                raise RefreshTokenUnknown
            # Under the session's lock, so of two that race one gets tokens and the other ends the session.
            if await self._sessions.use_token(connection, hashed, now):
                account = await self._account(connection, session.user_id)
                await self._sessions.touch(
                    connection, session.session_id, now, now + self._rules.refresh_life
                )
                return await self._issue(
                    connection, account, session.session_id, now, second_factor=session.second_factor
                )
            await self._revoke_reused(connection, session, origin, now)
        raise RefreshTokenReused

    async def _revoke_reused(
        self, connection: Connection, session: Session, origin: Origin, now: datetime
    ) -> None:
        await self._sessions.revoke(
            connection, session.session_id, session.user_id, reason="refresh_token_reused", now=now
        )
        await events.session_revoked(
            connection,
            session.user_id,
            session_id=session.session_id,
            reason="refresh_token_reused",
            now=now,
        )
        await events.audit(
            connection,
            "refresh_token.reused",
            session.user_id,
            now=now,
            details={
                "session_id": str(session.session_id),
                "device": self._accounts.device_label(session.user_id, origin.device_id),
            },
        )

    async def end_all(
        self, connection: Connection, user_id: UUID, *, reason: str, keep: UUID | None = None
    ) -> int:
        """End a person's sessions in the caller's transaction, but for one; how many it were."""
        now = self._clock.now()
        ended = await self._sessions.revoke_all(connection, user_id, keep=keep, reason=reason, now=now)
        for session_id in ended:
            await events.session_revoked(connection, user_id, session_id=session_id, reason=reason, now=now)
        return len(ended)
