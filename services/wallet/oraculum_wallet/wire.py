"""Transfers and kinds between the contract and the domain.

A transfer that makes no sense is not an error of the call: it is answered INVALID with the field's name, and harms no
other. So the rules here give sentences instead of raising, all but one: how many transfers a call may bring.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum_kit import timestamps
from oraculum_money import ASSETS, INT64_MAX, Units
from oraculum_wallet.accounts import (
    PERSONAL,
    SHARDED,
    Account,
    AccountKind,
    account,
    is_uuid,
    owner_complaint,
)
from oraculum_wallet.balances import PersonBalance
from oraculum_wallet.repository.books import Entry
from oraculum_wallet.repository.deposits import Deposit, DepositStatus
from oraculum_wallet.transfers import Answer, Phase, Result, Transfer, TransferKind

# By name, so that a number that differs from the contract's cannot go unnoticed.
KINDS: Final[dict[TransferKind, pb.TransferKind.ValueType]] = {
    kind: pb.TransferKind.Value(f"TRANSFER_KIND_{kind.name}") for kind in TransferKind
}
_KIND: Final[dict[int, TransferKind]] = {number: kind for kind, number in KINDS.items()}
_PHASE: Final = {pb.TransferPhase.Value(f"TRANSFER_PHASE_{phase.name}"): phase for phase in Phase}
_ACCOUNT_KIND: Final[dict[int, AccountKind]] = {
    pb.AccountKind.Value(f"ACCOUNT_KIND_{kind.name}"): kind for kind in AccountKind
}
_RESULTS: Final[dict[Result, pb.TransferResult.ValueType]] = {
    result: pb.TransferResult.Value(f"TRANSFER_RESULT_{result.name}") for result in Result
}
_DEPOSIT_STATUS: Final[dict[DepositStatus, pb.DepositStatus.ValueType]] = {
    status: pb.DepositStatus.Value(f"DEPOSIT_STATUS_{status.name}") for status in DepositStatus
}

# What enters and leaves the platform moves by wallet's own acts only: no peer, however confused, can mint money.
_OURS_ALONE: Final = frozenset({AccountKind.RAIL, AccountKind.CAPITAL})
_OUR_KINDS: Final = frozenset({TransferKind.DEPOSIT, TransferKind.WITHDRAWAL, TransferKind.CAPITAL})
# From whom to whom the money behind an order goes.
_RESERVING: Final = {
    TransferKind.RESERVE: (AccountKind.USER, AccountKind.ORDER_RESERVE),
    TransferKind.RELEASE: (AccountKind.ORDER_RESERVE, AccountKind.USER),
}
# From whom to whom goes what people put up for events and disputes. Its fee comes back out of the house: which of the
# accounts for fees it went to is nobody's business.
_STAKED: Final = {
    TransferKind.BOND: ({AccountKind.USER}, {AccountKind.DISPUTE_BOND}),
    TransferKind.BOND_RETURN: ({AccountKind.DISPUTE_BOND}, {AccountKind.USER}),
    TransferKind.BOND_FORFEIT: ({AccountKind.DISPUTE_BOND}, {AccountKind.HOUSE}),
    TransferKind.CREATION: ({AccountKind.USER}, {AccountKind.HOUSE, AccountKind.FEES}),
    TransferKind.CREATION_RETURN: ({AccountKind.HOUSE}, {AccountKind.USER}),
}
# A service that is named here moves money for nothing else, and nobody else moves money for that.
KINDS_OF: Final = {"event": frozenset(_STAKED)}
_ENDING: Final = frozenset({Phase.POST_PENDING, Phase.VOID_PENDING})

# What waits for longer should not be a pending transfer.
TIMEOUT_SECONDS_MAX: Final = 30 * 24 * 3600


class _Nonsense(Exception):
    """A field of a transfer makes no sense; the text names it and says why."""


def parse_transfer(message: pb.Transfer, shard: str) -> Transfer | Answer:
    """Read one transfer, or answer INVALID. Fees and rounding without an owner go to the shard."""
    try:
        return _transfer(message, shard)
    except _Nonsense as nonsense:
        return Answer(message.transfer_id, Result.INVALID, message=str(nonsense))


def kind(number: int) -> TransferKind | None:
    """What a transfer is for; None for a number that the contract does not have."""
    return _KIND.get(number)


def to_wire(answer: Answer) -> pb.TransferAnswer:
    """How one transfer ended."""
    return pb.TransferAnswer(
        transfer_id=answer.transfer_id,
        result=_RESULTS[answer.result],
        units=answer.units,
        message=answer.message,
    )


def amount(units: Units, asset: str) -> Amount:
    """An amount with its asset."""
    return Amount(units=units, asset=asset)


def deposit_to_wire(deposit: Deposit) -> pb.Deposit:
    """A deposit."""
    return pb.Deposit(
        deposit_id=str(deposit.id),
        rail=deposit.rail,
        amount=amount(deposit.units, deposit.asset),
        status=_DEPOSIT_STATUS[DepositStatus(deposit.status)],
        created_at=timestamps.to_wire(deposit.created_at),
        credited_at=timestamps.to_wire_optional(deposit.credited_at),
    )


def balance_to_wire(balance: PersonBalance) -> pb.Balance:
    """What a person has in one asset."""
    return pb.Balance(
        available=amount(balance.available_units, balance.asset),
        held=amount(balance.held_units, balance.asset),
        arriving=amount(balance.arriving_units, balance.asset),
    )


def entry_to_wire(entry: Entry) -> pb.Transaction:
    """One line in a person's books."""
    return pb.Transaction(
        transfer_id=entry.transfer_id,
        kind=KINDS[TransferKind(entry.kind)],
        amount=amount(entry.units, entry.asset),
        event_id=entry.event_id or "",
        reference_id=entry.reference_id or "",
        posted_at=timestamps.to_wire(entry.posted_at),
        balance_units=entry.balance_units,
    )


