"""The ledger's laws, proved against live data: on request, every few minutes, and once a day from the first transfer on.

The database refuses to break them; this is the second opinion, which reads what is there instead of trusting how it
came there. It looks at every account; the monitor, which never rests, looks at those that move.
"""

from dataclasses import dataclass
from typing import Final

import structlog

from oraculum_kit import idempotency
from oraculum_kit.db import Connection, Database
from oraculum_kit.job_runner import JobRunner
from oraculum_kit.jobs import Job, Kind
from oraculum_wallet import metrics
from oraculum_wallet.repository import proof as repository
from oraculum_wallet.repository.proof import AssetSums

_log = structlog.stdlib.get_logger(__name__)

CHANGED_SECONDS: Final = 3600.0
EVER_SECONDS: Final = 1e10
REQUEST_SECONDS: Final = 20.0
JOB_SECONDS: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found."""

    sums: list[AssetSums]
    # Sentences, by the name of the law that they break.
    broken: dict[str, list[str]]

    @property
    def balanced(self) -> bool:
        """Whether every law holds."""
        return not any(self.broken.values())

    @property
    def violations(self) -> list[str]:
        """All sentences."""
        return [sentence for sentences in self.broken.values() for sentence in sentences]


class Prover:
    """Proves the laws."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def check(self) -> Proof:
        """Prove now, for somebody who asked; writes nothing."""
        async with self._database.transaction() as connection:
            await repository.one_snapshot(connection, seconds=REQUEST_SECONDS)
            return await self._prove(connection, changed_seconds=CHANGED_SECONDS)

    async def prove(self, *, anew: bool = False) -> Proof:
        """Prove and say aloud; `anew` trusts no earlier proof and reads every transfer that ever was."""
        async with self._database.transaction() as connection:
            await repository.one_snapshot(connection, seconds=JOB_SECONDS)
            changed_seconds = EVER_SECONDS if anew else CHANGED_SECONDS
            proof = await self._prove(connection, changed_seconds=changed_seconds, anew=anew)
        _tell(proof)
        return proof

    async def _prove(self, connection: Connection, *, changed_seconds: float, anew: bool = False) -> Proof:
        number = 0 if anew else await repository.proven_up_to(connection)
        sums = await repository.sums(connection)
        broken = {
            "balance": unbalanced(sums),
            "overdraft": await repository.overdrawn(connection),
            "pending": await repository.pending_differs(connection),
            "reserves": await repository.reserves_differ(connection),
            "statement": await repository.statement_differs(connection, changed_seconds=changed_seconds),
            "fold": await repository.counters_differ(connection, number, anew=anew),
        }
        return Proof(sums, broken)


def unbalanced(sums: list[AssetSums]) -> list[str]:
    """Assets whose sides do not agree."""
    posted = [
        f"{each.asset}: debits of {each.debits_posted_units} and credits of {each.credits_posted_units} are posted"
        for each in sums
        if each.debits_posted_units != each.credits_posted_units
    ]
    pending = [
        f"{each.asset}: debits of {each.debits_pending_units} and credits of {each.credits_pending_units} are pending"
        for each in sums
        if each.debits_pending_units != each.credits_pending_units
    ]
    return posted + pending


def _tell(proof: Proof) -> None:
    metrics.PROVED_AT.set_to_current_time()
    for law, sentences in proof.broken.items():
        metrics.VIOLATIONS.labels(law).set(len(sentences))
        for sentence in sentences:
            _log.error("ledger.law_broken", law=law, violation=sentence)


def housekeeper(database: Database) -> JobRunner:
    """Proves the ledger on time and throws away answers that nobody can ask for any more; on one replica each time."""
    prover = Prover(database)

    async def prove(_: Job) -> None:
        await prover.prove()

    async def prove_anew(_: Job) -> None:
        await prover.prove(anew=True)

    async def forget(_: Job) -> None:
        while True:
            async with database.transaction() as connection:
                if not await idempotency.forget_old(connection):
                    return

    return JobRunner(
        database=database,
        kinds=[
            Kind("prove_ledger", prove, cron="*/5 * * * *", timeout_seconds=JOB_SECONDS),
            Kind("prove_ledger_anew", prove_anew, cron="40 3 * * *", timeout_seconds=JOB_SECONDS),
            Kind("forget_answers", forget, cron="*/5 * * * *"),
        ],
    )
