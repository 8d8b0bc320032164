"""Deletion of an account by its person: what was theirs alone is erased, what the law wants kept stays under a pseudonym.

The ledger, the audit log and reports speak of an id that leads nowhere from then on. The person's key is destroyed, so that
what was sealed with it is noise, in backups too. An identity check is kept for its years: it is sealed anew under a key that
opens nothing else, and job and key go with it when they are over.

What somebody still has is asked behind a fence: from before the first question until the account is erased, or stays, wallet
begins nothing for them. A fence is noted here before it is raised there, with a job that lifts it. So whoever dies in between
leaves a person who can go on a minute later, and whoever comes too late to erase finds that the fence is not theirs any more.
"""

from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

import psycopg
import structlog

from oraculum_auth import events
from oraculum_auth.compliance.kyc import PERSON_FIELD
from oraculum_auth.errors import AccountBanned, UserNotFound
from oraculum_auth.privacy.belongings import Belongings
from oraculum_auth.privacy.errors import (
    AccountNotEmpty,
    DeletionOvertaken,
    DeletionWhileExcluded,
)
from oraculum_auth.privacy.repository import Deletions
from oraculum_auth.recent import require_recent_sign_in
from oraculum_auth.repository import Accounts
from oraculum_auth.repository.accounts import lock_account
from oraculum_auth.vault import Vault
from oraculum_kit import jobs
from oraculum_kit.caller import User
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import InvalidArgument, ServiceError, Violation
from oraculum_kit.jobs import Job, Kind

_log = structlog.stdlib.get_logger(__name__)

_STAY: Final = "deletion_stay"
# Longer than all questions take; whoever asked is gone then, or too late.
FENCED_AT_MOST: Final = timedelta(seconds=60)
_YEAR: Final = timedelta(days=365.25)


class Asked(Protocol):
    """Those who know what somebody still has, and keep it where it is meanwhile."""

    async def fence(self, user_id: UUID, fence: int) -> None:
        """Let nothing be begun with what somebody has."""

    async def lift(self, user_id: UUID, fence: int) -> None:
        """Let it go on, unless a later fence stands."""

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
    def kinds(self) -> tuple[Kind, Kind]:
        """The jobs that erase what was kept long enough, and lift a fence whose deletion ended without an end."""
        return (
            Kind("forget_deleted", self._forget, cron="41 3 * * *"),
            Kind(_STAY, self._stay_later, timeout_seconds=30.0),
        )

    async def delete(self, user: User, confirm: str) -> None:
        """Delete the caller's account. Done before, it changes nothing."""
        if confirm != str(user.id):
            raise InvalidArgument(violations=[Violation("confirm", "must be the id of your account")])
        async with self._database.connection() as connection:
            await require_recent_sign_in(connection, user, self._clock.now())
        fence = await self._begin(user.id)
        if fence is None:
            return
        try:
            # Asked outside of any transaction, which others would wait for.
            await self._keepers.fence(user.id, fence)
            await self._check_empty()
            await self._leave(user.id, fence)
        except BaseException:
            try:
                await self._stay(user.id, fence)
            except (ServiceError, psycopg.Error):
                # The job does it in a minute.
                _log.warning("deletion.fence_stands", user_id=str(user.id), fence=fence, exc_info=True)
            raise

    async def _check_empty(self) -> None:
        left = await self._keepers.belongings()
        if left:
            raise AccountNotEmpty(f"There is something left in your account: {left}.", left=left)

    async def _begin(self, user_id: UUID) -> int | None:
        """The fence that this deletion asks behind; None where there is nobody any more."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            if not await lock_account(connection, user_id):
                return None
            fence = await self._deletions.begin(connection, user_id, now)
            await jobs.schedule(
                connection,
                _STAY,
                {"user_id": str(user_id), "fence": fence},
                run_at=now + FENCED_AT_MOST,
                unique_key=str(fence),
            )
        return fence

    async def _leave(self, user_id: UUID, fence: int) -> None:
        async with self._database.transaction() as connection:
            if not await lock_account(connection, user_id):
                return
            if not await self._deletions.end(connection, user_id, fence):
                raise DeletionOvertaken
            account = await self._accounts.by_id(connection, user_id)
            if account is not None and account.banned_at is not None:
                # Barred while wallet and prediction were asked. Nobody slips out of a ban.
                raise AccountBanned
            now = self._clock.now()
            until = await self._deletions.excluded_until(connection, user_id, now)
            if until is not None:
                raise DeletionWhileExcluded(until=until.isoformat())
            await self._erase(connection, user_id, now)
            # The fence stays: what is begun with this account would be nobody's.
            await jobs.cancel(connection, _STAY, str(fence))

    async def _stay(self, user_id: UUID, fence: int) -> None:
        """Let somebody go on who is not deleted. Here first: whoever erases later must find that the fence is gone."""
        async with self._database.transaction() as connection:
            if not await lock_account(connection, user_id):
                return
            await self._deletions.end(connection, user_id, fence)
        await self._keepers.lift(user_id, fence)

    async def _stay_later(self, job: Job) -> None:
        await self._stay(UUID(job.payload["user_id"]), int(job.payload["fence"]))

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
