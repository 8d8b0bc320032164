"""Fills against a real ledger: each moves its money once, in sequence, whatever comes twice, early or not at all."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest

from oraculum.wallet.v1.wallet_fact_pb2 import WalletFact
from oraculum.wallet.v1.wallet_service_pb2 import TransferKind as WireKind
from oraculum_kit.db import Connection
from oraculum_wallet.accounts import Account
from oraculum_wallet.book import Book
from oraculum_wallet.consumers import FillsConsumer
from oraculum_wallet.errors import LedgerDisagrees
from oraculum_wallet.fills import UnreadableFillError
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.repository import fills as repository
from oraculum_wallet.transfers import Result

Deliver = Callable[..., Awaitable[None]]


class TestApplying:
    async def test_a_purchase_pays_its_cost_and_fee_and_gets_the_rest_back(
        self, world: Any, escrow: Account
    ) -> None:
        hold = await world.hold(600, escrow=escrow)
        await world.deliver(world.make.bought(hold=hold, gross=500, fee=10, sequence=1))
        assert hold.debit is not None
        assert await world.units(hold.debit) == 490
        assert await world.units(escrow) == 500
        assert await world.fees() == 10
        assert await world.applied(escrow) == (1, False)
        assert await world.value("select count(*) from pending_transfer") == 0

    async def test_a_sale_pays_its_proceeds_less_the_fee(self, world: Any, escrow: Account) -> None:
        hold = await world.hold(600, escrow=escrow)
        assert hold.debit is not None
        bought = world.make.bought(hold=hold, gross=500, sequence=1)
        sold = world.make.sold(
            user_id=hold.debit.owner_id, event_id=escrow.owner_id, gross=200, fee=4, sequence=2
        )
        await world.deliver(bought, sold)
        assert await world.units(hold.debit) == 1_000 - 500 + 200 - 4
        assert await world.units(escrow) == 300

    async def test_a_person_hears_once_of_each_fill(self, world: Any, escrow: Account) -> None:
        hold = await world.hold(600, escrow=escrow)
        fact = world.make.bought(hold=hold, gross=500, fee=10, sequence=1)
        await world.deliver(fact)
        await world.deliver(fact)
        rows = await world.rows("select payload from outbox where topic = 'wallet' order by id")
        heard = [WalletFact.FromString(payload).balance_changed for (payload,) in rows]
        assert [(change.kind, change.change.units, change.available.units) for change in heard] == [
            (WireKind.TRANSFER_KIND_DEPOSIT, 1_000, 400),
            (WireKind.TRANSFER_KIND_BET, -510, 490),
        ]
        assert heard[1].reference_id == fact.order_filled.fill.order_id
        assert heard[1].event_id == escrow.owner_id

    async def test_what_comes_again_moves_nothing(self, world: Any, escrow: Account) -> None:
        facts = [
            world.make.bought(hold=await world.hold(600, escrow=escrow), gross=500, sequence=sequence)
            for sequence in (1, 2, 3)
        ]
        await world.deliver(*facts[:2])
        await world.deliver(*facts)
        await world.deliver(*facts, *facts)
        assert await world.units(escrow) == 1_500
        assert await world.applied(escrow) == (3, False)
        assert await world.incidents() == []

    async def test_two_members_with_the_same_records_apply_them_once(
        self, world: Any, escrow: Account
    ) -> None:
        """As in a rebalance: the partition moves while its batch is being applied."""
        facts = [
            world.make.bought(hold=await world.hold(600, escrow=escrow), gross=500, sequence=sequence)
            for sequence in range(1, 6)
        ]
        members = [FillsConsumer(Ledger(world.database)) for _ in range(4)]
        await asyncio.gather(*(world.deliver(*facts, consumer=member) for member in members))
        assert await world.units(escrow) == 2_500
        assert await world.applied(escrow) == (5, False)

    async def test_after_a_crash_before_commit_the_same_records_apply(
        self, world: Any, escrow: Account
    ) -> None:
        fact = world.make.bought(hold=await world.hold(600, escrow=escrow), gross=500, sequence=1)

        async def die() -> None:
            async with world.database.transaction() as connection:
                await world.consumer.handle(connection, [world.record_of(fact)])
                raise ConnectionError

        with pytest.raises(ConnectionError):
            await die()
        assert await world.applied(escrow) == (0, False)
        await world.deliver(fact)
        assert await world.units(escrow) == 500


class TestSequence:
    async def test_what_comes_early_waits_for_the_missing_one(self, world: Any, escrow: Account) -> None:
        first, second, third, fourth = [
            world.make.bought(hold=await world.hold(600, escrow=escrow), gross=500, sequence=sequence)
            for sequence in (1, 2, 3, 4)
        ]
        await world.deliver(first, third, fourth)
        assert await world.applied(escrow) == (1, False)
        assert await world.waiting() == [3, 4]
        assert await world.incidents() == ["fill_gap"]
        await world.deliver(fourth)
        assert await world.waiting() == [3, 4]
        await world.deliver(second)
        assert await world.applied(escrow) == (4, False)
        assert await world.waiting() == []
        assert await world.incidents() == []
        assert await world.units(escrow) == 2_000

    async def test_an_event_that_stood_still_for_long_catches_up_by_portions(
        self, world: Any, escrow: Account
    ) -> None:
        facts = [
            world.make.bought(hold=await world.hold(600, escrow=escrow), gross=500, sequence=sequence)
            for sequence in range(1, 9)
        ]
        by_portions = FillsConsumer(world.ledger, resumed_max=2)
        await world.deliver(*facts[1:], consumer=by_portions)
        await world.deliver(facts[0], consumer=by_portions)
        assert await world.applied(escrow) == (3, False)
        await by_portions.resume(world.database)
        assert await world.applied(escrow) == (8, False)
        assert await world.waiting() == []
        assert await world.incidents() == []

    async def test_what_waits_is_not_read_with_every_poll(
        self, world: Any, escrow: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Thousands may wait behind one fill, and their partition has other events to go on with."""
        facts = [
            world.make.bought(hold=await world.hold(600, escrow=escrow), gross=500, sequence=sequence)
            for sequence in range(2, 8)
        ]
        await world.deliver(*facts[:-1])
        read: list[int] = []
        reading = repository.waiting_fills

        async def counted(*arguments: Any) -> Any:
            fills = await reading(*arguments)
            read.append(len(fills))
            return fills

        monkeypatch.setattr(repository, "waiting_fills", counted)
        await world.deliver(facts[-1])
        assert read == []
        assert await world.waiting() == [2, 3, 4, 5, 6, 7]

    async def test_one_poll_may_bring_them_in_any_order(self, world: Any, escrow: Account) -> None:
        facts = [
            world.make.bought(hold=await world.hold(600, escrow=escrow), gross=500, sequence=sequence)
            for sequence in (3, 1, 2)
        ]
        await world.deliver(*facts)
        assert await world.applied(escrow) == (3, False)
        assert await world.incidents() == []

    async def test_other_events_go_on(self, world: Any, make: Any, escrow: Account) -> None:
        other = make.escrow()
        early = make.bought(hold=await world.hold(600, escrow=escrow), gross=500, sequence=2)
        due = make.bought(hold=await world.hold(600, escrow=other), gross=500, sequence=1)
        await world.deliver(early, due)
        assert await world.applied(escrow) == (0, False)
        assert await world.applied(other) == (1, False)

    async def test_nobody_is_paid_before_the_missing_fill(
        self, world: Any, make: Any, escrow: Account
    ) -> None:
        hold = await world.hold(600, escrow=escrow)
        first = make.bought(hold=hold, gross=500, sequence=1)
        second = make.sold(user_id=hold.debit.owner_id, event_id=escrow.owner_id, gross=100, sequence=2)
        payout = make.posted(escrow, hold.debit, 100, event_id=escrow.owner_id, after_sequence=2)
        await world.deliver(second)
        assert [a.result for a in await world.ledger.create([payout])] == [Result.BEHIND]
        await world.deliver(first)
        assert [a.result for a in await world.ledger.create([payout])] == [Result.CREATED]

    async def test_two_fills_of_one_number_are_a_defect(self, world: Any, make: Any, escrow: Account) -> None:
        early = make.bought(hold=await world.hold(600, escrow=escrow), gross=500, sequence=2)
        other = make.bought(hold=await world.hold(600, escrow=escrow), gross=500, sequence=2)
        await world.deliver(early)
        with pytest.raises(UnreadableFillError, match="are both number 2"):
            await world.deliver(other)
        assert await world.waiting() == [2]

    @pytest.mark.parametrize("seed", range(3))
    async def test_any_delivery_ends_in_the_same_books(self, world: Any, make: Any, seed: int) -> None:
        """Three events' fills, shuffled within bounds, repeated and cut into polls at random."""
        dice = random.Random(seed)  # noqa: S311  a test that can be repeated
        escrows = [make.escrow() for _ in range(3)]
        facts = []
        for escrow in escrows:
            for sequence in range(1, 11):
                hold = await world.hold(600, escrow=escrow)
                facts.append(make.bought(hold=hold, gross=100 + sequence, fee=sequence, sequence=sequence))
        deliveries = facts + dice.sample(facts, 15)
        dice.shuffle(deliveries)
        while deliveries:
            size = dice.randint(1, 7)
            await world.deliver(*deliveries[:size])
            deliveries = deliveries[size:]
        expected = sum(100 + sequence for sequence in range(1, 11))
        assert [await world.units(escrow) for escrow in escrows] == [expected] * 3
        assert await world.fees() == 3 * 55
        assert await world.waiting() == []
        assert await world.incidents() == []
        assert await world.value("select count(*) from pending_transfer") == 0


