"""The consumer whose effects happen once: what a poll gives is one transaction, offsets are committed afterwards.

    async def apply(connection: Connection, records: Sequence[Record[BetsFact]]) -> None:
        ...                                             # effects, in the transaction that also notes the records

    consumer = InboxConsumer(cluster=..., database=..., group="wallet", topics={"bets": BetsFact}, handle=apply)
    await serve(..., background=[consumer.run])

Kafka delivers at least once: after a crash between the two commits, after a rebalance, after a relay that died. Each
time the inbox knows the records, because it was written with their effects. A batch that is being handled while its
partition moves to another member does no harm either: both write the same inbox rows, the second waits for the
first and then finds nothing new.

What fails is told apart. While somebody we need is away, the same records are tried again until they pass; nothing is
skipped and nothing is blamed. Any other failure of a batch makes us take its records one by one, and a record that
keeps failing alone, or that cannot even be read, goes to `<topic>.dlq` with the reason.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from math import inf
from time import monotonic
from typing import Final, Generic, TypeVar

import structlog
from confluent_kafka import Message as KafkaMessage
from google.protobuf.message import Message

from oraculum_kit import ids
from oraculum_kit import messaging_metrics as metrics
from oraculum_kit.background import pause, run_gracefully
from oraculum_kit.batch_traces import processing
from oraculum_kit.clock import Clock, SystemClock
from oraculum_kit.consumer import GroupConsumer, Partition
from oraculum_kit.db import Connection, Database
from oraculum_kit.dead_letters import dead_letter
from oraculum_kit.inbox_rows import InboxRows
from oraculum_kit.kafka import Cluster, Producer
from oraculum_kit.metrics import begin_at_zero
from oraculum_kit.pace import Pace
from oraculum_kit.records import Record, UnreadableRecordError, decode
from oraculum_kit.retries import Backoff, is_transient

__all__ = ["InboxConsumer", "Record"]

_log = structlog.get_logger(__name__)

M = TypeVar("M", bound=Message)
Handle = Callable[[Connection, Sequence[Record[M]]], Awaitable[None]]

_POLL_SECONDS: Final = 0.5
# How long the first record of a batch waits for others when little is to be done.
_LINGER_SECONDS: Final = 0.02
# What the broker lets gather where batches are kept apart; a few hundred facts.
_GATHER_BYTES: Final = 256 * 1024
_FORGET_SECONDS: Final = 60.0


class _StoppedError(Exception):
    """We were asked to stop before the records could be handled; they come again."""


class InboxConsumer(Generic[M]):
    """Handles the records of some topics for one group, each effect once. Run it beside the server."""

    def __init__(
        self,
        *,
        cluster: Cluster,
        database: Database,
        group: str,
        topics: Mapping[str, type[M]],
        handle: Handle[M],
        effects_are_unique: bool = False,
        batch_max: int = 500,
        linger_max_seconds: float = 0.2,
        apart_seconds: float = 0.0,
        attempts_max: int = 4,
        remember_for: timedelta = timedelta(days=8),
        backoff: Backoff | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Set up; nothing is opened before `run`.

        With `effects_are_unique` no inbox rows are written: every effect has a unique key of its own and doing it
        again changes nothing. `remember_for` is longer than the topics keep their records. Records that come soon after
        one another share a transaction: how soon follows from how long the last one took (see `pace`), at most
        `linger_max_seconds`. Where nobody waits for the effects, batches begin `apart_seconds` after one another at
        least, and what comes in between is one of them; what comes after a longer silence waits half a second and that linger at most.
        """
        self._cluster = cluster
        self._database = database
        self._group = group
        self._topics = dict(topics)
        self._apply = handle
        self._by_id = not effects_are_unique
        self._rows = InboxRows(group, by_id=self._by_id)
        self._batch_max = batch_max
        self._pace = Pace(min(_LINGER_SECONDS, linger_max_seconds), linger_max_seconds)
        self._apart_seconds = apart_seconds
        self._began_at = -inf
        self._attempts_max = attempts_max
        begin_at_zero(metrics.CONSUMER_RETRIES, [group], ("transient", "failed"))
        begin_at_zero(metrics.CONSUMED, [group], self._topics, ["dead"])
        begin_at_zero(metrics.CONSUMER_GAPS, [group], self._topics)
        self._remember_for = remember_for
        self._backoff = backoff or Backoff()
        self._clock = clock or SystemClock()
        self._forgot_at = 0.0

    async def run(self) -> None:
        """Consume until cancelled; then finish and commit the batch at hand."""
        await run_gracefully(f"consumer {self._group}", self._work, grace_seconds=10.0)

    async def _work(self, stop: asyncio.Event) -> None:
        async with (
            Producer(self._cluster) as dead_letters,
            GroupConsumer(
                self._cluster,
                group=self._group,
                topics=list(self._topics),
                gather_bytes=_GATHER_BYTES if self._apart_seconds else 1,
            ) as consumer,
        ):
            while not stop.is_set():
                messages = await consumer.poll(
                    self._batch_max,
                    _POLL_SECONDS,
                    linger_seconds=self._pace.rest_seconds,
                    not_before=self._began_at + self._apart_seconds,
                )
                if messages:
                    self._began_at = monotonic()
                    async with consumer.kept_alive():
                        await _Batch(self, consumer, dead_letters, stop).finish(messages)
                    self._pace.worked(monotonic() - self._began_at)
                await consumer.commit()
                await self._forget_oldest()

    def decode(self, raw: KafkaMessage) -> Record[M]:
        """Read a record; one without an id cannot be told from its duplicate and is unreadable too."""
        record = decode(raw, self._topics)
        if self._by_id and not ids.is_uuid7(record.id):
            raise UnreadableRecordError(f"ce_id is {record.id!r}, not a UUIDv7")
        return record

    def is_for_others(self, record: Record[M]) -> bool:
        """Whether it was taken out of a dead-letter topic for another group."""
        return record.redriven_for not in (None, self._group)

    async def transact(self, records: Sequence[Record[M]]) -> None:
        """Note and handle records in one transaction."""
        started = monotonic()
        with processing(records, self._group):
            async with self._database.transaction() as connection:
                fresh = await self._rows.admit(connection, records)
                if fresh:
                    await self._apply(connection, fresh)
            self._told(records, fresh, monotonic() - started)

    async def pass_over(self, record: Record[M]) -> None:
        """Remember the sequence of a dead letter."""
        async with self._database.transaction() as connection:
            await self._rows.pass_over(connection, record)

    def now(self) -> datetime:
        """The injected clock's time."""
        return self._clock.now()

    @property
    def group(self) -> str:
        """The name under which offsets and inbox rows are kept."""
        return self._group

    @property
    def backoff(self) -> Backoff:
        """How long to wait between attempts."""
        return self._backoff

    @property
    def attempts_max(self) -> int:
        """How often a record may fail alone."""
        return self._attempts_max

    def _told(self, records: Sequence[Record[M]], fresh: Sequence[Record[M]], seconds: float) -> None:
        handled = Counter(record.topic for record in fresh)
        for topic, count in Counter(record.topic for record in records).items():
            metrics.CONSUMED.labels(self._group, topic, "handled").inc(handled[topic])
            metrics.CONSUMED.labels(self._group, topic, "duplicate").inc(count - handled[topic])
        metrics.CONSUMER_SECONDS.labels(self._group).observe(seconds)
        oldest = min(record.time for record in records)
        metrics.CONSUMER_DELAY.labels(self._group).observe(max(0.0, (self.now() - oldest).total_seconds()))
        _log.debug(
            "consumer.handled",
            group=self._group,
            records=len(records),
            duplicates=len(records) - len(fresh),
            duration_ms=round(seconds * 1000, 1),
        )

    async def _forget_oldest(self) -> None:
        """Now and then drop the ids that are too old to come again, a portion after each batch."""
        if not self._by_id or monotonic() - self._forgot_at < _FORGET_SECONDS:
            return
        # Before it, or one that fails would be tried after each batch.
        self._forgot_at = monotonic()
        async with self._database.transaction() as connection:
            more = await self._rows.forget(connection, older_than=self._remember_for, now=self.now())
        if more:
            self._forgot_at = -inf


