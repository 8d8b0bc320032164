"""Deletion of an account by its person: what was theirs alone is erased, what the law wants kept stays under a pseudonym.

The ledger, the audit log and reports speak of an id that leads nowhere from then on. The person's key is destroyed, so that
what was sealed with it is noise, in backups too. An identity check is kept for its years: it is sealed anew under a key that
opens nothing else, and job and key go with it when they are over.
"""

from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from oraculum_auth import events
from oraculum_auth.compliance.kyc import PERSON_FIELD
from oraculum_auth.errors import AccountBanned, UserNotFound
from oraculum_auth.privacy.belongings import Belongings
from oraculum_auth.privacy.errors import AccountNotEmpty, DeletionWhileExcluded, SignInTooOld
from oraculum_auth.privacy.repository import Deletions
from oraculum_auth.repository import Accounts
from oraculum_auth.repository.accounts import lock_account
from oraculum_auth.vault import Vault
from oraculum_kit.caller import User
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import InvalidArgument, Violation
from oraculum_kit.jobs import Job, Kind

# Whoever finds a signed-in device deletes nobody.
SIGNED_IN_WITHIN: Final = timedelta(minutes=15)
_YEAR: Final = timedelta(days=365.25)


class Asked(Protocol):
    """Those who know what somebody still has."""

    async def belongings(self) -> Belongings:
        """What the caller still has."""


class Deletion:
    """Deletes accounts."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        vault: Vault,
        clock: Clock,
        keepers: Asked,
        kyc_years: int,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._vault = vault
        self._clock = clock
        self._keepers = keepers
        self._kyc_kept = kyc_years * _YEAR
        self._deletions = Deletions()

    @property
    def kind(self) -> Kind:
        """The job that erases what was kept long enough."""
        return Kind("forget_deleted", self._forget, cron="41 3 * * *")

    async def delete(self, user: User, confirm: str) -> None:
        """Delete the caller's account. Done before, it changes nothing."""
        if confirm != str(user.id):
            raise InvalidArgument(violations=[Violation("confirm", "must be the id of your account")])
        await self._check_session(user)
        # Asked outside of any transaction, which others would wait for. What arrives behind this stays in the books under
        # the pseudonym; whoever deletes while they bet in another window has the order refused a moment later.
        left = await self._keepers.belongings()
        if left:
            raise AccountNotEmpty(f"There is something left in your account: {left}.", left=left)
        async with self._database.transaction() as connection:
            if not await lock_account(connection, user.id):
                return
            account = await self._accounts.by_id(connection, user.id)
            if account is not None and account.banned_at is not None:
                # Barred while wallet and prediction were asked. Nobody slips out of a ban.
                raise AccountBanned
            now = self._clock.now()
            until = await self._deletions.excluded_until(connection, user.id, now)
            if until is not None:
                raise DeletionWhileExcluded(until=until.isoformat())
            await self._erase(connection, user.id, now)

    async def _check_session(self, user: User) -> None:
        async with self._database.connection() as connection:
            began_at = await self._deletions.began_at(connection, user.session_id, user.id)
        if began_at is None or self._clock.now() - began_at > SIGNED_IN_WITHIN:
            raise SignInTooOld

    async def _erase(self, connection: Connection, user_id: UUID, now: datetime) -> None:
        key = await self._accounts.key(connection, user_id)
        if key is None:
            raise UserNotFound(user_id=user_id)
        kept = {
            check_id: self._vault.open(key, PERSON_FIELD, sealed)
            for check_id, sealed in await self._deletions.checks(connection, user_id)
        }
        if not await self._deletions.erase(connection, user_id, now):
            return
        if kept:
            fresh = self._vault.new_key(user_id)
            await self._accounts.insert_key(connection, fresh)
            for check_id, text in kept.items():
                sealed = self._vault.seal(fresh, PERSON_FIELD, text)
                await self._deletions.keep_check(connection, check_id, sealed, now)
        await events.user_deleted(connection, user_id, now=now, checks_kept=len(kept))

    async def _forget(self, _: Job) -> None:
        async with self._database.transaction() as connection:
            await self._deletions.forget(connection, self._clock.now() - self._kyc_kept)
