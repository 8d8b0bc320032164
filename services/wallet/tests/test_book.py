"""The rules of the ledger, one by one, in memory."""

from typing import Any

import pytest

from oraculum_money import INT64_MAX
from oraculum_wallet.accounts import Account, AccountKind, account
from oraculum_wallet.book import Balance, Book
from oraculum_wallet.room import BEGUN_MAX
from oraculum_wallet.transfers import Phase, Result, Transfer, TransferKind


def book_of(*accounts: Account, sequences: dict[str, int] | None = None) -> Book:
    balances = [Balance(a.id, a.kind, a.owner_id, a.asset) for a in accounts]
    return Book(balances=balances, sequences=(sequences or {}).items())


@pytest.fixture
def user(make: Any) -> Account:
    return make.user()


@pytest.fixture
def escrow(make: Any) -> Account:
    return make.escrow()


@pytest.fixture
def book(make: Any, user: Account, escrow: Account) -> Book:
    """A user with 100 units, and an empty escrow."""
    book = book_of(user, escrow, make.rail(), make.fees(0), make.fees(1))
    assert book.apply(make.deposit(user, 100)).result is Result.CREATED
    return book


class TestPosted:
    def test_it_moves_at_once(self, book: Book, make: Any, user: Account, escrow: Account) -> None:
        answer = book.apply(make.posted(user, escrow, 30))
        assert (answer.result, answer.units) == (Result.CREATED, 30)
        assert book.balances[user.id].available_units == 70
        assert book.balances[escrow.id].posted_units == 30

    def test_nobody_spends_more_than_they_have(
        self, book: Book, make: Any, user: Account, escrow: Account
    ) -> None:
        assert book.apply(make.posted(user, escrow, 101)).result is Result.INSUFFICIENT_FUNDS
        assert book.balances[user.id].available_units == 100
        assert book.apply(make.posted(user, escrow, 100)).result is Result.CREATED

    def test_what_is_held_cannot_be_spent(
        self, book: Book, make: Any, user: Account, escrow: Account
    ) -> None:
        book.apply(make.hold(user, escrow, 80))
        assert book.apply(make.posted(user, escrow, 21)).result is Result.INSUFFICIENT_FUNDS

    def test_what_is_only_arriving_cannot_be_spent(
        self, book: Book, make: Any, user: Account, escrow: Account
    ) -> None:
        book.apply(make.hold(user, escrow, 80))
        assert book.apply(make.posted(escrow, user, 1)).result is Result.INSUFFICIENT_FUNDS

    def test_a_rail_may_owe_us_any_amount(self, book: Book, make: Any, user: Account) -> None:
        assert book.apply(make.deposit(user, 10**15)).result is Result.CREATED
        assert book.balances[make.rail().id].posted_units == 10**15 + 100

    def test_the_row_tells_both_balances(self, book: Book, make: Any, user: Account, escrow: Account) -> None:
        book.apply(make.posted(user, escrow, 30))
        row = book.created[-1]
        assert (row.debit_balance_units, row.credit_balance_units) == (70, 30)

    def test_the_proceeds_of_what_was_begun_never_pass_the_end_of_a_counter(
        self, make: Any, user: Account, escrow: Account
    ) -> None:
        book = Book(balances=[counted(user, INT64_MAX - 5), counted(escrow, 100, 0)])
        answer = book.apply(make.posted(escrow, user, 6, kind=TransferKind.SALE))
        assert answer.result is Result.INVALID
        assert answer.message == "amount: the account cannot count that much"
        assert book.apply(make.posted(escrow, user, 5, kind=TransferKind.SALE)).result is Result.CREATED


def counted(of: Account, received: int, spent: int | None = None) -> Balance:
    """An account that so much went through; it has nothing unless what was spent is given."""
    return Balance(
        of.id, of.kind, of.owner_id, of.asset,
        debits_posted=received if spent is None else spent, credits_posted=received,
    )  # fmt: skip


