"""The book, and the ledger on its database, against a naive model that adds everything up anew each time.

The model knows TigerBeetle's rules in the plainest words: linked chains, pending transfers with and without an end, and
what a frozen account takes part in.
"""

from typing import Any
from uuid import UUID, uuid4, uuid5

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oraculum_money import Units
from oraculum_wallet.accounts import DEBIT_NORMAL, Account, AccountKind, account
from oraculum_wallet.book import Balance, Book
from oraculum_wallet.chains import decide
from oraculum_wallet.expiry import Expiry
from oraculum_wallet.proof import Prover
from oraculum_wallet.transfers import Phase, Result, Transfer, TransferKind

EVENT = str(UUID(int=77))
SEQUENCE = 3
HOUR = 3600
ACCOUNTS = (
    account(AccountKind.RAIL, "demo", "USDC"),
    account(AccountKind.USER, str(UUID(int=1)), "USDC"),
    account(AccountKind.USER, str(UUID(int=2)), "USDC"),
    account(AccountKind.EVENT_ESCROW, EVENT, "USDC"),
    account(AccountKind.CAPITAL, "", "USDC"),
)
PEOPLE = {each for each in ACCOUNTS if each.kind is AccountKind.USER}
DONE = {Result.CREATED, Result.EXISTS}
CHAINED = (Result.LINKED_EVENT_FAILED, 0)
IDS = [str(UUID(int=1000 + number)) for number in range(12)]


class Naive:
    """Keeps what succeeded as it was asked, and knows nothing else."""

    def __init__(self) -> None:
        self.done: dict[str, tuple[Transfer, int]] = {}
        self.frozen: set[Account] = set()
        self.expired: set[str] = set()

    def apply_all(self, batch: list[Transfer]) -> list[tuple[Result, int]]:
        """A batch with its chains, each of which ends in it."""
        answers: list[tuple[Result, int]] = []
        chain: list[Transfer] = []
        for transfer in batch:
            chain.append(transfer)
            if not transfer.linked:
                answers += self.apply_chain(chain)
                chain = []
        return answers

    def apply_chain(self, chain: list[Transfer]) -> list[tuple[Result, int]]:
        before = dict(self.done)
        answers = [self.apply(transfer) for transfer in chain]
        failed = [place for place, (result, _) in enumerate(answers) if result not in DONE]
        if not failed:
            return answers
        self.done = before
        return [answers[failed[0]] if place == failed[0] else CHAINED for place in range(len(chain))]

    def expire(self) -> None:
        """What has expired is given back."""
        for number, pending_id in enumerate(sorted(self.expired)):
            if self.ending_of(pending_id) is None:
                void = Transfer(
                    f"void {number} {pending_id}", Phase.VOID_PENDING, None, pending_id=pending_id
                )
                if (
                    not self.frozen
                    & {self.done[pending_id][0].debit, self.done[pending_id][0].credit} - PEOPLE
                ):
                    self.done[void.id] = (void, 0)

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
            plain = {"after_sequence": 0, "linked": False}
            alike = t._replace(**plain) == before._replace(**plain)
            return (Result.EXISTS if alike else Result.EXISTS_DIFFERENT), units
        if t.after_sequence > (SEQUENCE if t.event_id == EVENT else 0):
            return Result.BEHIND, 0
        result, units = self._begin(t) if t.pending_id is None else self._end(t, t.pending_id)
        if result is Result.CREATED:
            self.done[t.id] = (t, units)
        return result, units

    def stops(self, t: Transfer, begun: Transfer) -> bool:
        begins = t.phase is Phase.PENDING or (t.kind or begun.kind) is TransferKind.WITHDRAWAL
        frozen = self.frozen & {begun.debit, begun.credit}
        return bool(frozen if begins else frozen - PEOPLE)

    def _begin(self, t: Transfer) -> tuple[Result, int]:
        assert t.debit is not None
        if self.stops(t, t):
            return Result.FROZEN, 0
        available = self.available(t.debit)
        if t.units <= available:
            return Result.CREATED, t.units
        if t.balancing and (available > 0 or t.phase is Phase.POSTED):
            return Result.CREATED, available
        return Result.INSUFFICIENT_FUNDS, 0

    def _end(self, t: Transfer, pending_id: str) -> tuple[Result, int]:
        ending = self.ending_of(pending_id)
        if ending is not None:
            if ending.phase is Phase.POST_PENDING:
                return Result.ALREADY_POSTED, 0
            return (Result.PENDING_EXPIRED if pending_id in self.expired else Result.ALREADY_VOIDED), 0
        begun, units = self.done.get(pending_id, (None, 0))
        if begun is None or begun.phase is not Phase.PENDING:
            return Result.PENDING_NOT_FOUND, 0
        refused = {
            Result.PENDING_EXPIRED: pending_id in self.expired,
            Result.EXCEEDS_PENDING: t.units > units,
            Result.FROZEN: self.stops(t, begun),
        }
        return next(
            ((result, 0) for result, applies in refused.items() if applies), (Result.CREATED, t.units)
        )


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
        kind = draw(st.sampled_from([TransferKind.BET, TransferKind.BET, TransferKind.WITHDRAWAL]))
        return Transfer(
            id_, phase, kind, debit, credit, "USDC", Units(units),
            event_id=event_id, balancing=balancing, after_sequence=after,
            timeout_seconds=HOUR if phase is Phase.PENDING and draw(st.booleans()) else None,
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


@st.composite
def batches(draw: Any) -> list[Transfer]:
    """Transfers and chains of them; the last ends its chain."""
    chains = draw(st.lists(st.lists(transfers(), min_size=1, max_size=4), max_size=8))
    return [
        transfer._replace(linked=place < len(chain) - 1)
        for chain in chains
        for place, transfer in enumerate(chain)
    ]


def new_book(frozen: set[Account] | None = None) -> Book:
    balances = [Balance(a.id, a.kind, a.owner_id, a.asset, frozen=a in (frozen or ())) for a in ACCOUNTS]
    return Book(balances=balances, sequences=[(EVENT, SEQUENCE)])


def counters(book: Book, of: Account) -> tuple[int, int, int, int]:
    balance = book.balances[of.id]
    return balance.debits_pending, balance.debits_posted, balance.credits_pending, balance.credits_posted


@settings(max_examples=400, deadline=None)
@given(batches(), st.sets(st.sampled_from(ACCOUNTS), max_size=2))
def test_the_book_decides_as_the_model_does(batch: list[Transfer], frozen: set[Account]) -> None:
    book, model = new_book(frozen), Naive()
    model.frozen = frozen
    answers = [(answer.result, answer.units) for answer in decide(book, batch)]
    assert answers == model.apply_all(batch)
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


# What may happen to the ledger: a batch, an account frozen or thawed, a pending transfer whose time is over, the void of
# all such.
STEPS = st.one_of(
    batches().map(lambda batch: ("batch", batch)),
    st.sampled_from(ACCOUNTS).map(lambda each: ("freeze", each)),
    st.sampled_from(ACCOUNTS).map(lambda each: ("thaw", each)),
    st.sampled_from(IDS).map(lambda id_: ("expire", id_)),
    st.just(("void", None)),
)


class Real:
    """The ledger under test, its accounts and ids made anew for each example."""

    def __init__(self, world: Any) -> None:
        self.world, self.expiry = world, Expiry(world.database, world.ledger)
        self.base = uuid4()

    def id(self, text: str) -> str:
        return str(uuid5(self.base, text))

    def account(self, of: Account | None) -> Account | None:
        """Rail and capital are everybody's, and go below any limit."""
        if of is None or of.kind in DEBIT_NORMAL:
            return of
        return account(of.kind, self.id(of.owner_id), of.asset)

    def transfer(self, t: Transfer) -> Transfer:
        return t._replace(
            id=self.id(t.id),
            debit=self.account(t.debit),
            credit=self.account(t.credit),
            pending_id=self.id(t.pending_id) if t.pending_id else None,
            event_id=self.id(t.event_id) if t.event_id else None,
        )

    async def execute(self, statement: str, **parameters: Any) -> None:
        async with self.world.database.connection() as connection:
            await connection.execute(statement, parameters)

    async def sums(self, of: Account) -> tuple[int, ...]:
        rows = await self.world.rows(
            "select debits_pending, debits_posted, credits_pending, credits_posted from account where id = %s",
            self.account(of).id,  # type: ignore[union-attr]
        )
        return tuple(rows[0]) if rows else (0, 0, 0, 0)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, max_size=8))
