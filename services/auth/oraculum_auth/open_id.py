"""Sign-in with a provider of OpenID Connect: begun, answered by the provider, ended in a session.

What the browser is sent away with (state, nonce, code verifier) is remembered here and serves once. A secret stays in
the browser and is shown at the end, so nobody can have another person end a sign-in that they began (login CSRF).

An account of ours is joined to one of a provider only by an address that both sides have proved: the provider says that
it proved it, and our account did so by a mail. Otherwise the sign-in opens an account of its own. A mail's link is soon
clicked, for an account that somebody else opened, too: where nobody has shown that account and mailbox are one person's,
the join ends all that let anybody in before.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from psycopg.errors import UniqueViolation

from oraculum_auth import events, mailing
from oraculum_auth.api_keys import ApiKeys
from oraculum_auth.compliance.door import Door
from oraculum_auth.doorman import Doorman
from oraculum_auth.errors import OpenIdProviderUnknown, OpenIdRefused, OpenIdStateUnknown
from oraculum_auth.form import Form
from oraculum_auth.mailing import token_hash
from oraculum_auth.open_id_provider import Identity, Provider
from oraculum_auth.records import Codes, NewAccount, Origin, SignedIn
from oraculum_auth.repository import Accounts
from oraculum_auth.repository.accounts import hold_account
from oraculum_auth.repository.open_id import Attempt, OpenIdRows
from oraculum_auth.second_factor import SecondFactor
from oraculum_auth.sessions import SessionBook
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import InvalidArgument
from oraculum_kit.ids import uuid7

_log = structlog.stdlib.get_logger(__name__)

ATTEMPT_LIFE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Begun:
    """What the browser is sent away with."""

    authorization_url: str
    browser_secret: str
    expires_at: datetime


class OpenIdSignIn:
    """Begins and ends sign-ins at providers."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        sessions: SessionBook,
        keys: ApiKeys,
        factor: SecondFactor,
        doorman: Doorman,
        clock: Clock,
        providers: dict[str, Provider],
        door: Door,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._sessions = sessions
        self._keys = keys
        self._factor = factor
        self._doorman = doorman
        self._clock = clock
        self._providers = providers
        self._door = door
        self._rows = OpenIdRows()

    async def start(self, provider: str) -> Begun:
        """Begin a sign-in."""
        state, browser_secret, nonce, code_verifier = (secrets.token_urlsafe(32) for _ in range(4))
        url = await self._provider(provider).authorization_url(
            state=state, nonce=nonce, code_verifier=code_verifier
        )
        now = self._clock.now()
        attempt = Attempt(
            state_hash=token_hash(state),
            provider=provider,
            browser_hash=token_hash(browser_secret),
            nonce=nonce,
            code_verifier=code_verifier,
            expires_at=now + ATTEMPT_LIFE,
            code_hash=None,
            owner=None,
        )
        async with self._database.transaction() as connection:
            await self._rows.insert_attempt(connection, attempt, now)
        return Begun(url, browser_secret, attempt.expires_at)

    async def finish(
        self,
        provider: str,
        *,
        state: str,
        code: str,
        issuer: str,
        browser_secret: str,
        origin: Origin,
        codes: Codes,
    ) -> SignedIn:
        """End it. Where a code is missing the same call with it goes on: the provider is asked once."""
        asked = self._provider(provider)
        attempt = await self._attempt(provider, state, browser_secret)
        created = False
        if attempt.owner is None:
            # The provider lets its code serve once; two of these that race cannot both be believed.
            identity = await asked.identity(
                code=code, issuer=issuer, nonce=attempt.nonce, code_verifier=attempt.code_verifier
            )
            owner, created = await self._owner(attempt, identity, code, origin)
        elif attempt.code_hash != token_hash(code):
            raise OpenIdStateUnknown
        else:
            owner = attempt.owner
        await self._factor.before_sign_in(owner, codes.totp)
        await self._doorman.before_sign_in(owner, origin, codes.mailed)
        async with self._database.transaction() as connection:
            if not await self._rows.end_attempt(connection, attempt.state_hash):
                raise OpenIdStateUnknown
            now = self._clock.now()
            return await self._sessions.begin(connection, owner, origin, now, created=created, codes=codes)

    def _provider(self, name: str) -> Provider:
        provider = self._providers.get(name)
        if provider is None:
            raise OpenIdProviderUnknown(provider=name)
        return provider

    async def _attempt(self, provider: str, state: str, browser_secret: str) -> Attempt:
        async with self._database.connection() as connection:
            attempt = await self._rows.attempt(connection, token_hash(state), self._clock.now())
        if attempt is None or attempt.provider != provider:
            raise OpenIdStateUnknown
        if not secrets.compare_digest(attempt.browser_hash, token_hash(browser_secret)):
            raise OpenIdStateUnknown
        return attempt

    async def _owner(
        self, attempt: Attempt, identity: Identity, code: str, origin: Origin
    ) -> tuple[UUID, bool]:
        """Whose sign-in it is; another one may have opened the account between our look and our insert."""
        try:
            return await self._find_or_open(attempt, identity, code, origin)
        except UniqueViolation:
            return await self._find_or_open(attempt, identity, code, origin)

    async def _find_or_open(
        self, attempt: Attempt, identity: Identity, code: str, origin: Origin
    ) -> tuple[UUID, bool]:
        email = _proved_address(identity)
        async with self._database.transaction() as connection:
            now = self._clock.now()
            created = False
            owner = await self._rows.owner(connection, identity.issuer, identity.subject)
            if owner is not None:
                await hold_account(connection, owner)
            else:
                owner = await self._joined(connection, email, now)
                if owner is None:
                    self._door.check(origin.address)
                    owner, created = await self._open(connection, identity, email, now), True
                await self._rows.insert_identity(connection, identity.issuer, identity.subject, owner, now)
                details = {"provider": attempt.provider}
                await events.audit(connection, "open_id.linked", owner, now=now, details=details)
            if not await self._rows.note_owner(connection, attempt.state_hash, owner, token_hash(code)):
                raise OpenIdStateUnknown
            return owner, created

    async def _joined(self, connection: Connection, email: str | None, now: datetime) -> UUID | None:
        if email is None:
            return None
        owner = await self._accounts.owner_of_email(connection, self._accounts.email_index(email))
        if owner is None:
            return None
        # Nothing is joined behind a deletion: asked again, the provider's account opens one of its own.
        await hold_account(connection, owner)
        if not await self._accounts.is_mailbox_shown(connection, owner):
            await self._take_over(connection, owner, now)
        await mailing.tell(connection, owner, "account_joined")
        return owner

    async def _take_over(self, connection: Connection, owner: UUID, now: datetime) -> None:
        """Let nobody in by what was there before. A second factor stays: it lets nobody in alone."""
        await self._accounts.remove_password(connection, owner)
        await self._accounts.remove_wallets(connection, owner)
        await self._keys.revoke_all(connection, owner)
        await self._sessions.end_all(connection, owner, reason="account_joined")
        await self._accounts.show_mailbox(connection, owner)
        await events.audit(connection, "account.taken_over", owner, now=now)
        # What else somebody left ends where it is kept, webhooks for one: to others it is as if the password were new.
        await events.password_changed(connection, owner, reason="account_joined", now=now)

    async def _open(
        self, connection: Connection, identity: Identity, email: str | None, now: datetime
    ) -> UUID:
        user_id = uuid7()
        display_name = _display_name(identity, user_id)
        account = NewAccount(user_id, display_name, now, email=email, email_verified=email is not None)
        await self._accounts.insert(connection, account)
        await events.user_registered(
            connection, user_id, display_name=display_name, method="open_id", now=now
        )
        return user_id


def _proved_address(identity: Identity) -> str | None:
    """The provider's address in our form; one that we could not write to is none."""
    if identity.email is None:
        return None
    form = Form()
    email = form.email(identity.email)
    try:
        form.finish()
    except InvalidArgument as error:
        _log.warning("open_id.bad_address", issuer=identity.issuer)
        raise OpenIdRefused from error
    return email


def _display_name(identity: Identity, user_id: UUID) -> str:
    """The name that the provider knows, if it is one that we would take."""
    form = Form()
    name = form.display_name(identity.name)
    try:
        form.finish()
    except InvalidArgument:
        return f"user-{user_id.hex[-8:]}"
    return name
