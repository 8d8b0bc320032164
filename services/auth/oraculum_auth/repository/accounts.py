"""Accounts and the addresses that belong to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from oraculum_auth.errors import UserNotFound
from oraculum_auth.records import Account, Credentials, NewAccount, Wallet
from oraculum_auth.vault import PersonKey, Vault
from oraculum_kit.db import Connection, queries

_accounts = queries("oraculum_auth", "sql/accounts.sql")


@dataclass(frozen=True, slots=True)
class _Row:
    """An account as it lies in the database."""

    user_id: UUID
    email_sealed: bytes | None
    email_verified: bool
    display_name: str
    roles: list[str]
    tier: str
    kyc: str
    jurisdiction: str
    preferences_json: str
    banned_at: datetime | None
    ban_reason: str
    token_version: int
    created_at: datetime
    deleted_at: datetime | None
    key_id: str | None
    wrapped: bytes | None
    totp_enabled: bool


async def lock_account(connection: Connection, user_id: UUID) -> bool:
    """Lock an account until the transaction ends; False when there is none, or none any more.

    Whatever writes something of a person's takes this lock first. A deletion holds it while it erases: without it a request
    that waited for a row would go on behind the deletion, and leave data of somebody who is gone.
    """
    return bool(await _accounts.lock_account.run(connection, user_id=user_id))


async def hold_account(connection: Connection, user_id: UUID) -> None:
    """The same for those to whom an account that is gone is an error."""
    if not await lock_account(connection, user_id):
        raise UserNotFound(user_id=user_id)


@dataclass(frozen=True, slots=True)
class AccountCount:
    """How many accounts there are of one tier, or of those that were deleted."""

    tier: str | None
    accounts: int
    email_verified: int
    kyc_approved: int
    banned: int
    registered_within_day: int
    registered_within_week: int


class Accounts:
    """Accounts and the addresses that belong to them. E-mail addresses are sealed here on their way in."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def email_index(self, email: str) -> bytes:
        """The keyed hash by which an address is found."""
        return self._vault.index("email", email)

    def code_index(self, user_id: UUID, code: str) -> bytes:
        """The keyed hash of a short code that was mailed to somebody: a plain one would soon be guessed."""
        return self._vault.index("sign-in code", f"{user_id} {code}")

    def device_label(self, user_id: UUID, device_id: str) -> str:
        """What a device may be called in a list: its id would let whoever reads it pass for the device."""
        return self._vault.index("device label", f"{user_id} {device_id}").hex()[:16] if device_id else ""

    async def insert(self, connection: Connection, account: NewAccount) -> bool:
        """Open an account; False when its id is there already."""
        key = self._vault.new_key(account.user_id)
        email = account.email
        opened = await _accounts.insert_account.run(
            connection,
            user_id=account.user_id,
            email_index=None if email is None else self.email_index(email),
            email_sealed=None if email is None else self._vault.seal(key, "email", email),
            email_verified=account.email_verified,
            password_hash=account.password_hash,
            display_name=account.display_name,
            created_at=account.created_at,
        )
        if opened:
            await self.insert_key(connection, key)
        return bool(opened)

    async def insert_key(self, connection: Connection, key: PersonKey) -> None:
        """Keep the key that a person's data is sealed with."""
        await _accounts.insert_person_key.run(
            connection, user_id=key.user_id, key_id=key.key_id, wrapped=key.wrapped
        )

    async def by_id(self, connection: Connection, user_id: UUID) -> Account | None:
        """One account."""
        row = await _accounts.account_by_id.one(connection, _Row, user_id=user_id)
        return None if row is None else self._opened(row)

    async def key(self, connection: Connection, user_id: UUID) -> PersonKey | None:
        """The key that a person's data is sealed with; None once they are erased."""
        return await _accounts.person_key.one(connection, PersonKey, user_id=user_id)

    async def claims(
        self, connection: Connection, email_index: bytes, device_id: str | None = None
    ) -> list[Credentials]:
        """Three at most: who proved an address, who claims it and knows the device, or else the oldest, and the newest."""
        return await _accounts.credentials_by_email.all(
            connection, Credentials, email_index=email_index, device_id=device_id
        )

    async def credentials_of(self, connection: Connection, user_id: UUID) -> Credentials | None:
        """What a change of password compares."""
        return await _accounts.credentials_of.one(connection, Credentials, user_id=user_id)

    async def lock_credentials(self, connection: Connection, user_id: UUID) -> Credentials | None:
        """The same, locked until the transaction ends; None of an account that was deleted, too."""
        return await _accounts.lock_credentials.one(connection, Credentials, user_id=user_id)

    async def address_of(self, connection: Connection, user_id: UUID) -> tuple[bytes | None, bool]:
        """The keyed hash of an account's address, if it has one, and whether it is proved."""
        rows = await _accounts.email_index.tuples(connection, user_id=user_id)
        return (rows[0][0], bool(rows[0][1])) if rows else (None, False)

    async def owner_of_email(self, connection: Connection, email_index: bytes) -> UUID | None:
        """Who proved an address."""
        owner: UUID | None = await _accounts.owner_of_email.value(connection, email_index=email_index)
        return owner

    async def prove_email(self, connection: Connection, user_id: UUID) -> bool:
        """Note that an address reached its account; False when that was known. The database refuses a second owner."""
        return bool(await _accounts.prove_email.run(connection, user_id=user_id))

    async def is_mailbox_shown(self, connection: Connection, user_id: UUID) -> bool:
        """Whether one person has shown both, that an account is theirs and that they read its mails."""
        return bool(await _accounts.mailbox_shown.value(connection, user_id=user_id))

    async def show_mailbox(self, connection: Connection, user_id: UUID) -> None:
        """Note that one person has shown both."""
        await _accounts.show_mailbox.run(connection, user_id=user_id)

    async def remove_password(self, connection: Connection, user_id: UUID) -> None:
        """Let no password sign in any more."""
        await _accounts.remove_password.run(connection, user_id=user_id)

    async def set_password(self, connection: Connection, user_id: UUID, password_hash: str) -> None:
        """Set a new password."""
        await _accounts.set_password.run(connection, user_id=user_id, password_hash=password_hash)

    async def renew_hash(self, connection: Connection, user_id: UUID, *, old: str, new: str) -> None:
        """Replace a hash whose parameters are outdated."""
        await _accounts.update_password_hash.run(
            connection, user_id=user_id, old_password_hash=old, password_hash=new
        )

    async def update_profile(
        self, connection: Connection, user_id: UUID, *, display_name: str | None, preferences_json: str | None
    ) -> bool:
        """Change what is given; False when there is no such account."""
        changed = await _accounts.update_profile.run(
            connection, user_id=user_id, display_name=display_name, preferences_json=preferences_json
        )
        return bool(changed)

    async def update_roles(self, connection: Connection, user_id: UUID, roles: Sequence[str]) -> bool:
        """Set all roles; False when there is no such account."""
        return bool(await _accounts.update_roles.run(connection, user_id=user_id, roles=list(roles)))

    async def update_tier(self, connection: Connection, user_id: UUID, tier: str) -> bool:
        """Set the tier; False when there is no such account."""
        return bool(await _accounts.update_tier.run(connection, user_id=user_id, tier=tier))

    async def ban(self, connection: Connection, user_id: UUID, *, reason: str, now: datetime) -> bool:
        """Bar an account; False when it is barred already or not there."""
        return bool(await _accounts.ban.run(connection, user_id=user_id, reason=reason, now=now))

    async def unban(self, connection: Connection, user_id: UUID) -> bool:
        """Let an account in again; False when it is not barred or not there."""
        return bool(await _accounts.unban.run(connection, user_id=user_id))

    async def page(
        self, connection: Connection, *, search: str, before: tuple[Any, ...] | None, row_count: int
    ) -> list[Account]:
        """Accounts, newest first."""
        rows = await _accounts.list_accounts.all(
            connection,
            _Row,
            search=search or None,
            email_index=self.email_index(search.lower()),
            before_created_at=before[0] if before else None,
            before_user_id=before[1] if before else None,
            row_count=row_count,
        )
        return [self._opened(row) for row in rows]

    async def count(self, connection: Connection, now: datetime) -> list[AccountCount]:
        """How many accounts there are, by tier; those that were deleted have none."""
        return await _accounts.count_accounts.all(connection, AccountCount, now=now)

    async def wallets(self, connection: Connection, user_ids: Sequence[UUID]) -> list[Wallet]:
        """The proved addresses of several accounts."""
        return await _accounts.wallets_of.all(connection, Wallet, user_ids=list(user_ids))

    async def owner_of_wallet(self, connection: Connection, chain: str, address: str) -> UUID | None:
        """Whose address it is."""
        owner: UUID | None = await _accounts.owner_of_wallet.value(connection, chain=chain, address=address)
        return owner

    async def remove_wallet(self, connection: Connection, user_id: UUID, wallet_id: UUID) -> bool:
        """Take one address off an account; False when it is not theirs."""
        return bool(await _accounts.remove_wallet.run(connection, user_id=user_id, wallet_id=wallet_id))

    async def other_ways_in(self, connection: Connection, user_id: UUID, wallet_id: UUID) -> int:
        """How many ways in remain without this address."""
        ways: int = await _accounts.other_ways_in.value(connection, user_id=user_id, wallet_id=wallet_id)
        return ways

    async def remove_wallets(self, connection: Connection, user_id: UUID) -> None:
        """Take all addresses off an account."""
        await _accounts.remove_wallets.run(connection, user_id=user_id)

    async def insert_wallet(self, connection: Connection, wallet: Wallet, created_at: datetime) -> bool:
        """Bind an address to an account; False when it is bound already."""
        return bool(
            await _accounts.insert_wallet.run(
                connection,
                chain=wallet.chain,
                address=wallet.address,
                user_id=wallet.user_id,
                wallet_id=wallet.wallet_id,
                created_at=created_at,
            )
        )

    def _opened(self, row: _Row) -> Account:
        email = None
        if row.email_sealed is not None and row.key_id is not None and row.wrapped is not None:
            email = self._vault.open(
                PersonKey(row.user_id, row.key_id, row.wrapped), "email", row.email_sealed
            )
        return Account(
            user_id=row.user_id,
            email=email,
            email_verified=row.email_verified,
            display_name=row.display_name,
            roles=row.roles,
            tier=row.tier,
            kyc=row.kyc,
            jurisdiction=row.jurisdiction,
            preferences_json=row.preferences_json,
            banned_at=row.banned_at,
            ban_reason=row.ban_reason,
            token_version=row.token_version,
            totp_enabled=row.totp_enabled,
            created_at=row.created_at,
            deleted_at=row.deleted_at,
        )
