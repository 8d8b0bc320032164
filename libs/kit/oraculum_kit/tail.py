"""Following topics from now on, for caches and fan-out: no group, no inbox, no effects that must not be lost.

Every process that tails sees every record. A relay that repeats itself is seen too, and then an older fact comes after
a newer one: `Record.sequence` tells.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any, Final, Generic, TypeVar

import structlog
from confluent_kafka import OFFSET_END, Consumer, KafkaException, TopicPartition
from confluent_kafka import Message as KafkaMessage
from google.protobuf.message import Message

from oraculum_kit import messaging_metrics as metrics
from oraculum_kit.background import run_gracefully
from oraculum_kit.clock import Clock, SystemClock
from oraculum_kit.ids import uuid7
from oraculum_kit.kafka import ClientErrors, Cluster, client_log
from oraculum_kit.records import Record, UnreadableRecordError, decode
from oraculum_kit.retries import is_transient

_log = structlog.get_logger(__name__)

M = TypeVar("M", bound=Message)

_POLL_SECONDS: Final = 0.5
_NEW_PARTITIONS_SECONDS: Final = 30.0
_ANSWER_SECONDS: Final = 5.0


class Tail(Generic[M]):
    """Hands over what arrives in some topics. Run it beside the server."""

    def __init__(
        self,
        *,
        cluster: Cluster,
        name: str,
        topics: Mapping[str, type[M]],
        handle: Callable[[Sequence[Record[M]]], Awaitable[None]],
        since: timedelta = timedelta(0),
        batch_max: int = 1000,
        clock: Clock | None = None,
    ) -> None:
        """Set up; nothing is opened before `run`. `since` begins that far in the past, to warm a cache."""
        self._cluster = cluster
        self._name = name
        self._topics = dict(topics)
        self._handle = handle
        self._since = since
        self._batch_max = batch_max
        self._clock = clock or SystemClock()
        self._positions: dict[tuple[str, int], TopicPartition] = {}
        self._looked_at = 0.0
        # Set once the end of every topic is known: what is produced from then on will be seen.
        self.following = asyncio.Event()

    async def run(self) -> None:
        """Follow until cancelled."""
        await run_gracefully(f"tail {self._name}", self._work, grace_seconds=2.0)

    async def _work(self, stop: asyncio.Event) -> None:
        # After a failure we go on where we were, not at the end: whoever listens has missed nothing.
        consumer = Consumer(self._settings(), logger=client_log)
        self._looked_at = 0.0
        try:
            while not stop.is_set():
                messages = await asyncio.to_thread(self._poll, consumer)
                records = self._decoded(messages)
                try:
                    if records:
                        await self._handle(records)
                except Exception as error:
                    # What can never be handled is told once and left behind; a live view must go on.
                    if not is_transient(error):
                        self._seen(messages)
                    raise
                self._seen(messages)
        finally:
            await asyncio.shield(asyncio.to_thread(consumer.close))

    def _settings(self) -> dict[str, Any]:
        return self._cluster.settings() | {
            # The library wants a group even where none is joined and nothing committed.
            "group.id": f"tail-{self._name}-{uuid7()}",
            "enable.auto.commit": False,
            "auto.offset.reset": "latest",
            "fetch.wait.max.ms": 250,
            "queued.max.messages.kbytes": 16 * 1024,
            "error_cb": ClientErrors(f"tail {self._name}"),
        }

    def _poll(self, consumer: Consumer) -> list[KafkaMessage]:
        self._assign(consumer)
        first = consumer.poll(_POLL_SECONDS)
        messages = [] if first is None else [first, *consumer.consume(self._batch_max - 1, 0)]
        for message in messages:
            error = message.error()
            if error is not None:
                _log.warning("tail.error", name=self._name, error=error.name(), text=error.str())
        return [message for message in messages if message.error() is None]

    def _assign(self, consumer: Consumer) -> None:
        """Take every partition there is, and look for new ones now and then."""
        if self._looked_at and monotonic() - self._looked_at < _NEW_PARTITIONS_SECONDS:
            return
        found = [name for topic in self._topics for name in _partitions(consumer, topic)]
        fresh = [TopicPartition(*name) for name in found if name not in self._positions]
        for position in self._beginnings(consumer, fresh):
            self._positions[position.topic, position.partition] = position
        if fresh or not self._looked_at:
            consumer.assign(list(self._positions.values()))
        self._looked_at = monotonic()
        self.following.set()

    def _beginnings(self, consumer: Consumer, fresh: list[TopicPartition]) -> list[TopicPartition]:
        """Fix where to begin now, so that what comes between this and the first fetch is not missed."""
        if not fresh:
            return []
        if self._positions:
            # A partition that was not there when we began: all of it came since.
            return [TopicPartition(p.topic, p.partition, 0) for p in fresh]
        if self._since:
            moment = self._clock.now() - self._since
            wanted = [TopicPartition(p.topic, p.partition, int(moment.timestamp() * 1000)) for p in fresh]
            found = consumer.offsets_for_times(wanted, _ANSWER_SECONDS)
        else:
            found = [TopicPartition(p.topic, p.partition, OFFSET_END) for p in fresh]
        return [self._fixed(consumer, position) for position in found]

    def _fixed(self, consumer: Consumer, position: TopicPartition) -> TopicPartition:
        if position.offset >= 0:
            return position
        _, high = consumer.get_watermark_offsets(position, _ANSWER_SECONDS)
        return TopicPartition(position.topic, position.partition, high)

    def _decoded(self, messages: Sequence[KafkaMessage]) -> list[Record[M]]:
        records = []
        for raw in messages:
            try:
                record = decode(raw, self._topics)
            except UnreadableRecordError as error:
                # The consumers with an inbox put it aside; for us it is enough to have said so.
                metrics.CONSUMED.labels(self._name, raw.topic(), "ignored").inc()
                _log.warning("tail.unreadable", name=self._name, topic=raw.topic(), error=str(error))
                continue
            if record.redriven_for is None:
                records.append(record)
        return records

    def _seen(self, messages: Sequence[KafkaMessage]) -> None:
        for raw in messages:
            topic, partition = raw.topic() or "", raw.partition() or 0
            self._positions[topic, partition] = TopicPartition(topic, partition, (raw.offset() or 0) + 1)
        for name, count in Counter(raw.topic() for raw in messages).items():
            metrics.CONSUMED.labels(self._name, name, "handled").inc(count)


def _partitions(consumer: Consumer, topic: str) -> list[tuple[str, int]]:
    found = consumer.list_topics(topic, _ANSWER_SECONDS).topics[topic]
    if found.error is not None:
        raise KafkaException(found.error)
    return [(topic, partition) for partition in found.partitions]
