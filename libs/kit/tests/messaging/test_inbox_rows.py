"""What a consumer remembers of keys: each fact once, in order, and what is missing is told."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from google.protobuf.wrappers_pb2 import StringValue
from prometheus_client import REGISTRY

from oraculum_kit.db import Database
from oraculum_kit.inbox_rows import InboxRows
from oraculum_kit.records import REDRIVE_GROUP, Record

Told = tuple[str, int | None]


def record(key: str, sequence: int | None, *, redriven: bool = False) -> Record[StringValue]:
    return Record(
        topic="words",
        partition=0,
        offset=0,
        key=key,
        message=StringValue(),
        source="house",
        sequence=sequence,
        time=datetime(2026, 1, 1, tzinfo=UTC),
        headers={REDRIVE_GROUP: b"reader"} if redriven else {},
    )


async def admit(database: Database, *told: Told) -> list[Told]:
    async with database.transaction() as connection:
        records = [record(key, sequence) for key, sequence in told]
        fresh = await InboxRows("reader", by_id=False).admit(connection, records)
    return [(one.key or "", one.sequence) for one in fresh]


async def stand(database: Database) -> dict[str, int]:
    async with database.connection() as connection:
        cursor = await connection.execute(
            "select key, last_sequence from inbox_sequence where consumer = 'reader'"
        )
        return dict(await cursor.fetchall())


def gaps() -> float:
    labels = {"group": "reader", "topic": "words"}
    return REGISTRY.get_sample_value("oraculum_consumer_gaps_total", labels) or 0.0


BEGUN: Sequence[Told] = [("a", 1), ("a", 2), ("b", 5)]


@pytest.mark.parametrize(
    ("told", "fresh", "missing"),
    [
        ([("b", 6), ("a", 3), ("a", 4)], [("b", 6), ("a", 3), ("a", 4)], 0),
        ([("a", 2), ("a", 3), ("b", 5)], [("a", 3)], 0),
        ([("a", 1), ("b", 6)], [("b", 6)], 0),
        ([("a", 3), ("a", 3), ("b", 6)], [("a", 3), ("b", 6)], 0),
        ([("a", 3), ("a", 5), ("b", 6)], [("a", 3), ("a", 5), ("b", 6)], 1),
        ([("a", 4), ("a", 3), ("b", 6)], [("a", 4), ("b", 6)], 1),
        ([("a", 5), ("b", 6), ("c", 9)], [("a", 5), ("b", 6), ("c", 9)], 2),
        ([("c", 9), ("a", None), ("b", 6)], [("c", 9), ("a", None), ("b", 6)], 0),
        ([("a", None)], [("a", None)], 0),
    ],
)  # fmt: skip
async def test_of_each_key_only_what_is_higher_than_its_last(
    database: Database, told: list[Told], fresh: list[Told], missing: int
) -> None:
    assert list(BEGUN) == await admit(database, *BEGUN)
    before = gaps()
    assert fresh == await admit(database, *told)
    assert missing == gaps() - before
    highest = {"a": 2, "b": 5}
    for key, sequence in fresh:
        highest[key] = max(sequence or 0, highest.get(key, 0))
    assert highest == await stand(database)
    # All of it again is nothing new, but for what nobody counts.
    assert [(key, sequence) for key, sequence in told if sequence is None] == await admit(database, *told)


async def test_what_was_taken_out_of_the_dead_letters_is_old_on_purpose(database: Database) -> None:
    await admit(database, *BEGUN)
    async with database.transaction() as connection:
        again = record("a", 1, redriven=True)
        assert [again] == await InboxRows("reader", by_id=False).admit(connection, [again])
    assert {"a": 2, "b": 5} == await stand(database)


async def test_of_two_who_have_the_same_the_second_finds_nothing_new(database: Database) -> None:
    """A partition moved to another member while its records were handled: that one waits for the first."""
    await admit(database, *BEGUN)
    told = [record("a", 3), record("b", 6)]
    rows = InboxRows("reader", by_id=False)
    async with database.transaction() as first:
        assert told == await rows.admit(first, told)
        second = asyncio.create_task(admit(database, ("a", 3), ("b", 6), ("b", 7)))
        await asyncio.wait({second}, timeout=0.2)
        assert not second.done()
    assert [("b", 7)] == await second
    assert {"a": 3, "b": 7} == await stand(database)
