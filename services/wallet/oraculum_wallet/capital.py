"""The operator's capital: the house's first money is a recorded transfer like any other.

In development a configured amount of each asset is put in when wallet starts; the process is not ready before. In
production nothing is put in by itself; an operator does it, once per key:

    python -m oraculum_wallet.capital --asset USDC --amount 100000.00 --key 2026-11-opening
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from oraculum_kit import outbox
from oraculum_kit.config import Environment
from oraculum_kit.db import Database, DatabaseConfig
from oraculum_kit.ids import derived
from oraculum_kit.process import run
from oraculum_money import ASSETS, MoneyError, Units, parse_units
from oraculum_wallet import events
from oraculum_wallet.accounts import AccountKind, account
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.repository import ledger as repository
from oraculum_wallet.transfers import Phase, Result, Transfer, TransferKind

_log = structlog.stdlib.get_logger(__name__)

AT_START: Final = "start"


class CapitalMissingError(Exception):
    """The house has not got its first money yet."""


async def add_capital(database: Database, ledger: Ledger, *, key: str, asset: str, units: Units) -> Result:
    """Move capital to the house, once per key and asset."""
    transfer = Transfer(
        str(derived("capital", key, asset)),
        Phase.POSTED,
        TransferKind.CAPITAL,
        account(AccountKind.CAPITAL, "", asset),
        account(AccountKind.HOUSE, "", asset),
        asset,
        units,
    )
    async with database.transaction() as connection:
        (answer,) = await ledger.apply(connection, [transfer])
        if answer.result is Result.CREATED:
            now = await repository.database_time(connection)
            await outbox.add_many(connection, [events.capital_added(transfer.id, asset, units, now)])
    return answer.result


class StartingCapital:
    """Puts in what development begins with."""

    def __init__(self, database: Database, ledger: Ledger, amounts: Mapping[str, Units]) -> None:
        self._database = database
        self._ledger = ledger
        self._missing = dict(amounts)

    async def ready(self) -> None:
        """A check for readiness that sees to it: no market could open before the house has money to subsidise it."""
        for asset, units in list(self._missing.items()):
            result = await add_capital(self._database, self._ledger, key=AT_START, asset=asset, units=units)
            if result is Result.EXISTS_DIFFERENT:
                _log.warning("capital.configured_differently", asset=asset, units=units)
            elif result not in {Result.CREATED, Result.EXISTS}:
                raise CapitalMissingError(f"{asset}: {result.name}")
            # Another check may have been as quick.
            self._missing.pop(asset, None)


def _arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m oraculum_wallet.capital", description="Put operator's capital into the house."
    )
    parser.add_argument("--asset", required=True, choices=sorted(ASSETS))
    parser.add_argument("--amount", required=True, help="in whole units, such as 100000.00")
    parser.add_argument("--key", required=True, help="names this act: the same key never moves money twice")
    return parser.parse_args(given)


async def main() -> None:
    """Put in what the arguments say."""
    arguments = _arguments(sys.argv[1:])
    try:
        units = parse_units(arguments.amount, ASSETS[arguments.asset])
    except MoneyError as error:
        sys.exit(f"--amount: {error}")
    if units <= 0 or arguments.key == AT_START:
        sys.exit("--amount must be positive" if units <= 0 else f"--key {AT_START} is taken by development")
    with Environment(os.environ) as environment:  # lint-allow kit-only: this command is a process of its own
        config = DatabaseConfig.read(environment)
    async with Database(config) as database:
        result = await add_capital(
            database, Ledger(database), key=arguments.key, asset=arguments.asset, units=units
        )
    sys.stdout.write(f"{result.name}: {arguments.amount} {arguments.asset} under the key {arguments.key}\n")
    if result not in {Result.CREATED, Result.EXISTS}:
        sys.exit(1)


if __name__ == "__main__":
    run(main)
