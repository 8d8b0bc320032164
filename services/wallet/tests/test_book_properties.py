"""The book against a naive model that adds everything up anew each time."""

from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from oraculum_money import Units
from oraculum_wallet.accounts import DEBIT_NORMAL, Account, AccountKind, account
from oraculum_wallet.book import Balance, Book
from oraculum_wallet.transfers import Phase, Result, Transfer, TransferKind

EVENT = str(UUID(int=77))
SEQUENCE = 3
ACCOUNTS = (
    account(AccountKind.RAIL, "demo", "USDC"),
    account(AccountKind.USER, str(UUID(int=1)), "USDC"),
    account(AccountKind.USER, str(UUID(int=2)), "USDC"),
    account(AccountKind.EVENT_ESCROW, EVENT, "USDC"),
    account(AccountKind.CAPITAL, "", "USDC"),
)
IDS = [str(UUID(int=1000 + number)) for number in range(12)]


class Naive:
    """Keeps what succeeded as it was asked, and knows nothing else."""

    def __init__(self) -> None:
        self.done: dict[str, tuple[Transfer, int]] = {}

    def ending_of(self, pending_id: str) -> Transfer | None:
        return next((t for t, _ in self.done.values() if t.pending_id == pending_id), None)

    def sums(self, of: Account) -> tuple[int, int, int, int]:
        debits_pending = debits_posted = credits_pending = credits_posted = 0
        for transfer, units in self.done.values():
            begun, _ = self.done[transfer.pending_id] if transfer.pending_id else (transfer, 0)
            is_open = transfer.phase is Phase.PENDING and self.ending_of(transfer.id) is None
            moved = units if transfer.phase in {Phase.POSTED, Phase.POST_PENDING} else 0
            held = units if is_open else 0
            if begun.debit == of:
                debits_posted, debits_pending = debits_posted + moved, debits_pending + held
            if begun.credit == of:
                credits_posted, credits_pending = credits_posted + moved, credits_pending + held
        return debits_pending, debits_posted, credits_pending, credits_posted

    def available(self, of: Account) -> int:
        debits_pending, debits_posted, _, credits_posted = self.sums(of)
        return 10**30 if of.kind in DEBIT_NORMAL else credits_posted - debits_posted - debits_pending

    def apply(self, t: Transfer) -> tuple[Result, int]:
        if t.id in self.done:
            before, units = self.done[t.id]
            alike = t._replace(after_sequence=0) == before._replace(after_sequence=0)
            return (Result.EXISTS if alike else Result.EXISTS_DIFFERENT), units
        if t.after_sequence > (SEQUENCE if t.event_id == EVENT else 0):
            return Result.BEHIND, 0
        result, units = self._begin(t) if t.pending_id is None else self._end(t, t.pending_id)
        if result is Result.CREATED:
            self.done[t.id] = (t, units)
        return result, units

    def _begin(self, t: Transfer) -> tuple[Result, int]:
        assert t.debit is not None
        available = self.available(t.debit)
        if t.units <= available:
            return Result.CREATED, t.units
        if t.balancing and (available > 0 or t.phase is Phase.POSTED):
            return Result.CREATED, available
        return Result.INSUFFICIENT_FUNDS, 0

    def _end(self, t: Transfer, pending_id: str) -> tuple[Result, int]:
        ending = self.ending_of(pending_id)
        if ending is not None:
            posted = ending.phase is Phase.POST_PENDING
            return (Result.ALREADY_POSTED if posted else Result.ALREADY_VOIDED), 0
        begun, units = self.done.get(pending_id, (None, 0))
        if begun is None or begun.phase is not Phase.PENDING:
            return Result.PENDING_NOT_FOUND, 0
        if t.units > units:
            return Result.EXCEEDS_PENDING, 0
        return Result.CREATED, t.units


@st.composite
def transfers(draw: Any) -> Transfer:
    id_ = draw(st.sampled_from(IDS))
    event_id = draw(st.sampled_from([None, EVENT]))
    after = draw(st.integers(0, SEQUENCE + 1)) if event_id else 0
    units = draw(st.integers(1, 20))
    if draw(st.booleans()):
        debit, credit = draw(st.permutations(ACCOUNTS))[:2]
        phase = draw(st.sampled_from([Phase.POSTED, Phase.PENDING]))
        balancing = draw(st.sampled_from([False, False, True]))
        return Transfer(
            id_, phase, TransferKind.BET, debit, credit, "USDC", Units(units),
            event_id=event_id, balancing=balancing, after_sequence=after,
        )  # fmt: skip
    phase = draw(st.sampled_from([Phase.POST_PENDING, Phase.VOID_PENDING]))
    post = phase is Phase.POST_PENDING
    pending_id = draw(st.sampled_from([other for other in IDS if other != id_]))
    return Transfer(
        id_,
        phase,
        None,
        asset="USDC" if post else "",
        units=Units(units if post else 0),
        pending_id=pending_id,
    )


def new_book() -> Book:
    balances = [Balance(a.id, a.kind, a.owner_id, a.asset) for a in ACCOUNTS]
    return Book(balances=balances, sequences=[(EVENT, SEQUENCE)])


def counters(book: Book, of: Account) -> tuple[int, int, int, int]:
    balance = book.balances[of.id]
    return balance.debits_pending, balance.debits_posted, balance.credits_pending, balance.credits_posted


@settings(max_examples=400, deadline=None)
@given(st.lists(transfers(), max_size=40))
def test_the_book_decides_as_the_model_does(batch: list[Transfer]) -> None:
    book, model = new_book(), Naive()
    for transfer in batch:
        answer = book.apply(transfer)
        assert (answer.result, answer.units) == model.apply(transfer)
    for each in ACCOUNTS:
        assert counters(book, each) == model.sums(each)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(transfers(), min_size=1, max_size=4), max_size=12))
def test_the_laws_hold_after_every_chain(chains: list[list[Transfer]]) -> None:
    book = new_book()
    for chain in chains:
        before = {each: counters(book, each) for each in ACCOUNTS}
        rows_before = len(book.created)
        answers = book.apply_linked(chain)
        if not all(answer.succeeded for answer in answers):
            assert {each: counters(book, each) for each in ACCOUNTS} == before
            assert len(book.created) == rows_before
        rows = [counters(book, each) for each in ACCOUNTS]
        assert sum(row[0] for row in rows) == sum(row[2] for row in rows)
        assert sum(row[1] for row in rows) == sum(row[3] for row in rows)
        assert all(counter >= 0 for row in rows for counter in row)
        for each in ACCOUNTS:
            assert each.kind in DEBIT_NORMAL or book.balances[each.id].available_units >= 0


@settings(max_examples=200, deadline=None)
@given(st.lists(transfers(), max_size=30), st.integers(0, 30))
def test_a_batch_cut_in_two_decides_the_same(batch: list[Transfer], cut: int) -> None:
    """What a book created is all that a later batch must know of it."""
    whole = new_book()
    expected = [whole.apply(transfer) for transfer in batch]
    first = new_book()
    answers = [first.apply(transfer) for transfer in batch[:cut]]
    second = Book(
        balances=first.balances.values(),
        stored=first.created,
        pendings=first._pendings.values(),
        ended=first._ended.items(),
        sequences=[(EVENT, SEQUENCE)],
    )
    answers += [second.apply(transfer) for transfer in batch[cut:]]
    assert answers == expected
    assert first.created + second.created == whole.created
