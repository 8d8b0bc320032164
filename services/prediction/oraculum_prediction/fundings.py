"""The subsidies that markets open with: from the house into the escrow, and back where the market never comes.

A row stands in `funding` before the money moves, and goes with the transaction that writes the market. Whoever dies in between
is asked for again by `event`, and meets the same transfer. Where nobody asks any more, the sweep gives the row up, so that a
late commit fails, and only then brings the money back: it makes the transfer that may or may not have been made, under its
very id, and one in the other direction. So it does not matter what a process did that died, or does that wakes up.
"""

from typing import Any, Final
from uuid import UUID

import structlog

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.wallet.v1 import wallet_service_pb2 as wallet
from oraculum_kit.db import Database
from oraculum_kit.errors import Internal, ServiceError, Unavailable
from oraculum_kit.ids import derived
from oraculum_money import Units
from oraculum_prediction import metrics
from oraculum_prediction.errors import HouseFundsShort, MarketExists
from oraculum_prediction.repository import fundings as repository
from oraculum_prediction.repository.fundings import Funding
from oraculum_prediction.turns import Turns

_log = structlog.stdlib.get_logger(__name__)

_DONE: Final = frozenset({wallet.TRANSFER_RESULT_CREATED, wallet.TRANSFER_RESULT_EXISTS})
_REFUSED: Final = frozenset(
    {wallet.TRANSFER_RESULT_INSUFFICIENT_FUNDS, wallet.TRANSFER_RESULT_EXISTS_DIFFERENT}
)
_HOUSE: Final = wallet.AccountName(kind=wallet.ACCOUNT_KIND_HOUSE)

# By then whoever was to open the market has come back and asked again, or never will.
GIVEN_UP_SECONDS: Final = 3_600.0
_AT_ONCE: Final = 100


class Fundings:
    """Moves the money that markets open with. `wallet_stub` is wallet's, over the kit's channel."""

    def __init__(
        self,
        database: Database,
        wallet_stub: Any,
        *,
        given_up_seconds: float = GIVEN_UP_SECONDS,
        at_once: int = _AT_ONCE,
    ) -> None:
        self._database = database
        self._wallet = wallet_stub
        self._given_up_seconds = given_up_seconds
        self._turns = Turns(at_once)

    async def fund(self, event_id: UUID, asset: str, subsidy_units: Units) -> Funding:
        """Move a subsidy into the escrow of a market that is to be written, and be `end`ed, next."""
        async with self._database.transaction() as connection:
            funding = await repository.begin(connection, event_id, asset, subsidy_units)
        if funding is None or funding.given_up:
            # It is being returned, or the market was written this moment: who asks again is told.
            raise Unavailable(retry_after_seconds=1)
        if (funding.asset, funding.subsidy_units) != (asset, subsidy_units):
            raise MarketExists(event_id=event_id)
        await self._move(funding)
        return funding

    async def sweep(self) -> int:
        """Bring back the subsidies of markets that never came; how many that were."""
        async with self._database.transaction() as connection:
            lost = await repository.give_up(
                connection, self._given_up_seconds, self._turns.after, self._turns.page
            )
        self._turns.seen([funding.event_id for funding in lost])
        returned = 0
        for funding in lost:
            try:
                await self._return(funding)
            except HouseFundsShort:
                # It was never moved, and cannot be now; it is looked at again for as long as it might be.
                continue
            except ServiceError as error:
                # An account that is frozen, or wallet is away: it keeps nobody else's waiting.
                _log.warning("funding.not_returned", event_id=str(funding.event_id), reason=error.reason)
                continue
            returned += 1
        metrics.FUNDINGS_RETURNED.inc(returned)
        return returned

    async def _return(self, funding: Funding) -> None:
        await self._move(funding)
        await self._make(_returned(funding))
        async with self._database.transaction() as connection:
            await repository.returned(connection, funding)
        _log.warning(
            "funding.returned",
            event_id=str(funding.event_id),
            units=funding.subsidy_units,
            asset=funding.asset,
        )

    async def _move(self, funding: Funding) -> None:
        result = await self._make(_moved(funding))
        if result == wallet.TRANSFER_RESULT_INSUFFICIENT_FUNDS:
            raise HouseFundsShort(subsidy_units=funding.subsidy_units, asset=funding.asset)
        if result == wallet.TRANSFER_RESULT_EXISTS_DIFFERENT:
            raise MarketExists(event_id=funding.event_id)

    async def _make(self, transfer: wallet.Transfer) -> int:
        response = await self._wallet.CreateTransfers(wallet.CreateTransfersRequest(transfers=[transfer]))
        (answer,) = response.answers
        if answer.result in _DONE or answer.result in _REFUSED:
            return int(answer.result)
        _log.error(
            "market.not_funded",
            event_id=transfer.event_id,
            transfer_id=transfer.transfer_id,
            result=answer.result,
            message=answer.message,
        )
        raise Internal


def _moved(funding: Funding) -> wallet.Transfer:
    return _transfer(funding, "subsidy", wallet.TRANSFER_KIND_SUBSIDY, _HOUSE, _escrow(funding))


def _returned(funding: Funding) -> wallet.Transfer:
    kind = wallet.TRANSFER_KIND_HOUSE_RESULT
    return _transfer(funding, "subsidy returned", kind, _escrow(funding), _HOUSE)


def _escrow(funding: Funding) -> wallet.AccountName:
    return wallet.AccountName(kind=wallet.ACCOUNT_KIND_EVENT_ESCROW, owner_id=str(funding.event_id))


def _transfer(
    funding: Funding,
    purpose: str,
    kind: wallet.TransferKind.ValueType,
    debit: wallet.AccountName,
    credit: wallet.AccountName,
) -> wallet.Transfer:
    owner = str(funding.event_id)
    # The first try has the id that it had when there was only one.
    number = (funding.attempt,) if funding.attempt else ()
    return wallet.Transfer(
        transfer_id=str(derived(purpose, funding.event_id, *number)),
        phase=wallet.TRANSFER_PHASE_POSTED,
        kind=kind,
        debit=debit,
        credit=credit,
        amount=Amount(units=funding.subsidy_units, asset=funding.asset),
        event_id=owner,
        reference_id=owner,
    )
