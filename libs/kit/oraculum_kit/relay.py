"""The transactional outbox, publishing side: one relay per schema moves what is stored to Kafka, in order.

One leader. Every replica runs a relay; the one that holds the schema's advisory lock works, the others ask for the
lock now and then. The lock belongs to a session of the database, and the leader reads and deletes on that very
session: whoever has lost the lock can do neither, so there is no moment with two relays that both believe to lead.
What it had read before, it may still be sending; that is a repetition of the same prefix, which consumers drop.

Order. Rows are taken by presence, `order by id`, never by a cursor. Ids are given when a row is inserted and rows
become visible when their transaction commits, so a lower id can appear after a higher one was published. For two
different keys that is harmless. For the same key it cannot be: its rows are written under the key's lock, which the
second writer gets (and only then its ids) after the first has committed. So within a key, order of ids is order of
commits, and any snapshot that shows a row shows every earlier row of its key. A cursor ("id > last") would skip the
late ones; a range delete would lose them. https://www.postgresql.org/docs/current/functions-sequence.html says why:
nextval is never rolled back and never waits.

Failure. The producer is idempotent and gapless (gapless.py): in a partition, nothing is stored behind a message that was
not. While the broker is away it waits. After a refusal the acknowledged prefix of the batch is deleted and nothing else, though later rows (of other
partitions) may be stored too; they are published again with their neighbours. A repetition is always complete from
its beginning, therefore the first occurrences in a partition are always in order, and a consumer that drops what it
has seen (by id, or by a sequence that is not higher) sees each fact once and in order.

Waking. NOTIFY takes a lock of the whole database from just before commit until after it, which would make all
writers of all services commit one by one. So writers notify only while a relay says in `outbox_relay` that it sleeps;
under load it never does and polls instead, every 20 ms or more seldom the longer a look takes (`pace`). A writer that looked just before the relay lay down
is found by the next look, a second later; a relay that finds nothing then sleeps on.
"""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from time import monotonic
from typing import Final, NamedTuple
from uuid import UUID

import structlog
from confluent_kafka import KafkaException
from psycopg.rows import tuple_row

from oraculum_kit import messaging_metrics as metrics
from oraculum_kit import traces
from oraculum_kit.background import pause, run_gracefully
from oraculum_kit.cursors import cursor_for
from oraculum_kit.db import Connection, Database, queries
from oraculum_kit.gapless import GaplessProducer
from oraculum_kit.kafka import Cluster, Delivery
from oraculum_kit.listening import listen, wait_for_notification
from oraculum_kit.pace import Pace
from oraculum_kit.records import Outgoing, event_headers

_log = structlog.get_logger(__name__)
_sql: Final = queries(__package__, "sql/outbox.sql")

# How often a relay that does not lead asks for the lock.
_FOLLOW_SECONDS: Final = 1.0
# How long between looks while there is work, and how many empty looks make it sleep.
_BUSY_SECONDS: Final = 0.02
_BUSY_MAX_SECONDS: Final = 0.1
_EMPTY_LOOKS_MAX: Final = 10
# How long it sleeps when nobody wakes it, before it looks and sleeps on.
_SLEEP_SECONDS: Final = 1.0
_MEASURE_SECONDS: Final = 5.0
# How long after a refusal it tries again.
_RETRY_SECONDS: Final = 1.0
_TOLD_SECONDS: Final = 30


class _Row(NamedTuple):
    id: int
    event_id: UUID
    topic: str
    key: str | None
    sequence: int | None
    type: str
    subject: str | None
    payload: bytes
    traceparent: str | None
    occurred_at: datetime
    transaction: int


class PublishError(Exception):
    """The broker did not take everything; the rest stays where it is."""


