"""Opening accounts and sessions: by password, by wallet, by refresh token."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from oraculum_auth import events
from oraculum_auth.challenges import Chain, Challenge, SigningDomain, new_challenge, signed_by
from oraculum_auth.errors import (
    AccountBanned,
    BadCredentials,
    BadSignature,
    ChallengeExpired,
    ChallengeUnknown,
    EmailTaken,
    RefreshTokenReused,
    RefreshTokenUnknown,
    UserNotFound,
)
from oraculum_auth.form import Form
from oraculum_auth.passwords import Passwords
from oraculum_auth.records import Account, Origin, Session, SignedIn, Tokens, Wallet
from oraculum_auth.repository import Accounts, Sessions
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


class _AddressTakenError(Exception):
    """Another sign-in opened the account of this address between our look and our insert."""


class SignIn:
    """Who may come in, and the tokens that they leave with."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        clock: Clock,
        domain: SigningDomain,
        rules: SessionRules,
        signer: TokenSigner,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._clock = clock
        self._domain = domain
        self._rules = rules
        self._signer = signer
        self._accounts = Accounts()
        self._sessions = Sessions()

    async def register(self, email: str, password: str, display_name: str, origin: Origin) -> SignedIn:
        """Open an account with e-mail and password, and sign it in."""
        form = Form()
        email, password = form.email(email), form.password(password)
        user_id = uuid7()
        display_name = form.display_name(display_name) if display_name else f"user-{user_id.hex[-8:]}"
        form.finish()
        password_hash = await self._passwords.hash(password)
        now = self._clock.now()
        async with self._database.transaction() as connection:
            if not await self._accounts.insert(
                connection,
                user_id=user_id,
                email=email,
                password_hash=password_hash,
                display_name=display_name,
                created_at=now,
            ):
                raise EmailTaken
            await events.user_registered(
                connection, user_id, display_name=display_name, method="password", now=now
            )
            return await self._begin_session(connection, user_id, origin, now, created=True)

    async def by_password(self, email: str, password: str, origin: Origin) -> SignedIn:
        """Sign in with e-mail and password. An unknown address takes as long as a wrong password."""
        form = Form()
        email = form.email(email)
        form.finish()
        async with self._database.connection() as connection:
            credentials = await self._accounts.credentials(connection, email)
        # No connection is held while the hash is computed: that takes as long as fifty statements.
        encoded = credentials.password_hash if credentials else None
        if not await self._passwords.verify(encoded, password) or credentials is None or encoded is None:
            raise BadCredentials
        renewed = await self._passwords.hash(password) if self._passwords.outdated(encoded) else None
        async with self._database.transaction() as connection:
            if renewed is not None:
                await self._accounts.renew_hash(connection, credentials.user_id, old=encoded, new=renewed)
            return await self._begin_session(
                connection, credentials.user_id, origin, self._clock.now(), created=False
            )

    async def challenge(self, chain: Chain, address: str, chain_id: str) -> Challenge:
        """Make a message for a wallet to sign."""
        challenge = new_challenge(chain, address, chain_id, self._domain, self._clock.now())
        async with self._database.connection() as connection:
            await self._sessions.insert_challenge(connection, challenge)
        return challenge

    async def by_wallet(self, nonce: str, signature: str, origin: Origin) -> SignedIn:
        """Sign in with a signed challenge; the first sign-in of an address opens its account.

        Of two that are the first at once one loses all that it wrote, its challenge unused. It finds the other's
        account when it looks again: both of them proved that the address is theirs.
        """
        try:
            return await self._by_wallet(nonce, signature, origin)
        except _AddressTakenError:
            return await self._by_wallet(nonce, signature, origin)

    async def _by_wallet(self, nonce: str, signature: str, origin: Origin) -> SignedIn:
        now = self._clock.now()
        async with self._database.transaction() as connection:
            challenge = await self._sessions.challenge(connection, nonce)
            if challenge is None or challenge.used_at is not None:
                raise ChallengeUnknown
            if challenge.expires_at <= now:
                raise ChallengeExpired
            chain = Chain(challenge.chain)
            if not signed_by(chain, challenge.address, challenge.message, signature):
                raise BadSignature
            if not await self._sessions.use_challenge(connection, nonce, now):
                raise ChallengeUnknown
            user_id, created = await self._owner(connection, chain, challenge.address, now)
            return await self._begin_session(connection, user_id, origin, now, created=created)

    async def refresh(self, refresh_token: str, origin: Origin) -> Tokens:
        """Exchange a refresh token for a new pair. A token that comes twice ends its session.

        The refusal is raised only after the revocation is committed; raising inside would roll it back.
        """
        now = self._clock.now()
        token_hash = _token_hash(refresh_token)
        async with self._database.transaction() as connection:
            stored = await self._sessions.token(connection, token_hash)
            session = await self._sessions.lock(connection, stored.session_id) if stored else None
            if stored is None or session is None or session.revoked_at is not None:
                raise RefreshTokenUnknown
            if stored.expires_at <= now or session.expires_at <= now:
                raise RefreshTokenUnknown
            # Under the session's lock, so of two that race one gets tokens and the other ends the session.
            if await self._sessions.use_token(connection, token_hash, now):
                account = await self._account(connection, session.user_id)
                await self._sessions.touch(
                    connection, session.session_id, now, now + self._rules.refresh_life
                )
                return await self._issue(connection, account, session.session_id, now)
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
            details={"session_id": str(session.session_id), "device_id": origin.device_id},
        )

    async def _owner(
        self, connection: Connection, chain: Chain, address: str, now: datetime
    ) -> tuple[UUID, bool]:
        """Whose address it is, and whether the account was opened for it just now."""
        owner = await self._accounts.owner_of_wallet(connection, chain.value, address)
        if owner is not None:
            return owner, False
        user_id = uuid7()
        display_name = f"{address[:6]}…{address[-4:]}"
        await self._accounts.insert(
            connection,
            user_id=user_id,
            email=None,
            password_hash=None,
            display_name=display_name,
            created_at=now,
        )
        if not await self._accounts.insert_wallet(connection, Wallet(user_id, chain.value, address), now):
            raise _AddressTakenError
        await events.user_registered(
            connection, user_id, display_name=display_name, method=chain.value, now=now
        )
        return user_id, True

    async def _begin_session(
        self, connection: Connection, user_id: UUID, origin: Origin, now: datetime, *, created: bool
    ) -> SignedIn:
        await self._sessions.lock_account(connection, user_id)
        account = await self._account(connection, user_id)
        session_id = uuid7()
        await self._sessions.insert(
            connection,
            session_id=session_id,
            user_id=user_id,
            origin=origin,
            now=now,
            expires_at=now + self._rules.refresh_life,
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
        tokens = await self._issue(connection, account, session_id, now)
        wallets = await self._accounts.wallets(connection, [user_id])
        return SignedIn(account, wallets, tokens, created)

    async def _account(self, connection: Connection, user_id: UUID) -> Account:
        account = await self._accounts.by_id(connection, user_id)
        if account is None:
            raise UserNotFound(user_id=user_id)
        if account.banned_at is not None:
            raise AccountBanned
        return account

    async def _issue(
        self, connection: Connection, account: Account, session_id: UUID, now: datetime
    ) -> Tokens:
        refresh_token = secrets.token_urlsafe(32)
        await self._sessions.insert_token(
            connection, _token_hash(refresh_token), session_id, now, now + self._rules.refresh_life
        )
        access_token, _ = self._signer.sign_user(
            account.user_id,
            session_id,
            self._rules.access_life,
            roles=frozenset(account.roles),
            tier=account.tier,
            kyc=account.kyc,
            jurisdiction=account.jurisdiction,
        )
        return Tokens(
            access_token=access_token,
            access_expires_in_seconds=int(self._rules.access_life.total_seconds()),
            refresh_token=refresh_token,
            refresh_expires_in_seconds=int(self._rules.refresh_life.total_seconds()),
            session_id=session_id,
        )


def _token_hash(token: str) -> bytes:
    """Tokens have 256 random bits, so a plain hash is enough: there is nothing to guess."""
    return hashlib.sha256(token.encode()).digest()
