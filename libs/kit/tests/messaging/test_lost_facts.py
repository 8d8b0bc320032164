"""After a restore: what the database forgot is in no topic, what it remembers is handled once, and all this may run twice."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition

from oraculum_kit import prepare
from oraculum_kit.clock import SystemClock
from oraculum_kit.lost_facts import NotPossibleError, Report, take_out
from oraculum_kit.records import TRANSACTION
from oraculum_kit.relay import OutboxRelay
from oraculum_kit.testing.messaging import eventually, published, running

# A transaction that this database never gave: the server that gave it is gone.
NEVER = 2_000_000_000
DAY = timedelta(days=1)


async def restored(story: Any, at: datetime | None = None, patience_seconds: float = 30) -> Report:
    """What the operator runs after a restore."""
    restored_at = at or SystemClock().now()
    async with story.database.connection() as connection:
        return await take_out(
            story.cluster,
            connection,
            topics={story.topic},
            restored_at=restored_at,
            since=restored_at - DAY,
            patience_seconds=patience_seconds,
        )


async def tell(story: Any, *facts: tuple[str, str]) -> None:
    """Write facts and let a relay publish them."""
    await story.write(*facts)
    async with running(OutboxRelay(cluster=story.cluster, database=story.database, source="test").run):
        await published(story.database)


def values(story: Any) -> list[str]:
    """What lies in the topic now; reading begins where the deleted ends."""
    consumer = Consumer(story.cluster.settings() | {"group.id": "look", "enable.auto.commit": False})
    found = []
    try:
        for partition in range(3):
            place = TopicPartition(story.topic, partition)
            low, high = consumer.get_watermark_offsets(place, 30)
            consumer.assign([TopicPartition(story.topic, partition, low)])
            left = high - low
            while left:
                read = consumer.consume(left, 1)
                left -= len(read)
                found += [(message.value() or b"")[2:].decode() for message in read]
    finally:
        consumer.close()
    return found


async def test_every_fact_says_which_transaction_made_it_true(story: Any) -> None:
    async with story.database.transaction() as connection:
        row = await (await connection.execute("select pg_current_xact_id()::text::bigint")).fetchone()
    await tell(story, ("a", "one"))
    (headers,) = await story.headers()
    assert int(headers[TRANSACTION]) > row[0]


async def test_what_the_database_forgot_is_taken_out(story: Any) -> None:
    """A fact without a transaction here is gone; those before and behind it stay, in their order."""
    await tell(story, ("a", "one"), ("a", "two"))
    await story.send(story.record("a", "lost", 3, **{TRANSACTION: str(NEVER)}))
    report = await restored(story)
    assert {story.topic: 1} == dict(report.lost)
    assert ["one", "two"] == values(story)
    assert 0 == (await restored(story)).lost.total()
    assert ["one", "two"] == values(story)


async def test_a_number_given_again_is_not_the_lost_one(story: Any) -> None:
    """The restored server gives the numbers of lost transactions to new ones: those committed after it began."""
    restored_at = SystemClock().now()
    async with story.database.transaction() as connection:
        row = await (await connection.execute("select pg_current_xact_id()::text")).fetchone()
    lost = story.record("a", "lost", 1, **{TRANSACTION: row[0]})
    await story.send(
        type(lost)(lost.topic, lost.key, lost.value, lost.headers, 0, int(restored_at.timestamp() * 1000) - 5)
    )
    assert 1 == (await restored(story, restored_at)).lost.total()


async def test_a_transaction_that_failed_is_lost(story: Any) -> None:
    with suppress(ZeroDivisionError):
        async with story.database.transaction() as connection:
            row = await (await connection.execute("select pg_current_xact_id()::text")).fetchone()
            raise ZeroDivisionError
    await story.send(story.record("a", "lost", 1, **{TRANSACTION: row[0]}))
    assert 1 == (await restored(story)).lost.total()


async def test_what_was_told_since_stays(story: Any) -> None:
    """Done again after the services have started, it touches nothing of theirs."""
    restored_at = SystemClock().now() - timedelta(hours=1)
    await tell(story, ("a", "new"))
    assert 0 == (await restored(story, restored_at)).lost.total()
    assert ["new"] == values(story)


async def test_what_no_outbox_told_stays(story: Any) -> None:
    await story.send(story.record("a", "a tick"))
    assert 0 == (await restored(story)).seen
    assert ["a tick"] == values(story)


async def test_a_group_does_again_what_its_database_forgot(story: Any) -> None:
    """The offsets say that all is done; the restored inbox knows of the first fact only."""
    chapter = story.chapter()
    await tell(story, ("a", "one"))
    async with running(chapter.consumer.run):
        await eventually(lambda: chapter.done(1))
    await tell(story, ("a", "two"))
    await story.send(story.record("a", "lost", 3, **{TRANSACTION: str(NEVER)}))
    # As if it had handled both, and then lost the database in which it had noted so.
    move_to_the_end(story, chapter.group)
    report = await restored(story)
    assert [chapter.group] == report.groups
    again = story.chapter(group=chapter.group)
    async with running(again.consumer.run):
        await eventually(lambda: again.done(2))
        await tell(story, ("a", "three"))
        await eventually(lambda: again.done(3))
    assert ["one", "two", "three"] == [value for _, value in await story.effects()]
    assert 0 == again.gaps()


async def test_nothing_is_done_while_somebody_consumes(story: Any) -> None:
    chapter = story.chapter()
    await tell(story, ("a", "one"))
    async with running(chapter.consumer.run):
        await eventually(lambda: chapter.done(1))
        with pytest.raises(NotPossibleError, match=chapter.group):
            await restored(story, patience_seconds=0)


@pytest.mark.parametrize("said", ["yesterday", "2026-11-21T10:00:00"])
def test_a_time_without_its_zone_is_refused(
    said: str, tmp_path: Path, kafka_bootstrap: str, capsys: Any
) -> None:
    variables = {
        "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
        "SERVICE_NAME": "restored",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "RESTORED_AT": said,
    }
    assert 1 == prepare.main(["restored", str(tmp_path)], variables)
    assert "RESTORED_AT" in capsys.readouterr().out


def test_a_time_is_read_with_its_zone() -> None:
    assert datetime(2026, 1, 31, 8, tzinfo=UTC) == prepare.parsed_time("2026-01-31T08:00:00Z")


def move_to_the_end(story: Any, group: str) -> None:
    """Commit the ends of the topic for a group that nobody is in."""
    consumer = Consumer(story.cluster.settings() | {"group.id": group, "enable.auto.commit": False})
    try:
        places = [TopicPartition(story.topic, partition) for partition in range(3)]
        ends = [
            TopicPartition(place.topic, place.partition, consumer.get_watermark_offsets(place, 30)[1])
            for place in places
        ]
        consumer.assign(ends)
        consumer.commit(offsets=ends, asynchronous=False)
    finally:
        consumer.close()
