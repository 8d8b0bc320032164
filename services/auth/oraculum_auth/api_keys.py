"""Keys of programs: made and told once, opened for the gateway, ended everywhere within a second.

A key's session is the key itself, so a key that ends is a session that ends. It never carries an administrator's role. Keys
end with the password that was in force when they were made; to make one wants a sign-in of a moment ago, or a code.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from oraculum_auth import events, mailing
from oraculum_auth.errors import AccountBanned, ApiKeyUnknown, TooManyKeys, UserNotFound
from oraculum_auth.form import Form
from oraculum_auth.recent import require_recent_sign_in
from oraculum_auth.repository import Accounts
from oraculum_auth.repository.accounts import hold_account
from oraculum_auth.repository.api_keys import ApiKeyRows, StoredKey
from oraculum_auth.second_factor import SecondFactor
from oraculum_auth.vault import Vault
from oraculum_kit.caller import User
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.ids import uuid7
from oraculum_kit.tokens import TokenSigner

SCOPES: Final = ("read", "trade", "events", "wallet", "notifications", "scores:write")
KEYS_MAX: Final = 20
DAYS_MAX: Final = 3650
# The gateway asks again when its token ends, so what changes about a person reaches their keys in this time at the latest.
TOKEN_LIFE: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class OpenedKey:
    """What the gateway needs to accept a key's requests, for a while."""

    secret: str
    scopes: Sequence[str]
    tier: str
    access_token: str
    expires_at: datetime


class ApiKeys:
    """Everything about them."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        factor: SecondFactor,
        vault: Vault,
        clock: Clock,
        signer: TokenSigner,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._factor = factor
        self._vault = vault
        self._clock = clock
        self._signer = signer
        self._rows = ApiKeyRows()

    async def create(
        self, user: User, name: str, scopes: Sequence[str], *, days: int, totp_code: str
    ) -> tuple[StoredKey, str]:
        """Make a key; the secret is told here and never again."""
        form = Form()
        name = form.display_name(name)
        unknown = [scope for scope in scopes if scope not in SCOPES]
        if unknown or not scopes:
            form.refuse("scopes", f"are one or more of {', '.join(SCOPES)}")
        days = form.integer("days", days, minimum=0, maximum=DAYS_MAX)
        form.finish()
        await self._factor.before_sign_in(user.id, totp_code)
        now = self._clock.now()
        secret = secrets.token_urlsafe(32)
        async with self._database.transaction() as connection:
            # The account's lock: two that are made at once count each other, and none is made behind a deletion.
            await hold_account(connection, user.id)
            if not await self._factor.show(connection, user.id, totp_code):
                await require_recent_sign_in(connection, user, now)
            person = await self._accounts.key(connection, user.id)
            if person is None:
                raise UserNotFound(user_id=user.id)
            if len(await self._rows.of(connection, user.id, now)) >= KEYS_MAX:
                raise TooManyKeys
            key_id = uuid7()
            key = StoredKey(
                key_id=key_id,
                user_id=user.id,
                name=name,
                scopes=[scope for scope in SCOPES if scope in scopes],
                secret_sealed=self._vault.seal(person, _field(key_id), secret),
                created_at=now,
                expires_at=now + timedelta(days=days) if days else None,
                last_used_at=None,
            )
            await self._rows.insert(connection, key)
            details = {"key_id": str(key_id), "scopes": ",".join(key.scopes)}
            await events.audit(connection, "api_key.created", user.id, now=now, details=details)
            await mailing.tell(connection, user.id, "api_key_created")
        return key, secret

    async def of(self, user_id: UUID) -> list[StoredKey]:
        """A person's keys, newest first."""
        async with self._database.connection() as connection:
            return await self._rows.of(connection, user_id, self._clock.now())

    async def revoke(self, user_id: UUID, key_id: UUID) -> None:
        """End a key."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            if not await self._rows.revoke(connection, key_id, user_id, now):
                raise ApiKeyUnknown
            await events.api_key_revoked(connection, user_id, key_id=key_id, now=now)

    async def revoke_all(self, connection: Connection, user_id: UUID) -> None:
        """End all keys of a person in the caller's transaction."""
        now = self._clock.now()
        for key_id in await self._rows.revoke_all(connection, user_id, now):
            await events.api_key_revoked(connection, user_id, key_id=key_id, now=now)

    async def open(self, key_id: UUID) -> OpenedKey:
        """What the gateway needs to accept this key's requests."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            key = await self._rows.one(connection, key_id, now)
            person = None if key is None else await self._accounts.key(connection, key.user_id)
            account = None if key is None else await self._accounts.by_id(connection, key.user_id)
            # The person's key was read before the account: while that is not deleted, it is the key that sealed this one.
            if key is None or person is None or account is None or account.deleted_at is not None:
                raise ApiKeyUnknown
            if account.banned_at is not None:
                raise AccountBanned
            await self._rows.touch(connection, key_id, now)
        life = TOKEN_LIFE if key.expires_at is None else min(TOKEN_LIFE, key.expires_at - now)
        token, expires_at = self._signer.sign_user(
            account.user_id,
            key_id,
            life,
            roles=frozenset(account.roles) - {"admin"},
            tier=account.tier,
            kyc=account.kyc,
            jurisdiction=account.jurisdiction,
            version=account.token_version,
        )
        secret = self._vault.open(person, _field(key_id), key.secret_sealed)
        return OpenedKey(secret, key.scopes, account.tier, token, expires_at)


def _field(key_id: UUID) -> str:
    return f"api_key/{key_id}"
