"""What was paid wrongly may lie behind an order that rests: it comes home before it is taken back.

An order's reserve is the order's, and nobody but its fills and its end draws on it. So the purchases end of whoever owes more
than they have free, and only theirs; what lay behind them is with them again as soon as wallet has heard so. How much lies
there only wallet knows, and it is asked each time anew: whatever dies meanwhile, nobody is thought to have spent what is on
its way.
"""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Final
from uuid import UUID

import structlog

from oraculum.wallet.v1 import wallet_service_pb2 as wallet
from oraculum_kit.db import Database
from oraculum_kit.errors import ServiceError, Unavailable
from oraculum_kit.retries import Backoff
from oraculum_money import Units
from oraculum_prediction.commands import Commands
from oraculum_prediction.repository import settlements as repository
from oraculum_prediction.repository.settlements import Payment, Settlement

_log = structlog.stdlib.get_logger(__name__)

# Wallet hears of an end within a second; past this others go first.
_WAITS: Final = Backoff(first_seconds=0.05, longest_seconds=1.0)
_ATTEMPTS_MAX: Final = 8
_TIMEOUT_SECONDS: Final = 10.0
# Two accounts each, of the hundred that wallet looks up at once.
_PEOPLE_AT_ONCE: Final = 50
_KINDS: Final = (wallet.ACCOUNT_KIND_USER, wallet.ACCOUNT_KIND_ORDER_RESERVE)


class MoneyParked(Unavailable):
    """What is to be taken back lies behind orders that rest, and has not come home yet."""

    reason = "MONEY_PARKED"


class Parked:
    """Brings money home that is to be taken back."""

    def __init__(self, database: Database, wallet_stub: Any, commands: Commands) -> None:
        self._database = database
        self._wallet = wallet_stub
        self._commands = commands

    async def bring_home(self, settlement: Settlement, owing: Sequence[Payment]) -> dict[UUID, ServiceError]:
        """End the purchases of those who owe more than they have free; whose money has not come home by now."""
        waiting = await self._short(settlement.asset, owing)
        for wait in islice(_WAITS, _ATTEMPTS_MAX):
            if not waiting:
                break
            # Each time: they may have placed others.
            await self._end_purchases(settlement, waiting)
            await asyncio.sleep(wait)
            waiting = await self._short(settlement.asset, waiting)
        return {payment.person.user_id: MoneyParked() for payment in waiting}

    async def _end_purchases(self, settlement: Settlement, owing: Sequence[Payment]) -> None:
        people = [payment.person.user_id for payment in owing]
        async with self._database.connection() as connection:
            purchases = await repository.resting_purchases(connection, people, settlement.asset)
        for user_id, event_id in purchases:
            try:
                await self._commands.cancel_all(user_id, event_id, purchases_only=True)
            except ServiceError as error:
                # Its market may be closing this moment, which ends what rests there, too.
                _log.warning(
                    "settlement.purchases_rest_on",
                    event_id=str(event_id),
                    user_id=str(user_id),
                    reason=error.reason,
                )

    async def _short(self, asset: str, owing: Sequence[Payment]) -> list[Payment]:
        """Who owes more than they have free, and has something behind orders."""
        short: list[Payment] = []
        for start in range(0, len(owing), _PEOPLE_AT_ONCE):
            some = owing[start : start + _PEOPLE_AT_ONCE]
            request = wallet.LookupAccountsRequest(
                names=[
                    wallet.AccountInAsset(
                        name=wallet.AccountName(kind=kind, owner_id=str(payment.person.user_id)), asset=asset
                    )
                    for payment in some
                    for kind in _KINDS
                ]
            )
            found = (await self._wallet.LookupAccounts(request, timeout=_TIMEOUT_SECONDS)).accounts
            free = {(each.name.kind, each.name.owner_id): _free_units(each) for each in found}
            short += [payment for payment in some if _is_short(payment, free)]
        return short


def _is_short(payment: Payment, free: Mapping[tuple[int, str], Units]) -> bool:
    user, reserve = (free.get((kind, str(payment.person.user_id)), Units(0)) for kind in _KINDS)
    return user < -payment.moved_units and reserve > 0


def _free_units(account: wallet.Account) -> Units:
    return Units(account.credits_posted_units - account.debits_posted_units - account.debits_pending_units)
