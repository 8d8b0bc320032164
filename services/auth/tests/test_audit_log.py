"""The audit log on a real database: nobody edits it, and who does is found out."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import psycopg
import pytest

from oraculum.audit.v1 import audit_pb2
from oraculum.auth.v1 import audit_service_pb2 as pb
from oraculum_auth.audit_log import AuditLog
from oraculum_auth.config import retention_years
from oraculum_kit.clock import ManualClock
from oraculum_kit.config import Environment
from oraculum_kit.db import Database
from oraculum_kit.errors import InvalidArgument, PermissionDenied
from oraculum_kit.ids import uuid7

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def fact(
    action: str = "bet.placed", audit_class: int = audit_pb2.AUDIT_CLASS_MONEY, actor: str = "ada"
) -> audit_pb2.AuditFact:
    made = audit_pb2.AuditFact(
        audit_id=str(uuid7()),
        audit_class=audit_class,
        service="wallet",
        action=action,
        actor_user_id=actor,
        subject_kind="order",
        subject_id="7",
        details={"b": "ü\x7f", "a": "1"},
    )
    made.occurred_at.FromDatetime(NOW)
    return made


@pytest.fixture
async def url(database_for) -> str:
    return await database_for("auth")


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    async with Database(url) as database:
        yield database


@pytest.fixture
def log(database) -> AuditLog:
    return AuditLog(database, ManualClock(NOW), {"system": 1})


async def append(database, log: AuditLog, *facts: audit_pb2.AuditFact) -> None:
    async with database.transaction() as connection:
        await log.append(connection, facts)


async def problems(log: AuditLog) -> dict[str, str]:
    return {verdict.audit_class: verdict.problem for verdict in await log.verify() if verdict.problem}


async def tampered(database, statement: str) -> None:
    """Do what only whoever owns the server could: put the triggers to sleep first."""
    async with database.transaction() as connection:
        await connection.execute("alter table audit_log disable trigger user")
        await connection.execute("alter table audit_log_money_2026 disable trigger user")
        await connection.execute(statement)


async def test_many_writers_make_one_chain(database, log) -> None:
    await asyncio.gather(
        *(
            append(database, log, fact(), fact(audit_class=audit_pb2.AUDIT_CLASS_ADMIN), fact())
            for _ in range(8)
        )
    )
    found = {verdict.audit_class: verdict.entries for verdict in await log.verify()}
    assert {"user": 0, "money": 16, "admin": 8, "compliance": 0, "system": 0} == found
    assert {} == await problems(log)


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_log set action = 'x'",
        "delete from audit_log",
        "truncate audit_log",
        "update audit_log_money_2026 set action = 'x'",
        "delete from audit_log_money_2026",
        "truncate audit_log_money_2026",
    ],
)
async def test_nobody_edits_it(database, log, statement: str) -> None:
    await append(database, log, fact())
    async with database.connection() as connection:
        with pytest.raises(psycopg.errors.IntegrityError, match="append only"):
            await connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("update audit_log set details = '{}' where sequence = 2", "is not what was written"),
        ("update audit_log set actor_user_id = 'eve' where sequence = 3", "is not what was written"),
        ("delete from audit_log where sequence = 2", "entry 2 is missing"),
        ("delete from audit_log where sequence = 3", "the chain ends at 2"),
        ("update audit_log set recorded_at = recorded_at + '1 us' where sequence = 1", "is not what was"),
    ],
)
async def test_who_does_it_all_the_same_is_found_out(database, log, statement: str, problem: str) -> None:
    await append(database, log, fact(), fact(), fact())
    await tampered(database, statement)
    assert problem in (await problems(log))["money"]


async def test_the_command_proves_it(url: str, database, log) -> None:
    def run() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "oraculum_auth.admin", "audit", "verify"]
        environment = {**os.environ, "DATABASE_URL": url, "SERVICE_NAME": "auth", "DATA_KEYS_FILE": "none"}
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=60
        )

    await append(database, log, fact(), fact())
    answer = await asyncio.to_thread(run)
    assert 0 == answer.returncode, answer.stderr
    assert 5 == answer.stdout.count("proved")
    await tampered(database, "delete from audit_log where sequence = 1")
    answer = await asyncio.to_thread(run)
    assert (1, 4) == (answer.returncode, answer.stdout.count("proved"))


async def test_a_class_whose_time_is_up_is_dropped_and_the_rest_is_still_proved(database) -> None:
    clock = ManualClock(NOW)
    log = AuditLog(database, clock, {"system": 1})
    system = audit_pb2.AUDIT_CLASS_SYSTEM
    await append(database, log, fact(audit_class=system), fact(audit_class=system), fact())
    clock.advance(seconds=366 * 86_400)
    await log._keep(None)  # type: ignore[arg-type]
    await append(database, log, fact(audit_class=system))
    assert 3 == {verdict.audit_class: verdict.entries for verdict in await log.verify()}["system"]
    clock.advance(seconds=366 * 86_400)
    await log._keep(None)  # type: ignore[arg-type]
    assert {} == await problems(log)
    async with database.connection() as connection:
        cursor = await connection.execute("select audit_class, sequence from audit_log order by 1, 2")
        assert [("money", 1), ("system", 3), ("system", 4)] == await cursor.fetchall()
        cursor = await connection.execute(
            "select action, details ->> 'sequence' from audit_log where sequence = 4"
        )
        assert [("audit.dropped", "2")] == await cursor.fetchall()
    assert {"system": 2} == {one.audit_class: one.dropped for one in await log.verify() if one.dropped}
    # Whoever says later that it is kept longer, or for ever, hears of what is gone.
    for kept, problem in (({"system": 2}, "the year 2026 is to be kept"), ({}, "the class is kept for ever")):
        assert problem in (await problems(AuditLog(database, clock, kept)))["system"]


@pytest.mark.parametrize(
    ("audit_class", "kept_years", "year"), [("admin", None, 2026), ("money", 7, 2026), ("money", 0, 2026)]
)
async def test_no_year_is_dropped_by_a_slip(
    database, log, audit_class: str, kept_years: int | None, year: int
) -> None:
    await append(database, log, fact())
    async with database.connection() as connection:
        with pytest.raises(psycopg.errors.IntegrityError, match="keeps the year"):
            await connection.execute(
                "select drop_audit_partition(%s, %s, %s, %s)", [audit_class, year, kept_years, NOW]
            )


@pytest.mark.parametrize("audit_class", ["money", "admin"])
async def test_a_beginning_that_was_cut_off_is_found_out(database, audit_class: str) -> None:
    """As auth's own role could do it: the table goes, and the anchor fits what is left."""
    log = AuditLog(database, ManualClock(NOW), {"money": 7})
    value = audit_pb2.AuditClass.Value(f"AUDIT_CLASS_{audit_class.upper()}")
    await append(database, log, fact(audit_class=value), fact(audit_class=value))
    async with database.transaction() as connection:
        await connection.execute(
            "select drop_audit_partition(%s, 2026, 7, '2034-01-01T00:00:00Z')", [audit_class]
        )
    said = {
        "money": "the chain begins behind entry 2, and no entry says",
        "admin": "the chain begins behind entry 2, and the class is kept for ever",
    }
    assert said[audit_class] in (await problems(log))[audit_class]


