"""What prediction hears by Kafka: lock times and results, and how a result becomes payouts."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from oraculum.event.v1 import event_service_pb2 as event
from oraculum.event.v1 import events_fact_pb2 as facts
from oraculum.prediction.v1 import bets_fact_pb2 as bets
from oraculum_kit import topics
from oraculum_kit.ids import uuid7
from oraculum_kit.kafka import Cluster, Producer
from oraculum_kit.records import outgoing
from oraculum_kit.testing.messaging import eventually, running
from oraculum_kit.timestamps import to_wire
from oraculum_kit.topics import Topic
from oraculum_prediction.consumers import events_consumer, follow
from oraculum_prediction.housekeeping import job_runner

USDC = 1_000_000


async def test_a_result_becomes_payouts(house: Any, kafka_bootstrap: str) -> None:
    """Told twice, paid once."""
    event_id = await house.open()
    anna = house.person()
    order = (await house.place(anna, event_id, "k")).order
    house.post_fills()
    closed = await house.close(event_id)
    cluster = Cluster(kafka_bootstrap)
    topic = f"events-{uuid4().hex}"
    await topics.create(
        cluster,
        [
            Topic(
                topic=topic,
                description="",
                owner="event",
                producers=("event",),
                consumers=("prediction",),
                key="event id",
                message="",
                partitions=1,
                retention_hours=1,
            )
        ],
    )
    fact = facts.EventsFact(
        event_id=str(event_id),
        event_resolved=facts.EventResolved(
            resolution=event.Resolution(
                revision=1, payout_millionths=[0, 1_000_000], closing_sequence=closed.closing_sequence
            )
        ),
    )
    record = outgoing(topic=topic, key=str(event_id), message=fact, source="event", time=datetime.now(UTC))
    replica = house.replicas[0]
    consumer = events_consumer(cluster, replica.database, group=f"g-{uuid4().hex}", topic=topic)
    async with AsyncExitStack() as stack:
        producer = await stack.enter_async_context(Producer(cluster))
        await stack.enter_async_context(
            running(consumer.run, job_runner(replica.database, replica.settler, replica.fundings).run)
        )
        await producer.send(record)
        await producer.send(record)
        await eventually(lambda: is_done(house))
    assert 1_000 * USDC - order.gross.units - order.fee.units + order.shares == house.books.user(anna)
    assert 1 == len(house.rows("select revision from settlement"))


async def is_done(house: Any) -> bool:
    left = house.rows("select id from job where kind = 'settle'")
    return bool(house.rows("select event_id from market where status = 3")) and not left


class TestFollow:
    async def tell(self, house: Any, fact: facts.EventsFact) -> None:
        class Record:
            message = fact

        async with house.replicas[0].database.transaction() as connection:
            await follow(connection, [Record()])  # type: ignore[list-item]

    async def test_a_new_lock_time(self, house: Any) -> None:
        """An open market follows, a closed one stays closed."""
        event_id = await house.open()
        later = datetime.now(UTC) + timedelta(hours=5)
        fact = facts.EventsFact(
            event_id=str(event_id),
            event_updated=facts.EventUpdated(event=event.Event(locks_at=to_wire(later))),
        )
        await self.tell(house, fact)
        (row,) = house.rows("select locks_at, status from market")
        assert {"locks_at": later, "status": 1} == row
        await house.close(event_id)
        fact.event_updated.event.locks_at.FromDatetime(later + timedelta(hours=1))
        await self.tell(house, fact)
        (row,) = house.rows("select locks_at, status from market")
        assert {"locks_at": later, "status": 2} == row

    async def test_a_result_closes_what_should_have_been_closed(self, house: Any) -> None:
        event_id = await house.open()
        await house.hear(event_id, [0, 1_000_000])
        assert [2] == [row["status"] for row in house.rows("select status from market")]

    async def test_an_event_that_never_had_a_market(self, house: Any) -> None:
        await house.hear(uuid7(), [0, 0], cancelled=True)
        assert [] == house.rows("select id from job")

    async def test_facts_that_are_not_for_us(self, house: Any) -> None:
        await self.tell(house, facts.EventsFact(event_id=str(uuid7()), event_locked=facts.EventLocked()))


async def test_the_facts_of_fills(house: Any) -> None:
    """Wallet finds the hold of a purchase, the sequence of the market, and what was in play."""
    event_id = await house.open()
    anna = house.person()
    order = (await house.place(anna, event_id, "k", amount_units=3 * USDC)).order
    (row,) = house.rows("select * from outbox where topic = 'bets'")
    fact = bets.BetsFact.FromString(row["payload"]).order_filled
    assert (str(event_id), 1) == (row["key"], row["sequence"])
    assert order.fill == fact.fill
    assert fact.hold_transfer_id in house.books.pending
    assert 3 * USDC == fact.volume_units
    assert fact.received_at.ToDatetime(tzinfo=UTC) <= order.created_at.ToDatetime(tzinfo=UTC)
