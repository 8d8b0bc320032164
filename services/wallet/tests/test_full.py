"""Accounts whose counters near their end: what was begun is always finished, whoever it is of, and nobody else suffers."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum_kit.errors import FailedPrecondition
from oraculum_kit.testing import Parties
from oraculum_wallet.accounts import Account, AccountKind, account
from oraculum_wallet.book import Balance, Book
from oraculum_wallet.room import BEGUN_MAX
from oraculum_wallet.transfers import Answer, Phase, Result, Transfer, TransferKind

EVENT = str(UUID(int=77))
RAIL = account(AccountKind.RAIL, "demo", "USDC")
ESCROW = account(AccountKind.EVENT_ESCROW, EVENT, "USDC")
FEES = account(AccountKind.FEES, "0", "USDC")
HOUSE = account(AccountKind.HOUSE, "", "USDC")
PEOPLE = [account(AccountKind.USER, str(UUID(int=number)), "USDC") for number in (1, 2)]
BEHIND = {each: account(AccountKind.ORDER_RESERVE, each.owner_id, "USDC") for each in PEOPLE}
ACCOUNTS = (RAIL, ESCROW, FEES, HOUSE, *PEOPLE, *BEHIND.values())


class Traders:
    """People who turn the same money over and over, in amounts that bring counters to their end within a few steps."""

    def __init__(self) -> None:
        self.book = Book(balances=[Balance(a.id, a.kind, a.owner_id, a.asset) for a in ACCOUNTS])
        self.holds: list[Transfer] = []
        self.count = 0

    def make(self, phase: Phase, kind: TransferKind, debit: Account, credit: Account, units: int) -> Answer:
        self.count += 1
        transfer = Transfer(str(self.count), phase, kind, debit, credit, "USDC", units, event_id=EVENT)  # type: ignore[arg-type]
        answer = self.book.apply(transfer)
        if phase is Phase.PENDING and answer.succeeded:
            self.holds.append(transfer)
        return answer

    def begin(self, kind: TransferKind, person: Account, units: int) -> None:
        """Whatever a person may begin; refused as full at worst, or for want of money."""
        debit, credit, phase = {
            TransferKind.DEPOSIT: (RAIL, person, Phase.POSTED),
            TransferKind.BET: (person, ESCROW, Phase.PENDING),
            TransferKind.RESERVE: (person, BEHIND[person], Phase.POSTED),
            TransferKind.CREATION: (person, HOUSE, Phase.POSTED),
        }[kind]
        market = self.book.balances[ESCROW.id]
        # As a load would find it.
        self.book._full_events = (
            {EVENT} if market.credits_posted + market.credits_pending >= BEGUN_MAX else ()
        )
        answer = self.make(phase, kind, debit, credit, units)
        assert answer.result in {Result.CREATED, Result.INSUFFICIENT_FUNDS} or answer.full

    def owe(self, kind: TransferKind, debit: Account, credit: Account, part: int) -> None:
        """What follows of what was begun: never refused."""
        units = self.book.balances[debit.id].available_units * part // 100
        if units:
            assert self.make(Phase.POSTED, kind, debit, credit, units).result is Result.CREATED

    def end(self, part: int) -> None:
        """A fill of part of the oldest hold, or none of it."""
        if not self.holds:
            return
        hold = self.holds.pop(0)
        units = hold.units * part // 100
        self.count += 1
        phase = Phase.POST_PENDING if units else Phase.VOID_PENDING
        asset = "USDC" if units else ""
        transfer = Transfer(str(self.count), phase, None, asset=asset, units=units, pending_id=hold.id)  # type: ignore[arg-type]
        assert self.book.apply(transfer).result is Result.CREATED


PARTS = st.sampled_from([0, 50, 100, 100])
PERSONS = st.sampled_from(PEOPLE)
STEPS = st.one_of(
    st.tuples(
        st.just("begin"),
        st.sampled_from(
            [TransferKind.DEPOSIT, TransferKind.BET, TransferKind.RESERVE, TransferKind.CREATION]
        ),
        PERSONS,
        st.sampled_from([BEGUN_MAX, BEGUN_MAX // 2, BEGUN_MAX // 3, BEGUN_MAX // 8]),
    ),
    st.tuples(st.just("end"), PARTS),
    st.tuples(st.sampled_from(["sell", "draw", "release", "fee", "return"]), PERSONS, PARTS),
)


def take(traders: Traders, step: tuple[Any, ...]) -> None:
    match step:
        case ("begin", kind, person, units):
            traders.begin(kind, person, units)
        case ("end", part):
            traders.end(part)
        case ("sell", person, part):
            traders.owe(TransferKind.SALE, ESCROW, person, part)
        case ("draw", person, part):
            traders.owe(TransferKind.BET, BEHIND[person], ESCROW, part)
        case ("release", person, part):
            traders.owe(TransferKind.RELEASE, BEHIND[person], person, part)
        case ("fee", person, part):
            traders.owe(TransferKind.FEE, person, FEES, part)
        case ("return", person, part):
            traders.owe(TransferKind.CREATION_RETURN, HOUSE, person, part)


@settings(max_examples=300, deadline=None)
@given(st.lists(STEPS, min_size=10, max_size=80))
def test_whatever_was_begun_is_paid_and_let_out(steps: list[tuple[Any, ...]]) -> None:
    traders = Traders()
    for step in steps:
        take(traders, step)
    while traders.holds:
        traders.end(100)
    for person in PEOPLE:
        traders.owe(TransferKind.RELEASE, BEHIND[person], person, 100)
    for person in PEOPLE:
        traders.owe(TransferKind.PAYOUT, ESCROW, person, 50)
    traders.owe(TransferKind.HOUSE_RESULT, ESCROW, HOUSE, 100)
    for person in PEOPLE:
        traders.owe(TransferKind.WITHDRAWAL, person, RAIL, 100)
        assert traders.book.balances[person.id].available_units == 0


async def fill(tamper: Any, of: Account, units: int = BEGUN_MAX) -> None:
    """Let so much have gone through an account, in and out."""
    await tamper(
        "update account set credits_posted = credits_posted + %s, debits_posted = debits_posted + %s where id = %s",
        units, units, of.id,
    )  # fmt: skip


async def test_a_market_goes_on_with_somebody_who_is_full(
    world: Any, escrow: Account, funded: Any, tamper: Any, make: Any
) -> None:
    mallory, anna = await funded(1_000), await funded(1_000)
    holds = [make.hold(each, escrow, 600) for each in (mallory, anna)]
    assert all(answer.succeeded for answer in await world.ledger.create(holds))
    await fill(tamper, mallory)
    sold = make.sold(user_id=mallory.owner_id, event_id=escrow.owner_id, gross=100, sequence=2)
    await world.deliver(
        make.bought(hold=holds[0], gross=500, sequence=1), sold, make.bought(hold=holds[1], gross=500, sequence=3)
    )  # fmt: skip
    assert await world.applied(escrow) == (3, False)
    paid = [make.posted(escrow, each, 10, kind=TransferKind.PAYOUT) for each in (mallory, anna)]
    assert all(answer.succeeded for answer in await world.ledger.create(paid))
    refused, begun = await world.ledger.create([make.reserve(mallory, 10), make.reserve(anna, 10)])
    assert (refused.full, begun.result) == (True, Result.CREATED)
    assert await world.incidents() == []


async def test_no_money_is_reserved_for_a_market_that_is_full(
    world: Any, funded: Any, tamper: Any, make: Any, escrow: Account
) -> None:
    anna = await funded(1_000)
    await world.ledger.create([make.posted(anna, escrow, 1)])
    before = make.reserve(anna, 10, event_id=escrow.owner_id)
    await fill(tamper, escrow)
    after, elsewhere = make.reserve(anna, 10, event_id=escrow.owner_id), make.reserve(anna, 10)
    answers = await world.ledger.create([before, after, elsewhere])
    assert [answer.full for answer in answers] == [True, True, False]


async def test_who_is_full_is_told_so(as_gateway: Any, parties: Parties, tamper: Any, make: Any) -> None:
    request = pb.CreateDepositRequest(rail="demo", amount=Amount(units=5, asset="USDC"), idempotency_key="k")
    with parties.signed_in() as person:
        await as_gateway.CreateDeposit(request)
        await fill(tamper, make.user(str(person.id)))
        request.idempotency_key = "another"
        with pytest.raises(FailedPrecondition) as refusal:
            await as_gateway.CreateDeposit(request)
        assert refusal.value.reason == "ACCOUNT_FULL"
        request.idempotency_key = "k"
        assert (await as_gateway.CreateDeposit(request)).replayed
