"""Explains a balance: each figure down to the entries, holds, reserves and proceeds that make it up.

An explanation adds up, or nobody sees it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from oraculum.prediction.v1.prediction_service_pb2 import Proceeds
from oraculum_kit.db import Connection, Database
from oraculum_money import ASSETS, Units
from oraculum_wallet import metrics
from oraculum_wallet.accounts import AccountKind, account
from oraculum_wallet.balances import Balances, PersonBalance
from oraculum_wallet.errors import LedgerDisagrees, TransactionNotFound
from oraculum_wallet.repository import accounts as accounts_repository
from oraculum_wallet.repository import explain as repository
from oraculum_wallet.repository import proof
from oraculum_wallet.repository.accounts import Stored
from oraculum_wallet.repository.books import Entry
from oraculum_wallet.repository.explain import Held, KindTotal
from oraculum_wallet.transfers import Phase

_log = structlog.stdlib.get_logger(__name__)

# Of holds and of reserves that are listed one by one.
LISTED_MAX: Final = 1000
READ_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class BalanceExplained:
    """A balance and what its figures are made of."""

    balance: PersonBalance
    totals: list[KindTotal]
    held: list[Held]
    held_beyond_units: Units
    arriving: list[Proceeds]
    # True while nobody can say what is arriving: nothing is listed then, which is not to say that nothing comes.
    arriving_unknown: bool


@dataclass(frozen=True, slots=True)
class EntryExplained:
    """An entry, the act that it is part of, and what the balance after it is made of."""

    entry: Entry
    counterparty: AccountKind
    act: list[Entry]
    opening_units: Units
    hold: Stored | None
    totals: list[KindTotal]


class Explanations:
    """Answers where a figure comes from."""

    def __init__(self, database: Database, balances: Balances) -> None:
        self._database = database
        self._balances = balances

    async def balance(self, user_id: str, asset: str) -> BalanceExplained:
        """What each figure of a person's balance is made of, all of one instant."""
        # Before the snapshot is taken, as for the balance itself.
        proceeds = await self._balances.proceeds(user_id)
        own = account(AccountKind.USER, user_id, asset)
        reserve = account(AccountKind.ORDER_RESERVE, user_id, asset)
        async with self._database.transaction() as connection:
            await proof.one_snapshot(connection, seconds=READ_SECONDS)
            balance, arriving = await self._balances.counted(connection, user_id, asset, proceeds or ())
            totals = await repository.kind_totals(connection, own.id)
            holds = await repository.open_holds(connection, own.id, LISTED_MAX)
            reserves = await repository.open_reserves(connection, reserve.id, LISTED_MAX)
        held = [*holds, *reserves]
        beyond = Units(balance.held_units - _sum(held))
        explained = BalanceExplained(balance, totals, held, beyond, arriving, proceeds is None)
        _check_balance(own.id, explained, complete=len(holds) < LISTED_MAX)
        return explained

    async def entry(self, user_id: str, transfer_id: str) -> EntryExplained:
        """One entry of a person, and how the balance after it came to be."""
        own = {account(AccountKind.USER, user_id, asset).id for asset in ASSETS}
        async with self._database.transaction() as connection:
            await proof.one_snapshot(connection, seconds=READ_SECONDS)
            found = await accounts_repository.transfers(connection, [transfer_id])
            if not found or not found[0].units or found[0].phase not in {Phase.POSTED, Phase.POST_PENDING}:
                raise TransactionNotFound(transfer_id=transfer_id)
            (stored,) = found
            if stored.debit_account_id in own:
                account_id, counterparty = stored.debit_account_id, AccountKind(stored.credit_kind)
            elif stored.credit_account_id in own:
                account_id, counterparty = stored.credit_account_id, AccountKind(stored.debit_kind)
            else:
                raise TransactionNotFound(transfer_id=transfer_id)
            together = await repository.entries_of_instant(connection, account_id, stored.posted_at)
            act = _act(together, transfer_id)
            position = (stored.posted_at, stored.number)
            totals = await repository.kind_totals(connection, account_id, position)
            hold = await _hold(connection, act)
        entry = next(each for each in act if each.transfer_id == transfer_id)
        opening = Units(act[0].balance_units - act[0].units)
        _check(
            account_id,
            (sum(total.units for total in totals), entry.balance_units),
            (opening + sum(each.units for each in act), act[-1].balance_units),
        )
        return EntryExplained(entry, counterparty, act, opening, hold, totals)


def _act(together: Sequence[Entry], transfer_id: str) -> list[Entry]:
    """The entries around one that belong to the same act: same event, same order, nothing else between."""
    place = next(n for n, each in enumerate(together) if each.transfer_id == transfer_id)
    subject = (together[place].event_id, together[place].reference_id)
    first = last = place
    if subject[1] is not None:
        while first > 0 and (together[first - 1].event_id, together[first - 1].reference_id) == subject:
            first -= 1
        while last + 1 < len(together) and (
            (together[last + 1].event_id, together[last + 1].reference_id) == subject
        ):
            last += 1
    return list(together[first : last + 1])


async def _hold(connection: Connection, act: Sequence[Entry]) -> Stored | None:
    made = await accounts_repository.transfers(connection, [entry.transfer_id for entry in act])
    pending_ids = [each.pending_id for each in made if each.pending_id is not None]
    holds = await accounts_repository.transfers(connection, pending_ids) if pending_ids else []
    return holds[0] if holds else None


def _sum(held: Sequence[Held]) -> int:
    return sum(item.units for item in held)


def _check_balance(account_id: str, explained: BalanceExplained, *, complete: bool) -> None:
    balance = explained.balance
    posted = sum(total.units for total in explained.totals)
    if complete:
        holds = _sum([item for item in explained.held if item.transfer_id])
        _check(account_id, (posted - holds, balance.available_units))
    _check(account_id, (sum(item.net.units for item in explained.arriving), balance.arriving_units))


def _check(account_id: str, *pairs: tuple[int, int]) -> None:
    if any(explained != told for explained, told in pairs):
        metrics.DISAGREEMENTS.inc()
        _log.error("explanation.does_not_add_up", account_id=account_id, pairs=pairs)
        raise LedgerDisagrees
