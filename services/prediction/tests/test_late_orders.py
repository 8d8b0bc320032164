"""Orders that come after the time until which they were to stand: what was decided before stays so, nothing new happens."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum.prediction.v1 import risk_service_pb2 as risk
from oraculum_kit.errors import InvalidArgument
from oraculum_kit.timestamps import to_wire
from oraculum_prediction.errors import OrderNotOpen

USDC = 1_000_000


class Until:
    """A time that is soon over."""

    def __init__(self, seconds: float = 1.0) -> None:
        self.time = datetime.now(UTC) + timedelta(seconds=seconds)
        self.terms = {
            "type": pb.ORDER_TYPE_LIMIT,
            "time_in_force": pb.TIME_IN_FORCE_GTD,
            "expires_at": to_wire(self.time),
            "shares": 10 * USDC,
        }

    async def passed(self, house: Any) -> None:
        """Wait for it, by the clock of the database."""
        await asyncio.to_thread(house.rows, "select pg_sleep_until(%(time)s)", time=self.time)


async def edit(house: Any, user_id: UUID, order: pb.Order, key: str, **change: Any) -> pb.EditOrderResponse:
    request = pb.EditOrderRequest(order_id=order.order_id, idempotency_key=key, **change)
    with house.parties.signed_in(user_id):
        return await house.stub.EditOrder(request)  # type: ignore[no-any-return]


def all_free(house: Any, user_id: UUID) -> None:
    """Nothing was traded, and nothing is held or reserved."""
    house.check_reserves()
    assert (1_000 * USDC, []) == (house.books.user(user_id), house.books.open_holds())
    assert [] == house.rows.told()


class TestAskedAgain:
    """Whoever lost the answer asks with the same key, and hears what happened: a refusal would say that nothing did."""

    @pytest.mark.parametrize("forgotten", [False, True])
    async def test_an_order_that_was_filled_is_told(self, house: Any, *, forgotten: bool) -> None:
        anna, event, until = house.person(), await house.open(), Until()
        asked = {"limit_price_millionths": 600_000, **until.terms}
        first = await house.place(anna, event, "k", **asked)
        assert pb.ORDER_STATUS_FILLED == first.order.status
        if forgotten:
            house.rows("delete from idempotency")
        await until.passed(house)
        again = await house.place(anna, event, "k", **asked)
        assert (first.order, True) == (again.order, again.replayed)
        house.check_reserves()

    @pytest.mark.parametrize("change", [{"limit_price_millionths": 310_000}, {"open_shares": 5 * USDC}])
    async def test_an_edit_that_was_made_is_told(self, house: Any, change: dict[str, int]) -> None:
        anna, event, until = house.person(), await house.open(), Until()
        order = await house.limit(
            anna, event, "k", 300_000, time_in_force=pb.TIME_IN_FORCE_GTD, expires_at=to_wire(until.time)
        )
        shorter = {"expires_at": to_wire(until.time - timedelta(seconds=0.1)), **change}
        first = await edit(house, anna, order, "e", **shorter)
        await until.passed(house)
        again = await edit(house, anna, order, "e", **shorter)
        assert (first.order, True) == (again.order, again.replayed)

    async def test_an_order_that_waits_to_be_looked_at_still_waits(self, house: Any) -> None:
        """Let pass too late, it is refused, and its key says so for good."""
        anna, event = house.person(), await house.open()
        house.rows(
            "insert into risk_override (user_id, asset, minute_orders) values (%(u)s, 'USDC', 1)", u=anna
        )
        house.rows("update risk_policy set review_score = 60, version = version + 1")
        await house.limit(anna, event, "first", 10_000, 100 * USDC)
        until = Until()
        asked = {"limit_price_millionths": 600_000, **until.terms}
        held = await house.place(anna, event, "odd", **asked)
        assert pb.ORDER_STATUS_PENDING == held.order.status
        await until.passed(house)
        again = await house.place(anna, event, "odd", **asked)
        assert (held.order, True) == (again.order, again.replayed)
        with house.parties.signed_in(roles={"admin"}):
            request = risk.DecideReviewRequest(order_id=held.order.order_id, approve=True, note="fine")
            decided = await house.replicas[0].risk.DecideReview(request)
        assert risk.REVIEW_STATUS_PLACED == decided.review.status
        with pytest.raises(InvalidArgument) as late:
            await house.place(anna, event, "odd", **asked)
        assert "ORDER_EXPIRED" == late.value.reason
        assert [] == house.rows.facts()


class TestNew:
    async def test_an_order_is_refused_and_its_time_named(self, house: Any) -> None:
        anna, event, until = house.person(), await house.open(), Until(-1)
        for _ in range(2):
            with pytest.raises(InvalidArgument) as late:
                await house.place(anna, event, "k", limit_price_millionths=600_000, **until.terms)
            assert "ORDER_EXPIRED" == late.value.reason
            told = [(each.field, each.message) for each in late.value.violations]
            assert [("expires_at", "lies in the past")] == told
        all_free(house, anna)

    @pytest.mark.parametrize("change", [{"limit_price_millionths": 310_000}, {"open_shares": 5 * USDC}])
    async def test_an_edit_is_refused_and_its_time_named(self, house: Any, change: dict[str, int]) -> None:
        anna, event = house.person(), await house.open()
        order = await house.limit(anna, event, "k", 300_000, time_in_force=pb.TIME_IN_FORCE_GTC)
        past = to_wire(datetime.now(UTC) - timedelta(seconds=1))
        with pytest.raises(InvalidArgument) as late:
            await edit(house, anna, order, "e", expires_at=past, **change)
        assert ["expires_at"] == [each.field for each in late.value.violations]
        house.check_reserves()
        assert 997 * USDC == house.books.user(anna)

    async def test_an_order_that_waited_too_long_for_its_turn_takes_nothing(self, premises: Any) -> None:
        async with premises.replica(running=False) as replica:
            anna, event, until = premises.person(), await premises.open(), Until()
            asked = {"limit_price_millionths": 600_000, **until.terms}
            waiting = asyncio.create_task(premises.place(anna, event, "k", **asked))
            await until.passed(premises)
            engine = asyncio.create_task(replica.engine.run())
            with pytest.raises(InvalidArgument):
                await waiting
            engine.cancel()
            await asyncio.gather(engine, return_exceptions=True)
        all_free(premises, anna)

    async def test_money_that_was_held_for_it_goes_back(self, house: Any) -> None:
        """Its market was somebody else's when it was to be written, and it is late when it is priced again."""
        anna, event, until = house.person(), await house.open(), Until()

        async def overtake(transfers: Any) -> None:
            house.books.after = None
            assert until.time > datetime.now(UTC)
            await until.passed(house)
            house.rows("update market set version = version + 1")

        house.books.after = overtake
        with pytest.raises(InvalidArgument):
            await house.place(anna, event, "k", limit_price_millionths=600_000, **until.terms)
        (row,) = house.rows("select status, reason from trade_order")
        assert "ORDER_EXPIRED" == row["reason"]
        all_free(house, anna)

    @pytest.mark.parametrize("later", [False, True])
    @pytest.mark.parametrize("change", [{"limit_price_millionths": 910_000}, {"open_shares": USDC}])
    async def test_what_has_expired_is_changed_by_nobody(
        self, house: Any, change: dict[str, int], *, later: bool
    ) -> None:
        """Not though its owner gives it another time: it was to stand until then, and the clock will end it."""
        anna, event = house.person(), await house.open()
        bought = (await house.place(anna, event, "b", shares=10 * USDC)).order
        until = Until()
        order = await house.limit(
            anna,
            event,
            "k",
            900_000,
            bought.shares,
            side=pb.SIDE_SELL,
            time_in_force=pb.TIME_IN_FORCE_GTD,
            expires_at=to_wire(until.time),
        )
        await until.passed(house)
        if later:
            change = {**change, "expires_at": to_wire(until.time + timedelta(hours=1))}  # type: ignore[dict-item]
        with pytest.raises(OrderNotOpen):
            await edit(house, anna, order, "e", **change)
