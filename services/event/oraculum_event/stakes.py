"""What people put up for events, asked of wallet: each transfer under an id derived from what it is for.

So it is made once, however often it is asked and whoever died meanwhile.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Final
from uuid import UUID

import grpc.aio

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum.wallet.v1.wallet_service_pb2_grpc import WalletServiceStub
from oraculum_event.records import Charge, Dispute
from oraculum_kit.errors import ServiceError, Unavailable
from oraculum_kit.ids import derived
from oraculum_money import Units

SAFE: Final = (
    "/oraculum.wallet.v1.WalletService/CreateTransfers",
    "/oraculum.wallet.v1.WalletService/LookupTransfers",
)
_DONE: Final = frozenset({pb.TRANSFER_RESULT_CREATED, pb.TRANSFER_RESULT_EXISTS})
# What says that the person cannot pay; anything else that is not done is a defect or passes.
_CANNOT: Final = frozenset({pb.TRANSFER_RESULT_INSUFFICIENT_FUNDS, pb.TRANSFER_RESULT_FROZEN})
_HOUSE: Final = pb.AccountName(kind=pb.ACCOUNT_KIND_HOUSE)
_FEES: Final = pb.AccountName(kind=pb.ACCOUNT_KIND_FEES)


class Paid(Enum):
    """How a person's payment ended."""

    DONE = "done"
    REFUSED = "refused"


class StakeRefused(ServiceError):
    """Wallet refused a transfer that must not be refused."""

    reason = "STAKE_REFUSED"


class Stakes:
    """Moves what people put up."""

    def __init__(self, wallet: grpc.aio.Channel) -> None:
        self._wallet = WalletServiceStub(wallet)

    async def charge(self, charge: Charge) -> Paid:
        """Take the fee and the subsidy of a publication, both or neither."""
        return await self._take(_charges(charge))

    async def return_charge(self, charge: Charge) -> None:
        """Give back what was taken of a publication, if anything was."""
        units = await self._found(_charges(charge))
        if units:
            await self._give(_of_charge(charge, "creation-return", _HOUSE, units, back=True))

    async def hold_bond(self, dispute: Dispute) -> Paid:
        """Put the money behind a dispute aside."""
        return await self._take([_held(dispute)])

    async def return_bond(self, dispute: Dispute) -> None:
        """Give a bond back, if it ever was held."""
        if await self._found([_held(dispute)]):
            kind = pb.TRANSFER_KIND_BOND_RETURN
            await self._give(
                _of_dispute(dispute, "bond-return", kind, _bond(dispute.user_id), _user(dispute.user_id))
            )

    async def forfeit_bond(self, dispute: Dispute) -> None:
        """Give a bond to the house."""
        kind = pb.TRANSFER_KIND_BOND_FORFEIT
        await self._give(_of_dispute(dispute, "bond-forfeit", kind, _bond(dispute.user_id), _HOUSE))

    async def _found(self, transfers: Sequence[pb.Transfer]) -> Units:
        """What these transfers moved, as far as they happened."""
        found = await self._wallet.LookupTransfers(
            pb.LookupTransfersRequest(transfer_ids=[transfer.transfer_id for transfer in transfers])
        )
        return Units(sum(transfer.amount.units for transfer in found.transfers))

    async def _take(self, transfers: Sequence[pb.Transfer]) -> Paid:
        answers = await self._make(transfers)
        results = {answer.result for answer in answers}
        if results <= _DONE:
            return Paid.DONE
        if results & _CANNOT:
            return Paid.REFUSED
        raise _refused(answers)

    async def _give(self, transfer: pb.Transfer) -> None:
        answers = await self._make([transfer])
        if answers[0].result not in _DONE:
            raise _refused(answers)

    async def _make(self, transfers: Sequence[pb.Transfer]) -> list[pb.TransferAnswer]:
        response = await self._wallet.CreateTransfers(pb.CreateTransfersRequest(transfers=transfers))
        return list(response.answers)


def _refused(answers: Sequence[pb.TransferAnswer]) -> ServiceError:
    names = ", ".join(pb.TransferResult.Name(answer.result) for answer in answers)
    if any(answer.result in _CANNOT for answer in answers):
        # The house has too little, or is frozen: an operator is told by the job that waits.
        return Unavailable(f"wallet cannot pay now: {names}")
    return StakeRefused(names)


def _charges(charge: Charge) -> list[pb.Transfer]:
    """Fee and subsidy, linked: both are taken or neither."""
    subsidy = _of_charge(charge, "creation-subsidy", _HOUSE, charge.subsidy_units)
    if not charge.fee_units:
        return [subsidy]
    fee = _of_charge(charge, "creation-fee", _FEES, charge.fee_units)
    fee.linked = True
    return [fee, subsidy]


def _of_charge(
    charge: Charge, purpose: str, other: pb.AccountName, units: Units, *, back: bool = False
) -> pb.Transfer:
    user = _user(charge.user_id)
    return _transfer(
        str(derived(purpose, charge.event_id, charge.publication)),
        pb.TRANSFER_KIND_CREATION_RETURN if back else pb.TRANSFER_KIND_CREATION,
        (other, user) if back else (user, other),
        Amount(units=units, asset=charge.asset),
        event_id=charge.event_id,
        reference_id=charge.event_id,
    )


def _held(dispute: Dispute) -> pb.Transfer:
    kind = pb.TRANSFER_KIND_BOND
    return _of_dispute(dispute, "bond", kind, _user(dispute.user_id), _bond(dispute.user_id))


def _of_dispute(
    dispute: Dispute,
    purpose: str,
    kind: pb.TransferKind.ValueType,
    debit: pb.AccountName,
    credit: pb.AccountName,
) -> pb.Transfer:
    return _transfer(
        str(derived(purpose, dispute.dispute_id)),
        kind,
        (debit, credit),
        Amount(units=dispute.bond_units, asset=dispute.asset),
        event_id=dispute.event_id,
        reference_id=dispute.dispute_id,
    )


def _transfer(
    transfer_id: str,
    kind: pb.TransferKind.ValueType,
    sides: tuple[pb.AccountName, pb.AccountName],
    amount: Amount,
    *,
    event_id: UUID,
    reference_id: UUID,
) -> pb.Transfer:
    """A transfer that moves at once, from the first side to the second."""
    return pb.Transfer(
        transfer_id=transfer_id,
        phase=pb.TRANSFER_PHASE_POSTED,
        kind=kind,
        debit=sides[0],
        credit=sides[1],
        amount=amount,
        event_id=str(event_id),
        reference_id=str(reference_id),
    )


def _user(user_id: UUID) -> pb.AccountName:
    return pb.AccountName(kind=pb.ACCOUNT_KIND_USER, owner_id=str(user_id))


def _bond(user_id: UUID) -> pb.AccountName:
    return pb.AccountName(kind=pb.ACCOUNT_KIND_DISPUTE_BOND, owner_id=str(user_id))
