"""`oraculum restore [--to TIME]`: bring the suite's database back as it was at a moment, and the topics into line with it.

The suite must be down. What is left of the data directory is moved aside, never deleted. Cut short, it is run again.
"""

import argparse
import asyncio
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import psycopg

from oraculum_dev.infrastructure.accounts import unprivileged
from oraculum_dev.infrastructure.postgres import Postgres
from oraculum_dev.infrastructure.programs import ProgramError, spawn, stop, wait_ready
from oraculum_dev.project import TOPICS
from oraculum_dev.recovery.archive import Archive, restoring_mark
from oraculum_dev.recovery.repository import leap, recovered_to
from oraculum_dev.suite.home import Home
from oraculum_dev.suite.ports import Ports
from oraculum_dev.suite.state import State, end_leftovers, hold_lock
from oraculum_dev.suite.table import Plan
from oraculum_dev.suite.units import Server
from oraculum_dev.suite.venues import Venues
from oraculum_kit import topics
from oraculum_kit.clock import SystemClock
from oraculum_kit.dead_letters import topic_of
from oraculum_kit.kafka import Cluster
from oraculum_kit.lost_facts import Report, take_out

RECOVERY_SECONDS: Final = 3600.0
STOP_SECONDS: Final = 60.0
CONSUMERS_BEHIND: Final = timedelta(hours=24)


@dataclass(frozen=True)
class Restored:
    """What a restore came to."""

    # The last transaction that is there.
    point: datetime
    facts: Report
    # How long PostgreSQL took, and how long the topics.
    database_seconds: float
    topics_seconds: float


def main(arguments: Sequence[str]) -> int:
    """Restore, and print what came of it."""
    parser = argparse.ArgumentParser(prog="oraculum restore")
    parser.add_argument(
        "--to", type=moment, help="2026-01-31T08:00:00Z; without it, as new as the archive reaches"
    )
    options = parser.parse_args(arguments)
    home = Home.here()
    home.make()
    state = State.read(home)
    with hold_lock(home):
        end_leftovers(home, print)
        ports = Ports(state.port_base) if state else Ports.chosen()
        restored = restore(Plan(home=home, ports=ports, venues=Venues("sim"), archived=True), options.to)
    print(f"restored to {restored.point.isoformat()} in {restored.database_seconds:.1f} s")
    print(
        f"facts: {restored.facts.seen} seen, {restored.facts.lost.total()} of the lost time taken out, "
        f"{len(restored.facts.groups)} groups begin anew, {restored.topics_seconds:.1f} s"
    )
    return 0


def moment(said: str) -> datetime:
    """A time with its zone: an hour beside the truth would restore another day's books."""
    found = datetime.fromisoformat(said)
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{said} says no zone; write 2026-01-31T08:00:00Z")
    return found


def restore(plan: Plan, to: datetime | None) -> Restored:
    """Restore a suite that is down."""
    archive, server = plan.archive, plan.postgres
    backup = archive.backup_before(to)
    mark = restoring_mark(plan.home)
    mark.touch()
    began = time.monotonic()
    # No server runs now, neither the lost one nor the restored.
    restored_at = SystemClock().now()
    server.run("pg_verifybackup", "--exit-on-error", "--quiet", str(backup.folder))
    _put_in_place(backup.folder, server.data, restored_at)
    with _running(replace(server, settings={**server.settings, **_recovery(archive, to)})):
        point = _wait_until_open(server, backup.finished_at)
        database_seconds = time.monotonic() - began
        with _running(plan.kafka):
            report = asyncio.run(_bring_into_line(plan, restored_at))
    mark.unlink()
    return Restored(point, report, database_seconds, time.monotonic() - began - database_seconds)


def _recovery(archive: Archive, to: datetime | None) -> Mapping[str, str]:
    target = {} if to is None else {"recovery_target_time": to.isoformat(sep=" ")}
    return {
        "restore_command": f'cp "{archive.segments}/%f" "%p"',
        "recovery_target_action": "promote",
        **target,
    }


def _put_in_place(copy: Path, data: Path, now: datetime) -> None:
    """Copy a backup to where the server finds it, under its account, with the order to recover."""
    if data.exists():
        data.rename(data.with_name(f"data.before-{now:%Y%m%dT%H%M%S}"))
    unfinished = data.with_name("data.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(copy, unfinished, symlinks=True)
    (unfinished / "recovery.signal").touch()
    unfinished.chmod(0o700)
    account = unprivileged()
    if account:
        for path in (unfinished, *unfinished.rglob("*")):
            os.chown(path, account.uid, account.gid, follow_symlinks=False)
    unfinished.rename(data)


@contextmanager
def _running(server: Server) -> Iterator[None]:
    server.prepare()
    program = server.program()
    process = spawn(program)
    try:
        wait_ready(process, program, server.ready, RECOVERY_SECONDS)
        yield
    finally:
        stop(process, program.stop_signal, STOP_SECONDS)


def _wait_until_open(server: Postgres, at_least: datetime) -> datetime:
    """Wait until the server has recovered and takes writes; the time of the last transaction it has."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while time.monotonic() < deadline:
        point = recovered_to(server.url, at_least)
        if point is not None:
            return point
        time.sleep(0.1)
    raise ProgramError(f"PostgreSQL still recovers after {RECOVERY_SECONDS:.0f} s; its log is {server.log}")


async def _bring_into_line(plan: Plan, restored_at: datetime) -> Report:
    declared = {topic.topic for topic in topics.read(TOPICS)}
    url = plan.postgres.url.rpartition("/")[0] + "/oraculum"
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await leap(connection)
        return await take_out(
            Cluster(plan.kafka.bootstrap_servers, client_id="restore"),
            connection,
            topics=declared | {topic_of(name) for name in declared},
            restored_at=restored_at,
            since=restored_at - CONSUMERS_BEHIND,
        )
