"""Jobs run on time, once whatever the number of replicas, again when they fail, and never disappear."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from prometheus_client import REGISTRY

from oraculum_kit import jobs
from oraculum_kit.db import Database
from oraculum_kit.errors import Unavailable
from oraculum_kit.job_runner import JobRunner
from oraculum_kit.jobs import Job, Kind, LeaseLostError
from oraculum_kit.retries import Backoff
from oraculum_kit.testing.messaging import eventually, running

QUICK = Backoff(first_seconds=0.01, longest_seconds=0.05)


async def ask(database: Database, kind: str = "count", **settings: Any) -> bool:
    payload = settings.pop("payload", {})
    async with database.transaction() as connection:
        return await jobs.schedule(connection, kind, payload, **settings)


async def rows(database: Database, columns: str) -> list[tuple[Any, ...]]:
    async with database.connection() as connection:
        cursor = await connection.execute(f"select {columns} from job order by id")  # noqa: S608
        return await cursor.fetchall()


async def database_time(database: Database) -> datetime:
    async with database.connection() as connection:
        cursor = await connection.execute("select clock_timestamp()")
        row = await cursor.fetchone()
        assert row is not None
        moment: datetime = row[0]
        return moment


async def nothing_left(database: Database) -> bool:
    return not await rows(database, "id")


async def is_so(database: Database, columns: str, expected: list[tuple[Any, ...]]) -> bool:
    return expected == await rows(database, columns)


class Counting:
    """A handler that remembers what it was given, and does what the test says."""

    def __init__(self, then: Callable[[Job], Awaitable[None]] | None = None) -> None:
        self.seen: list[Job] = []
        self._then = then

    async def __call__(self, job: Job) -> None:
        self.seen.append(job)
        if self._then is not None:
            await self._then(job)

    async def has_seen(self, count: int) -> bool:
        return len(self.seen) >= count


def runner(database: Database, handle: Callable[[Job], Awaitable[None]], **settings: Any) -> JobRunner:
    lease_seconds = settings.pop("lease_seconds", 30.0)
    kind = Kind("count", handle, **{"backoff": QUICK, **settings})
    return JobRunner(database=database, kinds=[kind], lease_seconds=lease_seconds)


class TestSchedule:
    async def test_runs_with_its_payload_and_is_gone(self, database: Database) -> None:
        handle = Counting()
        await ask(database, payload={"event_id": "e1"})
        async with running(runner(database, handle).run):
            await eventually(partial(nothing_left, database))
        assert [{"event_id": "e1"}] == [job.payload for job in handle.seen]

    async def test_a_rolled_back_request_was_never_made(self, database: Database) -> None:
        with pytest.raises(ValueError, match="no"):  # noqa: PT012  what fails is the end of the block
            async with database.transaction() as connection:
                await jobs.schedule(connection, "count", {})
                raise ValueError("no")
        assert [] == await rows(database, "id")

    async def test_not_before_its_time(self, database: Database) -> None:
        """It waits until it is due, by the database's clock, and runs then although nobody wakes the runner."""
        handle = Counting()
        due = await database_time(database) + timedelta(seconds=1)
        async with running(runner(database, handle).run):
            await ask(database, run_at=due)
            await eventually(partial(nothing_left, database))
        assert handle.seen[0].late_seconds >= 0
        assert await database_time(database) >= due

    async def test_a_key_waits_once(self, database: Database) -> None:
        later = datetime.now(UTC) + timedelta(hours=1)
        asked = [await ask(database, unique_key="e1", run_at=later, payload={"n": n}) for n in (1, 2)]
        assert asked == [True, False]
        assert [({"n": 1},)] == await rows(database, "payload")

    async def test_replace_moves_it(self, database: Database) -> None:
        later = datetime.now(UTC) + timedelta(hours=1)
        for hours in (0, 1):
            moved = later + timedelta(hours=hours)
            assert await ask(database, unique_key="e1", run_at=moved, replace=True, payload={"n": hours})
        assert [({"n": 1}, moved, moved)] == await rows(database, "payload, run_at, due_at")

    async def test_replaced_by_an_earlier_time_it_runs_then(self, database: Database) -> None:
        """The runner that sleeps until the old time is woken."""
        handle = Counting()
        await ask(database, unique_key="e1", run_at=datetime.now(UTC) + timedelta(hours=1))
        async with running(runner(database, handle).run):
            await ask(database, unique_key="e1", replace=True)
            await eventually(partial(nothing_left, database))
        assert len(handle.seen) == 1

    async def test_cancel_takes_it_back(self, database: Database) -> None:
        await ask(database, unique_key="e1", run_at=datetime.now(UTC) + timedelta(hours=1))
        async with database.transaction() as connection:
            assert await jobs.cancel(connection, "count", "e1")
            assert not await jobs.cancel(connection, "count", "e1")

    async def test_asked_for_while_it_runs_it_runs_again(self, database: Database) -> None:
        """No request falls between two runs."""

        async def ask_again(job: Job) -> None:
            if job.payload["n"] == 1:
                assert await ask(database, unique_key="e1", payload={"n": 2})

        handle = Counting(ask_again)
        await ask(database, unique_key="e1", payload={"n": 1})
        async with running(runner(database, handle).run):
            await eventually(partial(nothing_left, database))
        assert [1, 2] == [job.payload["n"] for job in handle.seen]


