"""The house's first money: once per key, recorded like all other money."""

from typing import Any

import pytest

from oraculum.audit.v1.audit_pb2 import AuditFact
from oraculum_kit.db import Database
from oraculum_money import Units
from oraculum_wallet.accounts import AccountKind, account
from oraculum_wallet.capital import StartingCapital, add_capital
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.repository.ledger import lock_accounts
from oraculum_wallet.transfers import Result

HOUSE = account(AccountKind.HOUSE, "", "USDC")


async def house_units(database: Database) -> int:
    async with database.transaction() as connection:
        return sum(balance.posted_units for balance in await lock_accounts(connection, [HOUSE.id]))


async def add(database: Database, ledger: Ledger, key: str, units: int) -> Result:
    return await add_capital(database, ledger, key=key, asset="USDC", units=Units(units))


class TestAddCapital:
    async def test_a_key_counts_once(self, database: Database, ledger: Ledger) -> None:
        assert await add(database, ledger, "opening", 500) is Result.CREATED
        assert await add(database, ledger, "opening", 500) is Result.EXISTS
        assert await add(database, ledger, "opening", 600) is Result.EXISTS_DIFFERENT
        assert await add(database, ledger, "second", 100) is Result.CREATED
        assert await house_units(database) == 600

    async def test_the_audit_log_hears_of_it_once(self, database: Database, ledger: Ledger) -> None:
        for _ in range(2):
            await add(database, ledger, "opening", 500)
        async with database.connection() as connection:
            rows = await (await connection.execute("select topic, payload from outbox")).fetchall()
        ((topic, payload),) = rows
        fact = AuditFact.FromString(payload)
        assert (topic, fact.action, dict(fact.details)) == (
            "audit",
            "capital.added",
            {"asset": "USDC", "units": "500"},
        )

    async def test_capital_subsidises_a_market(self, database: Database, ledger: Ledger, make: Any) -> None:
        escrow = make.escrow()
        subsidy = make.posted(HOUSE, escrow, 500)
        assert [answer.result for answer in await ledger.create([subsidy])] == [Result.INSUFFICIENT_FUNDS]
        await add(database, ledger, "opening", 500)
        assert [answer.result for answer in await ledger.create([subsidy])] == [Result.CREATED]


class TestStartingCapital:
    async def test_every_start_finds_it_there(self, database: Database, ledger: Ledger) -> None:
        for _ in range(3):
            start = StartingCapital(database, ledger, {"USDC": Units(500), "SOL": Units(7)})
            await start.ready()
            await start.ready()
        assert await house_units(database) == 500

    async def test_another_amount_later_changes_nothing(self, database: Database, ledger: Ledger) -> None:
        await StartingCapital(database, ledger, {"USDC": Units(500)}).ready()
        await StartingCapital(database, ledger, {"USDC": Units(900)}).ready()
        assert await house_units(database) == 500

    async def test_while_the_database_is_away_it_is_not_ready(self, free_port: Any) -> None:
        away = Database(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
        start = StartingCapital(away, Ledger(away), {"USDC": Units(500)})
        with pytest.raises(Exception, match="pool"):
            await start.ready()
