"""What a person does with their mailbox: prove an address, get a new password.

Whoever reads the mails of an address owns it. An account that somebody opened with another person's address therefore
gains nothing: the first reset that is asked for from that mailbox takes the account over and ends everything that was
begun before, so there is no "pre-hijacking" (Sudhodanan and Paverd, USENIX Security 2022). A click on a mail's link proves
the address and not whose the account is: until one person has shown both, a reset takes it over all the same.
"""

from uuid import UUID

import psycopg

from oraculum_auth import events, mailing
from oraculum_auth.api_keys import ApiKeys
from oraculum_auth.errors import BadCredentials, EmailTaken, EmailVerified, MailedTokenUnknown, NoPassword
from oraculum_auth.form import Form
from oraculum_auth.passwords import Passwords
from oraculum_auth.repository import Accounts, Mails
from oraculum_auth.repository.accounts import hold_account
from oraculum_auth.repository.factors import Factors
from oraculum_auth.repository.mails import Purpose
from oraculum_auth.sessions import SessionBook
from oraculum_auth.throttle import Throttle
from oraculum_kit.caller import User
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database


class Mailbox:
    """Addresses proved, passwords reset and changed."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        sessions: SessionBook,
        keys: ApiKeys,
        throttle: Throttle,
        passwords: Passwords,
        clock: Clock,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._sessions = sessions
        self._keys = keys
        self._throttle = throttle
        self._passwords = passwords
        self._clock = clock
        self._mails = Mails()
        self._factors = Factors()

    async def verify(self, token: str, user: User | None) -> None:
        """Prove an address with the token that was mailed to it; asked as the account, that it is theirs, too."""
        try:
            async with self._database.transaction() as connection:
                user_id = await self._use(connection, token, Purpose.VERIFY)
                await hold_account(connection, user_id)
                await self._prove(connection, user_id)
                if user is not None and user.id == user_id:
                    await self._accounts.show_mailbox(connection, user_id)
        except psycopg.errors.UniqueViolation:
            # Another account proved the address after the mail was sent. The token is used up by nobody.
            raise EmailTaken from None

    async def ask_again(self, user_id: UUID) -> None:
        """Send the mail that proves an address once more."""
        async with self._database.transaction() as connection:
            email_index, proved = await self._accounts.address_of(connection, user_id)
            if email_index is None or proved:
                raise EmailVerified
            await mailing.ask_to_verify(connection, user_id)

    async def forgot(self, email: str) -> None:
        """Offer a new password to whoever reads this address. Nothing here looks whether there is an account."""
        form = Form()
        email = form.email(email)
        form.finish()
        async with self._database.transaction() as connection:
            await mailing.ask_to_reset(connection, self._accounts.email_index(email))

    async def reset(self, token: str, password: str) -> None:
        """Set a new password with a mailed token; ends all sessions. A second factor stays in force."""
        form = Form()
        password = form.password(password)
        form.finish()
        # Looked at before the hash is computed: without a token nobody makes us work.
        async with self._database.connection() as connection:
            if not await self._mails.is_good(connection, mailing.token_hash(token), self._clock.now()):
                raise MailedTokenUnknown
        password_hash = await self._passwords.hash(password)
        try:
            async with self._database.transaction() as connection:
                user_id = await self._use(connection, token, Purpose.RESET)
                await hold_account(connection, user_id)
                await self._take_over(connection, user_id)
                await self._keys.revoke_all(connection, user_id)
                await self._forgive(connection, user_id)
                await self._set(connection, user_id, password_hash, keep=None, reason="password_reset")
        except psycopg.errors.UniqueViolation:
            raise EmailTaken from None

    async def change(self, user_id: UUID, session_id: UUID, current: str, password: str) -> None:
        """Set a new password, knowing the present one; ends all other sessions, and all keys."""
        form = Form()
        password = form.password(password, field="new_password")
        form.finish()
        async with self._database.connection() as connection:
            known = await self._accounts.credentials_of(connection, user_id)
        if known is None or known.password_hash is None:
            raise NoPassword
        # Counted like a sign-in: a stolen session must not become a way to guess the password.
        attempt = [self._throttle.change(user_id)]
        await self._throttle.attempt(attempt)
        if not await self._passwords.verify(known.password_hash, current):
            raise BadCredentials
        password_hash = await self._passwords.hash(password)
        async with self._database.transaction() as connection:
            still = await self._accounts.lock_credentials(connection, user_id)
            # Two changes at once: the second knew a password that is none any more.
            if still is None or still.password_hash != known.password_hash:
                raise BadCredentials
            await self._throttle.forgive(connection, attempt)
            await self._keys.revoke_all(connection, user_id)
            await self._set(connection, user_id, password_hash, keep=session_id, reason="password_changed")

    async def _use(self, connection: Connection, token: str, purpose: Purpose) -> UUID:
        used = await self._mails.use_token(connection, mailing.token_hash(token), purpose, self._clock.now())
        if used is None:
            raise MailedTokenUnknown
        return used

    async def _prove(self, connection: Connection, user_id: UUID) -> None:
        if not await self._accounts.prove_email(connection, user_id):
            return
        await self._mails.forget_tokens(connection, user_id, Purpose.VERIFY)
        await events.audit(connection, "email.verified", user_id, now=self._clock.now())

    async def _take_over(self, connection: Connection, user_id: UUID) -> None:
        """Make an account that of whoever reads its mails: what somebody else may have added lets nobody in any more.

        A second factor stays where the address was proved before: it lets nobody in alone, and keeps out who took a mailbox.
        """
        email_index, proved = await self._accounts.address_of(connection, user_id)
        if not await self._accounts.is_mailbox_shown(connection, user_id):
            await self._accounts.remove_wallets(connection, user_id)
            if not proved:
                await self._factors.remove(connection, user_id)
            await self._accounts.show_mailbox(connection, user_id)
            await events.audit(connection, "account.taken_over", user_id, now=self._clock.now())
        # One account has the address. Another that claims it gets the new password that was mailed for it all the same.
        if email_index is not None and await self._accounts.owner_of_email(connection, email_index) is None:
            await self._prove(connection, user_id)

    async def _forgive(self, connection: Connection, user_id: UUID) -> None:
        """Whoever reads the mail gets in, however many others have tried."""
        account = await self._accounts.by_id(connection, user_id)
        if account is not None and account.email is not None:
            await self._throttle.forgive_account(connection, account.email)

    async def _set(
        self, connection: Connection, user_id: UUID, password_hash: str, *, keep: UUID | None, reason: str
    ) -> None:
        await self._accounts.set_password(connection, user_id, password_hash)
        await self._mails.forget_tokens(connection, user_id, Purpose.RESET)
        await self._sessions.end_all(connection, user_id, keep=keep, reason=reason)
        await events.password_changed(connection, user_id, reason=reason, now=self._clock.now())
        await mailing.tell(connection, user_id, "password_changed")
