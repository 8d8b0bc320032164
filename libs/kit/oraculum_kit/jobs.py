"""Jobs: work that is due at a time, stored in the transaction that asks for it, run once whatever the number of replicas.

    await jobs.schedule(connection, "lock_event", {"event_id": str(event_id)}, run_at=locks_at, unique_key=str(event_id))

    runner = JobRunner(database=database, kinds=[Kind("lock_event", lock_event), Kind("snapshot", snapshot, cron="0 * * * *")])
    await serve(..., background=[runner.run])

A job runs at least once: a worker that is killed leaves its lease, which ends by itself, and another worker begins
again. A handler whose effect must happen exactly once ends its own transaction with `job.finish(connection)`: effect
and end of the job are then one commit.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from croniter import croniter
from psycopg.types.json import Jsonb

from oraculum_kit import ids
from oraculum_kit.db import Connection, queries
from oraculum_kit.retries import Backoff

_sql: Final = queries(__package__, "sql/jobs.sql")

# A worker looks this often whatever happens, so only what is due sooner needs to wake it.
LOOK_SECONDS: Final = 5.0

Payload = Mapping[str, Any]


class LeaseLostError(Exception):
    """Another worker runs the job now; what this one did must not be committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job while it runs."""

    id: UUID
    kind: str
    unique_key: str | None
    payload: dict[str, Any]
    # When it was asked to run; not the time of this attempt.
    run_at: datetime
    cron: str | None
    # This attempt's number; the first is 1.
    attempts: int
    version: int
    late_seconds: float
    lease: UUID

    async def finish(self, connection: Connection) -> None:
        """End the job in the handler's own transaction; raises `LeaseLostError` when it is no longer ours."""
        if self.cron is not None:
            raise ValueError("a recurring job has no end")
        if not await _sql.job_finish.value(
            connection, job_id=self.id, lease=self.lease, version=self.version
        ):
            raise LeaseLostError(f"{self.kind} {self.id}")


Handle = Callable[[Job], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job and what to do for it."""

    name: str
    handle: Handle
    # In UTC, five fields. What was missed while nobody ran is made up for by one run.
    cron: str | None = None
    # Failures that pass by themselves (a database or a peer away) do not count.
    attempts_max: int = 10
    timeout_seconds: float = 300.0
    backoff: Backoff = field(default_factory=lambda: Backoff(first_seconds=1.0, longest_seconds=3600.0))

    def __post_init__(self) -> None:
        if self.cron is not None and not croniter.is_valid(self.cron):
            raise ValueError(f"{self.name}: {self.cron!r} is not a cron expression")


async def schedule(
    connection: Connection,
    kind: str,
    payload: Payload,
    *,
    run_at: datetime | None = None,
    unique_key: str | None = None,
    replace: bool = False,
) -> bool:
    """Ask for a job in the caller's transaction; now, unless `run_at` says when.

    With a `unique_key` a job of this kind waits at most once; asking again does nothing, or with `replace` gives it
    the new time and payload. Asked for while it runs, it runs again afterwards, so that no request falls between.
    Whether anything was stored or changed is returned.
    """
    rows = await _sql.job_schedule.tuples(
        connection,
        job_id=ids.uuid7(),
        kind=kind,
        unique_key=unique_key,
        payload=Jsonb(dict(payload)),
        run_at=run_at,
        replace=replace,
        notify_within_seconds=LOOK_SECONDS * 2,
    )
    return bool(rows[0][0])


async def cancel(connection: Connection, kind: str, unique_key: str) -> bool:
    """Take back a job in the caller's transaction; False when there was none, or when it runs already."""
    return await _sql.job_cancel.run(connection, kind=kind, unique_key=unique_key) > 0


async def revive(connection: Connection, job_id: UUID) -> bool:
    """Let a job that was given up run again."""
    return await _sql.job_revive.run(connection, job_id=job_id) > 0


def next_run(cron: str, after: datetime) -> datetime:
    """The first time after this one that the expression means."""
    moment = croniter(cron, after.astimezone(UTC)).get_next(datetime)
    if not isinstance(moment, datetime):
        raise TypeError("croniter gave no time")
    return moment
