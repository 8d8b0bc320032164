"""Transfers: what is asked of the ledger, what it records, and how it answers."""

from enum import IntEnum
from typing import NamedTuple

from oraculum_money import Units
from oraculum_wallet.accounts import Account, AccountKind, shards


class Phase(IntEnum):
    """What a transfer does; the numbers are the contract's and the table's."""

    POSTED = 1
    PENDING = 2
    POST_PENDING = 3
    VOID_PENDING = 4


class TransferKind(IntEnum):
    """What a transfer is for; the numbers are the contract's and the table's."""

    DEPOSIT = 1
    WITHDRAWAL = 2
    BET = 3
    SALE = 4
    PAYOUT = 5
    REFUND = 6
    FEE = 7
    SUBSIDY = 8
    HOUSE_RESULT = 9
    CAPITAL = 10
    ADJUSTMENT = 11
    RESERVE = 12
    RELEASE = 13
    BOND = 14
    BOND_RETURN = 15
    BOND_FORFEIT = 16
    CREATION = 17
    CREATION_RETURN = 18


class Result(IntEnum):
    """How a transfer ended; the numbers are the contract's."""

    CREATED = 1
    EXISTS = 2
    EXISTS_DIFFERENT = 3
    INSUFFICIENT_FUNDS = 4
    PENDING_NOT_FOUND = 5
    ALREADY_POSTED = 6
    ALREADY_VOIDED = 7
    EXCEEDS_PENDING = 8
    BEHIND = 9
    INVALID = 10
    PENDING_EXPIRED = 11
    LINKED_EVENT_FAILED = 12
    LINKED_EVENT_CHAIN_OPEN = 13
    FROZEN = 14


class Transfer(NamedTuple):
    """One transfer to make, its form checked: whoever builds one guarantees what the comments say."""

    id: str
    phase: Phase
    # None only when ending a pending transfer: then it is for what that one was for.
    kind: TransferKind | None
    # Given unless ending a pending transfer; there it is what the asker expects, and may be left out.
    debit: Account | None = None
    credit: Account | None = None
    # Empty exactly when voiding.
    asset: str = ""
    # Positive; 0 exactly when voiding.
    units: Units = Units(0)
    # Given exactly when ending a pending transfer.
    pending_id: str | None = None
    event_id: str | None = None
    reference_id: str | None = None
    balancing: bool = False
    after_sequence: int = 0
    # Only a pending transfer that names no order may end by time.
    timeout_seconds: int | None = None
    # With the next of its call: both succeed or fail together.
    linked: bool = False


class Recorded(NamedTuple):
    """A transfer as it stands in the ledger, with the whole of its effect; the fields are columns of the table."""

    id: str
    phase: Phase
    kind: TransferKind
    debit_account_id: str
    debit_kind: AccountKind
    credit_account_id: str
    credit_kind: AccountKind
    asset: str
    units: Units
    asked_units: Units | None
    released_units: Units
    pending_id: str | None
    event_id: str | None
    reference_id: str | None
    debit_balance_units: Units
    credit_balance_units: Units
    timeout_seconds: int | None


class Answer(NamedTuple):
    """How one transfer ended."""

    transfer_id: str
    result: Result
    units: Units = Units(0)
    message: str = ""
    # Of what is FROZEN: an account has nothing wrong with it, its counters only near their end.
    full: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether the transfer is in the ledger, by this call or an earlier one."""
        return self.result is Result.CREATED or self.result is Result.EXISTS


def same(transfer: Transfer, stored: Recorded) -> bool:
    """Whether a transfer that comes again asks for what was recorded."""
    if transfer.phase is not stored.phase or transfer.pending_id != stored.pending_id:
        return False
    if transfer.pending_id is not None:
        # What the asker left out was taken from the pending transfer.
        return (
            transfer.kind in {None, stored.kind}
            and transfer.event_id in {None, stored.event_id}
            and transfer.reference_id in {None, stored.reference_id}
            and transfer.units == stored.units
            and (transfer.phase is Phase.VOID_PENDING or transfer.asset == stored.asset)
        )
    return (
        transfer.kind is stored.kind
        and _same_account(transfer.debit, stored.debit_account_id, stored.debit_kind)
        and _same_account(transfer.credit, stored.credit_account_id, stored.credit_kind)
        and transfer.asset == stored.asset
        and transfer.event_id == stored.event_id
        and transfer.reference_id == stored.reference_id
        and transfer.balancing == (stored.asked_units is not None)
        and transfer.units == (stored.units if stored.asked_units is None else stored.asked_units)
        and transfer.timeout_seconds == stored.timeout_seconds
    )


def _same_account(asked: Account | None, account_id: str, kind: AccountKind) -> bool:
    """Shards are one account to those outside: a retry may have been given another one."""
    return asked is not None and (
        asked.id == account_id
        or (asked.kind is kind and any(shard.id == account_id for shard in shards(asked)))
    )
