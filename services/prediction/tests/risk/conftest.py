"""What risk's tests share: a database with the rules in it, and people with limits of their own."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from oraculum_dev.fixtures.databases import Databases
from oraculum_kit.db import Database, DatabaseConfig


@pytest.fixture
async def database(database_for: Databases) -> AsyncIterator[Database]:
    """A fresh database of prediction."""
    url = await database_for("prediction")
    async with Database(DatabaseConfig(url, url, application_name="risk-test", pool_max=8)) as database:
        yield database


async def ask(database: Database, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """Run plain SQL past the service."""
    async with database.connection() as connection:
        cursor = await connection.execute(statement.encode(), parameters)
        return await cursor.fetchall() if cursor.description else []


@pytest.fixture
def asked(database: Database) -> Any:
    """Plain SQL past the service."""

    async def run(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
        return await ask(database, statement, **parameters)

    return run
