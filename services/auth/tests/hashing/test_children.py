"""Hashes in processes of their own: they yield, they die with auth, and their death costs nobody a sign-in."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from argon2 import PasswordHasher

from oraculum_auth import passwords as passwords_module
from oraculum_auth.hashing import child, children
from oraculum_auth.hashing.children import Children
from oraculum_auth.passwords import Passwords
from oraculum_dev.suite.state import wait_until_gone
from oraculum_kit.errors import ResourceExhausted, Unavailable

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "correct horse battery 🐴"
NICENESS = 7
PATIENCE_SECONDS = 30


@pytest.fixture
async def hashing() -> AsyncIterator[Children]:
    async with Children(CHEAP, niceness=NICENESS) as hashing:
        yield hashing


def _children() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if child.__name__ in _arguments(one)]


async def _until_it_was_asked() -> None:
    """Let what was just begun come as far as it can without an answer: three steps of the loop, and some."""
    for _ in range(10):
        await asyncio.sleep(0)


def _session_niceness(process: psutil.Process) -> int | None:
    """How nice its session is to others, where the system has such a thing."""
    session = Path(f"/proc/{process.pid}/autogroup")
    return int(session.read_text().split()[-1]) if session.exists() else None


def _arguments(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        # It ends at this moment.
        return []


async def test_what_threads_hash_children_compare_and_the_other_way_round(hashing: Children) -> None:
    """An operator may change where hashes are computed, and nobody's password changes."""
    assert CHEAP.verify(await hashing.hash(PASSWORD), PASSWORD)
    assert await hashing.matches(CHEAP.hash(PASSWORD), PASSWORD)
    assert not await hashing.matches(CHEAP.hash(PASSWORD), f"{PASSWORD}\n")
    assert not await hashing.matches("no hash at all", PASSWORD)


async def test_a_child_yields_and_knows_nothing(hashing: Children) -> None:
    """It is as nice as was asked for, towards its session and towards others', and holds no secret to be read."""
    assert [] == _children(), "nothing is started before somebody signs in"
    await hashing.hash(PASSWORD)
    (process,) = _children()
    assert process.nice() == min(19, psutil.Process().nice() + NICENESS)
    assert _session_niceness(process) in {None, NICENESS}
    assert os.sched_getscheduler(process.pid) == os.SCHED_IDLE
    assert os.getsid(process.pid) == process.pid
    assert PASSWORD not in " ".join(process.cmdline())
    assert not {"DATABASE_URL", "TOKEN_KEY", "PATH"} & process.environ().keys()


def test_a_child_rests_where_it_is_not_alone() -> None:
    """On an idle machine hashes follow each other; beside others they take a tenth of a processor, and nobody waits long."""
    assert child.rest_seconds(computed=0.040, passed=0.041) == 0.0
    assert child.rest_seconds(computed=0.040, passed=0.060) == pytest.approx(0.360)
    assert child.rest_seconds(computed=0.500, passed=9.0) == 1.0


async def test_a_child_that_is_killed_costs_nobody_a_sign_in(hashing: Children) -> None:
    """Killed while nobody waits, and while somebody does: there is another one, and the answer is right."""
    passwords = Passwords(hashing, CHEAP)
    encoded = await passwords.hash(PASSWORD)
    (first,) = _children()
    first.kill()
    assert await passwords.verify(encoded, PASSWORD)
    (second,) = _children()
    assert first.pid != second.pid
    second.suspend()
    waiting = asyncio.create_task(passwords.verify(encoded, PASSWORD))
    await _until_it_was_asked()
    second.kill()
    assert await waiting
    assert not await passwords.verify(encoded, "another")


async def test_whoever_goes_away_leaves_no_answer_to_the_next(hashing: Children) -> None:
    """An answer that nobody waits for any more is nobody else's."""
    encoded = await hashing.hash(PASSWORD)
    (process,) = _children()
    process.suspend()
    gone = asyncio.create_task(hashing.matches(encoded, PASSWORD))
    await _until_it_was_asked()
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    process.resume()
    assert not await hashing.matches(encoded, "another")


async def test_what_cannot_be_started_is_unavailable_and_comes_back(hashing: Children) -> None:
    """Where every child dies, or none can be started, callers are told to come again, and later ones are let in."""
    command = hashing._children[0]._command
    for broken in ("/bin/false", "/no/such/program"):
        command[0] = broken
        with pytest.raises(Unavailable):
            await hashing.hash(PASSWORD)
    command[0] = sys.executable
    assert CHEAP.verify(await hashing.hash(PASSWORD), PASSWORD)


async def test_one_that_hangs_is_replaced(hashing: Children, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever, and what hangs does not stay."""
    await hashing.hash(PASSWORD)
    (process,) = _children()
    process.suspend()
    monkeypatch.setattr(children, "ANSWER_SECONDS_MAX", 0.0)
    with pytest.raises(Unavailable):
        await hashing.hash(PASSWORD)
    monkeypatch.undo()
    assert not process.is_running()
    assert CHEAP.verify(await hashing.hash(PASSWORD), PASSWORD)


async def test_a_storm_is_bounded_in_front_of_children(hashing: Children) -> None:
    """As many wait as may; the others are told to come again at once."""
    passwords = Passwords(hashing, CHEAP, waiting_max=2)
    outcomes = await asyncio.gather(*(passwords.hash(str(n)) for n in range(5)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [str, str, *[ResourceExhausted] * 3]


async def test_whoever_would_wait_for_too_long_is_told_at_once(
    hashing: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where hashes have to wait for the processor fewer people may wait for them, and whoever comes alone always may."""
    monkeypatch.setattr(passwords_module, "WAIT_SECONDS_MAX", 0.0)
    passwords = Passwords(hashing, CHEAP)
    encoded = await passwords.hash(PASSWORD)
    (process,) = _children()
    process.suspend()
    first = asyncio.create_task(passwords.verify(encoded, PASSWORD))
    await _until_it_was_asked()
    with pytest.raises(ResourceExhausted):
        await passwords.verify(encoded, PASSWORD)
    process.resume()
    assert await first
    assert await passwords.verify(encoded, PASSWORD)


async def test_nothing_is_left_behind(hashing: Children) -> None:
    """Neither an end in good order nor one without any leaves a process."""
    async with Children(CHEAP, niceness=NICENESS, workers=2) as pair:
        await asyncio.gather(pair.hash(PASSWORD), pair.hash(PASSWORD))
        assert len(_children()) == 2
    assert [] == _children()


OWNER = """
import asyncio, sys
from argon2 import PasswordHasher
from oraculum_auth.hashing.children import Children

async def main():
    async with Children(PasswordHasher(1, 8, 1), niceness=1) as hashing:
        await hashing.hash("x")
        print(hashing._children[0]._process.id, file=sys.stderr, flush=True)
        await asyncio.sleep(3600)

asyncio.run(main())
"""


def test_a_child_ends_with_an_owner_that_is_killed() -> None:
    """However auth ends: its children have a session of their own, and no signal to its group reaches them."""
    with subprocess.Popen([sys.executable, "-c", OWNER], stderr=subprocess.PIPE, text=True) as owner:
        assert owner.stderr
        orphan = psutil.Process(int(owner.stderr.readline()))
        owner.kill()
    assert wait_until_gone(orphan, PATIENCE_SECONDS)