async def test_the_database_arrives_where_the_model_does(world: Any, tamper: Any, steps: list[Any]) -> None:
    real, model = Real(world), Naive()
    event = real.id(EVENT)
    await real.execute(
        "insert into fill_progress (event_id, sequence) values (%(event)s, %(sequence)s)",
        event=event, sequence=SEQUENCE,
    )  # fmt: skip
    mine = [each for each in ACCOUNTS if each.kind not in DEBIT_NORMAL]
    await world.ledger.create(
        [world.make.posted(real.account(ACCOUNTS[0]), real.account(each), 1) for each in mine]
    )
    for each in mine:
        # The model opens with that unit, too.
        opening = world.make.posted(ACCOUNTS[0], each, 1)
        model.done[opening.id] = (opening, 1)
    for step, what in steps:
        if step == "batch":
            answers = await world.ledger.create([real.transfer(transfer) for transfer in what])
            assert [(answer.result, answer.units) for answer in answers] == model.apply_all(what)
        elif step == "expire":
            begun = model.done.get(what, (None, 0))[0]
            if begun is not None and begun.timeout_seconds and model.ending_of(what) is None:
                model.expired.add(what)
                past = "update pending_transfer set expires_at = now() - interval '1 second' where id = %s"
                await tamper(past, real.id(what))
        elif step == "void":
            model.expire()
            await real.expiry.void_expired()
        elif what in mine:
            (model.frozen.add if step == "freeze" else model.frozen.discard)(what)
            await real.execute(
                "update account set frozen_at = case when %(freeze)s then now() end where id = %(id)s",
                freeze=step == "freeze",
                id=real.account(what).id,
            )
    for each in mine:
        assert await real.sums(each) == model.sums(each)
    assert (await Prover(world.database).check()).violations == []
