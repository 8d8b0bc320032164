"""Running jobs: each replica leases what is due, keeps the lease while it works, and says how it ended.

There is no coordinator. `for update skip locked` hands each due job to one worker; `due_at` is at once the schedule,
the lease and the time of the next attempt, so there is one index, one question ("what is due?") and no sweeper. All
times are the database's: workers whose clocks differ agree.

Precision. The runner knows when its next job is due and sleeps exactly until then. What is scheduled meanwhile and is
due before the next regular look is announced by a notification in the scheduling transaction.
"""

import asyncio
from collections.abc import Sequence
from itertools import islice
from time import monotonic
from typing import Final
from uuid import UUID

import structlog

from oraculum_kit import ids, traces
from oraculum_kit import messaging_metrics as metrics
from oraculum_kit.background import run_gracefully
from oraculum_kit.db import Connection, Database, queries
from oraculum_kit.jobs import LOOK_SECONDS, Job, Kind, LeaseLostError, next_run
from oraculum_kit.listening import listen, wait_for_notification
from oraculum_kit.metrics import UNHANDLED, begin_at_zero
from oraculum_kit.retries import Backoff, is_transient

_log = structlog.get_logger(__name__)
_sql: Final = queries(__package__, "sql/jobs.sql")

_MEASURE_SECONDS: Final = 10.0
_ERROR_TEXT_MAX: Final = 2000
# The database's clock and the loop's differ by less than this; looking a little late beats looking twice.
_MARGIN_SECONDS: Final = 0.002
# While a database or a peer is away, jobs come again after this.
_AWAY: Final = Backoff(first_seconds=1.0, longest_seconds=5.0)
_RECORD_ATTEMPTS_MAX: Final = 5
_GRACE_SECONDS: Final = 10.0


class JobCrashedError(Exception):
    """The job took its worker down each time."""


class JobTimeoutError(Exception):
    """The job took longer than its kind allows."""


