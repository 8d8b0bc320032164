"""Every statement that a service can send, planned by a real server against that service's own schema."""

from pathlib import Path

import psycopg
import pytest

from oraculum_dev.fixtures.databases import Databases
from oraculum_kit.db import Database
from oraculum_kit.sql_files import parse, plan

ROOT = Path(__file__).parents[2]
FILES = sorted(ROOT.glob("services/*/*/sql/*.sql"))
KIT = sorted(ROOT.glob("libs/kit/oraculum_kit/sql/*.sql"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=named)
async def test_services_statements_fit_their_schema(path: Path, database_for: Databases) -> None:
    """A column that a migration renames must not be found out by a customer."""
    assert await problems(path, await database_for(path.parts[len(ROOT.parts) + 1])) == {}


@pytest.mark.parametrize("path", [path for path in KIT if path.name != "tables.sql"], ids=named)
async def test_kits_statements_fit_a_services_schema(path: Path, database_for: Databases) -> None:
    assert await problems(path, await database_for("wallet")) == {}


async def problems(path: Path, url: str) -> dict[str, str]:
    statements = parse(path.read_text(encoding="utf-8"), source=named(path))  # noqa: ASYNC240  a test may wait
    found = {}
    async with Database(url) as database, database.connection() as connection:
        for name, statement in statements.items():
            try:
                await plan(connection, statement)
            except psycopg.Error as error:
                found[name] = str(error).partition("\n")[0]
    return found