async def test_each_class_is_kept_as_long_as_the_law_wants(database) -> None:
    """What people do three years, money and compliance seven, the platform's own one; what administrators do for ever."""
    clock = ManualClock(NOW)
    with Environment({}) as environment:
        log = AuditLog(database, clock, retention_years(environment))
    classes = ("user", "money", "admin", "compliance", "system")
    facts = [fact(audit_class=audit_pb2.AuditClass.Value(f"AUDIT_CLASS_{name.upper()}")) for name in classes]
    await append(database, log, *facts)
    left: dict[int, set[str]] = {}
    for year in range(NOW.year + 1, NOW.year + 10):
        clock.set(datetime(year, 6, 1, tzinfo=UTC))
        await log._keep(None)  # type: ignore[arg-type]
        assert {} == await problems(log)
        async with database.connection() as connection:
            cursor = await connection.execute(
                "select audit_class from audit_log where action <> 'audit.dropped'"
            )
            rows = await cursor.fetchall()
        left[year - NOW.year] = {name for (name,) in rows}
    # Whole years: what is written in January stays nearly one longer than what is written in December.
    shortest = {"user": 3, "money": 7, "compliance": 7, "system": 1}
    assert left == {year: {name for name in classes if year <= shortest.get(name, year)} for year in left}


class TestSearch:
    async def test_finds_by_what_is_asked_and_turns_pages(self, auth) -> None:
        log = AuditLog(auth.database, auth.clock, {})
        for number in range(5):
            auth.clock.advance(seconds=1)
            await append(auth.database, log, fact(f"bet.{number}"), fact("user.banned", 3, "root"))
        seen, cursor = [], ""
        with auth.parties.signed_in(roles={"admin"}):
            while True:
                request = pb.ListAuditEntriesRequest(action="bet.", limit=2, cursor=cursor)
                page = await auth.audit.ListAuditEntries(request)
                seen += [entry.action for entry in page.entries]
                cursor = page.next_cursor
                if not cursor:
                    break
            by_actor = await auth.audit.ListAuditEntries(
                pb.ListAuditEntriesRequest(actor_user_id="root", audit_class="admin", action="user.banned")
            )
            with pytest.raises(InvalidArgument):
                await auth.audit.ListAuditEntries(pb.ListAuditEntriesRequest(audit_class="gossip"))
        assert [f"bet.{number}" for number in reversed(range(5))] == seen
        assert 5 == len(by_actor.entries)

    async def test_is_for_administrators(self, auth) -> None:
        with auth.parties.signed_in(), pytest.raises(PermissionDenied):
            await auth.audit.ListAuditEntries(pb.ListAuditEntriesRequest())
