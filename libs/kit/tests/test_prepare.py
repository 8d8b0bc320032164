"""What init containers run: migrations and topics, again without harm; and the probe that engines ask."""

import asyncio
from pathlib import Path

import psycopg
import pytest
from confluent_kafka.admin import AdminClient

from oraculum_kit import prepare, topics
from oraculum_kit.authorization import ANYONE, Access
from oraculum_kit.kafka import Cluster
from oraculum_kit.probe import is_ready
from oraculum_kit.testing import Parties, serving
from oraculum_kit.testing.messaging import eventually
from oraculum_kit.testing.speaking import COUNT, SAY, Speaking, add_speaking

MIGRATION = """-- migrate:up
create table prepared (id bigint primary key);

-- migrate:down
"""
TOPIC = """topic: {name}
description: Made by a test.
owner: test
producers: [test]
consumers: []
key: none
message: google.protobuf.StringValue
partitions: 3
retention_hours: 1
"""


def test_migrations_are_applied_once(tmp_path: Path, kit_database_url: str) -> None:
    (tmp_path / "20260101000000_first.sql").write_text(MIGRATION)
    for _ in range(2):
        assert 0 == prepare.main(["migrations", str(tmp_path)], {"DATABASE_URL": _url(kit_database_url)})
    with psycopg.connect(kit_database_url) as connection:
        assert (1,) == connection.execute("select count(*) from schema_migrations").fetchone()


def test_a_migration_that_fails_fails_the_container(tmp_path: Path, kit_database_url: str) -> None:
    (tmp_path / "20260101000000_first.sql").write_text(MIGRATION.replace("bigint", "nonsense"))
    assert 1 == prepare.main(["migrations", str(tmp_path)], {"DATABASE_URL": _url(kit_database_url)})


async def test_topics_are_created_as_declared(tmp_path: Path, kafka_bootstrap: str) -> None:
    (tmp_path / "prepared-by-a-test.yaml").write_text(TOPIC.format(name="prepared-by-a-test"))
    declared = topics.read(tmp_path)
    cluster = Cluster(kafka_bootstrap)
    await topics.create(cluster, declared)
    await topics.create(cluster, declared)

    found = AdminClient(cluster.settings()).list_topics(timeout=10).topics
    assert 3 == len(found["prepared-by-a-test"].partitions)
    assert "prepared-by-a-test.dlq" in found


@pytest.mark.parametrize("arguments", [[], ["topics"], ["everything", "."]])
def test_what_is_not_understood_is_explained(arguments, capsys) -> None:
    assert 2 == prepare.main(arguments, {})
    assert "migrations FOLDER" in capsys.readouterr().err


def test_a_missing_address_fails_with_its_name(tmp_path: Path) -> None:
    assert 1 == prepare.main(["migrations", str(tmp_path)], {})


async def test_the_probe_tells_a_ready_process_from_one_that_is_not(parties: Parties) -> None:

    access = {SAY: Access(users=ANYONE), COUNT: Access(users=ANYONE)}
    async with serving([(add_speaking, Speaking())], access, parties) as served:
        listen = f"0.0.0.0:{served.running.internal_port}"
        await eventually(lambda: asyncio.to_thread(is_ready, listen))
    assert not await asyncio.to_thread(is_ready, listen)


def _url(conninfo: str) -> str:
    parts = psycopg.conninfo.conninfo_to_dict(conninfo)
    return f"postgresql://{parts['user']}:{parts.get('password', '')}@{parts['host']}:{parts['port']}/{parts['dbname']}"
