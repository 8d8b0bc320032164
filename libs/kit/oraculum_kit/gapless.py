"""A producer for what must not have gaps: in a partition, nothing is stored behind a record that is not.

Idempotence alone does not promise that. Three doors stand open, and each is closed here:

1. A record that the broker refuses fails alone, and what follows is sent under a new epoch. `enable.gapless.guarantee`
   makes the refusal fatal instead: the producer sends nothing more, and we begin again with a new one.
2. A record whose time is up is dropped, and what was queued behind it is sent when the broker comes back; the guarantee
   says of itself that it does not cover this. So nothing times out: records wait until they are sent or abandoned,
   and abandoning drops all of them.
3. Several requests travel at once, and those behind a refused one arrive all the same. The broker rejects them by
   their sequence numbers, but of a producer that it does not know in a partition it takes any number as the first. So
   the first record of a new producer in each partition travels alone. A broker forgets producers that were silent for a
   day (`producer.id.expiration.ms`); long before that we let the next record travel alone again.

A topic that does not exist is a fourth: what is queued for it fails, and what comes later passes once it is there.
Therefore a batch that names an unknown topic is refused as a whole.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Final, Self

from confluent_kafka import KafkaError

from oraculum_kit.kafka import Cluster, Delivery, Producer
from oraculum_kit.records import Outgoing

_KNOWN_SECONDS: Final = 3600.0
# How often it looks whether a topic has grown.
_PARTITIONS_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class _Topic:
    partitions: int
    seen_at: float


class GaplessProducer:
    """Sends batches; after a failure it accepts nothing more, and the next batch needs a new one."""

    def __init__(self, cluster: Cluster) -> None:
        self._producer = Producer(cluster, gapless=True)
        self._topics: dict[str, _Topic] = {}
        # When the broker last took something of ours in a partition.
        self._known: dict[tuple[str, int], float] = {}

    async def __aenter__(self) -> Self:
        await self._producer.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._producer.__aexit__(kind, error, traceback)

    async def send_all(self, records: Sequence[Outgoing]) -> Delivery:
        """Send in order and wait until the broker has all of it or refuses something, however long that takes."""
        for topic in {record.topic for record in records}:
            if not await self._learn(topic):
                return Delivery(
                    bytes(len(records)), KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART, f"no topic {topic}")
                )
        placed = [self._placed(record) for record in records]
        flags = bytearray(len(records))
        error: KafkaError | None = None
        for places in self._alone_and_together(placed):
            if error is None:
                delivery = await self._producer.send_all([placed[place] for place in places])
                error = delivery.error
                for place, flag in zip(places, delivery.flags, strict=True):
                    flags[place] = flag
        self._remember(placed, flags)
        return Delivery(bytes(flags), error)

    def abandon(self) -> None:
        """Drop what the broker has not acknowledged; whoever waits for it is answered with a failure."""
        self._producer.abandon()

    async def _learn(self, topic: str) -> bool:
        """Find out how many partitions a topic has; False when there is no such topic."""
        known = self._topics.get(topic)
        if known is None or monotonic() - known.seen_at > _PARTITIONS_SECONDS:
            partitions = await self._producer.partitions_of(topic)
            if not partitions:
                return False
            self._topics[topic] = _Topic(partitions, monotonic())
        return True

    def _placed(self, record: Outgoing) -> Outgoing:
        """Choose the partition as the library would, so that we know it beforehand."""
        if record.key is None:
            return record
        return record._replace(partition=zlib.crc32(record.key) % self._topics[record.topic].partitions)

    def _alone_and_together(self, records: Sequence[Outgoing]) -> tuple[list[int], list[int]]:
        """The places of the records that go ahead, one for each partition that may not know us, and of all others."""
        ahead: dict[tuple[str, int], int] = {}
        behind: list[int] = []
        old = monotonic() - _KNOWN_SECONDS
        for place, record in enumerate(records):
            partition = (record.topic, record.partition)
            if record.key is None or partition in ahead or self._known.get(partition, old) > old:
                behind.append(place)
            else:
                ahead[partition] = place
        return list(ahead.values()), behind

    def _remember(self, records: Sequence[Outgoing], flags: bytearray) -> None:
        now = monotonic()
        for record, flag in zip(records, flags, strict=True):
            if flag:
                self._known[record.topic, record.partition] = now
