"""The ledger's rules, pure: the accounts of one batch in memory, and transfers decided against them one by one.

A book is loaded with everything that its transfers can touch, under row locks, so it may decide as if it were alone in
the world. What it decided stands in `created`, whose rows carry the whole of their effect: writing them is all that
is left to do, and the database arrives at the same counters by adding them up.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

from oraculum_kit.ids import derived
from oraculum_money import INT64_MAX, Units
from oraculum_wallet.accounts import DEBIT_NORMAL, PERSONAL, Account, AccountKind
from oraculum_wallet.room import BEGUN_MAX, FULL, begins
from oraculum_wallet.transfers import Answer, Phase, Recorded, Result, Transfer, TransferKind, same

# What a frozen person may not begin; a pending transfer of whatever kind is a beginning, too. The schema says the same.
_BEGINNINGS: Final = frozenset(
    {
        TransferKind.DEPOSIT,
        TransferKind.WITHDRAWAL,
        TransferKind.RESERVE,
        TransferKind.BOND,
        TransferKind.CREATION,
    }
)
_UNSOUND: Final = "the account's counters contradict the ledger's laws"
_NOTHING: Final = Units(0)
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Balance:
    """The counters of one account, as they stand while a batch is decided."""

    id: str
    kind: AccountKind
    owner_id: str
    asset: str
    debits_pending: int = 0
    debits_posted: int = 0
    credits_pending: int = 0
    credits_posted: int = 0
    changed_at: datetime = _LONG_AGO
    frozen: bool = False

    @property
    def debits(self) -> int:
        """What has left the account and what may."""
        return self.debits_posted + self.debits_pending

    @property
    def credits(self) -> int:
        """What has reached the account and what may."""
        return self.credits_posted + self.credits_pending

    @property
    def posted_units(self) -> Units:
        """What the account has, or owes if it is debit-normal; what is held counts as still there."""
        balance = self.credits_posted - self.debits_posted
        return Units(-balance if self.kind in DEBIT_NORMAL else balance)

    @property
    def available_units(self) -> Units:
        """What a credit-normal account may spend."""
        return Units(self.credits_posted - self.debits_posted - self.debits_pending)


class Pending(NamedTuple):
    """A transfer that was pending when the batch was loaded, or became so in it."""

    id: str
    debit_account_id: str
    credit_account_id: str
    asset: str
    units: Units
    kind: TransferKind
    event_id: str | None
    reference_id: str | None
    # Given only where the asker wanted it to end by itself.
    expires_at: datetime | None = None


def expiry_id(pending_id: str) -> str:
    """The transfer that voids a pending one whose time is over."""
    return str(derived("expire", pending_id))


def end_of(pending_id: str, phase: Phase, transfer_id: str) -> Result:
    """What is answered to whoever would end a pending transfer that this transfer has ended."""
    if phase is Phase.POST_PENDING:
        return Result.ALREADY_POSTED
    return Result.PENDING_EXPIRED if transfer_id == expiry_id(pending_id) else Result.ALREADY_VOIDED


class Book:
    """Decides transfers in the order given; each sees the effects of those before it."""

    def __init__(
        self,
        *,
        balances: Iterable[Balance],
        stored: Iterable[Recorded] = (),
        pendings: Iterable[Pending] = (),
        ended: Iterable[tuple[str, Result]] = (),
        sequences: Iterable[tuple[str, int]] = (),
        numbers: Sequence[int] = (),
        posted_at: datetime = _LONG_AGO,
        stand_ins: Mapping[str, str] | None = None,
        frozen_events: Collection[str] = (),
        full_events: Collection[str] = (),
    ) -> None:
        self.balances = {balance.id: balance for balance in balances}
        self.created: list[Recorded] = []
        # Drawn under the locks, one for each transfer that may be created; and when all of them are posted.
        self.numbers, self.posted_at = numbers, posted_at
        self._stored = {row.id: row for row in stored}
        self._pendings = {pending.id: pending for pending in pendings}
        self._ended = dict(ended)
        self._sequences = dict(sequences)
        # Frozen shards, and who takes their part meanwhile.
        self._stand_ins = stand_ins or {}
        # Their escrows take no part in a reserve, and yet nobody shall begin to trade there.
        self._frozen_events, self._full_events = frozen_events, full_events

    def apply(self, transfer: Transfer) -> Answer:
        """Decide one transfer; unless the answer is CREATED, nothing changed."""
        stored = self._stored.get(transfer.id)
        if stored is not None:
            result = Result.EXISTS if same(transfer, stored) else Result.EXISTS_DIFFERENT
            return Answer(transfer.id, result, stored.units)
        if transfer.after_sequence > self._sequences.get(transfer.event_id or "", 0):
            return Answer(transfer.id, Result.BEHIND)
        return (
            self._begin(transfer) if transfer.pending_id is None else self._end(transfer, transfer.pending_id)
        )

    def apply_linked(self, transfers: Sequence[Transfer]) -> list[Answer]:
        """Decide a chain: all of it stands in the ledger afterwards, or this call changed nothing.

        What was made before counts as made, so that a chain that comes again succeeds again.
        """
        before = len(self.created)
        answers: list[Answer] = []
        for transfer in transfers:
            answers.append(self.apply(transfer))
            if not answers[-1].succeeded:
                break
        else:
            return answers
        while len(self.created) > before:
            self._undo(self.created.pop())
        failed = len(answers) - 1
        return [
            answers[failed] if place == failed else Answer(transfer.id, Result.LINKED_EVENT_FAILED)
            for place, transfer in enumerate(transfers)
        ]

    def _begin(self, transfer: Transfer) -> Answer:
        """A transfer that moves at once, or reserves."""
        if transfer.debit is None or transfer.credit is None or transfer.kind is None:
            raise ValueError(f"transfer {transfer.id} lacks an account or a kind")
        debit, credit = self._balance(transfer.debit), self._balance(transfer.credit)
        units = transfer.units
        refusal = _frozen(transfer.phase, transfer.kind, debit, credit) or self._closed(transfer)
        if refusal is not None:
            return Answer(transfer.id, Result.FROZEN, message=refusal)
        available = debit.available_units
        if debit.kind not in DEBIT_NORMAL and units > available >= 0:
            # Nothing left to move is an outcome of a balancing transfer, and is recorded so that a retry meets it;
            # a reservation of nothing could never be posted.
            if not transfer.balancing or (transfer.phase is Phase.PENDING and available == 0):
                return Answer(transfer.id, Result.INSUFFICIENT_FUNDS)
            units = available
        if available < 0 or credit.available_units < 0:
            refusal = _unsound(debit, credit, units, _NOTHING, posts=transfer.phase is Phase.POSTED)
            if refusal is not None:
                return Answer(transfer.id, Result.FROZEN, message=refusal)
        refusal = self._full(transfer, debit, credit, units)
        if refusal is not None:
            return Answer(transfer.id, Result.FROZEN, message=refusal, full=True)
        if max(debit.debits + units, credit.credits + units) > INT64_MAX:
            return Answer(transfer.id, Result.INVALID, message="amount: the account cannot count that much")
        self._record(
            transfer.id,
            transfer.phase,
            transfer.kind,
            debit,
            credit,
            units,
            asked_units=transfer.units if transfer.balancing else None,
            timeout_seconds=transfer.timeout_seconds,
            event_id=transfer.event_id,
            reference_id=transfer.reference_id,
        )
        if transfer.phase is Phase.PENDING:
            # When it expires is known once it is posted; within its own batch it can't have.
            self._pendings[transfer.id] = Pending(
                transfer.id,
                debit.id,
                credit.id,
                debit.asset,
                units,
                transfer.kind,
                transfer.event_id,
                transfer.reference_id,
            )
        return Answer(transfer.id, Result.CREATED, units)

    def _end(self, transfer: Transfer, pending_id: str) -> Answer:
        """Post or void a pending transfer."""
        ended = self._ended.get(pending_id)
        if ended is not None:
            return Answer(transfer.id, ended)
        pending = self._pendings.get(pending_id)
        if pending is None:
            return Answer(transfer.id, Result.PENDING_NOT_FOUND)
        debit, credit = self.balances[pending.debit_account_id], self.balances[pending.credit_account_id]
        kind = transfer.kind or pending.kind
        refusal = self._expired(transfer, pending) or _mismatch(transfer, pending)
        if refusal is not None:
            return refusal
        reason = _frozen(transfer.phase, kind, debit, credit) or _unsound(
            debit, credit, transfer.units, pending.units, posts=True
        )
        if reason is not None:
            return Answer(transfer.id, Result.FROZEN, message=reason)
        self._record(
            transfer.id,
            transfer.phase,
            kind,
            debit,
            credit,
            transfer.units,
            released_units=pending.units,
            pending_id=pending_id,
            event_id=transfer.event_id or pending.event_id,
            reference_id=transfer.reference_id or pending.reference_id,
        )
        self._ended[pending_id] = end_of(pending_id, transfer.phase, transfer.id)
        return Answer(transfer.id, Result.CREATED, transfer.units)

    def _closed(self, transfer: Transfer) -> str | None:
        if transfer.kind is TransferKind.RESERVE and transfer.event_id in self._frozen_events:
            return "event_id: its market is frozen"
        return None

    def _full(self, transfer: Transfer, debit: Balance, credit: Balance, units: Units) -> str | None:
        """Who can take no part in a beginning because what it may come to could not be counted, as a sentence."""
        if transfer.kind is None or not begins(transfer.phase, transfer.kind):
            return None
        if max(debit.debits + units, debit.credits) > BEGUN_MAX:
            return f"debit: the account {FULL}"
        if max(credit.credits + units, credit.debits) > BEGUN_MAX:
            return f"credit: the account {FULL}"
        if transfer.kind is TransferKind.RESERVE and transfer.event_id in self._full_events:
            return f"event_id: its market {FULL}"
        return None

    def _balance(self, of: Account) -> Balance:
        return self.balances[self._stand_ins.get(of.id, of.id) if self._stand_ins else of.id]

    def _expired(self, transfer: Transfer, pending: Pending) -> Answer | None:
        """The refusal of whoever comes too late; only the void that the time itself asks for does not."""
        if pending.expires_at is None or transfer.id == expiry_id(pending.id):
            return None
        late = pending.expires_at <= self.posted_at
        return Answer(transfer.id, Result.PENDING_EXPIRED) if late else None

    def _record(
        self,
        transfer_id: str,
        phase: Phase,
        kind: TransferKind,
        debit: Balance,
        credit: Balance,
        units: Units,
        *,
        event_id: str | None,
        reference_id: str | None,
        asked_units: Units | None = None,
        timeout_seconds: int | None = None,
        released_units: Units = _NOTHING,
        pending_id: str | None = None,
    ) -> None:
        _move(debit, credit, phase, units, released_units)
        row = Recorded(
            transfer_id,
            phase,
            kind,
            debit.id,
            debit.kind,
            credit.id,
            credit.kind,
            debit.asset,
            units,
            asked_units,
            released_units,
            pending_id,
            event_id,
            reference_id,
            debit.posted_units,
            credit.posted_units,
            timeout_seconds,
        )
        self.created.append(row)
        self._stored[transfer_id] = row

    def _undo(self, row: Recorded) -> None:
        debit, credit = self.balances[row.debit_account_id], self.balances[row.credit_account_id]
        _move(debit, credit, row.phase, Units(-row.units), Units(-row.released_units))
        del self._stored[row.id]
        if row.phase is Phase.PENDING:
            del self._pendings[row.id]
        elif row.pending_id is not None:
            del self._ended[row.pending_id]


def _mismatch(transfer: Transfer, pending: Pending) -> Answer | None:
    """The refusal of an end that does not fit what was begun."""
    for side, named, account_id in (
        ("debit", transfer.debit, pending.debit_account_id),
        ("credit", transfer.credit, pending.credit_account_id),
    ):
        if named is not None and named.id != account_id:
            message = f"{side}: the pending transfer is between other accounts"
            return Answer(transfer.id, Result.INVALID, message=message)
    if transfer.phase is Phase.POST_PENDING:
        if transfer.asset != pending.asset:
            message = f"amount.asset: the pending transfer is in {pending.asset}"
            return Answer(transfer.id, Result.INVALID, message=message)
        if transfer.units > pending.units:
            return Answer(transfer.id, Result.EXCEEDS_PENDING)
    return None


def _frozen(phase: Phase, kind: TransferKind, debit: Balance, credit: Balance) -> str | None:
    """Which side is frozen and may not take part, as a sentence.

    A frozen person begins nothing. What they owe and are owed still moves: a fill that could not be applied would halt
    a market that has done nothing wrong.
    """
    if not (debit.frozen or credit.frozen):
        return None
    begins = phase is Phase.PENDING or kind in _BEGINNINGS
    for side, balance in (("debit", debit), ("credit", credit)):
        if balance.frozen and (begins or balance.kind not in PERSONAL):
            return f"{side}: the account is frozen"
    return None


def _unsound(
    debit: Balance, credit: Balance, units: Units, released_units: Units, *, posts: bool
) -> str | None:
    """What the database would refuse for no fault of the transfer's, as a sentence.

    An account whose counters somebody has tampered with must not take a whole batch down with it.
    """
    if debit.debits_pending < released_units or (
        debit.available_units + released_units < units and debit.kind not in DEBIT_NORMAL
    ):
        return f"debit: {_UNSOUND}"
    if credit.credits_pending < released_units or (
        credit.available_units + (units if posts else 0) < 0 and credit.kind not in DEBIT_NORMAL
    ):
        return f"credit: {_UNSOUND}"
    return None


def _move(debit: Balance, credit: Balance, phase: Phase, units: Units, released_units: Units) -> None:
    """What a row does to its accounts; apply_transfers in the schema says the same in SQL."""
    if phase is Phase.PENDING:
        debit.debits_pending += units
        credit.credits_pending += units
        return
    debit.debits_posted += units
    credit.credits_posted += units
    if released_units:
        debit.debits_pending -= released_units
        credit.credits_pending -= released_units
