"""Kafka for asyncio: where the cluster is, and a producer that says what the broker has.

librdkafka has threads of its own, so sending never blocks; only its delivery reports want a thread that asks for them.
We keep that thread ourselves instead of using `confluent_kafka.aio`: that makes one future per message and its buffer
hides the order of failures, whereas the relay needs one answer per batch, "the first n are safe".
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Final, Self

import structlog
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka import Message as KafkaMessage
from confluent_kafka import Producer as KafkaProducer
from confluent_kafka.admin import AdminClient

from oraculum_kit.config import Environment
from oraculum_kit.records import Outgoing

_log = structlog.get_logger(__name__)

_POLL_SECONDS: Final = 0.1
_FULL_QUEUE_SECONDS: Final = 0.005
_TOLD_SECONDS: Final = 30.0

# Smaller than the broker's bound of 1 MiB for a whole request, headers included.
MESSAGE_BYTES_MAX: Final = 900_000


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where Kafka is and how to speak with it."""

    bootstrap_servers: str
    client_id: str = "oraculum"
    security_protocol: str = "PLAINTEXT"
    ca_file: str = ""
    certificate_file: str = ""
    key_file: str = ""

    @classmethod
    def read(cls, environment: Environment) -> Self:
        """KAFKA_BOOTSTRAP_SERVERS and, where TLS is on, KAFKA_SECURITY_PROTOCOL=SSL with the files."""
        return cls(
            bootstrap_servers=environment.text("KAFKA_BOOTSTRAP_SERVERS"),
            client_id=environment.text("SERVICE_NAME"),
            security_protocol=environment.choice(
                "KAFKA_SECURITY_PROTOCOL", ("PLAINTEXT", "SSL"), "PLAINTEXT"
            ),
            ca_file=environment.text("KAFKA_CA_FILE", ""),
            certificate_file=environment.text("KAFKA_CERTIFICATE_FILE", ""),
            key_file=environment.text("KAFKA_KEY_FILE", ""),
        )

    def settings(self) -> dict[str, Any]:
        """What every client of the cluster is told."""
        settings: dict[str, Any] = {
            "bootstrap.servers": self.bootstrap_servers,
            "client.id": self.client_id,
            "security.protocol": self.security_protocol,
            # A broker that comes back is found within a second, not after the default of ten.
            "reconnect.backoff.ms": 100,
            "reconnect.backoff.max.ms": 1000,
            # A topic that is created after its client appears within seconds, not after five minutes.
            "topic.metadata.refresh.interval.ms": 10_000,
            "topic.metadata.propagation.max.ms": 5_000,
            "log.connection.close": False,
        }
        files = {
            "ssl.ca.location": self.ca_file,
            "ssl.certificate.location": self.certificate_file,
            "ssl.key.location": self.key_file,
        }
        return settings | {name: path for name, path in files.items() if path}


class _Known(logging.Filter):
    """Drops what librdkafka says at every start and we have decided upon."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is news."""
        return "CONFWARN" not in record.getMessage()


# librdkafka writes to standard error unless it is given a logger.
client_log: Final = logging.getLogger("oraculum_kit.kafka.client")
client_log.addFilter(_Known())


