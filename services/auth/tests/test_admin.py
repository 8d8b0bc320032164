"""The command that makes the first administrator, as an operator types it."""

import os
import subprocess
import sys

import pytest

from oraculum_kit.db import Database
from oraculum_kit.ids import uuid7

EMAIL = "ada@example.com"


def run(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Type the command, with the environment that a process of auth has."""
    return subprocess.run(
        [sys.executable, "-m", "oraculum_auth.admin", *arguments],
        env={**os.environ, "DATABASE_URL": url, "SERVICE_NAME": "auth"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
async def url(database_for) -> str:
    """The address of a database with one account, a creator's."""
    url: str = await database_for("auth")
    async with Database(url) as database, database.connection() as connection:
        await connection.execute(
            "insert into account (user_id, email, password_hash, display_name, roles, created_at)"
            " values (%s, %s, 'x', 'Ada', array['user', 'creator'], now())",
            [uuid7(), EMAIL],
        )
    return url


class TestCreate:
    async def test_adds_the_role_and_tells_it(self, url: str) -> None:
        """Roles that were there stay; the change is told, so that every service hears of it."""
        answer = run(url, "create", "--email", EMAIL)
        assert 0 == answer.returncode, answer.stderr
        async with Database(url) as database, database.connection() as connection:
            cursor = await connection.execute("select roles from account")
            assert (["user", "creator", "admin"],) == await cursor.fetchone()
            cursor = await connection.execute("select topic from outbox order by topic")
            assert [("audit",), ("users",)] == await cursor.fetchall()

    def test_wants_an_account_that_is_there(self, url: str) -> None:
        answer = run(url, "create", "--email", "nobody@example.com")
        assert 1 == answer.returncode
        assert "no such account" in answer.stderr
        assert "Traceback" not in answer.stderr

    def test_refuses_what_is_no_address(self, url: str) -> None:
        answer = run(url, "create", "--evm", "0x12")
        assert 1 == answer.returncode
        assert "Traceback" not in answer.stderr