def confined(parsed: Sequence[Transfer | Answer], service: str | None) -> list[Transfer | Answer]:
    """Refuse what a service does not move money for."""
    own = KINDS_OF.get(service or "")
    if own is None:
        theirs = _STAKED.keys()
        return [
            _not_theirs(item) if isinstance(item, Transfer) and item.kind in theirs else item
            for item in parsed
        ]
    return [
        _not_theirs(item) if isinstance(item, Transfer) and item.kind not in own else item for item in parsed
    ]


def _not_theirs(transfer: Transfer) -> Answer:
    return Answer(transfer.id, Result.INVALID, message="kind: this service makes no transfers of this kind")


def account_named(name: pb.AccountName, asset: str) -> Account | str:
    """The account of this name, or what is wrong with the name."""
    account_kind = _ACCOUNT_KIND.get(name.kind)
    if account_kind is None:
        return "name.kind: must be given"
    if asset not in ASSETS:
        return f"asset: must be one of {', '.join(ASSETS)}"
    complaint = owner_complaint(account_kind, name.owner_id)
    return account(account_kind, name.owner_id, asset) if complaint is None else f"name.owner_id: {complaint}"


def _transfer(message: pb.Transfer, shard: str) -> Transfer:
    if not is_uuid(message.transfer_id):
        raise _Nonsense("transfer_id: must be a UUID in lower case")
    phase = _PHASE.get(message.phase)
    if phase is None:
        raise _Nonsense("phase: must be given")
    event_id = _id("event_id", message.event_id)
    if message.after_sequence < 0:
        raise _Nonsense("after_sequence: must not be negative")
    if message.after_sequence and event_id is None:
        raise _Nonsense("event_id: must be given to wait for its fills")
    if phase in _ENDING:
        return _ending(message, phase, event_id)
    return _beginning(message, phase, event_id, shard)


def _beginning(message: pb.Transfer, phase: Phase, event_id: str | None, shard: str) -> Transfer:
    transfer_kind = _transfer_kind(message)
    if transfer_kind is None:
        raise _Nonsense("kind: must be given")
    if message.pending_id:
        raise _Nonsense("pending_id: only a transfer that posts or voids has one")
    reference_id = _id("reference_id", message.reference_id)
    timeout_seconds = _timeout(message, phase, reference_id)
    asset, units = _amount(message)
    debit = _account("debit", message.debit, asset, shard)
    credit = _account("credit", message.credit, asset, shard)
    if debit.id == credit.id:
        raise _Nonsense("credit: must be another account than the debit")
    _check_reserve(phase, transfer_kind, debit, credit, event_id, reference_id)
    _check_staked(phase, transfer_kind, debit, credit, reference_id)
    return Transfer(
        message.transfer_id,
        phase,
        transfer_kind,
        debit,
        credit,
        asset,
        units,
        event_id=event_id,
        reference_id=reference_id,
        balancing=message.balancing_debit,
        after_sequence=message.after_sequence,
        timeout_seconds=timeout_seconds,
        linked=message.linked,
    )


def _check_reserve(
    phase: Phase,
    transfer_kind: TransferKind,
    debit: Account,
    credit: Account,
    event_id: str | None,
    reference_id: str | None,
) -> None:
    """Peers put money of a person behind an order of theirs, or give it back; what else leaves a reserve are fills."""
    sides = _RESERVING.get(transfer_kind)
    if sides is None:
        if AccountKind.ORDER_RESERVE in {debit.kind, credit.kind}:
            raise _Nonsense("kind: a reserve is filled by RESERVE and emptied by RELEASE")
        return
    if (debit.kind, credit.kind) != sides or debit.owner_id != credit.owner_id:
        raise _Nonsense("debit: a person and their own reserve are the two sides")
    if phase is not Phase.POSTED:
        raise _Nonsense("phase: money moves into and out of a reserve at once")
    if event_id is None or reference_id is None:
        raise _Nonsense("reference_id: must name the order, and event_id its event")


