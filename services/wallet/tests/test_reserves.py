"""Money behind orders that rest: reserved at once, drawn by fills, given back as it is not needed, once each."""

import random
from typing import Any
from uuid import uuid4

import pytest
from psycopg import errors

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1.bets_fact_pb2 import BetsFact, OrderEnded, OrderOpened
from oraculum.prediction.v1.prediction_service_pb2 import HoldVerdict, Order, Side
from oraculum.prediction.v1.prediction_service_pb2_grpc import PredictionServiceStub
from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum_kit.client import Channel
from oraculum_kit.ids import derived
from oraculum_wallet.accounts import Account, AccountKind, account
from oraculum_wallet.sweep import Sweeper
from oraculum_wallet.transfers import Result, Transfer, TransferKind


class Resting:
    """One order that rests, and the facts that are told of it."""

    def __init__(self, world: Any, escrow: Account) -> None:
        self.world, self.escrow = world, escrow
        self.user: Account = world.make.user()
        self.order_id = str(uuid4())
        self.reserve = account(AccountKind.ORDER_RESERVE, self.user.owner_id, "USDC")

    async def begin(self, units: int, *, funds: int = 1_000) -> "Resting":
        transfers = [self.world.make.deposit(self.user, funds), self.transfer(units)]
        answers = await self.world.ledger.create(transfers)
        assert [Result.CREATED] * 2 == [answer.result for answer in answers]
        return self

    def transfer(self, units: int, **change: Any) -> Transfer:
        given = {
            "id": str(derived("hold", self.order_id)),
            "kind": TransferKind.RESERVE,
            "event_id": self.escrow.owner_id,
            "reference_id": self.order_id,
        }
        made: Transfer = self.world.make.posted(self.user, self.reserve, units, **{**given, **change})
        return made

    def filled(self, sequence: int, gross: int, fee: int = 0) -> BetsFact:
        fact: BetsFact = self.world.make.bought(
            user_id=self.user.owner_id,
            event_id=self.escrow.owner_id,
            order_id=self.order_id,
            sequence=sequence,
            gross=gross,
            fee=fee,
        )
        fact.order_filled.hold_transfer_id = ""
        fact.order_filled.from_reserve = True
        return fact

    def opened(self, keep: int, after: int, revision: int = 1) -> BetsFact:
        return BetsFact(
            event_id=self.escrow.owner_id,
            order_opened=OrderOpened(order=self._order(keep), revision=revision, after_sequence=after),
        )

    def ended(self, after: int) -> BetsFact:
        return BetsFact(
            event_id=self.escrow.owner_id, order_ended=OrderEnded(order=self._order(0), after_sequence=after)
        )

    def _order(self, keep: int) -> Order:
        return Order(
            order_id=self.order_id,
            user_id=self.user.owner_id,
            event_id=self.escrow.owner_id,
            side=Side.SIDE_BUY,
            reserved=Amount(units=keep, asset="USDC"),
        )

    async def left(self) -> int | None:
        rows = await self.world.rows(
            "select units_left from order_reserve where order_id = %s", self.order_id
        )
        return rows[0][0] if rows else None

    async def free(self) -> int:
        units: int = await self.world.units(self.user)
        return units


@pytest.fixture
async def resting(world: Any, escrow: Account) -> Resting:
    """Six hundred of a person's thousand units behind an order."""
    return await Resting(world, escrow).begin(600)


