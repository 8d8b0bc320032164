"""The steps between an empty server and one that services find ready: roles, schemas, migrations, topics."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import psycopg
from confluent_kafka import KafkaException

from oraculum_dev.infrastructure.databases import (
    address,
    connect,
    ensure_database,
    ensure_role,
    ensure_schema,
    role_of,
)
from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.project import SERVICES, TOPICS, migrations_of
from oraculum_dev.suite.keys import Keys
from oraculum_kit import topics
from oraculum_kit.kafka import Cluster
from oraculum_kit.migrations import MigrationError, migrate

DATABASE = "oraculum"


def database_url(superuser_url: str, service: str, keys: Keys) -> str:
    """The address of the suite's database for one service's role."""
    return address(
        superuser_url, database=DATABASE, user=role_of(service), password=keys.password(role_of(service))
    )


def prepare_databases(superuser_url: str, keys: Keys) -> None:
    """Create the database, and in it each service's role and schema, brought up to date by its migrations."""
    try:
        with connect(ensure_database(superuser_url, DATABASE)) as connection:
            for service in SERVICES:
                ensure_role(connection, service, keys.password(role_of(service)))
                ensure_schema(connection, service)
    except psycopg.Error as error:
        raise ProgramError(f"PostgreSQL refused to create roles and schemas: {error}") from error
    with ThreadPoolExecutor(2) as pool:
        for failed in pool.map(lambda service: _migrate(superuser_url, service, keys), SERVICES):
            if failed:
                raise ProgramError(failed)


def _migrate(superuser_url: str, service: str, keys: Keys) -> str | None:
    directory = migrations_of(service)
    if not any(directory.glob("*.sql")):
        return None
    try:
        migrate(database_url(superuser_url, service, keys), directory)
    except MigrationError as error:
        return f"the migrations of {service} failed: {error}"
    return None


def prepare_topics(bootstrap_servers: str) -> None:
    """Create the topics that the contracts declare."""
    try:
        asyncio.run(topics.create(Cluster(bootstrap_servers=bootstrap_servers), topics.read(TOPICS)))
    except (KafkaException, topics.TopicFileError) as error:
        raise ProgramError(f"the topics could not be created: {error}") from error