def _check_staked(
    phase: Phase, transfer_kind: TransferKind, debit: Account, credit: Account, reference_id: str | None
) -> None:
    """What people put up for an event or a dispute goes where its kind says, at once, and names what it is for."""
    sides = _STAKED.get(transfer_kind)
    if sides is None:
        if AccountKind.DISPUTE_BOND in {debit.kind, credit.kind}:
            raise _Nonsense("kind: a bond is put up by BOND and ends by BOND_RETURN or BOND_FORFEIT")
        return
    if debit.kind not in sides[0] or credit.kind not in sides[1]:
        raise _Nonsense(f"debit: a transfer of the kind {transfer_kind.name} is between other accounts")
    between_own = AccountKind.DISPUTE_BOND in {debit.kind, credit.kind} and credit.kind in PERSONAL
    if between_own and debit.owner_id != credit.owner_id:
        raise _Nonsense("credit: a person and their own bond are the two sides")
    if phase is not Phase.POSTED:
        raise _Nonsense("phase: it moves at once")
    if reference_id is None:
        raise _Nonsense("reference_id: must name what it is for")


def _ending(message: pb.Transfer, phase: Phase, event_id: str | None) -> Transfer:
    if not is_uuid(message.pending_id) or message.pending_id == message.transfer_id:
        raise _Nonsense("pending_id: must be the UUID of another transfer")
    if message.HasField("debit") or message.HasField("credit"):
        name = "debit" if message.HasField("debit") else "credit"
        raise _Nonsense(f"{name}: the pending transfer says between whom")
    if message.balancing_debit:
        raise _Nonsense("balancing_debit: the pending transfer has reserved the amount")
    if message.timeout_seconds:
        raise _Nonsense("timeout_seconds: only a pending transfer has one")
    if phase is Phase.POST_PENDING:
        asset, units = _amount(message)
    elif message.HasField("amount"):
        raise _Nonsense("amount: a void releases all that is pending")
    else:
        asset, units = "", Units(0)
    return Transfer(
        message.transfer_id,
        phase,
        _transfer_kind(message),
        asset=asset,
        units=units,
        pending_id=message.pending_id,
        event_id=event_id,
        reference_id=_id("reference_id", message.reference_id),
        after_sequence=message.after_sequence,
        linked=message.linked,
    )


def _timeout(message: pb.Transfer, phase: Phase, reference_id: str | None) -> int | None:
    seconds = message.timeout_seconds
    if phase is not Phase.PENDING:
        if seconds:
            raise _Nonsense("timeout_seconds: only a pending transfer has one")
        return None
    if reference_id is not None:
        if seconds:
            raise _Nonsense("timeout_seconds: what names an order ends by the order's fate, never by time")
        return None
    if not seconds:
        raise _Nonsense(
            "reference_id: must name the order, or timeout_seconds an end: nobody could settle what a crash"
            " leaves pending"
        )
    if not 0 < seconds <= TIMEOUT_SECONDS_MAX:
        raise _Nonsense(f"timeout_seconds: must be positive and at most {TIMEOUT_SECONDS_MAX}")
    return seconds


def _transfer_kind(message: pb.Transfer) -> TransferKind | None:
    if not message.kind:
        return None
    found = _KIND.get(message.kind)
    if found is None:
        raise _Nonsense("kind: is not known")
    if found in _OUR_KINDS:
        raise _Nonsense(f"kind: wallet alone makes transfers of the kind {found.name}")
    return found


def _amount(message: pb.Transfer) -> tuple[str, Units]:
    amount = message.amount
    if amount.asset not in ASSETS:
        raise _Nonsense(f"amount.asset: must be one of {', '.join(ASSETS)}")
    if not 0 < amount.units <= INT64_MAX:
        raise _Nonsense("amount.units: must be positive")
    return amount.asset, Units(amount.units)


def _account(field: str, name: pb.AccountName, asset: str, shard: str) -> Account:
    try:
        return _named(name.kind, name.owner_id or shard, asset, not name.owner_id)
    except _Nonsense as nonsense:
        raise _Nonsense(f"{field}.{nonsense}") from None


@lru_cache(maxsize=100_000)
def _named(number: int, owner_id: str, asset: str, chosen: bool) -> Account:  # noqa: FBT001  a key of the cache
    """The account of a name that was checked before, as nearly all are; `chosen` where the owner is our choice."""
    account_kind = _ACCOUNT_KIND.get(number)
    if account_kind is None:
        raise _Nonsense("kind: must be given")
    if account_kind in _OURS_ALONE:
        raise _Nonsense(f"kind: wallet alone moves money of the kind {account_kind.name}")
    if chosen and account_kind not in SHARDED:
        owner_id = ""
    complaint = owner_complaint(account_kind, owner_id)
    if complaint is not None:
        raise _Nonsense(f"owner_id: {complaint}")
    return account(account_kind, owner_id, asset)


def _id(field: str, text: str) -> str | None:
    if not text:
        return None
    if not is_uuid(text):
        raise _Nonsense(f"{field}: must be a UUID in lower case")
    return text
