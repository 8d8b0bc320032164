"""Migrations by dbmate on a real server, each role in its own schema."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from oraculum_dev.infrastructure.postgres import INSTALLATION
from oraculum_kit.migrations import MigrationError, dbmate_url, dump_schema, migrate, pending

FIRST = (
    "-- migrate:up\nset lock_timeout = '5s';\ncreate table thing (id uuid primary key);\n-- migrate:down\n"
)
SECOND = "-- migrate:up\nset lock_timeout = '5s';\nalter table thing add column name text;\n-- migrate:down\n"
BROKEN = "-- migrate:up\ncreate table other (id int);\nselect 1 / 0;\n-- migrate:down\n"

ALONE = "-- migrate:up transaction:false\ncreate index concurrently thing_id_again on thing (id);\n-- migrate:down\n"


@pytest.fixture
def role_url(kit_database_url: str) -> Iterator[str]:
    """The address of a database for a role that owns one schema and reaches no other."""
    with owner_of_a_schema(kit_database_url) as url:
        yield url


@contextmanager
def owner_of_a_schema(kit_database_url: str) -> Iterator[str]:
    role, parts = f"role_{uuid4().hex[:12]}", conninfo_to_dict(kit_database_url)
    name = sql.Identifier(role)
    with psycopg.connect(kit_database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create role {} login password 'test'").format(name))
        connection.execute(sql.SQL("alter role {} set search_path = {}").format(name, name))
        connection.execute(sql.SQL("create schema {} authorization {}").format(name, name))
    yield f"postgresql://{role}:test@{parts['host']}:{parts['port']}/{parts['dbname']}"
    with psycopg.connect(kit_database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("drop owned by {}").format(name))
        connection.execute(sql.SQL("drop role {}").format(name))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "20260101000000_first.sql").write_text(FIRST)
    return tmp_path


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("select tablename from pg_tables where schemaname = current_schema()")
        return {row[0] for row in rows}


def indexes(url: str) -> set[tuple[str, bool]]:
    """Every index that is no key's, and whether it is whole."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "select indexrelid::regclass::text, indisvalid from pg_index join pg_class on pg_class.oid = indrelid"
            " where not indisprimary and relnamespace = current_schema()::regnamespace"
        )
        return {(row[0], row[1]) for row in rows}


def start_together(urls: Sequence[str], directory: Path) -> list[MigrationError]:
    """Migrate as processes that start at once; what went wrong."""
    problems: list[MigrationError] = []

    def start(url: str) -> None:
        try:
            migrate(url, directory)
        except MigrationError as error:
            problems.append(error)

    replicas = [threading.Thread(target=start, args=[url]) for url in urls]
    for replica in replicas:
        replica.start()
    for replica in replicas:
        replica.join()
    return problems


class TestMigrate:
    def test_applies_what_is_new_in_the_roles_own_schema(self, role_url: str, directory: Path) -> None:
        assert pending(role_url, directory)
        migrate(role_url, directory)
        assert tables(role_url) == {"thing", "schema_migrations"}
        (directory / "20260102000000_second.sql").write_text(SECOND)
        assert pending(role_url, directory)
        migrate(role_url, directory)
        migrate(role_url, directory)
        assert not pending(role_url, directory)

    def test_broken_migration_leaves_nothing_and_says_why(self, role_url: str, directory: Path) -> None:
        (directory / "20260102000000_broken.sql").write_text(BROKEN)
        with pytest.raises(MigrationError, match="division by zero"):
            migrate(role_url, directory)
        assert tables(role_url) == {"thing", "schema_migrations"}

    def test_replicas_that_start_together_take_turns(self, role_url: str, directory: Path) -> None:
        assert [] == start_together([role_url] * 3, directory)

    def test_server_that_is_away_is_an_error_without_the_password(self, directory: Path) -> None:
        with pytest.raises(MigrationError) as raised:
            migrate("postgresql://somebody:hushhush@127.0.0.1:1/none", directory, wait_seconds=0.1)
        assert "hushhush" not in str(raised.value)

    def test_an_index_is_made_while_others_write(self, role_url: str, directory: Path) -> None:
        """As CONTRIBUTING says it; replicas that start together must not wait for one another for ever."""
        (directory / "20260102000000_index.sql").write_text(ALONE)
        assert [] == start_together([role_url] * 3, directory)
        assert {("thing_id_again", True)} == indexes(role_url)

    def test_other_services_of_the_database_wait_for_nothing_that_waits_for_them(
        self, kit_database_url: str, directory: Path
    ) -> None:
        """Each makes an index that waits for every snapshot of the database, and none has one while it waits its turn."""
        (directory / "20260102000000_index.sql").write_text(ALONE)
        with ExitStack() as stack:
            urls = [stack.enter_context(owner_of_a_schema(kit_database_url)) for _ in range(4)]
            assert [] == start_together(urls, directory)
            assert [{("thing_id_again", True)}] * len(urls) == [indexes(url) for url in urls]

    def test_two_statements_are_a_transaction_whatever_the_file_says(
        self, role_url: str, directory: Path
    ) -> None:
        """Why the linter allows one."""
        two = ALONE.replace("create index", "set lock_timeout = '5s';\ncreate index")
        (directory / "20260102000000_index.sql").write_text(two)
        with pytest.raises(MigrationError, match="cannot run inside a transaction block"):
            migrate(role_url, directory)


class TestDump:
    def test_is_the_same_for_the_same_schema(self, role_url: str, directory: Path) -> None:
        programs = INSTALLATION / "bin"
        migrate(role_url, directory)
        schema = str(conninfo_to_dict(role_url)["user"])
        dumped = dump_schema(role_url, schema, programs=programs)
        assert dumped == dump_schema(role_url, schema, programs=programs)
        assert "CREATE TABLE" in dumped
        assert "20260101000000" in dumped
        assert "outbox" not in dumped


class TestUrl:
    def test_laptop_is_spared_tls_and_the_cluster_is_not(self) -> None:
        assert (
            dbmate_url("postgresql://u:p@127.0.0.1:5/d") == "postgresql://u:p@127.0.0.1:5/d?sslmode=disable"
        )
        assert dbmate_url("postgresql://u:p@db:5/d") == "postgresql://u:p@db:5/d"
        given = "postgresql://u:p@localhost/d?sslmode=require"
        assert dbmate_url(given) == given


def test_an_index_that_was_cut_short_is_made_again(role_url: str, directory: Path) -> None:
    migrate(role_url, directory)
    (directory / "20260102000000_alone.sql").write_text(ALONE)
    with psycopg.connect(role_url) as reader, psycopg.connect(role_url, autocommit=True) as maker:
        # Holds a snapshot that the index waits for, longer than it may.
        reader.execute("select count(*) from thing")
        reader.execute("lock table thing in row exclusive mode")
        maker.execute("set lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            maker.execute("create index concurrently thing_id_again on thing (id)")
    assert {("thing_id_again", False)} == indexes(role_url)
    migrate(role_url, directory)
    assert {("thing_id_again", True)} == indexes(role_url)
    assert not pending(role_url, directory)
