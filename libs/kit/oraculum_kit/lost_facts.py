"""After a database was restored to a point in time, Kafka still holds facts of the time that was lost. This takes them out.

A fact is told after its transaction has committed. A restored database forgets its last transactions, and Kafka does not:
consumers that go on would book what nobody remembers to have said, or take new facts with the same sequences for
repetitions. Offsets are wrong as well: a group may have finished records whose effects were lost with the database.

Every record carries the transaction of its fact (`ce_transaction`), and PostgreSQL remembers when each committed. So the
restored database itself says which facts are of its past. In a partition where some are not, the others are written
once more behind them, groups begin there, and what lies before is deleted, in this order: whenever this is cut short,
doing it again does it right. Everywhere else groups only go back. What comes a second time the inboxes know.

`restored_at` is a moment when no server ran, neither the lost one nor the restored: facts that were written to Kafka after
it are of the new time and stay. `since` is how far behind the slowest consumer may have been; older facts are left alone.
See docs/adr/0053.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog
from confluent_kafka import Message as KafkaMessage

from oraculum_kit.db import Connection, queries
from oraculum_kit.kafka import Cluster, Producer
from oraculum_kit.operators_broker import Broker, NotPossibleError, Place, Stretch
from oraculum_kit.records import TRANSACTION, Outgoing, raw_headers, text_headers

__all__ = ["NotPossibleError", "Report", "take_out"]

_log = structlog.stdlib.get_logger(__name__)
_sql: Final = queries(__package__, "sql/lost_facts.sql")

# Several times as long as the sessions of our consumers last without a beat.
_PATIENCE_SECONDS: Final = 30.0


@dataclass(slots=True)
class Report:
    """What became of the topics: facts that were looked at, taken out by topic, and written once more."""

    seen: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    # The groups that begin anew.
    groups: list[str] = field(default_factory=list)


async def take_out(
    cluster: Cluster,
    connection: Connection,
    *,
    topics: Collection[str],
    restored_at: datetime,
    since: datetime,
    patience_seconds: float = _PATIENCE_SECONDS,
) -> Report:
    """Take out what the restored database does not know, and let every group begin where it misses nothing."""
    if not await _sql.transactions_known.value(connection):
        raise NotPossibleError(
            "PostgreSQL does not know when transactions committed: track_commit_timestamp is off"
        )
    judge, report = _Judge(connection, restored_at), Report()
    broker = await asyncio.to_thread(Broker, cluster, topics, patience_seconds)
    begins: dict[Place, int] = {}
    cuts: dict[Place, int] = {}
    async with Producer(cluster) as producer:
        for stretch in await asyncio.to_thread(broker.stretches, int(since.timestamp() * 1000)):
            lost, told = await _lost_of(broker, judge, stretch)
            # Ticks and the like, which no transaction made true, are left as they are.
            if told:
                begins[stretch.place] = stretch.end if lost else stretch.begin
            if lost:
                report.kept += await _write_survivors(broker, producer, judge, stretch)
                report.lost[stretch.place[0]] += lost
                cuts[stretch.place] = stretch.end
            report.seen += told
    report.groups = await asyncio.to_thread(broker.move_groups, begins)
    await asyncio.to_thread(broker.delete_before, cuts)
    _log.info(
        "lost_facts.taken_out",
        seen=report.seen,
        lost=dict(report.lost),
        written_again=report.kept,
        groups=report.groups,
    )
    return report


async def _lost_of(broker: Broker, judge: "_Judge", stretch: Stretch) -> tuple[int, int]:
    """How many facts of a stretch are lost, and how many there are."""
    lost = told = 0
    async for messages in broker.read(stretch):
        told += sum(transaction_of(message) is not None for message in messages)
        lost += len(messages) - len(await judge.survivors(messages))
    return lost, told


async def _write_survivors(broker: Broker, producer: Producer, judge: "_Judge", stretch: Stretch) -> int:
    """Write what is not lost once more, in its order; how many facts that were."""
    written = 0
    async for messages in broker.read(stretch):
        survivors = await judge.survivors(messages)
        (await producer.send_all([_copy(message) for message in survivors])).require()
        written += len(survivors)
    return written


def _copy(message: KafkaMessage) -> Outgoing:
    """The record once more; its time stays, so that it is judged alike if all this is done again."""
    topic, partition = message.topic() or "", message.partition() or 0
    return Outgoing(
        topic,
        message.key(),
        message.value() or b"",
        raw_headers(message),
        partition,
        message.timestamp()[1],
    )


def transaction_of(message: KafkaMessage) -> int | None:
    """The transaction that made a record's fact true; None for what came without an outbox."""
    told = text_headers(message).get(TRANSACTION)
    return None if told is None else int(told)


class _Judge:
    """Asks the restored database."""

    def __init__(self, connection: Connection, restored_at: datetime) -> None:
        self._connection = connection
        self._restored_at = restored_at
        self._restored_ms = restored_at.timestamp() * 1000

    async def survivors(self, messages: Sequence[KafkaMessage]) -> list[KafkaMessage]:
        """Those that are of the database's past, or were told since."""
        doubtful = {
            number
            for message in messages
            if (number := transaction_of(message)) is not None and message.timestamp()[1] <= self._restored_ms
        }
        rows = await _sql.transactions_lost.tuples(
            self._connection, transactions=sorted(doubtful), restored_at=self._restored_at
        )
        lost = {row[0] for row in rows}
        return [
            message
            for message in messages
            if message.timestamp()[1] > self._restored_ms or transaction_of(message) not in lost
        ]
