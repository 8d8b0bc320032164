"""Paying people what an event came to: everybody once, to the unit, whatever dies on the way."""

import dataclasses
from typing import Any
from uuid import UUID

import pytest
from psycopg.errors import UniqueViolation

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum.prediction.v1 import settlements_fact_pb2 as settlements
from oraculum.wallet.v1 import wallet_service_pb2 as wallet
from oraculum_kit.db import Connection
from oraculum_kit.errors import Unavailable
from oraculum_kit.jobs import LeaseLostError
from oraculum_prediction import metrics
from oraculum_prediction.errors import HouseFundsShort
from oraculum_prediction.payer import TransferRefused
from oraculum_prediction.repository import settlements as repository
from oraculum_prediction.repository.settlements import Settlement
from oraculum_prediction.risk import metrics as risk_metrics
from oraculum_prediction.watch import Watch

USDC = 1_000_000


async def traded(house: Any, people: int = 10) -> tuple[UUID, list[UUID]]:
    """A closed market in which people hold shares of both outcomes, its fills applied by wallet."""
    event_id = await house.open()
    crowd = [house.person(100 * USDC) for _ in range(people)]
    for number, person in enumerate(crowd):
        await house.place(person, event_id, "1", outcome=number % 2, amount_units=(number + 1) * 777_777)
        if number % 3 == 0:
            await house.place(person, event_id, "2", outcome=1 - number % 2, amount_units=333_333)
        if number % 4 == 0:
            await house.place(
                person, event_id, "3", outcome=number % 2, side=pb.SIDE_SELL, amount_units=222_222
            )
    house.post_fills()
    await house.close(event_id)
    return event_id, crowd


def shares(house: Any, event_id: UUID) -> dict[UUID, list[int]]:
    held: dict[UUID, list[int]] = {}
    for row in house.rows("select * from position where event_id = %(id)s", id=event_id):
        held.setdefault(row["user_id"], [0, 0])[row["outcome"]] = row["shares"]
    return held


def told(house: Any) -> list[settlements.SettlementsFact]:
    rows = house.rows("select payload from outbox where topic = 'settlements' order by id")
    return [settlements.SettlementsFact.FromString(row["payload"]) for row in rows]


async def test_winners_are_paid_a_unit_a_share(house: Any) -> None:
    """The house gets the rest, the escrow is empty, everybody is told, and orders say what they brought."""
    event_id, crowd = await traded(house)
    before = {person: house.books.user(person) for person in crowd}
    await house.hear(event_id, [0, 1_000_000])
    await house.settle(event_id)
    held = shares(house, event_id)
    assert {person: before[person] + held[person][1] for person in crowd} == {
        person: house.books.user(person) for person in crowd
    }
    assert 0 == house.books.escrow(event_id)
    assert 0 == house.books.balance(wallet.ACCOUNT_KIND_ROUNDING)
    house.books.check()
    facts = told(house)
    people = {fact.position_settled.user_id: fact.position_settled for fact in facts[:-1]}
    for person in crowd:
        assert held[person][1] == people[str(person)].payout.units
        assert house.books.user(person) - 100 * USDC == people[str(person)].profit_loss.units
    assert (10, sum(pair[1] for pair in held.values())) == (
        facts[-1].market_settled.positions_paid,
        facts[-1].market_settled.paid.units,
    )
    assert [5] == [row["status"] for row in house.rows("select distinct status from shown_order")]
    for row in house.rows("select * from shown_order where side = 1"):
        brought = row["shares"] if row["outcome"] == 1 else 0
        assert brought - row["gross_units"] - row["fee_units"] == row["profit_loss_units"]


async def test_an_event_without_a_category_is_paid(house: Any) -> None:
    """What people used of their limits there counts once, and is given back."""
    event_id, person = await house.open(category=""), house.person()
    placed = (await house.place(person, event_id, "one")).order
    house.post_fills()
    await house.close(event_id)
    await house.hear(event_id, [0, 1_000_000])
    await house.settle(event_id)
    assert 0 == house.books.escrow(event_id)
    (used,) = house.rows("select scope, open_units, day_stake_units from risk_use")
    assert ("", 0, placed.gross.units + placed.fee.units) == tuple(used.values())