class TestFacts:
    async def test_a_life(self, world: Any, escrow: Account, resting: Resting) -> None:
        """It takes a part when it comes, rests, is met twice and ends: to the unit, and twice told is once done."""
        assert (400, 600) == (await resting.free(), await resting.left())
        facts = [
            resting.filled(1, 200, 4),
            resting.opened(300, after=1),
            resting.filled(2, 100),
            resting.filled(3, 150),
            resting.ended(after=3),
        ]
        expected = [(400, 396), (496, 300), (496, 200), (496, 50), (546, None)]
        for fact, (free, left) in zip(facts, expected, strict=True):
            await world.deliver(fact)
            await world.deliver(fact)
            assert (free, left) == (await resting.free(), await resting.left())
        await world.deliver(*facts)
        assert 450 == await world.units(escrow)
        assert 4 == await world.fees()
        assert 0 == await world.units(resting.reserve)
        assert await world.incidents() == []

    async def test_one_poll_brings_all(self, world: Any, resting: Resting) -> None:
        await world.deliver(
            resting.filled(1, 200, 4),
            resting.opened(300, after=1),
            resting.filled(2, 100),
            resting.ended(after=2),
        )
        assert (696, None) == (await resting.free(), await resting.left())

    async def test_an_end_waits_for_the_fills_before_it(
        self, world: Any, escrow: Account, resting: Resting
    ) -> None:
        await world.deliver(resting.ended(after=2))
        await world.deliver(resting.filled(2, 100))
        assert (400, 600) == (await resting.free(), await resting.left())
        await world.deliver(resting.filled(1, 200))
        await world.consumer.resume(world.database)
        assert (700, None) == (await resting.free(), await resting.left())
        assert [] == await world.rows("select from release_waiting")
        assert (2, False) == await world.applied(escrow)

    async def test_an_order_pays_from_its_own_reserve_only(
        self, world: Any, escrow: Account, resting: Resting
    ) -> None:
        """What lies behind another order of the same person stays; the price is owed all the same."""
        other = Resting(world, escrow)
        other.user, other.reserve = resting.user, resting.reserve
        assert [Result.CREATED] == [a.result for a in await world.ledger.create([other.transfer(300)])]
        await world.deliver(other.filled(1, 400))
        assert 300 == await other.left()
        assert 600 == await resting.left()
        assert (0, True) == await world.applied(escrow)
        await world.ledger.create([world.make.deposit(resting.user, 1_000)])
        await world.consumer.resume(world.database)
        assert (1, False) == await world.applied(escrow)
        assert await world.incidents() == ["fill_recovered"]
        assert 300 == await other.left()

    @pytest.mark.parametrize("seed", range(3))
    async def test_any_delivery_ends_in_the_same_books(self, world: Any, escrow: Account, seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311  a test that can be repeated
        orders = [await Resting(world, escrow).begin(600) for _ in range(3)]
        facts: list[BetsFact] = []
        for number in range(12):
            order = orders[number % 3]
            facts.append(order.filled(number + 1, 50 + number, 1 if number < 3 else 0))
            if number < 3:
                facts.append(order.opened(500, after=number + 1))
        facts += [order.ended(after=12) for order in orders]
        deliveries = facts + dice.sample(facts, 8)
        dice.shuffle(deliveries)
        while deliveries:
            size = dice.randint(1, 5)
            await world.deliver(*deliveries[:size])
            deliveries = deliveries[size:]
        await world.consumer.resume(world.database)
        paid = sum(50 + number for number in range(12))
        assert paid == await world.units(escrow)
        assert 3_000 - paid - 3 == sum([await order.free() for order in orders])
        assert [None] * 3 == [await order.left() for order in orders]
        assert await world.incidents() == []


class TestTheDatabase:
    @pytest.mark.parametrize(
        "statement",
        [
            "insert into order_reserve select * from order_reserve",
            "update order_reserve set units_left = 1",
            "delete from order_reserve",
            "truncate order_reserve",
        ],
    )
    async def test_a_reserve_follows_the_transfers(
        self, world: Any, resting: Resting, statement: str
    ) -> None:
        assert resting
        with pytest.raises(errors.IntegrityError, match="is refused"):
            async with world.database.transaction() as connection:
                await connection.execute(statement.encode())


class TestAsking:
    def message(self, resting: Resting, **change: Any) -> pb.Transfer:
        user_id = resting.user.owner_id
        given: dict[str, Any] = {
            "transfer_id": str(uuid4()),
            "phase": pb.TRANSFER_PHASE_POSTED,
            "kind": pb.TRANSFER_KIND_RESERVE,
            "debit": pb.AccountName(kind=pb.ACCOUNT_KIND_USER, owner_id=user_id),
            "credit": pb.AccountName(kind=pb.ACCOUNT_KIND_ORDER_RESERVE, owner_id=user_id),
            "amount": Amount(units=100, asset="USDC"),
            "event_id": resting.escrow.owner_id,
            "reference_id": str(uuid4()),
        }
        return pb.Transfer(**{**given, **change})

    async def test_a_reserve_and_its_release(self, world: Any, resting: Resting, as_prediction: Any) -> None:
        made = self.message(resting)
        back = self.message(
            resting,
            kind=pb.TRANSFER_KIND_RELEASE,
            debit=made.credit,
            credit=made.debit,
            reference_id=made.reference_id,
        )
        request = pb.CreateTransfersRequest(transfers=[made, back, back])
        answer = await as_prediction.CreateTransfers(request)
        assert [
            pb.TRANSFER_RESULT_CREATED,
            pb.TRANSFER_RESULT_CREATED,
            pb.TRANSFER_RESULT_EXISTS,
        ] == [each.result for each in answer.answers]
        assert 400 == await resting.free()
        assert world

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"kind": pb.TRANSFER_KIND_BET}, "kind"),
            (
                {"credit": pb.AccountName(kind=pb.ACCOUNT_KIND_ORDER_RESERVE, owner_id=str(uuid4()))},
                "debit",
            ),
            ({"phase": pb.TRANSFER_PHASE_PENDING}, "phase"),
            ({"reference_id": ""}, "reference_id"),
        ],
    )
    async def test_what_makes_no_sense(
        self, resting: Resting, as_prediction: Any, change: dict[str, Any], field: str
    ) -> None:
        request = pb.CreateTransfersRequest(transfers=[self.message(resting, **change)])
        (answer,) = (await as_prediction.CreateTransfers(request)).answers
        assert (pb.TRANSFER_RESULT_INVALID, field) == (answer.result, answer.message.split(":")[0])


class TestSweep:
    def sweeper(self, world: Any, channel: Channel) -> Sweeper:
        return Sweeper(
            database=world.database,
            ledger=world.ledger,
            fills=world.consumer,
            prediction=PredictionServiceStub(channel),
            hold_age_seconds=0.0,
            every_seconds=0.01,
        )

    async def test_an_order_that_never_came_to_be(
        self, world: Any, resting: Resting, prediction: Any, prediction_channel: Channel
    ) -> None:
        sweeper = self.sweeper(world, prediction_channel)
        prediction.verdicts[resting.order_id] = HoldVerdict.HOLD_VERDICT_AWAIT_FILL
        assert 0 == await sweeper.settle_reserves()
        prediction.away = True
        assert 0 == await sweeper.settle_reserves()
        assert 600 == await resting.left()
        prediction.away = False
        prediction.verdicts.clear()
        assert 1 == await sweeper.settle_reserves()
        assert (1_000, None) == (await resting.free(), await resting.left())
        assert 0 == await sweeper.settle_reserves()

    async def test_of_which_something_was_told_is_not_asked_about(
        self, world: Any, resting: Resting, prediction: Any, prediction_channel: Channel
    ) -> None:
        await world.deliver(resting.opened(600, after=0))
        assert 0 == await self.sweeper(world, prediction_channel).settle_reserves()
        assert [] == prediction.asked