class TestOnce:
    async def test_each_job_runs_on_one_replica(self, database: Database) -> None:
        handles = [Counting(), Counting()]
        for number in range(60):
            await ask(database, payload={"n": number})
        async with running(*[runner(database, handle).run for handle in handles]):
            await eventually(partial(nothing_left, database))
        seen = [job.payload["n"] for handle in handles for job in handle.seen]
        assert list(range(60)) == sorted(seen)

    async def test_effect_and_end_in_one_commit(self, database: Database) -> None:
        """A handler that ends the job in its own transaction keeps its effect only as long as the job is its own."""
        outcomes: list[str] = []

        async def finish(job: Job) -> None:
            async with database.transaction() as connection:
                await job.finish(connection)
            outcomes.append("finished")
            async with database.transaction() as connection:
                with pytest.raises(LeaseLostError):
                    await job.finish(connection)
            outcomes.append("only once")

        await ask(database)
        async with running(runner(database, finish).run):
            await eventually(partial(nothing_left, database))
            await eventually(partial(has, outcomes, 2))
        assert outcomes == ["finished", "only once"]

    async def test_a_dead_workers_job_is_taken_over_when_its_lease_ends(self, database: Database) -> None:
        handle = Counting()
        await ask(database)
        async with database.connection() as connection:
            await connection.execute(
                "update job set lease = gen_random_uuid(), attempts = 1, due_at = clock_timestamp() + interval '1 second'"
            )
        async with running(runner(database, handle).run):
            await eventually(partial(nothing_left, database))
        assert [2] == [job.attempts for job in handle.seen]

    async def test_a_living_worker_keeps_its_lease(self, database: Database) -> None:
        """A job that takes longer than its lease is not begun a second time."""
        release = asyncio.Event()

        async def wait(_: Job) -> None:
            await release.wait()

        first, second = Counting(wait), Counting()
        await ask(database)
        async with running(runner(database, first, lease_seconds=0.6).run):
            await eventually(partial(first.has_seen, 1))
            (begun,) = await rows(database, "due_at")
            async with running(runner(database, second, lease_seconds=0.6).run):
                await eventually(
                    partial(lease_was_extended_past, database, begun[0] + timedelta(seconds=1.2))
                )
                release.set()
                await eventually(partial(nothing_left, database))
        assert (len(first.seen), len(second.seen)) == (1, 0)

    async def test_who_has_lost_its_lease_is_stopped(self, database: Database) -> None:
        cancelled = asyncio.Event()

        async def wait(_: Job) -> None:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.set()
                raise

        handle = Counting(wait)
        await ask(database)
        async with running(runner(database, handle, lease_seconds=0.6).run):
            await eventually(partial(handle.has_seen, 1))
            async with database.connection() as connection:
                await connection.execute(
                    "update job set lease = gen_random_uuid(), due_at = clock_timestamp() + interval '1 hour'"
                )
            await asyncio.wait_for(cancelled.wait(), 20)


