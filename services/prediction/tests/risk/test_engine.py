"""Limits, triggers and reviews where orders are decided: through the service, against real PostgreSQL."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum.prediction.v1 import risk_service_pb2 as risk
from oraculum_kit.errors import FailedPrecondition, NotFound, ServiceError
from oraculum_prediction.repository import risk as repository
from oraculum_prediction.repository.risk import Override

USDC = 1_000_000


async def limit(house: Any, user_id: UUID, **limits: int) -> None:
    async with house.replicas[0].database.transaction() as connection:
        await repository.put_override(
            connection,
            user_id,
            "USDC",
            Override(**limits),  # type: ignore[arg-type]
            reason="test",
            set_by=None,
        )


def used(house: Any, user_id: UUID, scope: str = "") -> dict[str, int]:
    rows: list[dict[str, int]] = house.rows(
        "select * from risk_use where user_id = %(u)s and scope = %(s)s", u=user_id, s=scope
    )
    return rows[0] if rows else {}


async def refused(house: Any, *arguments: Any, **order: Any) -> ServiceError:
    with pytest.raises(FailedPrecondition) as caught:
        await house.place(*arguments, **order)
    return caught.value


def adds_up(house: Any) -> None:
    """What is counted as open is what the positions cost, and what rests is what resting purchases may cost."""
    assert (
        house.rows(
            """
            select user_id, asset, scope, open_units from risk_use where open_units <> 0
            except
            select p.user_id, m.asset, s.scope, sum(p.cost_units)::bigint
            from position p join market m using (event_id) cross join lateral (values (''), (m.category)) s (scope)
            where p.payout_units is null
            group by 1, 2, 3
            """
        )
        == []
    )


class TestLimits:
    async def test_what_is_bought_and_sold_is_counted(self, house: Any) -> None:
        event, who = await house.open(), house.person()
        bought = (await house.place(who, event, "b", amount_units=10 * USDC)).order
        paid = bought.gross.units + bought.fee.units
        assert used(house, who)["open_units"] == used(house, who, "sports")["open_units"] == paid
        assert used(house, who)["day_stake_units"] == paid
        sale = (await house.place(who, event, "s", side=pb.SIDE_SELL, shares=bought.shares)).order
        got = sale.gross.units - sale.fee.units
        row = used(house, who)
        assert (row["open_units"], row["day_sold_units"]) == (0, got)
        assert row["day_result_units"] == got - paid
        assert row["minute_orders"] == 2
        adds_up(house)

    @pytest.mark.parametrize(
        ("name", "rule"),
        [
            ("order_units", "order"),
            ("market_units", "market"),
            ("category_units", "category"),
            ("day_stake_units", "day_stake"),
            ("week_stake_units", "week_stake"),
        ],
    )
    async def test_a_purchase_keeps_every_limit(self, house: Any, name: str, rule: str) -> None:
        event, who = await house.open(), house.person()
        await limit(house, who, **{name: 5 * USDC})
        error = await refused(house, who, event, "much", amount_units=6 * USDC)
        assert (error.reason, error.metadata["rule"]) == ("LIMIT_REACHED", rule)
        assert "5.00 USDC" in error.message
        await house.place(who, event, "fits", amount_units=4 * USDC)
        assert house.books.open_holds() != []
        again = await refused(house, who, event, "much", amount_units=6 * USDC)
        assert again.metadata == error.metadata
        assert house.rows("select count(*) as n from risk_alert")[0]["n"] == 1

    async def test_who_has_lost_enough_today_only_sells(self, house: Any) -> None:
        event, who = await house.open(), house.person()
        await limit(house, who, day_loss_units=1)
        bought = (await house.place(who, event, "b", amount_units=10 * USDC)).order
        await house.place(who, event, "s", side=pb.SIDE_SELL, shares=bought.shares // 2)
        error = await refused(house, who, event, "more")
        assert error.metadata["rule"] == "day_loss"
        await house.place(who, event, "rest", side=pb.SIDE_SELL, shares=bought.shares // 4)

    async def test_who_is_blocked_or_in_a_prohibited_market_only_sells(self, house: Any) -> None:
        event, who = await house.open(), house.person()
        held = (await house.place(who, event, "b", amount_units=10 * USDC)).order
        await limit(house, who, blocked=True)
        assert (await refused(house, who, event, "more")).reason == "TRADING_BLOCKED"
        await house.place(who, event, "s", side=pb.SIDE_SELL, shares=held.shares // 2)
        await limit(house, who)
        with house.parties.signed_in(roles={"admin"}):
            await house.replicas[0].risk.SetProhibitions(
                risk.SetProhibitionsRequest(
                    prohibitions=[
                        risk.Prohibition(
                            kind=risk.PROHIBITION_KIND_CATEGORY, subject="sports", reason="not licensed"
                        )
                    ]
                )
            )
        assert (await refused(house, who, event, "again")).reason == "MARKET_PROHIBITED"
        await house.place(who, event, "rest", side=pb.SIDE_SELL, shares=held.shares // 4)

    async def test_speed_is_refused_past_twice_the_limit_and_a_trigger_does_not_wait(
        self, house: Any
    ) -> None:
        event, who = await house.open(), house.person()
        await house.place(who, event, "b0")
        await limit(house, who, minute_orders=2)
        for number in range(3):
            await house.place(who, event, f"b{number + 1}")
        error = await refused(house, who, event, "fifth")
        assert error.metadata["rule"] == "orders_per_minute"
        with house.parties.signed_in(who):
            created = await house.replicas[0].risk.CreateTrigger(
                risk.CreateTriggerRequest(
                    event_id=str(event),
                    outcome=1,
                    kind=risk.TRIGGER_KIND_STOP_LOSS,
                    price_millionths=900_000,
                    idempotency_key="t",
                )
            )
        await house.replicas[0].triggers.sweep()
        with house.parties.signed_in(who):
            found = await house.replicas[0].risk.GetTrigger(
                risk.GetTriggerRequest(trigger_id=created.trigger.trigger_id)
            )
        assert found.trigger.status == risk.TRIGGER_STATUS_DONE

    async def test_two_replicas_never_let_anybody_pass_a_limit(self, premises: Any) -> None:
        """Forty purchases at once in forty markets on two replicas: as many as fit, to the unit."""
        async with premises.replica(), premises.replica():
            who = premises.person()
            await limit(premises, who, day_stake_units=10 * USDC)
            events = [await premises.open() for _ in range(40)]

            async def buy(number: int, event: UUID) -> int:
                try:
                    order = (await premises.place(who, event, f"k{number}", replica=number % 2)).order
                except ServiceError as error:
                    assert error.reason == "LIMIT_REACHED", error  # noqa: PT017
                    return 0
                return int(order.gross.units + order.fee.units)

            paid = await asyncio.gather(*(buy(number, event) for number, event in enumerate(events)))
            assert sum(paid) == used(premises, who)["day_stake_units"]
            # One USDC and one percent each: nine fit.
            assert [each for each in paid if each] == [1_010_000] * 9
            adds_up(premises)

    async def test_resting_purchases_are_staked_until_they_end(self, house: Any) -> None:
        event, who = await house.open(), house.person()
        await limit(house, who, day_stake_units=10 * USDC)
        limit_order = {
            "type": pb.ORDER_TYPE_LIMIT,
            "limit_price_millionths": 300_000,
            "shares": 20 * USDC,
        }
        rests = (await house.place(who, event, "rest", **limit_order)).order
        assert rests.status == pb.ORDER_STATUS_OPEN
        assert used(house, who)["resting_units"] == 6 * USDC
        error = await refused(house, who, event, "b", amount_units=5 * USDC)
        assert error.metadata["rule"] == "day_stake"
        with house.parties.signed_in(who):
            await house.stub.CancelOrder(pb.CancelOrderRequest(order_id=rests.order_id, idempotency_key="c"))
        assert used(house, who)["resting_units"] == 0
        await house.place(who, event, "b2", amount_units=5 * USDC)
        adds_up(house)

    async def test_a_maker_is_counted_when_met(self, house: Any) -> None:
        event, maker, taker = await house.open(), house.person(), house.person()
        await house.place(taker, event, "first", amount_units=20 * USDC)
        held = (await house.place(taker, event, "second", amount_units=5 * USDC)).order
        await house.place(
            maker,
            event,
            "rest",
            type=pb.ORDER_TYPE_LIMIT,
            limit_price_millionths=540_000,
            shares=5 * USDC,
        )
        assert used(house, maker)["resting_units"] == 2_700_000
        await house.place(taker, event, "out", side=pb.SIDE_SELL, shares=held.shares + 20 * USDC)
        row = used(house, maker)
        assert (row["resting_units"], row["open_units"], row["day_stake_units"]) == (0, 2_700_000, 2_700_000)
        adds_up(house)

    async def test_closing_a_market_gives_back_what_rested(self, house: Any) -> None:
        event, who = await house.open(), house.person()
        await house.place(
            who, event, "rest", type=pb.ORDER_TYPE_LIMIT, limit_price_millionths=300_000, shares=USDC
        )
        await house.close(event)
        assert used(house, who)["resting_units"] == used(house, who, "sports")["resting_units"] == 0

    async def test_settlement_lets_go_and_counts_what_was_won_and_lost(self, house: Any) -> None:
        event, winner, loser = await house.open(), house.person(), house.person()
        won = (await house.place(winner, event, "w", amount_units=10 * USDC)).order
        lost = (await house.place(loser, event, "l", amount_units=10 * USDC, outcome=0)).order
        house.post_fills()
        await house.close(event)
        await house.hear(event, [0, 1_000_000])
        await house.settle(event)
        cost = {who: order.gross.units + order.fee.units for who, order in ((winner, won), (loser, lost))}
        for who, result in ((winner, won.shares - cost[winner]), (loser, -cost[loser])):
            row = used(house, who)
            assert (row["open_units"], row["day_result_units"]) == (0, result)
            assert used(house, who, "sports")["open_units"] == 0
        adds_up(house)
        # Another revision moves the difference only.
        await house.hear(event, [1_000_000, 0], revision=2)
        await house.settle(event)
        assert used(house, loser)["day_result_units"] == lost.shares - cost[loser]
        assert used(house, loser)["open_units"] == 0

    async def test_the_house_stops_where_it_is_told_to(self, house: Any) -> None:
        house.rows("insert into risk_house values ('USDC', 3000000, 100000000)")
        event, who = await house.open(), house.person()
        error = await refused(house, who, event, "much", amount_units=20 * USDC)
        assert (error.reason, error.metadata["rule"]) == ("HOUSE_LIMIT_REACHED", "house one market")
        await house.place(who, event, "some", amount_units=2 * USDC)
        with house.parties.signed_in(roles={"admin"}):
            told = await house.replicas[0].risk.GetHouseExposure(risk.GetHouseExposureRequest())
        row = house.rows("select escrow_units, sold, subsidy_units from market")[0]
        exposure = row["subsidy_units"] - row["escrow_units"] + max(row["sold"])
        assert told.totals[0].exposure.units == told.markets[0].exposure.units == exposure
        assert 0 < exposure <= 3 * USDC

    async def test_what_is_given_to_a_market_is_spent(self, house: Any) -> None:
        """A subsidy is held to the limits of a purchase, and uses up those of the day."""
        event, who = await house.open(), house.person()
        await limit(house, who, order_units=8 * USDC, day_stake_units=10 * USDC)
        with pytest.raises(FailedPrecondition) as caught:
            await house.subsidise(who, event, "too large", 9 * USDC)
        assert (caught.value.reason, caught.value.metadata["rule"]) == ("LIMIT_REACHED", "order")
        await house.subsidise(who, event, "s", 8 * USDC)
        assert (used(house, who)["day_stake_units"], used(house, who)["open_units"]) == (8 * USDC, 0)
        error = await refused(house, who, event, "b", amount_units=3 * USDC)
        assert (error.reason, error.metadata["rule"]) == ("LIMIT_REACHED", "day_stake")
        with pytest.raises(FailedPrecondition):
            await house.subsidise(who, event, "more", 3 * USDC)
        await house.subsidise(who, event, "rest", 2 * USDC)


class TestTriggers:
    async def create(self, house: Any, who: UUID, event: UUID, replica: int = 0, **trigger: Any) -> str:
        with house.parties.signed_in(who):
            answer = await house.replicas[replica].risk.CreateTrigger(
                risk.CreateTriggerRequest(
                    event_id=str(event), outcome=1, **{"idempotency_key": "t", **trigger}
                )
            )
        return str(answer.trigger.trigger_id)

    async def get(self, house: Any, who: UUID, trigger_id: str) -> risk.Trigger:
        with house.parties.signed_in(who):
            answer = await house.replicas[0].risk.GetTrigger(risk.GetTriggerRequest(trigger_id=trigger_id))
        return answer.trigger  # type: ignore[no-any-return]

    async def test_a_price_that_came_sells_once(self, house: Any) -> None:
        event, who, other = await house.open(), house.person(), house.person()
        held = (await house.place(who, event, "b", amount_units=5 * USDC)).order
        trigger_id = await self.create(
            house, who, event, kind=risk.TRIGGER_KIND_TAKE_PROFIT, price_millionths=600_000
        )
        await house.place(other, event, "up", amount_units=30 * USDC)
        await asyncio.gather(*(house.replicas[0].triggers.fire_hits() for _ in range(2)))
        await house.replicas[0].triggers.sweep(older_seconds=0)
        trigger = await self.get(house, who, trigger_id)
        assert trigger.status == risk.TRIGGER_STATUS_DONE
        with house.parties.signed_in(who):
            order = (await house.stub.GetOrder(pb.GetOrderRequest(order_id=trigger.order_id))).order
            listed = await house.stub.ListOrders(pb.ListOrdersRequest())
        assert (order.side, order.shares) == (pb.SIDE_SELL, held.shares)
        assert len(listed.orders) == 2

    async def test_a_price_that_is_gone_again_sells_nothing_until_it_comes_back(self, house: Any) -> None:
        """Whoever drives a price away and brings it back at once pays next to nothing for it."""
        event, who, other = await house.open(), house.person(), house.person()
        await house.place(who, event, "b", amount_units=5 * USDC)
        trigger_id = await self.create(
            house, who, event, kind=risk.TRIGGER_KIND_STOP_LOSS, price_millionths=400_000
        )
        down = (await house.place(other, event, "down", outcome=0, amount_units=40 * USDC)).order
        await house.place(other, event, "back", outcome=0, side=pb.SIDE_SELL, shares=down.shares)
        await house.replicas[0].triggers.fire_hits()
        await house.replicas[0].triggers.sweep(older_seconds=0)
        assert (await self.get(house, who, trigger_id)).status == risk.TRIGGER_STATUS_WAITING
        await house.place(other, event, "down again", outcome=0, amount_units=40 * USDC)
        await house.replicas[0].triggers.fire_hits()
        assert (await self.get(house, who, trigger_id)).status == risk.TRIGGER_STATUS_DONE

    async def test_a_price_between_the_legs_of_a_basket_is_nobodys(self, house: Any) -> None:
        """NO and YES bought together go there and back for nothing, and nobody else could trade in between."""
        event, who, other = await house.open(), house.person(), house.person()
        await house.place(who, event, "b", amount_units=5 * USDC)
        trigger_id = await self.create(
            house, who, event, kind=risk.TRIGGER_KIND_STOP_LOSS, price_millionths=400_000
        )
        legs = [pb.BasketLeg(outcome=outcome, side=pb.SIDE_BUY, shares=90 * USDC) for outcome in (0, 1)]
        request = pb.PlaceBasketRequest(event_id=str(event), legs=legs, idempotency_key="both")
        with house.parties.signed_in(other):
            await house.stub.PlaceBasket(request)
        between = house.rows("select prices from fill where sequence = 2")[0]["prices"]
        assert between[1] < 400_000
        assert not house.replicas[0].triggers.hits
        await house.replicas[0].triggers.sweep(older_seconds=0)
        assert (await self.get(house, who, trigger_id)).status == risk.TRIGGER_STATUS_WAITING

    async def test_what_another_replica_committed_fires_here_too(self, premises: Any) -> None:
        async with premises.replica(), premises.replica():
            event, who, other = await premises.open(), premises.person(), premises.person()
            await premises.place(who, event, "b", amount_units=5 * USDC)
            trigger_id = await self.create(
                premises, who, event, kind=risk.TRIGGER_KIND_TAKE_PROFIT, price_millionths=600_000
            )
            await premises.place(other, event, "up", replica=1, amount_units=30 * USDC)
            assert (await self.get(premises, who, trigger_id)).status == risk.TRIGGER_STATUS_WAITING
            await asyncio.gather(*(replica.triggers.sweep() for replica in premises.replicas))
            assert (await self.get(premises, who, trigger_id)).status == risk.TRIGGER_STATUS_DONE

    async def test_nobody_sees_or_ends_that_of_another(self, house: Any) -> None:
        event, who = await house.open(), house.person()
        await house.place(who, event, "b")
        trigger_id = await self.create(
            house, who, event, kind=risk.TRIGGER_KIND_STOP_LOSS, price_millionths=100_000
        )
        with pytest.raises(NotFound):
            await self.get(house, house.person(), trigger_id)
        with house.parties.signed_in(who):
            deleted = await house.replicas[0].risk.DeleteTrigger(
                risk.DeleteTriggerRequest(trigger_id=trigger_id)
            )
            listed = await house.replicas[0].risk.ListTriggers(risk.ListTriggersRequest())
        assert deleted.trigger.status == risk.TRIGGER_STATUS_CANCELLED
        assert [each.trigger_id for each in listed.triggers] == [trigger_id]

    async def test_who_holds_nothing_has_nothing_to_sell(self, house: Any) -> None:
        with pytest.raises(FailedPrecondition) as caught:
            await self.create(
                house,
                house.person(),
                await house.open(),
                kind=risk.TRIGGER_KIND_STOP_LOSS,
                price_millionths=100_000,
            )
        assert caught.value.reason == "NOTHING_TO_SELL"
