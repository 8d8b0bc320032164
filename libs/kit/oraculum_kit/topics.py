"""Topics as data: one YAML file each, read strictly, created with a dead-letter topic beside it.

topic: bets
description: Fills and closings of our own events, in market sequence.
owner: prediction
producers: [prediction]
consumers: [wallet, market-data, notification]
key: event id
message: oraculum.prediction.v1.BetsFact
partitions: 12
retention_hours: 168
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import structlog
import yaml
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.cimpl import NewPartitions, NewTopic

from oraculum_kit.dead_letters import topic_of
from oraculum_kit.kafka import Cluster

_log = structlog.get_logger(__name__)

_ANSWER_SECONDS: Final = 30.0
# Dead letters wait for a person, who may be on holiday.
_DEAD_LETTER_HOURS: Final = 24 * 30


class TopicFileError(Exception):
    """A topic file is not right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic as its file declares it."""

    topic: str
    description: str
    owner: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    # In words: what the key of a record is.
    key: str
    # The full name of the protobuf message.
    message: str
    partitions: int
    retention_hours: int


def read(directory: Path) -> list[Topic]:
    """Every topic of a directory, by name."""
    topics = [_read_file(path) for path in sorted(directory.glob("*.yaml"))]
    if not topics:
        raise TopicFileError(f"{directory} holds no topic files")
    return topics


async def create(cluster: Cluster, topics: Sequence[Topic], *, replication: int = 1) -> None:
    """Create what is missing, add partitions where a file asks for more, keep retention as declared.

    Doing it again changes nothing. Partitions are never taken away, and nothing is deleted.
    """
    await asyncio.to_thread(_create, cluster, topics, replication)


def _create(cluster: Cluster, topics: Sequence[Topic], replication: int) -> None:
    admin = AdminClient(cluster.settings())
    wanted = {topic.topic: (topic.partitions, topic.retention_hours) for topic in topics}
    wanted |= {topic_of(topic.topic): (1, _DEAD_LETTER_HOURS) for topic in topics}
    there = {
        name: len(found.partitions)
        for name, found in admin.list_topics(timeout=_ANSWER_SECONDS).topics.items()
    }
    missing = [
        NewTopic(name, partitions, replication, config={"retention.ms": _milliseconds(hours)})
        for name, (partitions, hours) in wanted.items()
        if name not in there
    ]
    if missing:
        _wait(
            admin.create_topics(missing, operation_timeout=_ANSWER_SECONDS), KafkaError.TOPIC_ALREADY_EXISTS
        )
    grown = [
        NewPartitions(name, count) for name, (count, _) in wanted.items() if there.get(name, count) < count
    ]
    if grown:
        # More partitions send the same key elsewhere from now on: an order across that moment is not kept.
        _log.warning("topics.grown", topics=[new.topic for new in grown])
        _wait(admin.create_partitions(grown), KafkaError.INVALID_PARTITIONS)
    _keep_retention(admin, {name: hours for name, (_, hours) in wanted.items() if name in there})


def _keep_retention(admin: AdminClient, hours_by_topic: Mapping[str, int]) -> None:
    resources = [ConfigResource(ConfigResource.Type.TOPIC, name) for name in hours_by_topic]
    if not resources:
        return
    for resource, answer in admin.describe_configs(resources).items():
        wanted = _milliseconds(hours_by_topic[resource.name])
        if answer.result(_ANSWER_SECONDS)["retention.ms"].value != wanted:
            changed = ConfigResource(ConfigResource.Type.TOPIC, resource.name)
            entry = ConfigEntry("retention.ms", wanted, incremental_operation=AlterConfigOpType.SET)
            changed.add_incremental_config(entry)
            _wait(admin.incremental_alter_configs([changed]))


def _wait(answers: Mapping[Any, Any], accepted: int | None = None) -> None:
    for answer in answers.values():
        try:
            answer.result(_ANSWER_SECONDS)
        except KafkaException as error:
            # Two that create at once: the second finds it done.
            if error.args[0].code() != accepted:
                raise


def _milliseconds(hours: int) -> str:
    return str(hours * 3600 * 1000)


def _read_file(path: Path) -> Topic:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(raw, dict):
        raise TopicFileError(f"{path.name} is not a mapping")
    expected = {field.name for field in fields(Topic)}
    if set(raw) != expected:
        raise TopicFileError(
            f"{path.name} lacks {_list(expected - set(raw))} and does not know {_list(set(raw) - expected)}"
        )
    if raw["topic"] != path.stem:
        raise TopicFileError(f"{path.name} declares the topic {raw['topic']}: name the file after it")
    for name in ("partitions", "retention_hours"):
        if not isinstance(raw[name], int) or raw[name] < 1:
            raise TopicFileError(f"{path.name}: {name} is a number from 1 up")
    if raw["owner"] not in raw["producers"]:
        raise TopicFileError(f"{path.name}: the owner {raw['owner']} produces nothing")
    return Topic(**{**raw, "producers": tuple(raw["producers"]), "consumers": tuple(raw["consumers"])})


def _list(names: Iterable[object]) -> str:
    return ", ".join(sorted(map(str, names))) or "nothing"