class _Batch(Generic[M]):
    """What one poll gave, on its way to being finished."""

    def __init__(
        self, owner: InboxConsumer[M], consumer: GroupConsumer, dead_letters: Producer, stop: asyncio.Event
    ) -> None:
        self._owner = owner
        self._consumer = consumer
        self._dead_letters = dead_letters
        self._stop = stop
        self._raw: dict[tuple[str, int, int], KafkaMessage] = {}

    async def finish(self, messages: Sequence[KafkaMessage]) -> None:
        """Handle all of them, whatever it takes, and note their offsets; give up only when asked to stop."""
        try:
            records = await self._readable(messages)
            failure = await self._attempt(records)
            if failure is not None:
                _log.warning(
                    "consumer.one_by_one", group=self._owner.group, records=len(records), error=repr(failure)
                )
                for record in records:
                    await self._finish_alone(record)
        except _StoppedError:
            return
        self._finished(messages)

    async def _readable(self, messages: Sequence[KafkaMessage]) -> list[Record[M]]:
        records = []
        for raw in messages:
            try:
                record = self._owner.decode(raw)
            except UnreadableRecordError as error:
                await self._bury(raw, error)
                continue
            if self._owner.is_for_others(record):
                metrics.CONSUMED.labels(self._owner.group, record.topic, "ignored").inc()
                continue
            self._raw[record.topic, record.partition, record.offset] = raw
            records.append(record)
        return records

    async def _attempt(self, records: Sequence[Record[M]]) -> Exception | None:
        """Handle records in one transaction; wait out what passes by itself and return any other failure."""
        waits = iter(self._owner.backoff)
        while True:
            # A partition may have moved on while we waited; its new owner handles what is left of it.
            owned = [record for record in records if (record.topic, record.partition) in self._consumer.owned]
            if not owned:
                return None
            try:
                await self._owner.transact(owned)
            except Exception as error:  # noqa: BLE001  told apart here, and never dropped
                if not is_transient(error):
                    return error
                metrics.CONSUMER_RETRIES.labels(self._owner.group, "transient").inc()
                _log.warning("consumer.waits", group=self._owner.group, records=len(owned), error=repr(error))
            else:
                return None
            if await pause(self._stop, next(waits)):
                raise _StoppedError

    async def _finish_alone(self, record: Record[M]) -> None:
        raw = self._raw[record.topic, record.partition, record.offset]
        failure: Exception | None = None
        for attempt in range(1, self._owner.attempts_max + 1):
            failure = await self._attempt([record])
            if failure is None:
                break
            metrics.CONSUMER_RETRIES.labels(self._owner.group, "failed").inc()
            if attempt < self._owner.attempts_max and await pause(
                self._stop, self._owner.backoff.seconds(attempt)
            ):
                raise _StoppedError
        if failure is not None:
            await self._bury(raw, failure)
            await self._until_done(lambda: self._owner.pass_over(record))
        self._finished([raw])

    async def _bury(self, raw: KafkaMessage, reason: Exception) -> None:
        """Put a message aside; the broker has it before its offset is committed."""
        letter = dead_letter(raw, group=self._owner.group, reason=reason, time=self._owner.now())
        await self._until_done(lambda: self._dead_letters.send(letter))
        metrics.CONSUMED.labels(self._owner.group, raw.topic(), "dead").inc()
        _log.error(
            "consumer.dead_letter",
            group=self._owner.group,
            topic=raw.topic(),
            partition=raw.partition(),
            offset=raw.offset(),
            exc_info=reason,
        )

    async def _until_done(self, step: Callable[[], Awaitable[None]]) -> None:
        """Repeat a step of our own until it succeeds: without it a record would be lost."""
        for seconds in self._owner.backoff:
            try:
                return await step()
            except Exception as error:  # noqa: BLE001  what fails here is never the record's fault
                _log.warning("consumer.waits", group=self._owner.group, error=repr(error))
            if await pause(self._stop, seconds):
                raise _StoppedError
        return None

    def _finished(self, messages: Sequence[KafkaMessage]) -> None:
        upto: dict[Partition, int] = {}
        for raw in messages:
            upto[raw.topic() or "", raw.partition() or 0] = (raw.offset() or 0) + 1
        self._consumer.finished(upto)