async def test_a_cancelled_event_pays_void_prices(house: Any) -> None:
    """Each is rounded down once; what that leaves goes to the account for rounding, the rest to the house."""
    event_id, crowd = await traded(house)
    closed = await house.close(event_id, "cancel")
    prices = list(closed.void_price_millionths)
    before = {person: house.books.user(person) for person in crowd}
    await house.hear(event_id, prices, cancelled=True)
    await house.settle(event_id)
    held = shares(house, event_id)
    due = {
        person: sum(count * price for count, price in zip(pair, prices, strict=True)) // USDC
        for person, pair in held.items()
    }
    assert {person: before[person] + due[person] for person in crowd} == {
        person: house.books.user(person) for person in crowd
    }
    owed = sum(sum(pair[outcome] for pair in held.values()) * price for outcome, price in enumerate(prices))
    dust = owed // USDC - sum(due.values())
    assert 0 <= dust == house.books.balance(wallet.ACCOUNT_KIND_ROUNDING) < len(crowd)
    assert 0 == house.books.escrow(event_id)
    assert [6] == [row["status"] for row in house.rows("select distinct status from shown_order")]
    parts = house.rows("select user_id, sum(payout_units)::bigint as paid from position group by user_id")
    assert due == {row["user_id"]: row["paid"] for row in parts}


@pytest.mark.parametrize("dies_at", range(1, 6))
async def test_a_restart_pays_nobody_twice(house: Any, dies_at: int) -> None:
    """Wallet has paid a chunk and dies before it says so: the next run meets the same transfers and goes on."""
    event_id, crowd = await traded(house)
    before = {person: house.books.user(person) for person in crowd}
    await house.hear(event_id, [1_000_000, 0])
    calls = 0

    async def die(_: object) -> None:
        nonlocal calls
        calls += 1
        if calls == dies_at:
            raise Unavailable

    house.books.after = die
    with pytest.raises(Unavailable):
        await house.settle(event_id)
    await house.settle(event_id)
    await house.settle(event_id)
    held = shares(house, event_id)
    assert {person: before[person] + held[person][0] for person in crowd} == {
        person: house.books.user(person) for person in crowd
    }
    assert 0 == house.books.escrow(event_id)
    assert len(crowd) == len([fact for fact in told(house) if fact.HasField("position_settled")])
    house.books.check()