class TestFull:
    """What is begun leaves room in the counters for what it may come to."""

    def test_a_deposit_goes_up_to_the_mark(self, book: Book, make: Any, user: Account) -> None:
        answer = book.apply(make.deposit(user, BEGUN_MAX - 99))
        assert (answer.result, answer.full) == (Result.FROZEN, True)
        assert answer.message == "debit: the account is full, ask an administrator"
        assert book.apply(make.deposit(user, BEGUN_MAX - 100)).result is Result.CREATED
        assert book.apply(make.deposit(user, 1)).full

    def test_the_one_who_pays_is_full_too(self, make: Any) -> None:
        users = [make.user() for _ in range(3)]
        book = book_of(make.rail(), *users)
        answers = [book.apply(make.deposit(each, BEGUN_MAX // 2)).result for each in users]
        assert answers == [Result.CREATED, Result.CREATED, Result.FROZEN]

    @pytest.mark.parametrize(
        "kind",
        [
            TransferKind.RESERVE,
            TransferKind.BOND,
            TransferKind.CREATION,
            TransferKind.SUBSIDY,
            TransferKind.CAPITAL,
        ],
    )
    def test_nothing_is_begun_with_it(self, make: Any, kind: TransferKind) -> None:
        one, other = make.user(), make.user()
        for counts in ((BEGUN_MAX, 0), (0, BEGUN_MAX)):
            book = Book(
                balances=[
                    counted(each, most + 10, most) for each, most in zip((one, other), counts, strict=True)
                ]
            )
            answer = book.apply(make.posted(one, other, 1, kind=kind))
            assert (answer.result, answer.full) == (Result.FROZEN, True)

    def test_nothing_is_held_of_it_or_for_it(self, make: Any, user: Account, escrow: Account) -> None:
        for counts in ((BEGUN_MAX, 0), (0, BEGUN_MAX)):
            balances = [
                counted(each, most + 10, most) for each, most in zip((user, escrow), counts, strict=True)
            ]
            assert Book(balances=balances).apply(make.hold(user, escrow, 1)).full

    def test_what_is_held_counts(self, make: Any, user: Account, escrow: Account) -> None:
        book = Book(balances=[counted(user, BEGUN_MAX, 0), counted(escrow, BEGUN_MAX - 10)])
        assert book.apply(make.hold(user, escrow, 6)).result is Result.CREATED
        assert book.apply(make.hold(user, escrow, 5)).full
        assert book.apply(make.hold(user, escrow, 4)).result is Result.CREATED

    @pytest.mark.parametrize(
        "kind",
        [
            TransferKind.BET,
            TransferKind.SALE,
            TransferKind.FEE,
            TransferKind.PAYOUT,
            TransferKind.REFUND,
            TransferKind.RELEASE,
            TransferKind.ADJUSTMENT,
            TransferKind.HOUSE_RESULT,
            TransferKind.BOND_RETURN,
            TransferKind.BOND_FORFEIT,
            TransferKind.CREATION_RETURN,
            TransferKind.WITHDRAWAL,
        ],
    )
    def test_it_gets_and_gives_what_is_owed(self, make: Any, kind: TransferKind) -> None:
        one, other = make.user(), make.user()
        book = Book(balances=[counted(one, BEGUN_MAX + 10, BEGUN_MAX), counted(other, BEGUN_MAX)])
        assert book.apply(make.posted(one, other, 10, kind=kind)).result is Result.CREATED

    def test_it_withdraws_all_it_has(self, make: Any, user: Account) -> None:
        book = Book(
            balances=[counted(user, BEGUN_MAX + 10, BEGUN_MAX), *book_of(make.rail()).balances.values()]
        )
        withdrawal = make.hold(user, make.rail(), 10, kind=TransferKind.WITHDRAWAL)
        assert book.apply(withdrawal).result is Result.CREATED
        assert book.apply(make.post(withdrawal, 10)).result is Result.CREATED

    def test_nobody_reserves_money_for_a_market_that_is_full(self, make: Any, user: Account) -> None:
        escrow = make.escrow()
        behind = account(AccountKind.ORDER_RESERVE, user.owner_id, user.asset)
        balances = [counted(user, 100, 0), counted(behind, 0)]
        book = Book(balances=balances, full_events={escrow.owner_id})
        answer = book.apply(make.reserve(user, 10, event_id=escrow.owner_id))
        assert (answer.result, answer.full) == (Result.FROZEN, True)
        assert answer.message == "event_id: its market is full, ask an administrator"
        assert book.apply(make.reserve(user, 10)).result is Result.CREATED


class TestRepetition:
    def test_the_same_again_moves_nothing(
        self, book: Book, make: Any, user: Account, escrow: Account
    ) -> None:
        transfer = make.posted(user, escrow, 30)
        book.apply(transfer)
        again = book.apply(transfer)
        assert (again.result, again.units) == (Result.EXISTS, 30)
        assert book.balances[user.id].available_units == 70

    @pytest.mark.parametrize(
        "change",
        [
            {"units": 31},
            {"event_id": "0199e2b4-0000-7000-8000-000000000001"},
            {"reference_id": "0199e2b4-0000-7000-8000-000000000001"},
            {"balancing": True},
            {"phase": Phase.PENDING},
        ],
    )
    def test_the_same_id_for_something_else_is_told(
        self, book: Book, make: Any, user: Account, escrow: Account, change: dict[str, Any]
    ) -> None:
        transfer = make.posted(user, escrow, 30)
        book.apply(transfer)
        answer = book.apply(transfer._replace(**change))
        assert (answer.result, answer.units) == (Result.EXISTS_DIFFERENT, 30)
        assert book.balances[user.id].available_units == 70

    def test_other_accounts_are_something_else(
        self, book: Book, make: Any, user: Account, escrow: Account
    ) -> None:
        transfer = make.posted(user, escrow, 30)
        book.apply(transfer)
        other = transfer._replace(credit=make.fees(0))
        assert book.apply(other).result is Result.EXISTS_DIFFERENT

    def test_another_shard_is_the_same_account(self, book: Book, make: Any, user: Account) -> None:
        transfer = make.posted(user, make.fees(0), 3)
        book.apply(transfer)
        assert book.apply(transfer._replace(credit=make.fees(1))).result is Result.EXISTS

    def test_a_refused_one_left_no_trace(self, book: Book, make: Any, user: Account, escrow: Account) -> None:
        transfer = make.posted(user, escrow, 130)
        assert book.apply(transfer).result is Result.INSUFFICIENT_FUNDS
        book.apply(make.deposit(user, 50))
        assert book.apply(transfer).result is Result.CREATED

    def test_a_hold_exists_even_when_it_has_ended(
        self, book: Book, make: Any, user: Account, escrow: Account
    ) -> None:
        hold = make.hold(user, escrow, 30)
        book.apply(hold)
        book.apply(make.void(hold))
        assert book.apply(hold).result is Result.EXISTS


class TestPending:
    def test_a_post_moves_its_amount_and_releases_the_rest(
        self, book: Book, make: Any, user: Account, escrow: Account
    ) -> None:
        hold = make.hold(user, escrow, 60)
        book.apply(hold)
        answer = book.apply(make.post(hold, 45))
        assert (answer.result, answer.units) == (Result.CREATED, 45)
        payer, paid = book.balances[user.id], book.balances[escrow.id]
        assert (payer.available_units, payer.debits_pending) == (55, 0)
        assert (paid.posted_units, paid.credits_pending) == (45, 0)

    def test_a_void_releases_all(self, book: Book, make: Any, user: Account, escrow: Account) -> None:
        hold = make.hold(user, escrow, 60)
        book.apply(hold)
        assert book.apply(make.void(hold)).result is Result.CREATED
        assert book.balances[user.id].available_units == 100
        assert book.balances[escrow.id].credits_pending == 0

    def test_what_ended_ends_once(self, book: Book, make: Any, user: Account, escrow: Account) -> None:
        posted, voided = make.hold(user, escrow, 10), make.hold(user, escrow, 10)
        for transfer in (posted, voided, make.post(posted, 10), make.void(voided)):
            assert book.apply(transfer).result is Result.CREATED
        assert book.apply(make.post(posted, 1)).result is Result.ALREADY_POSTED
        assert book.apply(make.void(posted)).result is Result.ALREADY_POSTED
        assert book.apply(make.post(voided, 1)).result is Result.ALREADY_VOIDED
        assert book.apply(make.void(voided)).result is Result.ALREADY_VOIDED

    def test_no_more_than_is_pending_is_posted(
        self, book: Book, make: Any, user: Account, escrow: Account
    ) -> None:
        hold = make.hold(user, escrow, 10)
        book.apply(hold)
        assert book.apply(make.post(hold, 11)).result is Result.EXCEEDS_PENDING
        assert book.apply(make.post(hold, 10)).result is Result.CREATED

    def test_only_what_is_pending_can_end(
        self, book: Book, make: Any, user: Account, escrow: Account
    ) -> None:
        moved = make.posted(user, escrow, 10)
        book.apply(moved)
        assert book.apply(make.post(moved, 10)).result is Result.PENDING_NOT_FOUND
        assert book.apply(make.void(make.hold(user, escrow, 1))).result is Result.PENDING_NOT_FOUND

    def test_another_asset_is_not_posted(self, book: Book, make: Any, user: Account, escrow: Account) -> None:
        hold = make.hold(user, escrow, 10)
        book.apply(hold)
        answer = book.apply(make.post(hold, 10, asset="SOL"))
        assert (answer.result, answer.message) == (
            Result.INVALID,
            "amount.asset: the pending transfer is in USDC",
        )

    def test_a_post_says_what_its_hold_was_for(
        self, book: Book, make: Any, user: Account, escrow: Account
    ) -> None:
        hold = make.hold(user, escrow, 10)
        post = make.post(hold, 10)
        book.apply(hold)
        book.apply(post)
        row = book.created[-1]
        assert (row.kind, row.event_id, row.reference_id) == (hold.kind, hold.event_id, hold.reference_id)
        assert book.apply(post).result is Result.EXISTS
        assert book.apply(post._replace(kind=hold.kind, event_id=hold.event_id)).result is Result.EXISTS
        assert book.apply(post._replace(units=9)).result is Result.EXISTS_DIFFERENT


class TestBalancing:
    def test_it_moves_what_there_is(self, book: Book, make: Any, user: Account, escrow: Account) -> None:
        transfer = make.posted(user, escrow, 1_000, balancing=True)
        answer = book.apply(transfer)
        assert (answer.result, answer.units) == (Result.CREATED, 100)
        assert book.apply(transfer) == answer._replace(result=Result.EXISTS)

    def test_it_moves_no_more_than_asked(self, book: Book, make: Any, user: Account, escrow: Account) -> None:
        assert book.apply(make.posted(user, escrow, 40, balancing=True)).units == 40

    def test_nothing_left_is_recorded_so_that_a_retry_moves_nothing(
        self, book: Book, make: Any, user: Account, escrow: Account
    ) -> None:
        transfer = make.posted(escrow, user, 1_000, balancing=True)
        assert book.apply(transfer)[1:3] == (Result.CREATED, 0)
        book.apply(make.posted(user, escrow, 10))
        assert book.apply(transfer)[1:3] == (Result.EXISTS, 0)

    def test_nothing_left_cannot_be_reserved(
        self, book: Book, make: Any, user: Account, escrow: Account
    ) -> None:
        hold = make.hold(escrow, user, 10, balancing=True)
        assert book.apply(hold).result is Result.INSUFFICIENT_FUNDS


class TestAfterSequence:
    def test_it_waits_for_the_fills(self, make: Any, user: Account, escrow: Account) -> None:
        book = book_of(user, escrow, make.rail(), sequences={escrow.owner_id: 7})
        book.apply(make.deposit(user, 100))
        ready = make.posted(user, escrow, 10, event_id=escrow.owner_id, after_sequence=7)
        early = make.posted(user, escrow, 10, event_id=escrow.owner_id, after_sequence=8)
        assert book.apply(ready).result is Result.CREATED
        assert book.apply(early).result is Result.BEHIND

    def test_an_event_without_fills_has_applied_none(self, make: Any, user: Account, escrow: Account) -> None:
        book = book_of(user, escrow, make.rail())
        early = make.posted(user, escrow, 10, event_id=escrow.owner_id, after_sequence=1)
        assert book.apply(early).result is Result.BEHIND


class TestLinked:
    def test_a_chain_stands_as_a_whole(self, book: Book, make: Any, user: Account, escrow: Account) -> None:
        chain = [make.posted(user, escrow, 60), make.posted(user, make.fees(), 40)]
        assert [answer.result for answer in book.apply_linked(chain)] == [Result.CREATED, Result.CREATED]
        assert [answer.result for answer in book.apply_linked(chain)] == [Result.EXISTS, Result.EXISTS]

    def test_a_chain_that_fails_leaves_nothing(
        self, book: Book, make: Any, user: Account, escrow: Account
    ) -> None:
        hold = make.hold(user, escrow, 60)
        book.apply(hold)
        created = list(book.created)
        before = {id_: repr(balance) for id_, balance in book.balances.items()}
        inner = make.hold(user, escrow, 5)
        chain = [
            make.post(hold, 50),
            inner,
            make.void(inner),
            make.posted(user, make.fees(), 51),
            make.posted(user, make.fees(), 1),
        ]
        assert [answer.result for answer in book.apply_linked(chain)] == [
            Result.LINKED_EVENT_FAILED,
            Result.LINKED_EVENT_FAILED,
            Result.LINKED_EVENT_FAILED,
            Result.INSUFFICIENT_FUNDS,
            Result.LINKED_EVENT_FAILED,
        ]
        assert book.created == created
        assert {id_: repr(balance) for id_, balance in book.balances.items()} == before
        # Nothing remembers the failed chain: its parts may be made by themselves.
        assert [book.apply(transfer).result for transfer in chain[:3]] == [Result.CREATED] * 3


def test_an_unchecked_transfer_is_a_defect(book: Book, make: Any) -> None:
    nameless = Transfer("id", Phase.POSTED, None)
    with pytest.raises(ValueError, match="lacks an account"):
        book.apply(nameless)


def test_accounts_have_one_id_each() -> None:
    names = [
        (kind, owner, asset) for kind in AccountKind for owner in ("1", "11") for asset in ("USD", "USDC")
    ]
    assert len({account(*name).id for name in names}) == len(names)
