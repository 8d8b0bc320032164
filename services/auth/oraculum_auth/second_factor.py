"""The second factor: enrolled, confirmed, shown at sign-in, renewed, removed (NIST SP 800-63B section 3.1.4).

A code serves once, its time step being kept; recovery codes serve once too, and are kept as keyed hashes. What proves a
session's second factor is noted on the session, and an administrator's rights are only in the tokens of such sessions. It
is enrolled and confirmed within a moment of signing in: whoever steals a session must not shut its owner out.
"""

import secrets
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import segno

from oraculum_auth import events, mailing, totp
from oraculum_auth.errors import SecondFactorRequired, TotpEnabled, TotpNotEnrolled, TotpWrong, UserNotFound
from oraculum_auth.recent import require_recent_sign_in
from oraculum_auth.repository import Accounts
from oraculum_auth.repository.accounts import hold_account
from oraculum_auth.repository.factors import Factors
from oraculum_auth.throttle import Throttle
from oraculum_auth.vault import Vault
from oraculum_kit.caller import User
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database

RECOVERY_CODES: Final = 10
# Crockford's letters: none looks like another. Ten of them are 50 bits, and attempts are throttled.
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH: Final = 10


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator needs."""

    secret: str
    uri: str
    qr_svg: str


class SecondFactor:
    """Everything about it."""

    def __init__(
        self, database: Database, accounts: Accounts, vault: Vault, throttle: Throttle, clock: Clock
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._vault = vault
        self._throttle = throttle
        self._clock = clock
        self._factors = Factors()

    async def enrol(self, user: User) -> Enrolment:
        """Make a secret, in the place of one that was never confirmed."""
        secret = totp.new_secret()
        now = self._clock.now()
        async with self._database.transaction() as connection:
            await hold_account(connection, user.id)
            await require_recent_sign_in(connection, user, now)
            account = await self._accounts.by_id(connection, user.id)
            key = await self._accounts.key(connection, user.id)
            if account is None or key is None:
                raise UserNotFound(user_id=user.id)
            sealed = self._vault.seal(key, "totp", secret)
            if not await self._factors.propose(connection, user.id, sealed, now):
                raise TotpEnabled
        uri = totp.uri(secret, account.email or account.display_name)
        return Enrolment(secret, uri, segno.make(uri, error="m").svg_inline(scale=4))

    async def confirm(self, user: User, code: str) -> list[str]:
        """Put the secret in force with its first code; the recovery codes."""
        user_id = user.id
        await self._throttle.attempt([self._throttle.factor(user_id)])
        async with self._database.transaction() as connection:
            await hold_account(connection, user_id)
            await require_recent_sign_in(connection, user, self._clock.now())
            stored = await self._factors.totp(connection, user_id)
            if stored is None:
                raise TotpNotEnrolled
            if stored.confirmed_at is not None:
                raise TotpEnabled
            await self._use_totp(connection, user_id, code)
            codes = await self._renew(connection, user_id)
            await self._factors.mark(connection, user_id, user.session_id, shown=True)
            await self._changed(connection, user_id, "totp.enabled", "totp_enabled")
            return codes

    async def renew(self, user_id: UUID, code: str) -> list[str]:
        """New recovery codes in the place of the old ones; a code of the authenticator proves the wish."""
        await self._throttle.attempt([self._throttle.factor(user_id)])
        async with self._database.transaction() as connection:
            await hold_account(connection, user_id)
            await self._use_totp(connection, user_id, code)
            codes = await self._renew(connection, user_id)
            await events.audit(connection, "totp.recovery_renewed", user_id, now=self._clock.now())
            return codes

    async def disable(self, user_id: UUID, code: str) -> None:
        """Take the second factor away; a code of the authenticator or a recovery code proves the wish."""
        await self._throttle.attempt([self._throttle.factor(user_id)])
        async with self._database.transaction() as connection:
            await hold_account(connection, user_id)
            await self._use(connection, user_id, code)
            await self._factors.remove(connection, user_id)
            await self._factors.mark(connection, user_id, None, shown=False)
            await self._changed(connection, user_id, "totp.disabled", "totp_disabled")

    async def before_sign_in(self, user_id: UUID, code: str) -> None:
        """Count the attempt, in a transaction of its own, before a sign-in that shows a code; or ask for one."""
        async with self._database.connection() as connection:
            if not await self._factors.is_confirmed(connection, user_id):
                return
        if not code:
            raise SecondFactorRequired
        await self._throttle.attempt([self._throttle.factor(user_id)])

    async def show(self, connection: Connection, user_id: UUID, code: str) -> bool:
        """Accept a code in the transaction of the sign-in, where there is a second factor; whether there is."""
        if not await self._factors.is_confirmed(connection, user_id):
            return False
        if not code:
            raise SecondFactorRequired
        await self._use(connection, user_id, code)
        return True

    async def is_enabled(self, connection: Connection, user_id: UUID) -> bool:
        """Whether sign-in wants a second factor."""
        return await self._factors.is_confirmed(connection, user_id)

    async def _use(self, connection: Connection, user_id: UUID, code: str) -> None:
        plain = code.strip().replace("-", "").replace(" ", "").upper()
        if len(plain) != _CODE_LENGTH:
            await self._use_totp(connection, user_id, code)
            return
        if not await self._factors.use_recovery_code(connection, user_id, self._index(user_id, plain)):
            raise TotpWrong
        await self._throttle.forgive(connection, [self._throttle.factor(user_id)])
        await events.audit(connection, "totp.recovery_used", user_id, now=self._clock.now())
        await mailing.tell(connection, user_id, "recovery_code_used")

    async def _use_totp(self, connection: Connection, user_id: UUID, code: str) -> None:
        now = self._clock.now()
        stored = await self._factors.totp(connection, user_id)
        key = await self._accounts.key(connection, user_id)
        if stored is None or key is None:
            raise TotpNotEnrolled
        secret = self._vault.open(key, "totp", stored.secret_sealed)
        step = totp.matching_step(secret, code.strip().replace(" ", ""), now)
        if step is None or not await self._factors.use_step(connection, user_id, step, now):
            raise TotpWrong
        await self._throttle.forgive(connection, [self._throttle.factor(user_id)])

    async def _renew(self, connection: Connection, user_id: UUID) -> list[str]:
        codes = [
            "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH)) for _ in range(RECOVERY_CODES)
        ]
        indexes = [self._index(user_id, code) for code in codes]
        await self._factors.replace_recovery_codes(connection, user_id, indexes)
        return [f"{code[:5]}-{code[5:]}" for code in codes]

    async def _changed(self, connection: Connection, user_id: UUID, action: str, letter: str) -> None:
        now = self._clock.now()
        await events.rights_changed(connection, user_id, now=now)
        await events.audit(connection, action, user_id, now=now)
        await mailing.tell(connection, user_id, letter)

    def _index(self, user_id: UUID, code: str) -> bytes:
        return self._vault.index("recovery code", f"{user_id} {code}")
