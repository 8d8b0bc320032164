"""Fills over a real Kafka: everything twice, members that come and go, and each fill moves its money once."""

import asyncio
import random
from datetime import UTC, datetime
from typing import Any

from oraculum.prediction.v1.bets_fact_pb2 import BetsFact
from oraculum_kit.db import Database
from oraculum_kit.ids import uuid7
from oraculum_kit.inbox import InboxConsumer
from oraculum_kit.kafka import Cluster, Producer
from oraculum_kit.records import Outgoing, event_headers, fact_type
from oraculum_kit.testing.messaging import eventually, new_topic, records_of, running
from oraculum_wallet.consumers import FillsConsumer, fills_consumer
from oraculum_wallet.ledger import Ledger

EVENTS, FILLS, GROSS, FEE = 4, 25, 100, 3


def outgoing(topic: str, fact: BetsFact) -> Outgoing:
    headers = event_headers(
        event_id=uuid7(),
        type=fact_type(fact),
        source="prediction",
        time=datetime.now(UTC),
        sequence=fact.order_filled.fill.sequence,
    )
    return Outgoing(topic, fact.event_id.encode(), fact.SerializeToString(), headers)


async def test_each_fill_moves_its_money_once(
    kafka_bootstrap: str, database: Database, ledger: Ledger, make: Any, funded: Any
) -> None:
    cluster = Cluster(kafka_bootstrap)
    topic = new_topic(cluster)
    facts: list[BetsFact] = []
    for _ in range(EVENTS):
        user, escrow = await funded(1_000_000), make.escrow()
        holds = [make.hold(user, escrow, GROSS + FEE + 50) for _ in range(FILLS)]
        await ledger.create(holds)
        facts += [
            make.bought(hold=hold, gross=GROSS, fee=FEE, sequence=place)
            for place, hold in enumerate(holds, start=1)
        ]
    # In order of each key, mixed across keys; and then all of it once more, as after a relay that died.
    dice = random.Random(3)  # noqa: S311  a test that can be repeated
    order = sorted(facts, key=lambda fact: fact.order_filled.fill.sequence + dice.random() * 0.9)

    def member() -> InboxConsumer[BetsFact]:
        fills = FillsConsumer(Ledger(database))
        return fills_consumer(cluster, database, fills, batch_max=7, topic=topic, group=f"{topic}-wallet")

    async def applied() -> int:
        async with database.connection() as connection:
            rows = await connection.execute("select coalesce(sum(sequence), 0)::int from fill_progress")
            row = await rows.fetchone()
        return int(row[0]) if row else 0

    async with Producer(cluster) as producer:
        (await producer.send_all([outgoing(topic, fact) for fact in order])).require()
        first = asyncio.create_task(member().run())
        await eventually(lambda: _reached(applied, 20))
        async with running(member().run, member().run):
            first.cancel()
            await asyncio.wait([first])
            (await producer.send_all([outgoing(topic, fact) for fact in order])).require()
            await eventually(lambda: _reached(applied, EVENTS * FILLS))
    async with database.connection() as connection:
        sums = await connection.execute(
            "select kind, sum(credits_posted - debits_posted)::bigint, sum(debits_pending)::bigint from account"
            " where kind in (3, 4) group by kind order by kind"
        )
        assert await sums.fetchall() == [(3, EVENTS * FILLS * GROSS, 0), (4, EVENTS * FILLS * FEE, 0)]
        troubles = await connection.execute("select count(*) from incident")
        assert await troubles.fetchone() == (0,)
        pending = await connection.execute("select count(*) from pending_transfer")
        assert await pending.fetchone() == (0,)


async def test_what_nobody_can_read_is_put_aside_and_its_event_waits(
    kafka_bootstrap: str, database: Database, ledger: Ledger, make: Any, funded: Any
) -> None:
    cluster = Cluster(kafka_bootstrap)
    topic = new_topic(cluster)
    user, escrow = await funded(1_000), make.escrow()
    holds = [make.hold(user, escrow, 100) for _ in range(3)]
    await ledger.create(holds)
    facts = [make.bought(hold=hold, gross=90, sequence=place) for place, hold in enumerate(holds, start=1)]
    facts[1].order_filled.fill.user_id = "nobody"
    consumer = fills_consumer(
        cluster, database, FillsConsumer(ledger), batch_max=10, topic=topic, group=f"{topic}-wallet"
    )

    async def third_waits() -> bool:
        async with database.connection() as connection:
            rows = await connection.execute("select sequence from fill_waiting")
            return await rows.fetchall() == [(3,)]

    async with Producer(cluster) as producer, running(consumer.run):
        (await producer.send_all([outgoing(topic, fact) for fact in facts])).require()
        await eventually(third_waits)
    (letter,) = await records_of(cluster, f"{topic}.dlq")
    assert BetsFact.FromString(letter.value()) == facts[1]
    async with database.connection() as connection:
        progress = await connection.execute("select sequence, halted_at from fill_progress")
        assert await progress.fetchall() == [(1, None)]
        incidents = await connection.execute("select kind from incident where closed_at is null")
        assert await incidents.fetchall() == [("fill_gap",)]


async def _reached(applied: Any, count: int) -> bool:
    return bool(await applied() >= count)
