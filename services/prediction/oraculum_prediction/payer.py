"""What a settlement asks of wallet: each transfer under an id derived from what it is for, so that it is made once."""

import asyncio
from collections.abc import Sequence
from itertools import islice
from typing import Any, Final
from uuid import UUID

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.wallet.v1 import wallet_service_pb2 as wallet
from oraculum_kit.errors import ServiceError, Unavailable
from oraculum_kit.ids import derived
from oraculum_kit.retries import Backoff
from oraculum_money import Units
from oraculum_prediction.errors import HouseFundsShort
from oraculum_prediction.repository.settlements import Payment, Settlement

_DONE: Final = frozenset({wallet.TRANSFER_RESULT_CREATED, wallet.TRANSFER_RESULT_EXISTS})
_HOUSE: Final = wallet.AccountName(kind=wallet.ACCOUNT_KIND_HOUSE)
_ROUNDING: Final = wallet.AccountName(kind=wallet.ACCOUNT_KIND_ROUNDING)

# Wallet applies fills within a second; past this the job itself waits.
_BEHIND_WAITS: Final = Backoff(first_seconds=0.05, longest_seconds=1.0)
_BEHIND_ATTEMPTS_MAX: Final = 10
_TIMEOUT_SECONDS: Final = 10.0


class TransferRefused(ServiceError):
    """Wallet refused a transfer of a settlement, which must not happen."""

    reason = "TRANSFER_REFUSED"


class Payer:
    """Moves the money of settlements."""

    def __init__(self, stub: Any) -> None:
        self._stub = stub

    async def pay(self, settlement: Settlement, payments: Sequence[Payment]) -> dict[UUID, TransferRefused]:
        """Pay people out of the escrow: who was refused, and why. The others are paid, by this call or by an earlier one."""
        kind = wallet.TRANSFER_KIND_REFUND if settlement.refunded else wallet.TRANSFER_KIND_PAYOUT
        answers = await self._make(
            [
                _transfer(
                    settlement,
                    "payout",
                    payment.moved_units,
                    kind=kind,
                    debit=_escrow(settlement),
                    credit=_user(payment),
                    subject=str(payment.person.user_id),
                )
                for payment in payments
            ]
        )
        return _refused(payments, answers)

    async def take_back(
        self, settlement: Settlement, owing: Sequence[Payment]
    ) -> tuple[list[Payment], dict[UUID, TransferRefused]]:
        """Take from people what they owe, or as much of it as they have free; what was taken is negative too.

        And of whom nothing could be taken because wallet refuses it, and why.
        """
        answers = await self._make(
            [
                _transfer(
                    settlement,
                    "taken back",
                    Units(-payment.moved_units),
                    kind=wallet.TRANSFER_KIND_ADJUSTMENT,
                    debit=_user(payment),
                    credit=_escrow(settlement),
                    subject=str(payment.person.user_id),
                    balancing=True,
                )
                for payment in owing
            ]
        )
        taken = [
            payment._replace(moved_units=Units(-answer.units))
            for payment, answer in zip(owing, answers, strict=True)
            if answer.result in _DONE
        ]
        return taken, _refused(owing, answers)

    async def make_good(self, settlement: Settlement, due_units: Units) -> None:
        """Let the house put into the escrow what a revision is yet to pay."""
        if not due_units:
            return
        (answer,) = await self._make(
            [
                _transfer(
                    settlement,
                    "made good",
                    due_units,
                    kind=wallet.TRANSFER_KIND_ADJUSTMENT,
                    debit=_HOUSE,
                    credit=_escrow(settlement),
                )
            ]
        )
        if answer.result == wallet.TRANSFER_RESULT_INSUFFICIENT_FUNDS:
            raise HouseFundsShort(subsidy_units=due_units, asset=settlement.asset)
        _all_done([answer])

    async def empty(self, settlement: Settlement, rounding_units: Units) -> Units:
        """Move dust to the account for rounding and all the rest to the house; what the house got."""
        transfers = []
        if rounding_units:
            transfers.append(
                _transfer(
                    settlement,
                    "rounding",
                    rounding_units,
                    kind=wallet.TRANSFER_KIND_HOUSE_RESULT,
                    debit=_escrow(settlement),
                    credit=_ROUNDING,
                )
            )
        # The most that can be there. Balancing moves what is there, and the same again for the same id.
        most_units = settlement.escrow_units
        if settlement.corrects:
            most_units = Units(settlement.taken_back_units + settlement.paid_units)
        if most_units:
            transfers.append(
                _transfer(
                    settlement,
                    "house result",
                    most_units,
                    kind=wallet.TRANSFER_KIND_HOUSE_RESULT,
                    debit=_escrow(settlement),
                    credit=_HOUSE,
                    balancing=True,
                )
            )
        answers = await self._make(transfers)
        _all_done(answers)
        return Units(answers[-1].units) if most_units else Units(0)

    async def _make(self, transfers: Sequence[wallet.Transfer]) -> list[wallet.TransferAnswer]:
        """Make transfers; wait a little while wallet has not applied the market's last fill."""
        if not transfers:
            return []
        request = wallet.CreateTransfersRequest(transfers=transfers)
        for wait in islice(_BEHIND_WAITS, _BEHIND_ATTEMPTS_MAX):
            response = await self._stub.CreateTransfers(request, timeout=_TIMEOUT_SECONDS)
            if all(answer.result != wallet.TRANSFER_RESULT_BEHIND for answer in response.answers):
                return list(response.answers)
            await asyncio.sleep(wait)
        raise Unavailable("Wallet has not applied the last fills of the market yet.")


def _all_done(answers: Sequence[wallet.TransferAnswer]) -> None:
    for answer in answers:
        if answer.result not in _DONE:
            raise _refusal(answer)


def _refused(
    payments: Sequence[Payment], answers: Sequence[wallet.TransferAnswer]
) -> dict[UUID, TransferRefused]:
    return {
        payment.person.user_id: _refusal(answer)
        for payment, answer in zip(payments, answers, strict=True)
        if answer.result not in _DONE
    }


def _refusal(answer: wallet.TransferAnswer) -> TransferRefused:
    return TransferRefused(
        transfer_id=answer.transfer_id,
        result=wallet.TransferResult.Name(answer.result),
        detail=answer.message,
    )


def _user(payment: Payment) -> wallet.AccountName:
    return wallet.AccountName(kind=wallet.ACCOUNT_KIND_USER, owner_id=str(payment.person.user_id))


def _escrow(settlement: Settlement) -> wallet.AccountName:
    return wallet.AccountName(kind=wallet.ACCOUNT_KIND_EVENT_ESCROW, owner_id=str(settlement.event_id))


def _transfer(
    settlement: Settlement,
    purpose: str,
    units: Units,
    *,
    kind: wallet.TransferKind.ValueType,
    debit: wallet.AccountName,
    credit: wallet.AccountName,
    subject: str = "",
    balancing: bool = False,
) -> wallet.Transfer:
    event_id = str(settlement.event_id)
    return wallet.Transfer(
        transfer_id=str(derived(purpose, event_id, settlement.revision, subject, settlement.asset)),
        phase=wallet.TRANSFER_PHASE_POSTED,
        kind=kind,
        debit=debit,
        credit=credit,
        amount=Amount(units=units, asset=settlement.asset),
        event_id=event_id,
        reference_id=event_id,
        balancing_debit=balancing,
        after_sequence=settlement.sequence,
    )
