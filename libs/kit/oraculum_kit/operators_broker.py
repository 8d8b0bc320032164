"""The broker as its operator sees it: what lies in partitions, where groups stand, and how both are changed."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Final

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicPartition
from confluent_kafka import Message as KafkaMessage
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from oraculum_kit.kafka import Cluster, client_log

_ANSWER_SECONDS: Final = 30.0
_LOOK_SECONDS: Final = 1.0
_RECORDS_AT_ONCE: Final = 2000

# A topic and a partition of it.
Place = tuple[str, int]


class NotPossibleError(Exception):
    """Nothing was changed; the text says what is in the way."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Records of a partition, from an offset to before another."""

    place: Place
    begin: int
    end: int


class Broker:
    """Some topics, and the groups that read them. Every call but `read` blocks."""

    def __init__(self, cluster: Cluster, topics: Collection[str], patience_seconds: float) -> None:
        """Look around; refuse while anybody consumes, for what they finish meanwhile could not be taken back.

        Members that were killed are members until their sessions end: they have so long to go.
        """
        self._settings = cluster.settings()
        self._admin = AdminClient(self._settings, logger=client_log)
        there = self._admin.list_topics(timeout=_ANSWER_SECONDS).topics
        self._places = {
            (name, number) for name, topic in there.items() if name in topics for number in topic.partitions
        }
        self._finished = self._groups(patience_seconds)

    def stretches(self, since_ms: int) -> list[Stretch]:
        """What every partition holds since a time."""
        begins = self._offsets(OffsetSpec.for_timestamp(since_ms))
        ends = self._offsets(OffsetSpec.latest())  # type: ignore[no-untyped-call]
        return [
            Stretch(place, begins[place], ends[place])
            for place in sorted(self._places)
            if 0 <= begins[place] < ends[place]
        ]

    async def read(self, stretch: Stretch) -> AsyncIterator[list[KafkaMessage]]:
        """The records of a stretch, some at a time."""
        topic, partition = stretch.place
        # Nobody joins this group: it is a name that the client wants to have.
        settings = self._settings | {"group.id": "oraculum-operator", "enable.auto.commit": False}
        consumer = Consumer(settings, logger=client_log)
        try:
            consumer.assign([TopicPartition(topic, partition, stretch.begin)])
            reached, heard_at = stretch.begin, monotonic()
            while reached < stretch.end:
                wanted = min(_RECORDS_AT_ONCE, stretch.end - reached)
                read = await asyncio.to_thread(consumer.consume, wanted, _LOOK_SECONDS)
                if read:
                    _raise_failures(read)
                    reached, heard_at = (read[-1].offset() or 0) + 1, monotonic()
                    yield read
                elif monotonic() - heard_at > _ANSWER_SECONDS:
                    raise NotPossibleError(f"{topic}/{partition} could not be read past {reached}")
        finally:
            consumer.close()

    def move_groups(self, begins: Mapping[Place, int]) -> list[str]:
        """Let every group that has finished something of these partitions begin there; their names."""
        moved = []
        for group, finished in self._finished.items():
            wanted = [TopicPartition(*place, begins[place]) for place in sorted(finished & begins.keys())]
            if wanted:
                asked = [ConsumerGroupTopicPartitions(group, wanted)]
                (answer,) = self._admin.alter_consumer_group_offsets(asked).values()
                answer.result(_ANSWER_SECONDS)
                moved.append(group)
        return sorted(moved)

    def delete_before(self, ends: Mapping[Place, int]) -> None:
        """Forget what lies before these offsets."""
        if ends:
            asked = [TopicPartition(*place, end) for place, end in ends.items()]
            for answer in self._admin.delete_records(asked).values():
                answer.result(_ANSWER_SECONDS)

    def _groups(self, patience_seconds: float) -> dict[str, set[Place]]:
        """By group, which of our partitions it has finished something of."""
        names = self._names()
        if not names:
            return {}
        deadline = monotonic() + patience_seconds
        while busy := self._busy(names):
            if monotonic() > deadline:
                raise NotPossibleError(
                    f"stop the services first: somebody still consumes as {', '.join(busy)}"
                )
            sleep(_LOOK_SECONDS)
        return {name: self._finished_by(name) for name in names}

    def _busy(self, names: Sequence[str]) -> list[str]:
        """The groups of which a member holds one of our partitions."""
        described = self._admin.describe_consumer_groups(list(names))
        return sorted(
            name
            for name, answer in described.items()
            if any(
                (part.topic, part.partition) in self._places
                for member in answer.result(_ANSWER_SECONDS).members
                for part in member.assignment.topic_partitions
            )
        )

    def _names(self) -> list[str]:
        """Every group. A broker that has just started still loads them, and tells fewer or none: ask until it is sure."""
        deadline = monotonic() + _ANSWER_SECONDS
        before: list[str] | None = None
        while monotonic() < deadline:
            answer = self._admin.list_consumer_groups().result(_ANSWER_SECONDS)
            names = sorted(group.group_id for group in answer.valid)
            if names == before and not answer.errors:
                return names
            before = None if answer.errors else names
            sleep(_LOOK_SECONDS)
        raise NotPossibleError("the brokers do not tell of all consumer groups")

    def _finished_by(self, group: str) -> set[Place]:
        (asked,) = self._admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)]).values()
        told = asked.result(_ANSWER_SECONDS).topic_partitions
        return {(part.topic, part.partition) for part in told if part.offset >= 0} & self._places

    def _offsets(self, which: OffsetSpec) -> dict[Place, int]:
        if not self._places:
            return {}
        asked = self._admin.list_offsets({TopicPartition(*place): which for place in self._places})
        return {
            (part.topic, part.partition): answer.result(_ANSWER_SECONDS).offset
            for part, answer in asked.items()
        }


def _raise_failures(messages: list[KafkaMessage]) -> None:
    for message in messages:
        error: KafkaError | None = message.error()
        if error is not None:
            raise KafkaException(error)