class TestWhatCannotHappen:
    async def test_a_voided_hold_of_a_filled_order_is_made_good(
        self, world: Any, make: Any, escrow: Account
    ) -> None:
        hold = await world.hold(600, escrow=escrow)
        await world.ledger.create([make.void(hold)])
        fact = make.bought(hold=hold, gross=500, fee=10, sequence=1)
        await world.deliver(fact)
        await world.deliver(fact)
        assert await world.units(hold.debit) == 490
        assert await world.units(escrow) == 500
        assert await world.applied(escrow) == (1, False)
        assert await world.incidents() == ["fill_recovered"]

    async def test_an_event_halts_when_the_money_is_gone_and_goes_on_when_it_is_back(
        self, world: Any, make: Any, escrow: Account
    ) -> None:
        hold = await world.hold(600, escrow=escrow, funds=600)
        await world.ledger.create([make.void(hold), make.posted(hold.debit, make.fees(), 600)])
        later = make.bought(hold=await world.hold(600, escrow=escrow), gross=500, sequence=2)
        other = make.escrow()
        elsewhere = make.bought(hold=await world.hold(600, escrow=other), gross=500, sequence=1)
        await world.deliver(make.bought(hold=hold, gross=500, fee=10, sequence=1), later, elsewhere)
        assert await world.applied(escrow) == (0, True)
        assert await world.applied(other) == (1, False)
        assert await world.waiting() == [1, 2]
        assert await world.incidents() == ["fill_refused"]
        # More of the same only waits; trying again without a reason changes nothing.
        await world.deliver(make.bought(hold=await world.hold(600, escrow=escrow), gross=500, sequence=3))
        await world.consumer.resume(world.database)
        assert await world.waiting() == [1, 2, 3]
        assert await world.incidents() == ["fill_refused"]
        await world.ledger.create([make.deposit(hold.debit, 510)])
        await world.consumer.resume(world.database)
        assert await world.applied(escrow) == (3, False)
        assert await world.units(escrow) == 1_500
        assert await world.units(hold.debit) == 0
        assert await world.waiting() == []
        assert await world.incidents() == ["fill_recovered"]

    @pytest.mark.parametrize("gross", [601, 10**12])
    async def test_nobody_pays_more_than_was_held(
        self, world: Any, make: Any, escrow: Account, gross: int
    ) -> None:
        hold = await world.hold(600, escrow=escrow, funds=10**13)
        await world.deliver(make.bought(hold=hold, gross=gross, sequence=1))
        assert await world.applied(escrow) == (0, True)
        assert await world.units(hold.debit) == 10**13 - 600
        assert await world.incidents() == ["fill_refused"]

    async def test_nobody_pays_for_somebody_else(self, world: Any, make: Any, escrow: Account) -> None:
        hold = await world.hold(600, escrow=escrow)
        fact = make.bought(hold=hold, gross=500, sequence=1, user_id=str(uuid4()))
        await world.deliver(fact)
        assert await world.applied(escrow) == (0, True)
        assert await world.units(escrow) == 0
        details = await world.value("select details ->> 'reason' from incident")
        assert details == "INVALID debit: the pending transfer is between other accounts"

    async def test_a_fee_without_cost_is_not_taken(self, world: Any, make: Any, escrow: Account) -> None:
        """The parts of a fill stand or fall together."""
        hold = await world.hold(600, escrow=escrow, funds=600)
        await world.deliver(make.bought(hold=hold, gross=600, fee=1, sequence=1))
        assert await world.applied(escrow) == (0, True)
        assert await world.fees() == 0
        assert await world.units(escrow) == 0
        assert await world.value("select count(*) from pending_transfer") == 1

    async def test_an_escrow_never_pays_what_it_has_not(self, world: Any, make: Any, escrow: Account) -> None:
        hold = await world.hold(600, escrow=escrow)
        sold = make.sold(user_id=hold.debit.owner_id, event_id=escrow.owner_id, gross=1, sequence=1)
        await world.deliver(sold)
        assert await world.applied(escrow) == (0, True)
        assert await world.incidents() == ["fill_refused"]

    async def test_a_defect_of_ours_loses_no_fill(self, world: Any, make: Any, escrow: Account) -> None:
        class Disagreeing(Ledger):
            async def write(self, connection: Connection, book: Book) -> None:
                await super().write(connection, book)
                raise LedgerDisagrees

        first, second = [
            make.bought(hold=await world.hold(600, escrow=escrow), gross=500, sequence=sequence)
            for sequence in (1, 2)
        ]
        done = make.escrow()
        again = make.bought(hold=await world.hold(600, escrow=done), gross=500, sequence=1)
        await world.deliver(again)
        broken = FillsConsumer(Disagreeing(world.database))
        await world.deliver(first, again, consumer=broken)
        assert await world.applied(escrow) == (0, True)
        assert await world.applied(done) == (1, False)
        assert await world.incidents() == ["fill_unexpected"]
        await world.deliver(second)
        assert await world.waiting() == [1, 2]
        await world.consumer.resume(world.database)
        assert await world.applied(escrow) == (2, False)
        assert await world.units(escrow) == 1_000
        assert await world.incidents() == []


async def test_the_fees_of_one_batch_go_to_one_shard(world: Any, make: Any) -> None:
    facts = []
    for _ in range(5):
        escrow = make.escrow()
        facts.append(make.bought(hold=await world.hold(600, escrow=escrow), gross=500, fee=10, sequence=1))
    await world.deliver(*facts)
    rows = await world.rows("select credits_posted from account where kind = 4")
    assert rows == [(50,)]
