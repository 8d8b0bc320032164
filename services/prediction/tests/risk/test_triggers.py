"""Triggers fire once: whoever sees the price, however often, and wherever somebody dies on the way."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from psycopg import errors

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.errors import ServiceError, Unavailable
from oraculum_kit.ids import uuid7
from oraculum_money import PRICE_ONE, Price, Shares
from oraculum_prediction.errors import SlippageExceeded
from oraculum_prediction.placement import Outcome
from oraculum_prediction.repository import risk_triggers as repository
from oraculum_prediction.repository.risk_triggers import STOP_LOSS, TAKE_PROFIT, TriggerRow, Waiting
from oraculum_prediction.risk.alerts import NEVER
from oraculum_prediction.risk.placing import Standing
from oraculum_prediction.risk.triggers import TriggerBook, Triggers, order_id, reached

USDC = 1_000_000


class Killed(Exception):
    """The process ends here."""


@dataclass
class Desk:
    """Decides each order once, as the engine does, and dies where it is told to."""

    orders: dict[UUID, bytes] = field(default_factory=dict)
    asked: int = 0
    answer: ServiceError | None = None
    before: BaseException | None = None
    after: BaseException | None = None

    async def place(self, standing: Standing) -> Outcome:
        self.asked += 1
        await asyncio.sleep(0)
        if self.before:
            raise self.before
        known = self.orders.setdefault(standing.order_id, standing.request_hash)
        assert known == standing.request_hash, "the same order is asked for in the same words"
        if self.after:
            raise self.after
        return self.answer or pb.PlaceOrderResponse()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def process(house: Any, desk: Desk) -> tuple[Triggers, TriggerBook]:
    book = TriggerBook()
    return Triggers(house.replicas[0].database, book, desk.place), book


async def wait_for(
    house: Any, user_id: UUID, event_id: UUID, *, kind: int, price: int, shares: int | None = None
) -> UUID:
    row = TriggerRow(
        trigger_id=uuid7(),
        user_id=user_id,
        event_id=event_id,
        outcome=1,
        kind=kind,
        price=Price(price),
        shares=Shares(shares) if shares else None,
        limit_price=None,
        status=repository.WAITING,
        order_shares=None,
        reason=None,
        created_at=NEVER,
        fired_at=None,
    )
    async with house.replicas[0].database.transaction() as connection:
        assert await repository.insert(connection, row, waiting_max=3) is not None
    return row.trigger_id


async def row_of(house: Any, trigger_id: UUID) -> TriggerRow:
    async with house.replicas[0].database.connection() as connection:
        found = await repository.by_id(connection, trigger_id)
    assert found is not None
    return found


@dataclass
class Holder:
    user_id: UUID
    event_id: UUID
    shares: int


@pytest.fixture
async def holder(house: Any) -> Holder:
    """Somebody who holds shares of YES at a price a little above a half."""
    event_id, user_id = await house.open(), house.person()
    answer = await house.place(user_id, event_id, "first", amount_units=10 * USDC)
    return Holder(user_id, event_id, answer.order.shares)


def waiting(event_id: UUID, kind: int, price: int, trigger_id: UUID | None = None) -> Waiting:
    return Waiting(trigger_id or uuid7(), 1, event_id, 1, kind, Price(price))


class TestSeeing:
    @pytest.mark.parametrize(
        ("kind", "price", "seen", "fires"),
        [
            (STOP_LOSS, 400_000, 400_000, True),
            (STOP_LOSS, 400_000, 400_001, False),
            (TAKE_PROFIT, 700_000, 700_000, True),
            (TAKE_PROFIT, 700_000, 699_999, False),
        ],
    )
    def test_its_price_is_reached(self, kind: int, price: int, seen: int, *, fires: bool) -> None:
        prices = [Price(PRICE_ONE - seen), Price(seen)]
        assert fires is reached(waiting(uuid7(), kind, price), prices)

    async def test_only_what_was_committed_fires_and_only_once(self) -> None:
        book, event_id = TriggerBook(), uuid7()
        trigger = waiting(event_id, STOP_LOSS, 400_000)
        book.add(trigger)
        prices = [Price(610_000), Price(390_000)]
        assert book.crossing(event_id, prices) == [trigger]
        assert not book.hit.is_set()
        assert book.crossing(uuid7(), prices) == []
        book.crossed([trigger])
        book.crossed([trigger])
        assert list(book.hits) == [trigger]
        assert book.crossing(event_id, prices) == []
        assert book.waiting == 0


class TestFiring:
    async def test_it_sells_all_that_is_there_or_what_it_was_told_to(
        self, house: Any, desk: Desk, holder: Holder
    ) -> None:
        everything = await wait_for(house, holder.user_id, holder.event_id, kind=STOP_LOSS, price=900_000)
        some = await wait_for(
            house, holder.user_id, holder.event_id, kind=STOP_LOSS, price=900_000, shares=1_000
        )
        triggers, _ = process(house, desk)
        await triggers.sweep()
        assert (await row_of(house, everything)).order_shares == holder.shares
        assert (await row_of(house, some)).order_shares == 1_000
        assert {(await row_of(house, each)).status for each in (everything, some)} == {repository.DONE}
        assert desk.orders.keys() == {order_id(everything), order_id(some)}

    async def test_everybody_who_tries_places_one_order(self, house: Any, desk: Desk, holder: Holder) -> None:
        trigger_id = await wait_for(house, holder.user_id, holder.event_id, kind=STOP_LOSS, price=900_000)
        processes = [process(house, desk)[0] for _ in range(5)]
        fired = await asyncio.gather(*(each.fire(trigger_id) for each in processes))
        assert sorted(fired) == [False] * 4 + [True]
        assert desk.asked == 1

    async def test_a_price_that_has_not_come_fires_nothing(
        self, house: Any, desk: Desk, holder: Holder
    ) -> None:
        low = await wait_for(house, holder.user_id, holder.event_id, kind=STOP_LOSS, price=400_000)
        high = await wait_for(house, holder.user_id, holder.event_id, kind=TAKE_PROFIT, price=900_000)
        triggers, book = process(house, desk)
        await triggers.refresh()
        await triggers.sweep()
        assert book.waiting == 2
        assert {(await row_of(house, each)).status for each in (low, high)} == {repository.WAITING}

    async def test_what_is_sold_already_is_not_sold(self, house: Any, desk: Desk, holder: Holder) -> None:
        trigger_id = await wait_for(house, holder.user_id, holder.event_id, kind=STOP_LOSS, price=900_000)
        await house.place(holder.user_id, holder.event_id, "out", side=pb.SIDE_SELL, shares=holder.shares)
        triggers, _ = process(house, desk)
        assert not await triggers.fire(trigger_id)
        row = await row_of(house, trigger_id)
        assert (row.status, row.reason) == (repository.CANCELLED, "NOTHING_TO_SELL")

    async def test_a_refused_sale_is_told_and_not_tried_again(
        self, house: Any, desk: Desk, holder: Holder
    ) -> None:
        trigger_id = await wait_for(house, holder.user_id, holder.event_id, kind=STOP_LOSS, price=900_000)
        desk.answer = SlippageExceeded()
        triggers, _ = process(house, desk)
        await triggers.sweep()
        await triggers.sweep(older_seconds=0)
        row = await row_of(house, trigger_id)
        assert (row.status, row.reason, desk.asked) == (repository.FAILED, "SLIPPAGE_EXCEEDED", 1)
        told = house.rows("select kind, subject from risk_alert order by kind")
        assert [(each["kind"], each["subject"]) for each in told] == [
            (2, "stop_loss"),
            (3, "SLIPPAGE_EXCEEDED"),
        ]
        assert len(house.rows("select id from outbox where topic = 'risk'")) == 2

    async def test_a_closed_market_ends_what_waits(self, house: Any, desk: Desk, holder: Holder) -> None:
        trigger_id = await wait_for(house, holder.user_id, holder.event_id, kind=STOP_LOSS, price=900_000)
        await house.close(holder.event_id)
        triggers, _ = process(house, desk)
        await triggers.sweep()
        row = await row_of(house, trigger_id)
        assert (row.status, row.reason, desk.asked) == (repository.CANCELLED, "MARKET_CLOSED", 0)

    async def test_what_was_taken_back_is_watched_no_more(
        self, house: Any, desk: Desk, holder: Holder
    ) -> None:
        """Wherever it was taken back: every process looks through what it watches."""
        gone, stays = [
            await wait_for(house, holder.user_id, holder.event_id, kind=STOP_LOSS, price=price)
            for price in (100_000, 200_000)
        ]
        triggers, book = process(house, desk)
        await triggers.refresh()
        assert 2 == book.waiting
        async with house.replicas[0].database.transaction() as connection:
            assert await repository.cancel(connection, gone, "TAKEN_BACK")
        await triggers.sweep()
        await triggers.refresh()
        assert 1 == book.waiting
        crossing = book.crossing(holder.event_id, [Price(900_000), Price(100_000)])
        assert [stays] == [each.trigger_id for each in crossing]


class TestDying:
    async def test_between_the_commit_of_the_price_and_the_firing(
        self, house: Any, desk: Desk, holder: Holder
    ) -> None:
        """The price has come, and whoever saw it is dead: whoever looks next finds it in the database."""
        trigger_id = await wait_for(house, holder.user_id, holder.event_id, kind=TAKE_PROFIT, price=560_000)
        await house.place(house.person(), holder.event_id, "up", amount_units=20 * USDC)
        triggers, _ = process(house, desk)
        await triggers.sweep()
        assert (await row_of(house, trigger_id)).status == repository.DONE

    @pytest.mark.parametrize("where", ["before", "after"])
    async def test_around_the_placing(self, house: Any, desk: Desk, holder: Holder, where: str) -> None:
        trigger_id = await wait_for(house, holder.user_id, holder.event_id, kind=STOP_LOSS, price=900_000)
        first, _ = process(house, desk)
        setattr(desk, where, Killed())
        with pytest.raises(Killed):
            await first.fire(trigger_id)
        assert (await row_of(house, trigger_id)).status == repository.FIRED
        setattr(desk, where, None)
        second, _ = process(house, desk)
        await second.sweep()
        assert desk.asked == 1, "somebody may still be placing it"
        await second.sweep(older_seconds=0)
        assert (await row_of(house, trigger_id)).status == repository.DONE
        assert (desk.asked, list(desk.orders)) == (2, [order_id(trigger_id)])

    async def test_a_full_queue_leaves_it_to_the_sweep(self, house: Any, desk: Desk, holder: Holder) -> None:
        trigger_id = await wait_for(house, holder.user_id, holder.event_id, kind=STOP_LOSS, price=900_000)
        desk.before = Unavailable(retry_after_seconds=1)
        triggers, _ = process(house, desk)
        assert await triggers.fire(trigger_id)
        desk.before = None
        await triggers.sweep(older_seconds=0)
        assert (await row_of(house, trigger_id)).status == repository.DONE

    async def test_a_hit_whose_firing_fails_stays_first(self, house: Any, desk: Desk, holder: Holder) -> None:
        trigger_id = await wait_for(house, holder.user_id, holder.event_id, kind=STOP_LOSS, price=900_000)
        triggers, book = process(house, desk)
        await triggers.refresh()
        crossing = book.crossing(holder.event_id, [Price(500_000), Price(500_000)])
        book.crossed(crossing)
        desk.before = Killed()
        with pytest.raises(Killed):
            await triggers.fire_hits()
        assert [trigger_id] == [each.trigger_id for each in book.hits]
        assert book.hit.is_set()


class TestTheDatabase:
    async def test_it_keeps_fired_triggers_fired(self, house: Any, holder: Holder) -> None:
        trigger_id = await wait_for(house, holder.user_id, holder.event_id, kind=STOP_LOSS, price=900_000)
        async with house.replicas[0].database.transaction() as connection:
            assert await repository.fire(connection, trigger_id) is not None
        for change in (
            "update risk_trigger set status = 1",
            "update risk_trigger set status = 5, ended_at = now()",
            "update risk_trigger set order_shares = 1",
        ):
            with pytest.raises(errors.IntegrityError, match="has fired or ended"):
                house.rows(change)

    async def test_nobody_has_more_waiting_than_may_be(self, house: Any, holder: Holder) -> None:
        for _ in range(3):
            await wait_for(house, holder.user_id, holder.event_id, kind=STOP_LOSS, price=10)
        with pytest.raises(AssertionError):
            await wait_for(house, holder.user_id, holder.event_id, kind=STOP_LOSS, price=10)
