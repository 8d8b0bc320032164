"""`python -m oraculum_kit.prepare migrations|topics|restored FOLDER`: what must be there before a process serves.

Init containers and compose run it. Any number may run at once: migrations take turns by a lock in the database, and
creating topics again changes nothing.

    migrations FOLDER    apply the SQL files to DATABASE_DIRECT_URL, else DATABASE_URL
    topics FOLDER        create the topics that the YAML files declare; KAFKA_REPLICATION copies of each, 1 unless said
    restored FOLDER      after the database was restored, with no service running: take the facts that are lost with it out of
                         the topics of the YAML files, and let consumers begin where they miss nothing (lost_facts.py).
                         RESTORED_AT says when no database server ran, RESTORED_SINCE_HOURS (24) how far consumers may
                         have been behind before that
"""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import psycopg
import structlog
from confluent_kafka import KafkaException

from oraculum_kit import topics
from oraculum_kit.config import ConfigurationError, Environment
from oraculum_kit.dead_letters import topic_of
from oraculum_kit.kafka import Cluster
from oraculum_kit.lost_facts import NotPossibleError, take_out
from oraculum_kit.migrations import MigrationError, migrate

_log = structlog.stdlib.get_logger(__name__)

_DATABASE_WAIT_SECONDS: Final = 120.0
_FAILURES: Final = (
    ConfigurationError,
    MigrationError,
    KafkaException,
    NotPossibleError,
    psycopg.Error,
    topics.TopicFileError,
)


def main(arguments: Sequence[str], variables: Mapping[str, str]) -> int:
    """Run one command; 0 when it is done, 1 when it failed, 2 when it was not understood."""
    commands = {"migrations": _migrations, "topics": _topics, "restored": _restored}
    if len(arguments) != 2 or arguments[0] not in commands:
        sys.stderr.write(__doc__ or "")
        return 2
    name, folder = arguments
    try:
        commands[name](Path(folder), variables)
    except _FAILURES as error:
        _log.error("prepare.failed", what=name, error=str(error))
        return 1
    _log.info("prepare.done", what=name)
    return 0


def _migrations(folder: Path, variables: Mapping[str, str]) -> None:
    with Environment(variables) as environment:
        url = environment.secret("DATABASE_DIRECT_URL", environment.secret("DATABASE_URL"))
    if any(folder.glob("*.sql")):
        migrate(url, folder, wait_seconds=_DATABASE_WAIT_SECONDS)


def _topics(folder: Path, variables: Mapping[str, str]) -> None:
    with Environment(variables) as environment:
        cluster = Cluster.read(environment)
        replication = environment.integer("KAFKA_REPLICATION", 1, minimum=1)
    asyncio.run(topics.create(cluster, topics.read(folder), replication=replication))


def _restored(folder: Path, variables: Mapping[str, str]) -> None:
    with Environment(variables) as environment:
        cluster = Cluster.read(environment)
        url = environment.secret("DATABASE_DIRECT_URL", environment.secret("DATABASE_URL"))
        said = environment.text("RESTORED_AT")
        hours = environment.integer("RESTORED_SINCE_HOURS", 24, minimum=1)
    restored_at = parsed_time(said)
    asyncio.run(_take_out(cluster, url, topics.read(folder), restored_at, timedelta(hours=hours)))


async def _take_out(
    cluster: Cluster, url: str, declared: Sequence[topics.Topic], restored_at: datetime, behind: timedelta
) -> None:
    names = {topic.topic for topic in declared}
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await take_out(
            cluster,
            connection,
            topics=names | {topic_of(name) for name in names},
            restored_at=restored_at,
            since=restored_at - behind,
        )


def parsed_time(said: str) -> datetime:
    """RESTORED_AT, which must say its zone: an hour beside the truth would keep or drop the wrong facts."""
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ConfigurationError(
            [f"RESTORED_AT is {said!r}, not a time with its zone such as 2026-01-31T08:00:00Z"]
        )
    return moment


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))  # lint-allow kit-only: this module is a program of its own