async def test_who_is_paid_trades_elsewhere_meanwhile(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use of limits is written last: all who trade wait for those rows, and so do settlements of other events."""
    event_id, (person,) = await traded(house, people=1)
    other = await house.open()
    await house.hear(event_id, [0, 1_000_000])
    advance = repository.advance

    async def trade_and_advance(connection: Connection, settlement: Settlement, **progress: Any) -> None:
        await house.place(person, other, "meanwhile")
        await advance(connection, settlement, **progress)

    monkeypatch.setattr(repository, "advance", trade_and_advance)
    await house.settle(event_id)
    assert 0 == house.books.escrow(event_id)


async def test_who_cannot_be_paid_keeps_nobody_else_waiting(house: Any) -> None:
    """Everybody else is paid and told; only the refused are asked for again, until they are paid as well."""
    event_id, crowd = await traded(house)
    before = {person: house.books.user(person) for person in crowd}
    await house.hear(event_id, [0, 1_000_000])
    held = shares(house, event_id)
    winners = sorted(person for person in crowd if held[person][1])
    refused = {str(winners[0]), str(winners[-1])}
    house.books.refused = refused
    for _ in range(3):
        with pytest.raises(TransferRefused):
            await house.settle(event_id)
    assert {person: before[person] + held[person][1] for person in crowd if str(person) not in refused} == {
        person: house.books.user(person) for person in crowd if str(person) not in refused
    }
    assert len(crowd) - 2 == len(told(house))
    assert [refused] * 2 == [{each.credit.owner_id for each in call} for call in house.books.calls[-2:]]
    house.books.refused = set()
    await house.settle(event_id)
    assert {person: before[person] + held[person][1] for person in crowd} == {
        person: house.books.user(person) for person in crowd
    }
    assert 0 == house.books.escrow(event_id)
    assert [len(crowd)] == [row["people_paid"] for row in house.rows("select people_paid from settlement")]
    assert len(crowd) + 1 == len(told(house))
    house.books.check()


async def test_wallet_that_is_behind_is_waited_for(house: Any) -> None:
    """Nobody is paid before the last fill has moved its money."""
    event_id = await house.open()
    anna = house.person()
    order = (await house.place(anna, event_id, "k")).order
    await house.close(event_id)
    await house.hear(event_id, [0, 1_000_000])
    attempts = 0

    async def catch_up(_: object) -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 3:
            house.post_fills()

    house.books.before = catch_up
    await house.settle(event_id)
    cost = order.gross.units + order.fee.units
    assert 1_000 * USDC - cost + order.shares == house.books.user(anna)


@pytest.mark.parametrize("payouts", [[1_000_000], [0, 0, 1_000_000]])
async def test_payouts_for_other_outcomes_pay_nobody(house: Any, payouts: list[int]) -> None:
    event_id, _ = await traded(house, people=2)
    with pytest.raises(ValueError, match="payouts for the 2 outcomes"):
        await house.hear(event_id, payouts)
    assert [] == house.rows("select * from settlement")


async def test_an_operator_sees_who_waits_to_be_paid(house: Any) -> None:
    event_id, _ = await traded(house, people=2)
    watch = Watch(house.replicas[0].database)
    await house.hear(event_id, [0, 1_000_000])
    await watch.measure()
    assert 1 == metrics.UNSETTLED._value.get()
    assert metrics.UNSETTLED_SECONDS._value.get() > 0
    await house.settle(event_id)
    await watch.measure()
    assert (0, 0) == (metrics.UNSETTLED._value.get(), metrics.UNSETTLED_SECONDS._value.get())


async def test_when_the_last_market_of_an_asset_is_paid_the_house_risks_nothing_in_it(house: Any) -> None:
    """Who was shown a million would be shown it for ever, and the alert with it."""
    event_id, _ = await traded(house, people=2)
    watch, shown = Watch(house.replicas[0].database), risk_metrics.HOUSE_EXPOSURE.labels("USDC")._value
    await watch.measure()
    assert shown.get() > 0
    await house.hear(event_id, [0, 1_000_000])
    await house.settle(event_id)
    await watch.measure()
    assert 0 == shown.get()


class TestRevisions:
    async def test_a_worker_that_slept_does_not_set_it_back(self, house: Any) -> None:
        """Its lease has ended and another one went on: what it wakes up with is old, and is not written."""
        event_id, crowd = await traded(house)
        await house.hear(event_id, [0, 1_000_000])
        await house.settle(event_id)
        await house.hear(event_id, [1_000_000, 0], revision=2)
        replica = house.replicas[0]
        async with replica.database.connection() as connection:
            begun = await repository.next_undone(connection, event_id)
        assert begun is not None
        await replica.settler._step(begun)
        async with replica.database.connection() as connection:
            further = await repository.next_undone(connection, event_id)
        for stale in (begun, dataclasses.replace(begun, after_user_id=max(crowd))):
            with pytest.raises((LeaseLostError, UniqueViolation)):
                await replica.settler._step(stale)
        async with replica.database.connection() as connection:
            assert further == await repository.next_undone(connection, event_id)
        await house.settle(event_id)
        assert 0 == house.books.escrow(event_id)
        house.books.check()

    async def test_a_corrected_result_moves_the_differences(self, house: Any) -> None:
        """Those who had been paid give it back, those who should have been are paid, and the house ends where it should."""
        event_id, crowd = await traded(house)
        before = {person: house.books.user(person) for person in crowd}
        await house.hear(event_id, [0, 1_000_000])
        await house.settle(event_id)
        await house.hear(event_id, [1_000_000, 0], revision=2)
        await house.settle(event_id)
        held = shares(house, event_id)
        assert {person: before[person] + held[person][0] for person in crowd} == {
            person: house.books.user(person) for person in crowd
        }
        assert 0 == house.books.escrow(event_id)
        house.books.check()
        (last,) = house.rows("select * from settlement where revision = 2")
        assert 0 == last["lost_units"]
        parts = house.rows("select sum(payout_units)::bigint as paid from position")
        assert sum(pair[0] for pair in held.values()) == parts[0]["paid"]

    async def test_the_first_that_is_heard_corrects_nothing_whatever_its_number(self, house: Any) -> None:
        """A malformed first one was put aside: the second pays everybody and empties the escrow, as a first does."""
        event_id, crowd = await traded(house)
        before = {person: house.books.user(person) for person in crowd}
        with pytest.raises(ValueError, match="payouts for the 2 outcomes"):
            await house.hear(event_id, [1_000_000])
        await house.hear(event_id, [333_333, 666_667], revision=2)
        await house.settle(event_id)
        held = shares(house, event_id)
        assert {
            person: before[person] + (held[person][0] * 333_333 + held[person][1] * 666_667) // 1_000_000
            for person in crowd
        } == {person: house.books.user(person) for person in crowd}
        assert 0 == house.books.escrow(event_id)
        house.books.check()
        # The one that was put aside is sent again when everything is over.
        paid = dict(house.books.balances)
        await house.hear(event_id, [1_000_000, 0], revision=1)
        await house.settle(event_id)
        assert paid == dict(house.books.balances)

    async def test_what_somebody_has_spent_is_the_houses_loss(self, house: Any) -> None:
        """Nobody is overdrawn; a third revision neither asks for the rest nor forgets what was paid."""
        event_id, crowd = await traded(house)
        await house.hear(event_id, [0, 1_000_000])
        await house.settle(event_id)
        held = shares(house, event_id)
        spender = max(crowd, key=lambda person: held[person][1])
        left = held[spender][1] // 2
        spent = house.books.user(spender) - left
        house.books.deposit(spender, -spent)
        before = {person: house.books.user(person) for person in crowd}
        await house.hear(event_id, [1_000_000, 0], revision=2)
        await house.settle(event_id)
        (last,) = house.rows("select * from settlement where revision = 2")
        owed = held[spender][1] - held[spender][0]
        assert (owed - left, 0) == (last["lost_units"], house.books.user(spender))
        assert {
            person: before[person] + held[person][0] - held[person][1]
            for person in crowd
            if person != spender
        } == {person: house.books.user(person) for person in crowd if person != spender}
        await house.hear(event_id, [0, 1_000_000], revision=3)
        await house.settle(event_id)
        assert before == {person: house.books.user(person) for person in crowd}
        assert 0 == house.books.escrow(event_id)
        house.books.check()

    async def test_the_same_result_again_moves_nothing(self, house: Any) -> None:
        event_id, _ = await traded(house)
        await house.hear(event_id, [0, 1_000_000])
        await house.settle(event_id)
        before = dict(house.books.balances)
        await house.hear(event_id, [0, 1_000_000])
        await house.hear(event_id, [0, 1_000_000], revision=2)
        await house.settle(event_id)
        assert before == dict(house.books.balances)

    async def test_a_house_that_cannot_make_good(self, house: Any) -> None:
        """The settlement waits for an operator, and goes on where it stood."""
        event_id, crowd = await traded(house)
        await house.hear(event_id, [0, 1_000_000])
        await house.settle(event_id)
        for person in crowd:
            house.books.deposit(person, -house.books.user(person))
        house_account = (wallet.ACCOUNT_KIND_HOUSE, "", "USDC")
        money, house.books.balances[house_account] = house.books.balances[house_account], 0
        await house.hear(event_id, [1_000_000, 0], revision=2)
        with pytest.raises(HouseFundsShort):
            await house.settle(event_id)
        house.books.balances[house_account] = money
        await house.settle(event_id)
        held = shares(house, event_id)
        assert {person: max(held[person][0] - held[person][1], 0) for person in crowd} == {
            person: house.books.user(person) for person in crowd
        }
        house.books.check()


async def test_nobody_traded(house: Any) -> None:
    """The whole subsidy goes back."""
    event_id = await house.open()
    await house.close(event_id)
    await house.hear(event_id, [500_000, 500_000], cancelled=True)
    await house.settle(event_id)
    assert (0, 1_000_000 * USDC) == (
        house.books.escrow(event_id),
        house.books.balance(wallet.ACCOUNT_KIND_HOUSE),
    )
