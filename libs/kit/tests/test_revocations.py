"""Revocations as a process hears them, from a source that a test plays."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from oraculum_kit.caller import User
from oraculum_kit.clock import ManualClock
from oraculum_kit.ids import uuid7
from oraculum_kit.revocations import Revocations, RevocationsUnknown

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Told:
    session_id: str = ""
    user_id: str = ""
    version: int = 0
    expires_at: Timestamp = field(default_factory=Timestamp)


@dataclass
class Message:
    revocations: list[Told] = field(default_factory=list)
    complete: bool = True


class Source:
    """Says what a test wants, to as many streams as are opened."""

    def __init__(self) -> None:
        self.opened = 0
        self.said: asyncio.Queue[Message | None] = asyncio.Queue()

    async def watch(self) -> AsyncIterator[Message]:
        self.opened += 1
        while (message := await self.said.get()) is not None:
            yield message


def someone(session_id: UUID | None = None, user_id: UUID | None = None, version: int = 0) -> User:
    return User(
        id=user_id or uuid7(),
        session_id=session_id or uuid7(),
        roles=frozenset({"user"}),
        tier="basic",
        kyc="none",
        jurisdiction="",
        expires_at=NOW + timedelta(minutes=15),
        version=version,
    )


@pytest.fixture
async def heard() -> AsyncIterator[tuple[Source, Revocations]]:
    source, clock = Source(), ManualClock(NOW)
    revocations = Revocations(source.watch, clock, silence_seconds=0.3)
    task = asyncio.create_task(revocations.run())
    yield source, revocations
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def settled(source: Source) -> None:
    while not source.said.empty():  # noqa: ASYNC110  nothing tells of it
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.01)


async def test_nobody_is_believed_before_everything_was_told(heard) -> None:
    source, revocations = heard
    source.said.put_nowait(Message([Told(session_id=str(uuid7()))], complete=False))
    await settled(source)
    with pytest.raises(RevocationsUnknown):
        revocations.revoked(someone())
    with pytest.raises(ConnectionError):
        await revocations.ready()
    source.said.put_nowait(Message())
    await revocations.learned()
    await revocations.ready()
    assert not revocations.revoked(someone())


async def test_a_session_and_a_persons_older_tokens(heard) -> None:
    source, revocations = heard
    session_id, user_id = uuid7(), uuid7()
    told = [Told(session_id=str(session_id)), Told(user_id=str(user_id), version=3)]
    source.said.put_nowait(Message(told))
    # What comes again, and older, takes nothing back.
    source.said.put_nowait(Message([Told(user_id=str(user_id), version=2)]))
    await settled(source)
    assert revocations.revoked(someone(session_id=session_id))
    assert [True, False] == [revocations.revoked(someone(user_id=user_id, version=v)) for v in (2, 3)]


async def test_a_silent_stream_is_opened_anew_and_what_is_known_stays(heard) -> None:
    source, revocations = heard
    user = someone()
    source.said.put_nowait(Message([Told(session_id=str(user.session_id))]))
    await revocations.learned()
    async with asyncio.timeout(10):
        while source.opened < 2:  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.01)
    assert revocations.revoked(user)
    with pytest.raises(ConnectionError):
        await revocations.check()


async def test_whoever_holds_sockets_is_told_of_changes(heard) -> None:
    source, revocations = heard
    changes = []
    revocations.changed.append(lambda: changes.append(1))
    source.said.put_nowait(Message())
    source.said.put_nowait(Message([Told(session_id=str(uuid7()))]))
    await settled(source)
    assert [1] == changes
