"""Turning the ring of data keys under a running auth."""

import asyncio
from pathlib import Path

import pytest

from oraculum_auth.keys import only_active, rewrap, rewrap_all
from oraculum_auth.records import NewAccount
from oraculum_auth.repository import Accounts
from oraculum_auth.vault import Vault
from oraculum_kit.clock import SystemClock
from oraculum_kit.db import Database
from oraculum_kit.ids import uuid7
from oraculum_kit.keyring import KeyRing, KeyRingError, RingFile
from oraculum_kit.testing.messaging import eventually

EMAIL = "ada@example.com"


async def test_everything_is_read_before_during_and_after(database_for, tmp_path: Path) -> None:
    path = tmp_path / "ring.json"
    path.write_text(KeyRing.new().text())
    file = RingFile(path)
    accounts = Accounts(Vault(file))
    now = SystemClock().now()
    people = [uuid7() for _ in range(700)]
    async with Database(await database_for("auth")) as database:
        async with database.transaction() as connection:
            for number, user_id in enumerate(people):
                account = NewAccount(user_id, "Ada", now, f"{number}{EMAIL}")
                assert await accounts.insert(connection, account)

        async def all_are_read() -> None:
            async with database.connection() as connection:
                for number, user_id in enumerate(people[::50]):
                    found = await accounts.by_id(connection, user_id)
                    assert found is not None
                    assert f"{number * 50}{EMAIL}" == found.email

        other = RingFile(path)
        other.write(other().turned())
        file._looked_at = 0.0
        _, count = await asyncio.gather(all_are_read(), rewrap(database, Vault(other)))
        assert 700 == count
        assert 0 == await rewrap(database, Vault(other))
        other.write(other().without("1"))
        file._looked_at = 0.0
        await all_are_read()
        with pytest.raises(KeyRingError):
            other().without("2")


async def test_who_comes_while_the_ring_is_turned_is_not_lost(database_for, tmp_path: Path) -> None:
    """A registration that wrapped its key by the old ring commits behind the first look: forgetting waits for it."""
    path = tmp_path / "ring.json"
    path.write_text(KeyRing.new().text())
    slow, turning = RingFile(path), RingFile(path)
    ada, eve = (
        NewAccount(uuid7(), name, SystemClock().now(), f"{name}@example.com") for name in ("ada", "eve")
    )
    async with Database(await database_for("auth")) as database:
        async with database.transaction() as connection:
            assert await Accounts(Vault(slow)).insert(connection, ada)
        async with database.transaction() as connection:
            assert await Accounts(Vault(slow)).insert(connection, eve)
            turning.write(turning().turned())
            vault = Vault(turning)
            rewrapping = asyncio.create_task(rewrap_all(database, vault))

            async def first_look() -> bool:
                async with database.connection() as other:
                    rows = await other.execute(
                        "select count(*) from person_key where key_id = %s", [vault.active_key_id]
                    )
                    return (await rows.fetchone() or (0,))[0] == 1

            await eventually(first_look)
            assert not rewrapping.done()
        assert 2 == await rewrapping
        turning.write(only_active(turning()))
        async with database.connection() as connection:
            found = await Accounts(vault).by_id(connection, eve.user_id)
    assert found is not None
    assert "eve@example.com" == found.email


def test_a_value_belongs_to_its_person_and_its_field() -> None:
    ring = KeyRing.new()
    vault = Vault(lambda: ring)
    ada, eve = vault.new_key(uuid7()), vault.new_key(uuid7())
    sealed = vault.seal(ada, "email", EMAIL)
    assert EMAIL == vault.open(ada, "email", sealed)
    for key, field, value in (
        (eve, "email", sealed),
        (ada, "totp", sealed),
        (ada, "email", sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (ada, "email", b""),
    ):
        with pytest.raises(KeyRingError):
            vault.open(key, field, value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"active": "1", "keys": {}, "index": ""}',
        '{"active": "1", "keys": {"1": "eA=="}, "index": "eA=="}',
    ],
)
def test_a_ring_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(KeyRingError):
        KeyRing.parse(text)