class ClientErrors:
    """Logs what librdkafka complains of. It tries again by itself, every second, so the same is told now and then only."""

    def __init__(self, client: str) -> None:
        self._client = client
        self._told: dict[str, float] = {}

    def __call__(self, error: KafkaError) -> None:
        """Take one complaint."""
        name = error.name()
        if monotonic() - self._told.get(name, -_TOLD_SECONDS) >= _TOLD_SECONDS:
            self._told[name] = monotonic()
            _log.warning("kafka.client_error", client=self._client, error=name, text=error.str())


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a batch."""

    # By place in the batch: 1 where the broker has it.
    flags: bytes
    error: KafkaError | None

    @property
    def acknowledged(self) -> int:
        """How many the broker has."""
        return self.flags.count(1)

    @property
    def prefix(self) -> int:
        """How many from the start of the batch, without a hole, the broker has."""
        hole = self.flags.find(0)
        return len(self.flags) if hole < 0 else hole

    def require(self) -> None:
        """Raise unless all is acknowledged."""
        if self.error is not None:
            raise KafkaException(self.error)


def broker_check(cluster: Cluster) -> Callable[[], Awaitable[None]]:
    """A check for `serve(dependencies={"kafka": ...})`: raises when no broker answers."""
    admin: AdminClient | None = None

    async def check() -> None:
        nonlocal admin
        if admin is None:
            admin = AdminClient(cluster.settings())
        await asyncio.to_thread(admin.list_topics, timeout=2.0)

    return check


class _Batch:
    """Counts the delivery reports of one batch; reports come from the producer's thread."""

    def __init__(self, size: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._missing = size
        self._flags = bytearray(size)
        self._error: KafkaError | None = None
        self._lock = threading.Lock()
        self.finished = self._loop.create_future()

    def reported(self, place: int, error: KafkaError | None, _message: KafkaMessage) -> None:
        """Take the report on one message."""
        with self._lock:
            # Before it is counted: the last one counted lets the loop read all of them.
            self._flags[place] = error is None
            self._count(1, error)

    def not_sent(self, count: int, error: KafkaError) -> None:
        """The last `count` messages never left."""
        with self._lock:
            self._count(count, error)

    def outcome(self) -> Delivery:
        """What is known once `finished` is done."""
        return Delivery(bytes(self._flags), self._error)

    def _count(self, count: int, error: KafkaError | None) -> None:
        self._missing -= count
        self._error = self._error or error
        if self._missing == 0:
            self._loop.call_soon_threadsafe(self._finish)

    def _finish(self) -> None:
        if not self.finished.done():
            self.finished.set_result(None)


class Producer:
    """An idempotent producer: what it sends is on all in-sync replicas, once and in order, or reported as failed.

    A failure is the failure of that message only, and what comes after it in its partition may be stored. With
    `gapless` a message that the broker refuses takes the producer down with everything behind it, and no message is
    given up because time is up; `GaplessProducer` is built on it.
    """

    def __init__(
        self,
        cluster: Cluster,
        *,
        gapless: bool = False,
        delivery_timeout_seconds: float = 30.0,
        linger_seconds: float = 0.002,
    ) -> None:
        self._settings = cluster.settings() | {
            "acks": "all",
            "enable.idempotence": True,
            "enable.gapless.guarantee": gapless,
            # 0 is for ever. Messages that time out are the one kind that gapless does not cover.
            "delivery.timeout.ms": 0 if gapless else round(delivery_timeout_seconds * 1000),
            "linger.ms": linger_seconds * 1000,
            "compression.type": "lz4",
            "message.max.bytes": 1_000_000,
            "queue.buffering.max.messages": 200_000,
            "queue.buffering.max.kbytes": 256 * 1024,
            "allow.auto.create.topics": False,
            "error_cb": ClientErrors(f"{cluster.client_id} producer"),
        }
        self._producer: KafkaProducer | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve_reports, name="kafka-producer", daemon=True)

    async def __aenter__(self) -> Self:
        self._producer = KafkaProducer(self._settings, logger=client_log)
        self._thread.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Send what is queued if all went well, drop it if not. Never longer than a few seconds."""
        await asyncio.shield(asyncio.to_thread(self._close, 0.0 if kind is not None else 5.0))

    async def send(self, record: Outgoing) -> None:
        """Return when the broker has it; raise `KafkaException` when it will not."""
        (await self.send_all([record])).require()

    async def send_all(self, records: Sequence[Outgoing]) -> Delivery:
        """Send in order and wait for the last answer. After a record that cannot even be queued, none is tried."""
        if not records:
            return Delivery(b"", None)
        batch = _Batch(len(records))
        for place, record in enumerate(records):
            error = await self._enqueue(record, partial(batch.reported, place))
            if error is not None:
                batch.not_sent(len(records) - place, error)
                break
        await batch.finished
        return batch.outcome()

    def abandon(self) -> None:
        """Drop what the broker has not acknowledged; whoever waits for it is answered with a failure."""
        self._running().purge(blocking=False)

    async def partitions_of(self, topic: str, timeout_seconds: float = 5.0) -> int:
        """How many partitions a topic has; 0 when there is no such topic."""
        found = (await asyncio.to_thread(self._running().list_topics, topic, timeout_seconds)).topics[topic]
        return 0 if found.error is not None else len(found.partitions)

    async def _enqueue(self, record: Outgoing, report: Any) -> KafkaError | None:
        producer = self._running()
        while True:
            try:
                producer.produce(
                    record.topic,
                    record.value,
                    record.key,
                    record.partition,
                    on_delivery=report,
                    headers=record.headers,
                    timestamp=record.timestamp_ms,
                )
            except BufferError:
                # The queue is the bound; whoever sends waits until the broker has taken some.
                await asyncio.sleep(_FULL_QUEUE_SECONDS)
            except KafkaException as error:
                reason: KafkaError = error.args[0]
                return reason
            else:
                return None

    def _running(self) -> KafkaProducer:
        if self._producer is None or self._closing.is_set():
            raise RuntimeError("the producer is not open")
        return self._producer

    def _serve_reports(self) -> None:
        producer = self._producer
        while producer is not None and not self._closing.is_set():
            self._serve(producer)

    def _serve(self, producer: KafkaProducer) -> None:
        try:
            producer.poll(_POLL_SECONDS)
        except KafkaException as error:
            # The producer has ended for good and sends no more. What it holds would wait for ever (where nothing times
            # out): drop it, so that whoever waits is answered.
            _log.warning("kafka.producer_ended", error=str(error))
            producer.purge(blocking=False)

    def _close(self, flush_seconds: float) -> None:
        producer = self._producer
        if producer is None:
            return
        deadline = monotonic() + flush_seconds
        # The other thread serves the reports meanwhile.
        while len(producer) and monotonic() < deadline:
            sleep(_FULL_QUEUE_SECONDS)
        producer.purge(blocking=False)
        self._closing.set()
        self._thread.join()
        # The reports of what was purged, so that nobody waits for ever.
        self._serve(producer)
        producer.close()
        self._producer = None