class JobRunner:
    """Runs the jobs of some kinds in this schema. Run it beside the server."""

    def __init__(
        self, *, database: Database, kinds: Sequence[Kind], concurrency: int = 8, lease_seconds: float = 30.0
    ) -> None:
        self._database = database
        self._kinds = {kind.name: kind for kind in kinds}
        if len(self._kinds) != len(kinds):
            raise ValueError("a kind of job is declared twice")
        self._names = list(self._kinds)
        begin_at_zero(metrics.JOB_RUNS, self._names, ("done", "retried", "dead", "lost"))
        begin_at_zero(UNHANDLED, [f"job {name}" for name in self._names])
        self._concurrency = concurrency
        self._lease_seconds = lease_seconds
        self._lease = ids.uuid7()
        self._running: dict[UUID, asyncio.Task[None]] = {}
        self._ended = asyncio.Event()
        self._measured_at = 0.0

    async def run(self) -> None:
        """Run jobs until cancelled; then let those that run come to their end, for a while."""
        await run_gracefully("jobs", self._work, grace_seconds=_GRACE_SECONDS)

    async def _work(self, stop: asyncio.Event) -> None:
        extending = asyncio.ensure_future(self._keep_leases())
        try:
            async with self._database.direct() as listener:
                await listen(listener, await _sql.job_channel.value(listener))
                await self._declare_recurring()
                while not stop.is_set():
                    await self._claim()
                    await self._measure()
                    await self._wait(listener, stop)
        finally:
            try:
                await self._drain()
            finally:
                extending.cancel()
                await asyncio.wait({extending})

    async def _declare_recurring(self) -> None:
        async with self._database.connection() as connection:
            now = await _sql.job_now.value(connection)
            for kind in self._kinds.values():
                if kind.cron is not None:
                    await _sql.job_cron_declare.run(
                        connection,
                        job_id=ids.uuid7(),
                        kind=kind.name,
                        cron=kind.cron,
                        next_at=next_run(kind.cron, now),
                    )

    async def _claim(self) -> None:
        free = self._concurrency - len(self._running)
        if free <= 0:
            return
        async with self._database.connection() as connection:
            rows = await _sql.job_claim.all(
                connection,
                dict,
                kinds=self._names,
                limit=free,
                lease=self._lease,
                lease_seconds=self._lease_seconds,
            )
        for row in rows:
            self._start(Job(**row, lease=self._lease))

    def _start(self, job: Job) -> None:
        task = asyncio.ensure_future(self._run(job))
        self._running[job.id] = task

        def ended(_: asyncio.Task[None]) -> None:
            del self._running[job.id]
            self._ended.set()

        task.add_done_callback(ended)

    async def _wait(self, listener: Connection, stop: asyncio.Event) -> None:
        """Until there is something to do: a free hand, a due job, a notification."""
        # A run that ends frees a hand, and may have left work that is due again at once.
        due_in = LOOK_SECONDS
        if len(self._running) < self._concurrency:
            async with self._database.connection() as connection:
                seconds = await _sql.job_seconds_until_due.value(connection, kinds=self._names)
            if seconds is not None:
                due_in = min(LOOK_SECONDS, max(0.0, seconds) + _MARGIN_SECONDS)
        await wait_for_notification(listener, due_in, stop, self._ended)
        self._ended.clear()

    async def _run(self, job: Job) -> None:
        kind = self._kinds[job.kind]
        started = monotonic()
        metrics.JOB_LATENESS.labels(job.kind).observe(max(0.0, job.late_seconds))
        with traces.span(f"job {job.kind}") as span:
            try:
                result = await self._handle(kind, job)
            except asyncio.CancelledError:
                # We stop, or the lease is lost; in the first case another worker may begin at once.
                await asyncio.shield(self._retry(job, seconds=0.0, forgiven=1, error="interrupted"))
                raise
            if result != "done":
                span.fail(result)
        seconds = monotonic() - started
        metrics.JOB_SECONDS.labels(job.kind).observe(seconds)
        metrics.JOB_RUNS.labels(job.kind, result).inc()
        _log.info(
            "job.ended",
            kind=job.kind,
            job_id=str(job.id),
            unique_key=job.unique_key,
            result=result,
            attempt=job.attempts,
            late_ms=round(job.late_seconds * 1000),
            duration_ms=round(seconds * 1000, 1),
        )

    async def _handle(self, kind: Kind, job: Job) -> str:
        if job.attempts > kind.attempts_max:
            # Each attempt took its worker down before it could say anything.
            return await self._failed(
                kind, job, JobCrashedError(f"{job.attempts - 1} workers ended while at it")
            )
        limit = asyncio.timeout(kind.timeout_seconds)
        try:
            async with limit:
                await kind.handle(job)
        except LeaseLostError:
            _log.warning("job.lease_lost", kind=job.kind, job_id=str(job.id))
            return "lost"
        except TimeoutError as error:
            if limit.expired():
                return await self._failed(
                    kind, job, JobTimeoutError(f"took more than {kind.timeout_seconds} s")
                )
            return await self._failed(kind, job, error)
        except Exception as error:  # noqa: BLE001  recorded with the job, counted and logged
            return await self._failed(kind, job, error)
        return await self._done(job)

    async def _done(self, job: Job) -> str:
        if job.cron is None:
            await self._record("job_finish", job, version=job.version)
        else:
            await self._next_turn(job, error=None)
        return "done"

    async def _failed(self, kind: Kind, job: Job, error: Exception) -> str:
        text = f"{type(error).__name__}: {error}"[:_ERROR_TEXT_MAX]
        if is_transient(error):
            _log.warning("job.waits", kind=job.kind, job_id=str(job.id), error=text)
            await self._retry(job, seconds=_AWAY.seconds(1), forgiven=1, error=text)
            return "retried"
        UNHANDLED.labels(f"job {job.kind}").inc()
        _log.error("job.failed", kind=job.kind, job_id=str(job.id), attempt=job.attempts, exc_info=error)
        if job.attempts < kind.attempts_max:
            await self._retry(job, seconds=kind.backoff.seconds(job.attempts), forgiven=0, error=text)
            return "retried"
        if job.cron is not None:
            await self._next_turn(job, error=text)
            return "dead"
        await self._record("job_bury", job, error=text)
        _log.error("job.dead", kind=job.kind, job_id=str(job.id), unique_key=job.unique_key)
        return "dead"

    async def _retry(self, job: Job, *, seconds: float, forgiven: int, error: str) -> None:
        await self._record(
            "job_retry", job, version=job.version, seconds=seconds, forgiven=forgiven, error=error
        )

    async def _next_turn(self, job: Job, *, error: str | None) -> None:
        async with self._database.connection() as connection:
            now = await _sql.job_now.value(connection)
        await self._record("job_cron_next", job, next_at=next_run(job.cron or "", now), error=error)

    async def _record(self, statement: str, job: Job, **parameters: object) -> None:
        """Write how the job ended, patiently; if the database stays away the lease ends and the job runs again."""
        for wait in islice(_AWAY, _RECORD_ATTEMPTS_MAX):
            try:
                async with self._database.connection() as connection:
                    await getattr(_sql, statement).run(
                        connection, job_id=job.id, lease=job.lease, **parameters
                    )
            except Exception as error:
                if not is_transient(error):
                    raise
                _log.warning("job.not_recorded", kind=job.kind, job_id=str(job.id), error=repr(error))
                await asyncio.sleep(wait)
            else:
                return

    async def _keep_leases(self) -> None:
        """Extend the leases of what runs, and stop what another worker has taken over."""
        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            if not self._running:
                continue
            try:
                await self._extend(list(self._running))
            except Exception as error:
                if not is_transient(error):
                    raise
                _log.warning("job.leases_not_extended", error=repr(error))

    async def _extend(self, job_ids: Sequence[UUID]) -> None:
        async with self._database.connection() as connection:
            await _sql.job_extend.run(
                connection, ids=job_ids, lease=self._lease, lease_seconds=self._lease_seconds
            )
            taken = await _sql.job_taken.tuples(connection, ids=job_ids, lease=self._lease)
        for (job_id,) in taken:
            task = self._running.get(job_id)
            if task is not None:
                task.cancel()

    async def _drain(self) -> None:
        """Let what runs come to its end; when our time is up, cancel it."""
        tasks = list(self._running.values())
        if not tasks:
            return
        try:
            await asyncio.wait(tasks)
        except asyncio.CancelledError:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            raise

    async def _measure(self) -> None:
        if monotonic() - self._measured_at < _MEASURE_SECONDS:
            return
        self._measured_at = monotonic()
        async with self._database.connection() as connection:
            rows = await _sql.job_measure.tuples(connection, kinds=self._names)
        found = {kind: (waiting, dead, overdue) for kind, waiting, dead, overdue in rows}
        for name in self._names:
            waiting, dead, overdue_seconds = found.get(name, (0, 0, 0.0))
            metrics.JOBS_WAITING.labels(name).set(waiting)
            metrics.JOBS_DEAD.labels(name).set(dead)
            metrics.JOBS_OVERDUE.labels(name).set(overdue_seconds)
