"""What an operator does with dead letters: see them, and send them back once what they died of is mended."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from google.protobuf.wrappers_pb2 import StringValue

from oraculum_kit import operators_broker, operators_dead_letters
from oraculum_kit.db import Connection
from oraculum_kit.inbox import Record
from oraculum_kit.operators_dead_letters import letters_of
from oraculum_kit.testing.messaging import eventually, records_of, running


class Desk:
    """The command, run as an operator runs it."""

    def __init__(self, story: Any, capsys: pytest.CaptureFixture[str]) -> None:
        self._variables = {
            "KAFKA_BOOTSTRAP_SERVERS": story.cluster.bootstrap_servers,
            "SERVICE_NAME": "operator",
        }
        self._capsys = capsys

    async def __call__(self, *arguments: str) -> tuple[int, str]:
        code = await asyncio.to_thread(operators_dead_letters.main, arguments, self._variables)
        said = self._capsys.readouterr()
        return code, said.out + said.err

    async def done(self, *arguments: str) -> str:
        """Run it, and have it succeed; what it said, among what the consumers beside it log."""
        code, said = await self(*arguments)
        assert 0 == code, said
        return said


@pytest.fixture
def command(story: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The command against the broker of this run, which has long known its groups."""
    monkeypatch.setattr(operators_broker, "_LOOK_SECONDS", 0.05)
    return Desk(story, capsys)


def choosy(story: Any, mended: asyncio.Event) -> Any:
    """A handler that cannot bear what is bad until it is mended."""

    async def handle(connection: Connection, records: Sequence[Record[StringValue]]) -> None:
        if not mended.is_set() and any("bad" in record.message.value for record in records):
            raise ValueError("not yet")
        await story.leave_effects(connection, records)

    return handle


async def lying(story: Any, count: int) -> bool:
    """Whether so many records lie in the dead letters."""
    return len(await records_of(story.cluster, f"{story.topic}.dlq")) >= count


async def test_letters_are_listed_and_sent_back_once(story: Any, command: Desk) -> None:
    """One by its offset, then the rest, and none a second time unless somebody insists."""
    mended = asyncio.Event()
    chapter = story.chapter(choosy(story, mended))
    async with running(chapter.consumer.run):
        await story.send(
            *(story.record("a", value, number) for number, value in enumerate(("bad 1", "bad 2"), 1))
        )
        await eventually(partial(lying, story, 2))
        told = await command.done("list", story.topic)
        assert f"given up by {chapter.group}" in told
        assert "builtins.ValueError: not yet" in told
        assert "2 dead letters, 0 went back before" in told
        mended.set()
        assert f"{story.topic}.dlq 1 went back to {chapter.group}" in await command.done(
            "send-back", story.topic, "1"
        )
        await eventually(partial(chapter.done, 1))
        code, told = await command("send-back", story.topic, "0", "1")
        assert 1 == code
        assert "1 went back before; --again insists" in told
        assert f"{story.topic}.dlq 0 went back to {chapter.group}" in await command.done(
            "send-back", story.topic, "--every"
        )
        await eventually(partial(chapter.done, 2))
        assert f"{story.topic}.dlq 0 went back to {chapter.group}" in await command.done(
            "send-back", story.topic, "0", "--again"
        )
        await story.send(story.record("a", "3", 3))
        await eventually(partial(chapter.done, 3))
    assert [("a", "bad 2"), ("a", "bad 1"), ("a", "3")] == await story.effects()
    assert "0 dead letters, 2 went back before" in await command.done("list", story.topic)
    assert [True, True] == [letter.sent_back for letter in await letters_of(story.cluster, [story.topic])]


async def test_who_died_between_the_two_sends_it_twice(
    story: Any, command: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It went, and nothing says so: it goes once more, and the consumer knows it."""
    mended = asyncio.Event()
    chapter = story.chapter(choosy(story, mended))
    async with running(chapter.consumer.run):
        await story.send(story.record("a", "bad", 1))
        await eventually(partial(lying, story, 1))
        mended.set()
        with monkeypatch.context() as patch:
            patch.setattr(operators_dead_letters, "note_sent_back", die)
            with pytest.raises(_DiedError):
                await command("send-back", story.topic, "0")
        assert "went back" in await command.done(
            "send-back", story.topic, "--every", "--group", chapter.group
        )
        await eventually(partial(chapter.counted_at_least, "duplicate", 1))
    assert [("a", "bad")] == await story.effects()


class _DiedError(Exception):
    """The process ended at the worst moment."""


async def die(*_: object) -> None:
    """End there."""
    raise _DiedError


@pytest.mark.parametrize(
    ("rest", "complaint"),
    [
        (["send-back", "no-such-topic", "0"], "there is no topic with dead letters named no-such-topic"),
        (["list", "no-such-topic"], "there is no topic with dead letters named no-such-topic"),
        (["send-back", "{topic}", "7"], "{topic}.dlq holds no dead letter at 7"),
    ],
)
async def test_what_is_not_there(story: Any, command: Desk, rest: Sequence[str], complaint: str) -> None:
    code, told = await command(*(word.format(topic=story.topic) for word in rest))
    assert 1 == code
    assert complaint.format(topic=story.topic) in told
    assert [] == await records_of(story.cluster, story.topic)


@pytest.mark.parametrize(
    "rest", [["send-back", "any"], ["send-back", "any", "1", "--every"], ["throw-away"], []]
)
def test_what_is_not_understood(rest: Sequence[str]) -> None:
    with pytest.raises(SystemExit) as end:
        operators_dead_letters.main(rest, {})
    assert 2 == end.value.code


def test_a_broker_that_is_not_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == operators_dead_letters.main(["list"], {})
    assert "KAFKA_BOOTSTRAP_SERVERS" in capsys.readouterr().err
