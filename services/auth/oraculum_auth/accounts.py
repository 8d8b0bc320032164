"""Accounts after sign-in: profile, sessions, roles, and what others may see."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from oraculum_auth import events
from oraculum_auth.errors import AdministratorsAreMadeBeside, OwnAccount, SessionNotFound, UserNotFound
from oraculum_auth.form import Form
from oraculum_auth.records import Account, Session, Wallet
from oraculum_auth.repository import Accounts, Sessions
from oraculum_auth.repository.accounts import AccountCount, hold_account
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import InvalidArgument, Violation
from oraculum_kit.paging import Page, decode_cursor

ROLES = ("user", "creator", "admin")
TIERS = ("basic", "verified", "premium")

Described = tuple[Account, list[Wallet]]


class AccountBook:
    """What is known of people, for themselves, for others, for administrators."""

    def __init__(self, database: Database, accounts: Accounts, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._sessions = Sessions()

    async def describe(self, user_id: UUID) -> Described:
        """An account with its addresses."""
        async with self._database.connection() as connection:
            return await self._describe(connection, user_id)

    async def update(
        self, user_id: UUID, *, display_name: str | None, preferences_json: str | None
    ) -> Described:
        """Change the profile; None leaves a field as it is."""
        form = Form()
        if display_name is not None:
            display_name = form.display_name(display_name)
        if preferences_json is not None:
            preferences_json = form.preferences(preferences_json)
        form.finish()
        async with self._database.transaction() as connection:
            if not await self._accounts.update_profile(
                connection, user_id, display_name=display_name, preferences_json=preferences_json
            ):
                raise UserNotFound(user_id=user_id)
            account, wallets = await self._describe(connection, user_id)
            await events.user_updated(
                connection, user_id, display_name=account.display_name, now=self._clock.now()
            )
            return account, wallets

    async def set_roles(self, user_id: UUID, roles: Sequence[str], actor_id: UUID | None) -> Described:
        """Set all roles at once; `user` is always one of them.

        Without an actor it is the operator of the machine, and the audit log names the account itself: there may be no
        administrator yet. The operator alone makes administrators: what takes two of them would take one and an account
        that this one raised.
        """
        if actor_id is not None:
            _require_another(user_id, actor_id)
        unknown = [role for role in roles if role not in ROLES]
        if unknown:
            raise InvalidArgument(
                violations=[Violation("roles", f"{unknown[0]!r} is none of {', '.join(ROLES)}")]
            )
        wanted = [role for role in ROLES if role == "user" or role in roles]
        async with self._database.transaction() as connection:
            await hold_account(connection, user_id)
            if actor_id is not None and "admin" in wanted:
                account, _ = await self._describe(connection, user_id)
                if "admin" not in account.roles:
                    raise AdministratorsAreMadeBeside(user_id=user_id)
            if not await self._accounts.update_roles(connection, user_id, wanted):
                raise UserNotFound(user_id=user_id)
            await events.user_roles_changed(
                connection, user_id, roles=wanted, actor_id=actor_id or user_id, now=self._clock.now()
            )
            return await self._describe(connection, user_id)

    async def set_tier(self, user_id: UUID, tier: str, actor_id: UUID) -> Described:
        """Set the tier, which decides rates and limits."""
        _require_another(user_id, actor_id)
        if tier not in TIERS:
            raise InvalidArgument(violations=[Violation("tier", f"is none of {', '.join(TIERS)}")])
        async with self._database.transaction() as connection:
            if not await self._accounts.update_tier(connection, user_id, tier):
                raise UserNotFound(user_id=user_id)
            await events.user_tier_changed(
                connection, user_id, tier=tier, actor_id=actor_id, now=self._clock.now()
            )
            return await self._describe(connection, user_id)

    async def ban(self, user_id: UUID, reason: str, actor_id: UUID) -> Described:
        """Bar an account and end its sessions; barred already, it stays as it is."""
        _require_another(user_id, actor_id)
        now = self._clock.now()
        async with self._database.transaction() as connection:
            # The lock that a beginning session holds too: none begins beside this and outlives it.
            await hold_account(connection, user_id)
            if await self._accounts.ban(connection, user_id, reason=reason, now=now):
                for session_id in await self._sessions.revoke_all(
                    connection, user_id, keep=None, reason="banned", now=now
                ):
                    await events.session_revoked(
                        connection, user_id, session_id=session_id, reason="banned", now=now
                    )
                await events.user_banned(connection, user_id, reason=reason, actor_id=actor_id, now=now)
            return await self._describe(connection, user_id)

    async def unban(self, user_id: UUID, actor_id: UUID) -> Described:
        """Let an account in again; it signs in anew."""
        async with self._database.transaction() as connection:
            await hold_account(connection, user_id)
            if await self._accounts.unban(connection, user_id):
                await events.user_unbanned(connection, user_id, actor_id=actor_id, now=self._clock.now())
            return await self._describe(connection, user_id)

    async def page(self, *, search: str, cursor: str, limit: int) -> tuple[list[Described], str]:
        """A page of accounts, newest first, and the cursor of the next one."""
        before = decode_cursor(cursor, datetime, UUID)
        async with self._database.connection() as connection:
            rows = await self._accounts.page(connection, search=search, before=before, row_count=limit + 1)
            page = Page.cut(rows, limit, lambda account: (account.created_at, account.user_id))
            wallets = await self._accounts.wallets(connection, [account.user_id for account in page.rows])
        described = [
            (account, [wallet for wallet in wallets if wallet.user_id == account.user_id])
            for account in page.rows
        ]
        return described, page.next_cursor

    async def count(self) -> list[AccountCount]:
        """How many accounts there are, by tier; those that were deleted have none."""
        async with self._database.connection() as connection:
            return await self._accounts.count(connection, self._clock.now())

    async def sessions(self, user_id: UUID) -> list[Session]:
        """A person's live sessions, newest first, each device under its label."""
        async with self._database.connection() as connection:
            sessions = await self._sessions.live(connection, user_id, self._clock.now())
        return [
            replace(one, device_id=self._accounts.device_label(user_id, one.device_id)) for one in sessions
        ]

    async def end_session(self, user_id: UUID, session_id: UUID, *, reason: str) -> None:
        """End one session of this person."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            if not await self._sessions.revoke(connection, session_id, user_id, reason=reason, now=now):
                raise SessionNotFound(session_id=session_id)
            await events.session_revoked(connection, user_id, session_id=session_id, reason=reason, now=now)

    async def _describe(self, connection: Connection, user_id: UUID) -> Described:
        account = await self._accounts.by_id(connection, user_id)
        if account is None:
            raise UserNotFound(user_id=user_id)
        return account, await self._accounts.wallets(connection, [user_id])


def _require_another(user_id: UUID, actor_id: UUID) -> None:
    """Nobody raises themselves, and no last administrator takes the role from themselves by mistake."""
    if user_id == actor_id:
        raise OwnAccount
