"""People whose identity was looked at are held against the list of sanctioned names again when it changes.

Lists grow every week, and whoever is on one since yesterday was approved before. The list is read when auth starts; a job
finds whose check knows another version of it. Each person is a transaction of their own, so a run that dies goes on where it
was. A name that is like one of the list's is reported, and a check under way waits for an administrator. An approval stands
until an administrator takes it back: most who are found have somebody else's name, and a list that is wrong, or a way of
comparing, would shut out everybody whom it finds. What was shown before is not shown again, whatever it scores now.

Whoever was approved before people were known by an index gets theirs here, and their other accounts are reported.
"""

import asyncio
from datetime import date
from typing import Final
from uuid import UUID

import structlog

from oraculum_auth.compliance.decisions import Decisions, told_of
from oraculum_auth.compliance.kyc import PERSON_FIELD, read_person
from oraculum_auth.compliance.repository import Check, Checks
from oraculum_auth.compliance.screening import Match, Sanctions, identity, in_words, named_in
from oraculum_auth.repository import Accounts
from oraculum_auth.repository.people import People
from oraculum_auth.vault import Vault
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.jobs import Job, Kind
from oraculum_kit.keyring import KeyRingError

_log = structlog.stdlib.get_logger(__name__)

_AT_ONCE: Final = 100
# In one run; who is left is looked at ten minutes later.
_PEOPLE_MAX: Final = 2000
# Comparing with a long list takes tens of milliseconds of a processor, and people sign in beside it.
_PAUSE_SECONDS: Final = 0.02


class Rescreening:
    """Looks at everybody again."""

    def __init__(
        self, database: Database, accounts: Accounts, vault: Vault, clock: Clock, sanctions: Sanctions
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._vault = vault
        self._clock = clock
        self._sanctions = sanctions
        self._checks = Checks()
        self._people = People()
        self._decisions = Decisions(self._checks, clock)

    @property
    def kind(self) -> Kind:
        """The job."""
        return Kind("sanctions_rescreen", self._run_job, cron="*/10 * * * *")

    async def run(self) -> int:
        """Hold people against the list of now; how many it were."""
        screened, unreadable, after = 0, 0, None
        while screened < _PEOPLE_MAX:
            async with self._database.connection() as connection:
                some = await self._checks.unscreened(connection, self._sanctions.version, after, _AT_ONCE)
            if not some:
                break
            for check_id in some:
                try:
                    screened += await self._screen(check_id)
                except KeyRingError:
                    # They wait for their key, and nobody waits behind them.
                    unreadable += 1
                await asyncio.sleep(_PAUSE_SECONDS)
            after = some[-1]
        if unreadable:
            _log.error("sanctions.not_screened", people=unreadable)
        if screened:
            _log.info("sanctions.screened_again", people=screened)
        return screened

    async def _run_job(self, _: Job) -> None:
        await self.run()

    async def _screen(self, check_id: UUID) -> bool:
        """Whether the person could be looked at."""
        person = await self._person(check_id)
        if person is None:
            return False
        # Outside of any transaction, and of the loop that everybody else's calls go by.
        matches = await asyncio.to_thread(self._sanctions.matches, *person)
        index = self._vault.index(*identity(*person))
        async with self._database.transaction() as connection:
            there = await self._checks.lock_owner(connection, check_id)
            check = await self._checks.one(connection, check_id)
            if not there or check is None or check.status == "rejected":
                return False
            await self._checks.note_screened(connection, check_id, self._sanctions.version, index)
            await self._tell_names(connection, check, matches)
            if check.person_index is None:
                await self._tell_others(connection, check, index)
        return True

    async def _person(self, check_id: UUID) -> tuple[str, date] | None:
        async with self._database.transaction() as connection:
            check = await self._checks.one(connection, check_id)
            key = None if check is None else await self._accounts.key(connection, check.user_id)
        if check is None or key is None:
            return None
        return read_person(self._vault.open(key, PERSON_FIELD, check.person_sealed))

    async def _tell_names(self, connection: Connection, check: Check, matches: list[Match]) -> None:
        shown: set[tuple[str, str]] = set()
        for words in await self._checks.matches_reported(connection, check.user_id):
            shown |= named_in(words)
        found = [match for match in matches if (match.name, match.listed_by) not in shown]
        if found:
            await self._report(connection, check, "sanctions_match", "high", {"names": in_words(found)})

    async def _tell_others(self, connection: Connection, check: Check, index: bytes) -> None:
        others = await self._people.others(connection, index, check.user_id, self._clock.now())
        if others:
            restricted = any(other.restricted for other in others)
            await self._report(
                connection, check, "same_person", check.risk, told_of(others), holds_back=restricted
            )

    async def _report(
        self,
        connection: Connection,
        check: Check,
        kind: str,
        risk: str,
        details: dict[str, str],
        *,
        holds_back: bool = True,
    ) -> None:
        await self._decisions.report(connection, check.user_id, kind, risk, {**details, "was": check.status})
        if holds_back and check.status == "pending" and not check.listed:
            await self._checks.hold_back(connection, check.check_id)
            await self._decisions.tell(connection, check, "kyc.held_back", details={"for": kind})
