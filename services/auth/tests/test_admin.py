"""The command that makes the first administrator, as an operator types it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from oraculum_auth.records import NewAccount
from oraculum_auth.repository import Accounts
from oraculum_auth.vault import Vault
from oraculum_kit.clock import SystemClock
from oraculum_kit.db import Database
from oraculum_kit.ids import uuid7
from oraculum_kit.keyring import KeyRing, RingFile

EMAIL = "ada@example.com"
CLAIMED = "boss@example.com"


def run(url: str, ring: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Type the command, with the environment that a process of auth has."""
    return subprocess.run(
        [sys.executable, "-m", "oraculum_auth.admin", *arguments],
        env={**os.environ, "DATABASE_URL": url, "SERVICE_NAME": "auth", "DATA_KEYS_FILE": str(ring)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    """A file with data keys."""
    path = tmp_path / "data.keys.json"
    path.write_text(KeyRing.new().text())
    return path


@pytest.fixture
async def url(database_for, ring: Path) -> str:
    """The address of a database with two accounts: a creator's, and one that merely claims an address."""
    url: str = await database_for("auth")
    accounts = Accounts(Vault(RingFile(ring)))
    now = SystemClock().now()
    async with Database(url) as database, database.transaction() as connection:
        creator, claimant = uuid7(), uuid7()
        await accounts.insert(
            connection, NewAccount(creator, "Ada", now, EMAIL, email_verified=True, password_hash="x")
        )
        await accounts.update_roles(connection, creator, ["user", "creator"])
        await accounts.insert(
            connection, NewAccount(claimant, "Eve", now, CLAIMED, email_verified=False, password_hash="x")
        )
    return url


class TestCreate:
    async def test_adds_the_role_and_tells_it(self, url: str, ring: Path) -> None:
        """Roles that were there stay; the change is told, so that every service hears of it."""
        answer = run(url, ring, "create", "--email", EMAIL)
        assert 0 == answer.returncode, answer.stderr
        async with Database(url) as database, database.connection() as connection:
            cursor = await connection.execute("select roles from account where display_name = 'Ada'")
            assert (["user", "creator", "admin"],) == await cursor.fetchone()
            cursor = await connection.execute("select topic from outbox order by topic")
            assert [("audit",), ("users",)] == await cursor.fetchall()

    @pytest.mark.parametrize("email", ["nobody@example.com", CLAIMED])
    def test_wants_an_account_that_proved_the_address(self, url: str, ring: Path, email: str) -> None:
        """Else whoever registered with the operator's address before the operator did would become one."""
        answer = run(url, ring, "create", "--email", email)
        assert 1 == answer.returncode
        assert "no such account" in answer.stderr
        assert "Traceback" not in answer.stderr

    def test_refuses_what_is_no_address(self, url: str, ring: Path) -> None:
        answer = run(url, ring, "create", "--evm", "0x12")
        assert 1 == answer.returncode
        assert "Traceback" not in answer.stderr
