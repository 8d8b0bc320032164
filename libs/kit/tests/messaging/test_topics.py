"""Topics are what their files say."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest
import yaml
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import ConfigResource

from oraculum_kit import topics
from oraculum_kit.kafka import Cluster
from oraculum_kit.testing.messaging import eventually
from oraculum_kit.topics import Topic, TopicFileError

DECLARED = {
    "topic": "bets",
    "description": "Fills.",
    "owner": "prediction",
    "producers": ["prediction"],
    "consumers": ["wallet", "notification"],
    "key": "event id",
    "message": "oraculum.prediction.v1.BetsFact",
    "partitions": 12,
    "retention_hours": 168,
}


def write(directory: Path, **changes: object) -> Path:
    declared = {name: value for name, value in {**DECLARED, **changes}.items() if value is not None}
    (directory / f"{DECLARED['topic']}.yaml").write_text(yaml.safe_dump(declared), encoding="utf-8")
    return directory


class TestRead:
    def test_reads_what_is_declared(self, tmp_path: Path) -> None:
        (topic,) = topics.read(write(tmp_path))
        assert topic == Topic(
            topic="bets",
            description="Fills.",
            owner="prediction",
            producers=("prediction",),
            consumers=("wallet", "notification"),
            key="event id",
            message="oraculum.prediction.v1.BetsFact",
            partitions=12,
            retention_hours=168,
        )

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"owner": None}, "lacks owner"),
            ({"color": "red"}, "does not know color"),
            ({"topic": "betts"}, "name the file after it"),
            ({"partitions": "many"}, "a number from 1 up"),
            ({"retention_hours": 0}, "a number from 1 up"),
            ({"owner": "wallet"}, "produces nothing"),
        ],
    )
    def test_says_what_is_wrong(self, tmp_path: Path, changes: dict[str, object], reason: str) -> None:
        with pytest.raises(TopicFileError, match=reason):
            topics.read(write(tmp_path, **changes))

    def test_an_empty_directory_is_a_mistake(self, tmp_path: Path) -> None:
        with pytest.raises(TopicFileError, match="holds no topic files"):
            topics.read(tmp_path)

    def test_the_files_of_the_repository_are_right(self) -> None:
        directory = next(
            parent / "protos/topics"
            for parent in Path(__file__).parents
            if (parent / "protos/topics").is_dir()
        )
        assert {"bets", "events", "wallet"} <= {topic.topic for topic in topics.read(directory)}


class TestCreate:
    async def test_creates_topic_and_dead_letters_and_changes_nothing_the_second_time(
        self, cluster: Cluster
    ) -> None:
        topic = made_up(partitions=2, retention_hours=24)
        for _ in range(2):
            await topics.create(cluster, [topic])
            await seen(cluster, topic.topic, (2, "86400000"))
            await seen(cluster, f"{topic.topic}.dlq", (1, str(30 * 86400000)))

    async def test_follows_a_changed_file(self, cluster: Cluster) -> None:
        """More partitions and another retention are taken over; fewer partitions are not."""
        topic = made_up(partitions=2, retention_hours=24)
        await topics.create(cluster, [topic])
        for partitions, hours, expected in ((4, 48, (4, "172800000")), (1, 48, (4, "172800000"))):
            changed = made_up(name=topic.topic, partitions=partitions, retention_hours=hours)
            await topics.create(cluster, [changed])
            await seen(cluster, topic.topic, expected)


def made_up(*, name: str | None = None, partitions: int, retention_hours: int) -> Topic:
    return Topic(
        topic=name or f"test-{uuid4().hex[:12]}",
        description="",
        owner="test",
        producers=("test",),
        consumers=(),
        key="",
        message="",
        partitions=partitions,
        retention_hours=retention_hours,
    )


async def seen(cluster: Cluster, topic: str, expected: tuple[int, str]) -> None:
    """Wait until the broker tells of what the controller has done: it follows a moment later."""

    async def told() -> bool:
        try:
            return expected == await asyncio.to_thread(found, cluster, topic)
        except KafkaException as error:
            assert error.args[0].code() == KafkaError.UNKNOWN_TOPIC_OR_PART  # noqa: PT017  any other is a failure
            return False

    await eventually(told)


def found(cluster: Cluster, topic: str) -> tuple[int, str]:
    admin = AdminClient(cluster.settings())
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    settings = admin.describe_configs([resource])[resource].result(10)
    return len(admin.list_topics(timeout=10).topics[topic].partitions), str(settings["retention.ms"].value)
