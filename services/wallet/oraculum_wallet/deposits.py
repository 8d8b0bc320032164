"""Deposits: money comes in by a rail and is credited once.

The rail `demo` has no outside: it credits at once whatever is asked, within a limit, and exists in development only.
"""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from oraculum_kit import outbox
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import InvalidArgument, Violation
from oraculum_kit.idempotency import IdempotencyConflict
from oraculum_kit.identity import Identity, IdentityRules
from oraculum_kit.ids import derived
from oraculum_kit.validation import Violations
from oraculum_money import ASSETS, Units, format_units
from oraculum_wallet import accounts, events
from oraculum_wallet.accounts import AccountKind, account
from oraculum_wallet.errors import AccountFull, AccountLeaving, DepositNotFound
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.people import check_deposit, check_identity
from oraculum_wallet.repository import deposits as repository
from oraculum_wallet.repository import leaving
from oraculum_wallet.repository.deposits import Deposit, DepositStatus
from oraculum_wallet.transfers import Phase, Result, Transfer, TransferKind

DEMO: Final = "demo"

# Enough to play with. It bounds one deposit: where the many of one person end is for the ledger to say, see room.py.
WHOLE_UNITS_MAX: Final = 1_000_000


class Deposits:
    """Begins deposits and knows where they stand."""

    def __init__(
        self, database: Database, ledger: Ledger, rails: Collection[str], rules: IdentityRules
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._rails = frozenset(rails)
        self._rules = rules

    async def create(
        self,
        connection: Connection,
        *,
        user_id: UUID,
        says: Identity,
        rail: str,
        asset: str,
        units: Units,
        key: str,
    ) -> Deposit:
        """Credit a deposit in the caller's transaction; the same key finds the same deposit, for ever.

        `says` is what the person's token says of them.
        """
        self._check(rail, asset, units)
        deposit_id = derived("deposit", user_id, key)
        if await repository.deposit(connection, deposit_id, user_id) is None:
            # One that was made is found again, whatever holds for its person since.
            await check_identity(connection, user_id, says, self._rules, asset, units)
            await check_deposit(connection, user_id, asset, units)
        transfer_id = derived("deposit", user_id, key, "credit")
        transfer = Transfer(
            str(transfer_id),
            Phase.POSTED,
            TransferKind.DEPOSIT,
            accounts.rail(rail, self._ledger.shard(), asset),
            account(AccountKind.USER, str(user_id), asset),
            asset,
            units,
            reference_id=str(deposit_id),
        )
        (answer,) = await self._ledger.apply(connection, [transfer])
        if answer.result is Result.EXISTS_DIFFERENT:
            # Stored answers are forgotten after a day, the ledger forgets nothing.
            raise IdempotencyConflict
        if answer.full:
            raise AccountFull
        if answer.result is Result.FROZEN and await leaving.is_fenced(connection, user_id):
            raise AccountLeaving
        if not answer.succeeded:
            raise InvalidArgument(violations=[Violation("amount", answer.message or answer.result.name)])
        new = await repository.insert_deposit(
            connection,
            deposit_id=deposit_id,
            user_id=user_id,
            rail=rail,
            asset=asset,
            units=units,
            status=DepositStatus.CREDITED,
            transfer_id=transfer_id,
        )
        deposit = await self._stored(connection, deposit_id, user_id)
        if new:
            await outbox.add_many(connection, events.deposit_credited(deposit))
        return deposit

    async def get(self, deposit_id: UUID, user_id: UUID) -> Deposit:
        """One deposit of this person."""
        async with self._database.connection() as connection:
            return await self._stored(connection, deposit_id, user_id)

    async def _stored(self, connection: Connection, deposit_id: UUID, user_id: UUID) -> Deposit:
        found = await repository.deposit(connection, deposit_id, user_id)
        if found is None:
            raise DepositNotFound(deposit_id=deposit_id)
        return found

    def _check(self, rail: str, asset: str, units: Units) -> None:
        check = Violations()
        if rail not in self._rails:
            offered = ", ".join(sorted(self._rails)) or "none at present"
            check.refuse("rail", f"must be one of those offered: {offered}")
        if asset not in ASSETS:
            check.refuse("asset", f"must be one of {', '.join(ASSETS)}")
        else:
            most = Units(WHOLE_UNITS_MAX * ASSETS[asset].one)
            if not 0 < units <= most:
                check.refuse(
                    "amount", f"must be positive and at most {format_units(most, ASSETS[asset])} {asset}"
                )
        check.finish()