class OutboxRelay:
    """Publishes what the services write into the outbox of this schema. Run it beside the server."""

    def __init__(
        self,
        *,
        cluster: Cluster,
        database: Database,
        source: str,
        batch_max: int = 1000,
    ) -> None:
        self._cluster = cluster
        self._database = database
        self._source = source
        self._batch_max = batch_max
        self._measured_at = 0.0

    async def run(self) -> None:
        """Publish until cancelled; then finish the batch at hand."""
        await run_gracefully(f"outbox relay of {self._source}", self._work, grace_seconds=5.0)

    async def _work(self, stop: asyncio.Event) -> None:
        async with self._database.direct() as connection:
            await _sql.outbox_keepalive.run(connection)
            await _sql.outbox_no_fsync.run(connection)
            while not await _sql.outbox_lead.value(connection):
                if await pause(stop, _FOLLOW_SECONDS):
                    return
            _log.info("outbox.leads", source=self._source)
            metrics.OUTBOX_LEADS.set(1)
            try:
                await self._lead(connection, stop)
            finally:
                metrics.OUTBOX_LEADS.set(0)
                metrics.OUTBOX_DEPTH.set(0)
                metrics.OUTBOX_AGE.set(0)

    async def _lead(self, connection: Connection, stop: asyncio.Event) -> None:
        await listen(connection, await _sql.outbox_channel.value(connection))
        while not stop.is_set():
            try:
                await self._publish_all(connection, stop)
            except PublishError as error:
                metrics.OUTBOX_FAILED.inc()
                _log.warning("outbox.publish_failed", source=self._source, error=str(error))
                await self._measure(connection)
                await pause(stop, _RETRY_SECONDS)

    async def _publish_all(self, connection: Connection, stop: asyncio.Event) -> None:
        """Work with one producer until it fails: after a failure it accepts nothing more, that is its promise."""
        await _sql.outbox_sleep.run(connection, sleeping=False)
        async with GaplessProducer(self._cluster) as producer:
            empty_looks = 0
            pace = Pace(_BUSY_SECONDS, _BUSY_MAX_SECONDS)
            while not stop.is_set():
                await self._measure(connection)
                began = monotonic()
                rows = await self._oldest(connection)
                if rows:
                    empty_looks = 0
                    await self._publish(connection, producer, rows)
                    if len(rows) == self._batch_max:
                        continue
                else:
                    empty_looks += 1
                pace.worked(monotonic() - began)
                if empty_looks < _EMPTY_LOOKS_MAX:
                    await pause(stop, pace.rest_seconds)
                else:
                    await self._sleep(connection, stop)
                    empty_looks = 0

    async def _oldest(self, connection: Connection) -> list[_Row]:
        cursor = cursor_for(connection, _sql.outbox_batch)
        try:
            limit = {"limit": self._batch_max}
            await cursor.execute(_sql.outbox_batch.sql, limit, prepare=True, binary=True)
            return [_Row._make(row) for row in await cursor.fetchall()]
        finally:
            cursor.release()

    async def _publish(self, connection: Connection, producer: GaplessProducer, rows: Sequence[_Row]) -> None:
        """Send a batch, then delete what is acknowledged from its start.

        Reading and deleting are statements of their own: only the leader deletes, so the rows need no lock, and a
        transaction that stays open while the broker is away would keep the whole database from being vacuumed.
        """
        with ExitStack() as spans:
            records = [self._record(row, _told(row, spans)) for row in rows]
            delivery = await self._send_while_leading(connection, producer, records)
        if delivery.prefix:
            await _sql.outbox_delete.run(connection, ids=[row.id for row in rows[: delivery.prefix]])
            metrics.OUTBOX_PUBLISHED.inc(delivery.prefix)
        if delivery.error is not None:
            first = rows[delivery.prefix]
            raise PublishError(
                f"{first.type} to {first.topic}: {delivery.error.name()}: {delivery.error.str()}"
            )

    async def _send_while_leading(
        self, connection: Connection, producer: GaplessProducer, records: Sequence[Outgoing]
    ) -> Delivery:
        """Send, and while the broker keeps us waiting make sure every second that we still lead."""
        waited_seconds = 0
        sending = asyncio.ensure_future(producer.send_all(records))
        try:
            while not (await asyncio.wait({sending}, timeout=1.0))[0]:
                if waited_seconds % _TOLD_SECONDS == 0:
                    _log.warning(
                        "outbox.waits_for_broker", source=self._source, waited_seconds=waited_seconds
                    )
                waited_seconds += 1
                # Raises if the session is gone, and the lock with it.
                await self._measure(connection, now=True)
        except BaseException:
            producer.abandon()
            await asyncio.wait({sending})
            raise
        try:
            return sending.result()
        except KafkaException as error:
            # Nothing was sent: not even the topics could be asked for.
            raise PublishError(str(error)) from error

    def _record(self, row: _Row, traceparent: str | None) -> Outgoing:
        headers = event_headers(
            event_id=row.event_id,
            type=row.type,
            source=self._source,
            time=row.occurred_at,
            subject=row.subject,
            sequence=row.sequence,
            traceparent=traceparent,
            transaction=row.transaction,
        )
        return Outgoing(row.topic, None if row.key is None else row.key.encode(), row.payload, headers)

    async def _sleep(self, connection: Connection, stop: asyncio.Event) -> None:
        """Wait until there is something to publish: for a writer's notification, and looking now and then anyway."""
        await _sql.outbox_sleep.run(connection, sleeping=True)
        # Who looked at the flag before it was set does not notify; what they have committed by now is seen at once.
        while not stop.is_set() and not await self._oldest(connection):
            await wait_for_notification(connection, _SLEEP_SECONDS, stop)
            await self._measure(connection)
        await _sql.outbox_sleep.run(connection, sleeping=False)

    async def _measure(self, connection: Connection, *, now: bool = False) -> None:
        if not now and monotonic() - self._measured_at < _MEASURE_SECONDS:
            return
        self._measured_at = monotonic()
        async with connection.cursor(row_factory=tuple_row) as cursor:
            await cursor.execute(_sql.outbox_measure.sql)
            depth, age_seconds = await cursor.fetchone() or (0, 0.0)
        metrics.OUTBOX_DEPTH.set(depth)
        metrics.OUTBOX_AGE.set(age_seconds)


def _told(row: _Row, spans: ExitStack) -> str | None:
    """The trace that a fact travels under: a span of its own for as long as the batch is sent, where somebody looks."""
    parent = traces.parse_sampled(row.traceparent)
    if parent is None:
        return row.traceparent
    span = spans.enter_context(traces.span(f"{row.topic} publish", traces.PRODUCER, parent=parent))
    span.set("messaging.system", "kafka")
    span.set("messaging.destination.name", row.topic)
    return traces.traceparent()