class TestFailure:
    async def test_a_handler_that_fails_is_asked_again(self, database: Database) -> None:
        async def fail_twice(job: Job) -> None:
            if job.attempts < 3:
                raise ValueError("not yet")

        handle = Counting(fail_twice)
        await ask(database)
        async with running(runner(database, handle).run):
            await eventually(partial(nothing_left, database))
        assert [1, 2, 3] == [job.attempts for job in handle.seen]

    async def test_after_its_last_attempt_it_waits_for_a_person(self, database: Database) -> None:
        async def fail(_: Job) -> None:
            raise ValueError("never")

        handle = Counting(fail)
        await ask(database)
        async with running(runner(database, handle, attempts_max=3).run):
            await eventually(
                partial(
                    is_so,
                    database,
                    "dead_at is not null, attempts, last_error",
                    [(True, 3, "ValueError: never")],
                )
            )
        assert len(handle.seen) == 3
        ((job_id,),) = await rows(database, "id")
        mended = Counting()
        async with database.transaction() as connection:
            assert await jobs.revive(connection, job_id)
        async with running(runner(database, mended).run):
            await eventually(partial(nothing_left, database))
        assert len(mended.seen) == 1

    async def test_while_a_peer_is_away_attempts_do_not_count(self, database: Database) -> None:
        async def away(_: Job) -> None:
            if len(handle.seen) < 2:
                raise Unavailable

        handle = Counting(away)
        await ask(database)
        async with running(runner(database, handle, attempts_max=1).run):
            await eventually(partial(nothing_left, database))
        assert [1, 1] == [job.attempts for job in handle.seen]

    async def test_one_that_takes_too_long_has_failed(self, database: Database) -> None:
        async def hang(_: Job) -> None:
            await asyncio.Event().wait()

        await ask(database)
        async with running(runner(database, hang, attempts_max=1, timeout_seconds=0.05).run):
            await eventually(partial(is_so, database, "dead_at is not null", [(True,)]))
        ((error,),) = await rows(database, "last_error")
        assert error.startswith("JobTimeoutError")

    async def test_one_that_kills_its_workers_is_given_up(self, database: Database) -> None:
        handle = Counting()
        await ask(database)
        async with database.connection() as connection:
            await connection.execute("update job set attempts = 2")
        async with running(runner(database, handle, attempts_max=2).run):
            await eventually(partial(is_so, database, "dead_at is not null", [(True,)]))
        assert [] == handle.seen

    async def test_stopping_hands_the_job_back(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What has not ended within the grace is cancelled and free at once for another worker."""
        monkeypatch.setattr("oraculum_kit.job_runner._GRACE_SECONDS", 0.1)

        async def hang(_: Job) -> None:
            await asyncio.Event().wait()

        handle = Counting(hang)
        await ask(database)
        async with running(runner(database, handle).run):
            await eventually(partial(handle.has_seen, 1))
        assert [(None, 0)] == await rows(database, "lease, attempts")

    async def test_a_lost_connection_is_made_again(self, database: Database) -> None:
        handle = Counting()
        async with running(runner(database, handle).run):
            await ask(database)
            await eventually(partial(nothing_left, database))
            async with database.connection() as connection:
                cursor = await connection.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where datname = current_database() and query ilike 'listen%'"
                )
                assert [(True,)] == await cursor.fetchall()
            await ask(database)
            await eventually(partial(nothing_left, database))
        assert len(handle.seen) == 2


class TestCron:
    async def test_is_there_once_and_runs_at_its_next_time(self, database: Database) -> None:
        """Declared by every replica; what was missed while nobody ran is made up for by one run."""
        handle = Counting()
        runners = [runner(database, handle, cron="0 0 1 1 *") for _ in range(2)]
        async with running(*[each.run for each in runners]):
            await eventually(partial(is_so, database, "cron", [("0 0 1 1 *",)]))
        async with database.connection() as connection:
            await connection.execute("update job set run_at = now() - interval '3 years', due_at = now()")
        async with running(*[each.run for each in runners]):
            await eventually(partial(handle.has_seen, 1))
            await eventually(partial(is_so, database, "lease is null and run_at > now()", [(True,)]))
        ((run_at, due_at),) = await rows(database, "run_at, due_at")
        assert (run_at.month, run_at.day, run_at.hour, run_at) == (1, 1, 0, due_at)
        assert len(handle.seen) == 1

    async def test_a_changed_expression_moves_the_next_run(self, database: Database) -> None:
        for cron in ("0 0 1 1 *", "0 0 2 2 *"):
            async with running(runner(database, Counting(), cron=cron).run):
                await eventually(partial(is_so, database, "cron", [(cron,)]))
        ((run_at,),) = await rows(database, "run_at")
        assert (run_at.month, run_at.day) == (2, 2)

    async def test_one_that_always_fails_goes_on_at_its_next_time(self, database: Database) -> None:
        async def fail(_: Job) -> None:
            raise ValueError("never")

        handle = Counting(fail)
        async with running(runner(database, handle, cron="0 0 1 1 *", attempts_max=2).run):
            await eventually(partial(is_so, database, "cron", [("0 0 1 1 *",)]))
            async with database.connection() as connection:
                await connection.execute("update job set due_at = now()")
            # Its time has moved to now without a word; a job asked for wakes the runner.
            await ask(database, unique_key="wake")
            await eventually(partial(handle.has_seen, 2))
            await eventually(
                partial(
                    is_so,
                    database,
                    "attempts, dead_at is null, run_at > now()",
                    [(0, True, True), (2, False, False)],
                )
            )

    def test_refuses_what_is_no_expression(self) -> None:
        with pytest.raises(ValueError, match="not a cron expression"):
            Kind("count", Counting(), cron="every day")


class TestMetrics:
    async def test_shows_what_waits_and_what_was_given_up(self, database: Database) -> None:
        await ask(database, run_at=datetime.now(UTC) + timedelta(hours=1))
        await ask(database, unique_key="dead")
        async with database.connection() as connection:
            await connection.execute("update job set dead_at = now() where unique_key = 'dead'")
        async with running(runner(database, Counting()).run):
            await eventually(partial(shows, "oraculum_jobs_waiting", 1))
            await eventually(partial(shows, "oraculum_jobs_dead", 1))


async def shows(name: str, value: float) -> bool:
    return value == REGISTRY.get_sample_value(name, {"kind": "count"})


async def has(seen: list[str], count: int) -> bool:
    return len(seen) >= count


async def lease_was_extended_past(database: Database, moment: datetime) -> bool:
    ((due_at,),) = await rows(database, "due_at")
    return bool(due_at > moment)
