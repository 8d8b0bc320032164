"""What the kit's tests share: a fresh database with the kit's own tables, and a small service to call."""

from collections.abc import AsyncIterator, Iterator
from importlib import resources
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from oraculum_kit.db import Database, DatabaseConfig
from oraculum_kit.testing import Parties


@pytest.fixture(scope="session")
def kit_template(postgres: str) -> Iterator[str]:
    """The name of a database with the kit's tables, to copy from."""
    name = f"kit_template_{uuid4().hex[:12]}"
    _administer(postgres, sql.SQL("create database {}").format(sql.Identifier(name)))
    tables = resources.files("oraculum_kit").joinpath("sql/tables.sql").read_text(encoding="utf-8")
    with psycopg.connect(make_conninfo(postgres, dbname=name), autocommit=True) as connection:
        connection.execute(tables.encode())
    yield name
    _administer(postgres, sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def kit_database_url(postgres: str, kit_template: str) -> Iterator[str]:
    """The address of a fresh database with the kit's tables."""
    name = f"kit_{uuid4().hex[:12]}"
    create = sql.SQL("create database {} template {}")
    _administer(postgres, create.format(sql.Identifier(name), sql.Identifier(kit_template)))
    yield make_conninfo(postgres, dbname=name)
    _administer(postgres, sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
async def database(kit_database_url: str) -> AsyncIterator[Database]:
    """An open pool on a fresh database."""
    config = DatabaseConfig(kit_database_url, kit_database_url, application_name="kit-test", pool_max=4)
    async with Database(config) as opened:
        yield opened


@pytest.fixture
def parties() -> Parties:
    """Everybody who signs tokens in a test."""
    return Parties()


def _administer(postgres: str, statement: sql.Composed) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(statement)
