"""`python -m oraculum_kit.prepare migrations|topics FOLDER`: what must be there before a process serves.

Init containers and compose run it. Any number may run at once: migrations take turns by a lock in the database, and
creating topics again changes nothing.

    migrations FOLDER    apply the SQL files to DATABASE_DIRECT_URL, else DATABASE_URL
    topics FOLDER        create the topics that the YAML files declare; KAFKA_REPLICATION copies of each, 1 unless said
"""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import structlog
from confluent_kafka import KafkaException

from oraculum_kit import topics
from oraculum_kit.config import ConfigurationError, Environment
from oraculum_kit.kafka import Cluster
from oraculum_kit.migrations import MigrationError, migrate

_log = structlog.stdlib.get_logger(__name__)

_DATABASE_WAIT_SECONDS: Final = 120.0


def main(arguments: Sequence[str], variables: Mapping[str, str]) -> int:
    """Run one command; 0 when it is done, 1 when it failed, 2 when it was not understood."""
    commands = {"migrations": _migrations, "topics": _topics}
    if len(arguments) != 2 or arguments[0] not in commands:
        sys.stderr.write(__doc__ or "")
        return 2
    name, folder = arguments
    try:
        commands[name](Path(folder), variables)
    except (ConfigurationError, MigrationError, KafkaException, topics.TopicFileError) as error:
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))  # lint-allow kit-only: this module is a program of its own
