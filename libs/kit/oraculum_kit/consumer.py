"""A member of a consumer group for asyncio: one thread asks, the loop handles, offsets are committed by hand.

librdkafka's consumer may be used by one call at a time, and its rebalance callbacks run inside `poll`. So each member
has one thread of its own and every call goes through it; callbacks then need no locks either. What they change
(`owned`) is replaced as a whole, so the loop may read it at any time.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from math import inf
from threading import Lock
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Final, ParamSpec, Self, TypeVar

import structlog
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka import Message as KafkaMessage

from oraculum_kit import messaging_metrics
from oraculum_kit.kafka import ClientErrors, Cluster, client_log

_log = structlog.get_logger(__name__)


P = ParamSpec("P")
T = TypeVar("T")

Partition = tuple[str, int]

# While a batch takes long, the broker hears from us this often; it would drop a member after five minutes of silence.
_ALIVE_SECONDS: Final = 15.0
_LAG_SECONDS: Final = 5.0
# Every commit is a write of the broker's.
_TELL_SECONDS: Final = 0.25
# A member that nobody assigns anything to for this long, not even nothing, joins anew as another one. The library has been
# seen to wait for ever after a broker that was frozen for a minute; a rebalance waits no longer than for the next beat.
_FORGOTTEN_SECONDS: Final = 30.0
_CLOSE_SECONDS: Final = 10.0
_ASK_SECONDS: Final = 10.0


class GroupConsumer:
    """One member. Open it with `async with`; leaving the block leaves the group."""

    def __init__(
        self,
        cluster: Cluster,
        *,
        group: str,
        topics: Sequence[str],
        session_timeout_seconds: float = 6.0,
        gather_bytes: int = 1,
    ) -> None:
        """Set up; nothing is opened yet.

        The broker answers when there are `gather_bytes`, or after half a second: for it and for us an answer costs far more
        than what is in it.
        """
        self._group = group
        self._topics = list(topics)
        self._settings: dict[str, Any] = cluster.settings() | {
            "group.id": group,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
            "partition.assignment.strategy": "cooperative-sticky",
            # A killed member's partitions wait this long. librdkafka beats from a thread of its own, so a busy event
            # loop does not matter.
            "session.timeout.ms": round(session_timeout_seconds * 1000),
            "heartbeat.interval.ms": round(session_timeout_seconds * 1000 / 4),
            "fetch.wait.max.ms": 500,
            "fetch.min.bytes": gather_bytes,
            "queued.max.messages.kbytes": 16 * 1024,
            "error_cb": ClientErrors(group),
            "on_commit": self._committed,
        }
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"kafka-{group}")
        self._consumer: Consumer | None = None
        self._next: dict[Partition, int] = {}
        # The furthest that the broker was told since a partition came to us.
        self._asked: dict[Partition, int] = {}
        # What left us since the records at hand were read, even if it is back: they are no longer ours to finish.
        self._left: frozenset[Partition] = frozenset()
        # The loop finishes records while a beat in the thread may give their partitions up.
        self._finishing = Lock()
        # Whether the thread has paused everything, and whether the loop has asked it to.
        self._busy = False
        self._beaten = False
        self._beat_failed: Exception | None = None
        self._lag_at = 0.0
        self._told_at = 0.0
        # Since when the group has not told us what is ours.
        self._forgotten_at: float | None = None
        self.owned: frozenset[Partition] = frozenset()

    async def __aenter__(self) -> Self:
        await self._call(self._open)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        closing = asyncio.ensure_future(self._call(self._close))
        try:
            await asyncio.wait({closing}, timeout=_CLOSE_SECONDS)
            if closing.done():
                closing.result()
            else:
                # Whoever could not join cannot leave either; a group forgets a member that says nothing.
                _log.warning("consumer.left_open", group=self._group)
        finally:
            self._thread.shutdown(wait=False)

    async def poll(
        self,
        max_records: int,
        timeout_seconds: float,
        *,
        linger_seconds: float = 0.0,
        not_before: float = -inf,
    ) -> list[KafkaMessage]:
        """What is there, and what comes within `linger_seconds` of the first; empty after the timeout.

        What comes until the monotonic clock says `not_before` is waited for as well.
        """
        return await self._call(self._poll, max_records, timeout_seconds, linger_seconds, not_before)

    def finished(self, records: Mapping[Partition, int]) -> None:
        """Remember up to which offset (the next one) partitions are handled; `commit` tells the broker.

        Not of partitions that were given up since they were polled: another member may be further by now, and coming
        back to us they are read from where it was. Telling our older offset then would set the group back.
        """
        with self._finishing:
            self._next.update({name: offset for name, offset in records.items() if name not in self._left})

    async def commit(self) -> None:
        """Tell the broker, now and then, without waiting for its answer.

        A commit that is lost, or was not due yet, makes duplicates and nothing worse. Whoever gives partitions up tells
        all that it has finished.
        """
        if self._next and monotonic() - self._told_at >= _TELL_SECONDS:
            self._told_at = monotonic()
            await self._call(self._commit, wait=False)

    @asynccontextmanager
    async def kept_alive(self) -> AsyncIterator[None]:
        """Stay in the group while a batch is handled, however long that takes.

        Polling goes on with all partitions paused, so rebalances happen and `owned` may shrink meanwhile.
        """
        beating = asyncio.ensure_future(self._beat())
        try:
            yield
        finally:
            beating.cancel()
            await asyncio.wait({beating})
            if self._beaten:
                # Behind the beat that may still be in the thread.
                self._beaten = False
                await self._call(self._resume)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(_ALIVE_SECONDS)
            self._beaten = True
            await self._call(self._stay)

    async def _call(self, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, partial(function, *arguments, **named)
        )

    # What follows runs in the thread.

    def _open(self) -> None:
        self._consumer = Consumer(self._settings, logger=client_log)
        self._forgotten_at = monotonic()
        self._consumer.subscribe(
            self._topics, on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost
        )

    def _close(self) -> None:
        if self._consumer is not None:
            self._consumer.close()
            self._consumer = None

    def _poll(
        self, max_records: int, timeout_seconds: float, linger_seconds: float, not_before: float
    ) -> list[KafkaMessage]:
        consumer = self._running()
        if self._forgotten_at is not None and monotonic() - self._forgotten_at > _FORGOTTEN_SECONDS:
            raise ConnectionError(f"nobody told this member of {self._group} what is its own; it joins anew")
        first = consumer.poll(timeout_seconds)
        # What left while we waited, and came back, was ours again before its first record was.
        self._left = frozenset()
        messages = [] if first is None else [first, *consumer.consume(max_records - 1, 0)]
        linger_seconds = max(linger_seconds, not_before - monotonic())
        if messages and linger_seconds > 0 and len(messages) < max_records:
            sleep(linger_seconds)
            messages += consumer.consume(max_records - len(messages), 0)
        self._measure_lag()
        records = [message for message in messages if self._is_record(message)]
        returned = self._left & self.owned
        return self._without(returned, records) if returned else records

    def _without(self, names: frozenset[Partition], records: list[KafkaMessage]) -> list[KafkaMessage]:
        """Leave out partitions that left and came back while records were taken: nobody knows which of them are older.

        They are read again from where the group stands.
        """
        consumer = self._running()
        for place in consumer.committed([TopicPartition(*name) for name in names], timeout=_ASK_SECONDS):
            offset = place.offset if place.offset >= 0 else OFFSET_BEGINNING
            consumer.seek(TopicPartition(place.topic, place.partition, offset))
        self._left -= names
        return [record for record in records if (record.topic(), record.partition()) not in names]

    def _is_record(self, message: KafkaMessage) -> bool:
        error = message.error()
        if error is None:
            return True
        if error.fatal():
            raise KafkaException(error)
        _log.warning("consumer.error", group=self._group, error=error.name(), text=error.str())
        return False

    def _stay(self) -> None:
        """Poll, paused. What fails is told when the batch is done, by `_resume`, for nobody waits for a beat."""
        try:
            self._poll_paused()
        except Exception as error:  # noqa: BLE001  whatever it was, it is raised there
            self._beat_failed = self._beat_failed or error

    def _poll_paused(self) -> None:
        consumer = self._running()
        if not self._busy:
            self._busy = True
            consumer.pause(consumer.assignment())
        message = consumer.poll(0)
        if message is not None and self._is_record(message):
            # It was on its way when we paused: it shall come again.
            consumer.seek(
                TopicPartition(message.topic() or "", message.partition() or 0, message.offset() or 0)
            )

    def _resume(self) -> None:
        if self._beat_failed is not None:
            # The group may have given us up since, and the record on its way may not come again: begin anew.
            raise self._beat_failed
        self._busy = False
        consumer = self._running()
        consumer.resume(consumer.assignment())

    def _commit(self, *, wait: bool, only: frozenset[Partition] | None = None) -> None:
        wanted = self.owned if only is None else only
        with self._finishing:
            due = {name: self._next.pop(name) for name in wanted & self._next.keys()}
        if not due:
            return
        self._asked |= due
        offsets = [TopicPartition(*name, offset) for name, offset in due.items()]
        consumer = self._running()
        try:
            if wait:
                consumer.commit(offsets=offsets, asynchronous=False)
            else:
                consumer.commit(offsets=offsets, asynchronous=True)
        except KafkaException as error:
            _log.warning("consumer.commit_failed", group=self._group, error=str(error))

    def _committed(self, error: KafkaError | None, partitions: Sequence[TopicPartition]) -> None:
        if error is None:
            return
        _log.warning("consumer.commit_failed", group=self._group, error=error.name())
        for partition in partitions:
            # For the next commit, if nothing further was said since, and the partition has not gone meanwhile: whoever had
            # it in between may be further than we were.
            name = partition.topic, partition.partition
            if self._asked.get(name) == partition.offset:
                with self._finishing:
                    self._next[name] = max(partition.offset, self._next.get(name, 0))

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        consumer.incremental_assign(partitions)
        self._forgotten_at = None
        if self._busy:
            consumer.pause(partitions)
        self.owned |= _names(partitions)
        _log.info("consumer.assigned", group=self._group, partitions=_text(partitions), owned=len(self.owned))

    def _revoked(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        """Commit what is finished before another member begins behind it."""
        names = _names(partitions)
        self._commit(wait=True, only=names)
        self._give_up(consumer, partitions)
        _log.info("consumer.revoked", group=self._group, partitions=_text(partitions), owned=len(self.owned))

    def _lost(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        """Another member has them already: committing would only be refused."""
        self._forgotten_at = monotonic()
        self._give_up(consumer, partitions)
        _log.warning("consumer.lost", group=self._group, partitions=_text(partitions))

    def _give_up(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._forget(_names(partitions))
        if self._busy:
            # The library remembers a pause beyond the assignment: back with us the partition would never be read again.
            consumer.resume(partitions)
        consumer.incremental_unassign(partitions)

    def _forget(self, names: frozenset[Partition]) -> None:
        with self._finishing:
            self.owned -= names
            self._left |= names
            for name in names:
                self._next.pop(name, None)
                self._asked.pop(name, None)
        for name in names:
            topic, partition = name
            messaging_metrics.CONSUMER_LAG.labels(self._group, topic, partition).set(0)

    def _measure_lag(self) -> None:
        if monotonic() - self._lag_at < _LAG_SECONDS or not self.owned:
            return
        self._lag_at = monotonic()
        consumer = self._running()
        for position in consumer.position([TopicPartition(*name) for name in self.owned]):
            _, high = consumer.get_watermark_offsets(position, cached=True)
            lag = high - position.offset if position.offset >= 0 and high >= 0 else 0
            messaging_metrics.CONSUMER_LAG.labels(self._group, position.topic, position.partition).set(lag)

    def _running(self) -> Consumer:
        if self._consumer is None:
            raise RuntimeError("the consumer is not open")
        return self._consumer


def _names(partitions: Sequence[TopicPartition]) -> frozenset[Partition]:
    return frozenset((partition.topic, partition.partition) for partition in partitions)


def _text(partitions: Sequence[TopicPartition]) -> list[str]:
    return [f"{partition.topic}/{partition.partition}" for partition in partitions]
