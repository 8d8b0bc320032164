"""How far the consumers are: up to what was in the topics when one asked, and nothing put aside."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from oraculum_dev.demo.person import until
from oraculum_dev.fixtures.suites import Suite

ANSWER_SECONDS = 10.0
CAUGHT_UP_SECONDS = 60.0
# A node that starts wants four seconds of a core, and four more until its former self has timed out: beside sixteen busy
# processes on two cores that was seen to take 70 seconds.
SERVES_SECONDS = 300.0
DEAD_LETTERS = ".dlq"

Partition = tuple[str, int]


@dataclass(frozen=True)
class Broker:
    """The broker of a suite, asked as its operator asks it."""

    bootstrap_servers: str

    @classmethod
    def of(cls, suite: Suite) -> "Broker":
        """The broker of this suite."""
        return cls(suite.ports.address("kafka"))

    @property
    def admin(self) -> AdminClient:
        """A client; librdkafka would print what tests cause on purpose."""
        return AdminClient({"bootstrap.servers": self.bootstrap_servers, "log_level": 0})

    def ends(self) -> dict[Partition, int]:
        """Where each partition of our topics ends."""
        admin = self.admin
        listed = admin.list_topics(timeout=ANSWER_SECONDS).topics
        wanted = {
            TopicPartition(name, number): OffsetSpec.latest()  # type: ignore[no-untyped-call]
            for name, topic in listed.items()
            if not name.startswith("__")
            for number in topic.partitions
        }
        asked = admin.list_offsets(wanted, request_timeout=ANSWER_SECONDS)
        return {(part.topic, part.partition): future.result().offset for part, future in asked.items()}

    def groups(self) -> dict[str, dict[Partition, int]]:
        """What each group has finished of the partitions that its members were given."""
        admin = self.admin
        listed = admin.list_consumer_groups().result(ANSWER_SECONDS)
        if listed.errors:
            # Of groups that are still being loaded nothing is told, as if they had no lag.
            raise KafkaException(listed.errors[0])
        names = [group.group_id for group in listed.valid]
        found: dict[str, dict[Partition, int]] = {}
        for name, asked in admin.describe_consumer_groups(names).items() if names else ():
            given = [
                (part.topic, part.partition)
                for member in asked.result(ANSWER_SECONDS).members
                for part in member.assignment.topic_partitions
            ]
            found[name] = dict.fromkeys(given, 0) | self._finished(admin, name)
        return found

    @staticmethod
    def _finished(admin: AdminClient, group: str) -> dict[Partition, int]:
        (asked,) = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)]).values()
        return {
            (part.topic, part.partition): max(0, part.offset)
            for part in asked.result(ANSWER_SECONDS).topic_partitions
        }


async def broker_serves(suite: Suite) -> None:
    """Wait until every partition has a leader, and every group somebody who keeps it."""
    broker = Broker.of(suite)

    def look() -> str:
        try:
            broker.ends()
            return "" if broker.groups() else "it knows of no group"
        except (KafkaException, TimeoutError) as error:
            return repr(error)

    await until(
        "the broker to serve", lambda: asyncio.to_thread(look), lambda trouble: not trouble, SERVES_SECONDS
    )


async def consumers_caught_up(suite: Suite) -> None:
    """Wait until every group has finished what is in its topics now; nothing of it may have been put aside."""
    broker = Broker.of(suite)
    ends = await asyncio.to_thread(broker.ends)
    dead = {topic: end for (topic, _), end in ends.items() if topic.endswith(DEAD_LETTERS) and end}
    if dead:
        raise AssertionError(f"messages were put aside: {dead}")

    await until(
        "all consumers to have no lag",
        lambda: lags(broker, ends),
        lambda behind: not behind,
        CAUGHT_UP_SECONDS,
    )


async def lags(
    broker: Broker, ends: Mapping[Partition, int] | None = None
) -> Mapping[str, dict[Partition, int]]:
    """By group, how many records it still has to finish, up to these ends or to those of now."""
    try:
        upto = await asyncio.to_thread(broker.ends) if ends is None else ends
        return _behind(await asyncio.to_thread(broker.groups), upto)
    except (KafkaException, TimeoutError) as error:
        return {f"not known: {error!r}": {}}


def _behind(
    groups: Mapping[str, dict[Partition, int]], ends: Mapping[Partition, int]
) -> dict[str, dict[Partition, int]]:
    found = {
        group: {part: ends[part] - done for part, done in finished.items() if done < ends.get(part, 0)}
        for group, finished in groups.items()
    }
    return {group: lags for group, lags in found.items() if lags}
