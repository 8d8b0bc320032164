"""The conservation monitor: proves the ledger's laws all the time, and freezes only what breaks them.

Each look reads one snapshot. What was transferred since the last look is added to what was proven, so its cost follows the
load and not the age of the ledger; the accounts that moved must then have exactly the counters that their transfers say,
no overdraft, and an escrow what its fills say. A portion of all other accounts is held against the same, going
round, and from time to time the sums of all. An account that fails is frozen, alone: the others go on.

The database refuses to break these laws. This is for what nobody thought of: a defect in a trigger, a hand in the
tables, a disk that lies.
"""

from time import monotonic, perf_counter
from typing import Final

import psycopg
import structlog

from oraculum_kit.db import Database
from oraculum_wallet import metrics
from oraculum_wallet.incidents import Incidents
from oraculum_wallet.proof import unbalanced
from oraculum_wallet.repository import monitor as repository
from oraculum_wallet.repository import proof as proof_repository
from oraculum_wallet.repository.monitor import FIRST, LAST, Finding

_log = structlog.stdlib.get_logger(__name__)

PORTION: Final = 2_000
# The first look after a long time reads all that came meanwhile.
STATEMENT_SECONDS: Final = 600.0
SUMS_EVERY_SECONDS: Final = 30.0
TIDY_EVERY_SECONDS: Final = 10.0


class Monitor:
    """Looks and freezes. One at a time is enough, two do no harm."""

    def __init__(self, database: Database, incidents: Incidents, *, portion: int = PORTION) -> None:
        self._database = database
        self._incidents = incidents
        self._portion = portion
        self._after = FIRST
        self._sums_at = 0.0
        self._tidy_at = 0.0
        # What was found and written down: a frozen account is not told of with every look.
        self._told: set[tuple[str, str]] = set()

    async def look(self) -> list[Finding]:
        """Look once, and freeze what does not hold; what was found."""
        started = perf_counter()
        await self._tidy()
        try:
            found, sentences = await self._look()
        except psycopg.errors.SerializationFailure:
            # Another replica thought that it leads, too; one of the two has looked.
            _log.warning("monitor.not_alone")
            return []
        metrics.LOOK_SECONDS.observe(perf_counter() - started)
        metrics.LOOKED_AT.set_to_current_time()
        for finding in found:
            if not finding.frozen or (finding.account_id, finding.law) not in self._told:
                await self._incidents.freeze(finding)
        self._told = {(finding.account_id, finding.law) for finding in found}
        if sentences:
            await self._incidents.unbalanced(sentences)
        return found

    async def _tidy(self) -> None:
        if monotonic() < self._tidy_at:
            return
        self._tidy_at = monotonic() + TIDY_EVERY_SECONDS
        try:
            async with self._database.transaction() as connection:
                await repository.tidy(connection)
        except psycopg.errors.LockNotAvailable:
            # A vacuum is at it, which does the same.
            _log.debug("monitor.not_tidied")

    async def _look(self) -> tuple[list[Finding], list[str]]:
        async with self._database.connection() as connection:
            drawn = await repository.last_drawn(connection)
        sums_due = monotonic() >= self._sums_at
        async with self._database.transaction() as connection:
            await proof_repository.one_snapshot(connection, seconds=STATEMENT_SECONDS)
            number = await proof_repository.proven_up_to(connection)
            found: dict[str, Finding] = {}
            if drawn > number:
                found |= {each.account_id: each for each in await repository.fold(connection, number)}
                await repository.settle(connection, drawn)
            others, up_to = await repository.portion(connection, self._after, self._portion)
            found |= {each.account_id: each for each in others}
            sums = await proof_repository.sums(connection) if sums_due else []
        self._after = FIRST if up_to == LAST else up_to
        if sums_due:
            self._sums_at = monotonic() + SUMS_EVERY_SECONDS
        return list(found.values()), unbalanced(sums)
