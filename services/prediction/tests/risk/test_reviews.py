"""Orders that wait for somebody to look at them: held, let pass, turned away, placed once."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum.prediction.v1 import risk_service_pb2 as risk
from oraculum_kit.caller import calling_as, current_caller
from oraculum_kit.errors import (
    FailedPrecondition,
    InvalidArgument,
    PermissionDenied,
    ServiceError,
    Unavailable,
    Violation,
)
from oraculum_kit.idempotency import IdempotencyConflict
from oraculum_kit.identity import Identity, IdentityRules
from oraculum_prediction.placement import Outcome
from oraculum_prediction.repository.risk import put_kyc
from oraculum_prediction.repository.risk_reviews import by_ids
from oraculum_prediction.risk.placing import Standing
from oraculum_prediction.risk.reviews import Reviews

USDC = 1_000_000


async def refused(house: Any, *arguments: Any, **order: Any) -> ServiceError:
    with pytest.raises(FailedPrecondition) as caught:
        await house.place(*arguments, **order)
    return caught.value


class TestReviews:
    async def hold(self, house: Any, key: str = "odd", **order: Any) -> tuple[UUID, UUID, pb.Order]:
        """An order that is held: the second in a minute of one, where that alone is odd enough."""
        event, who = await house.open(), house.person()
        house.rows(
            "insert into risk_override (user_id, asset, minute_orders) values (%(u)s, 'USDC', 1)", u=who
        )
        house.rows("update risk_policy set review_score = 60, version = version + 1")
        await house.place(who, event, "first", amount_units=USDC)
        answer = await house.place(who, event, key, **order)
        return event, who, answer.order

    async def decide(
        self, house: Any, order_id: str, *, approve: bool, by: UUID | None = None
    ) -> risk.Review:
        with house.parties.signed_in(by, roles={"admin"}):
            answer = await house.replicas[0].risk.DecideReview(
                risk.DecideReviewRequest(order_id=order_id, approve=approve, note="looked at it")
            )
        return answer.review  # type: ignore[no-any-return]

    async def test_a_held_order_touches_no_money_and_says_that_it_waits(self, house: Any) -> None:
        event, who, order = await self.hold(house, amount_units=3 * USDC)
        assert (order.status, order.reason) == (pb.ORDER_STATUS_PENDING, "ORDER_UNDER_REVIEW")
        assert len(house.books.open_holds()) == 1
        again = await house.place(who, event, "odd", amount_units=3 * USDC)
        assert again.replayed
        assert again.order == order
        with house.parties.signed_in(who):
            seen = (await house.stub.GetOrder(pb.GetOrderRequest(order_id=order.order_id))).order
            told = await house.replicas[0].risk.ListAlerts(risk.ListAlertsRequest())
        assert seen.status == pb.ORDER_STATUS_PENDING
        assert (seen.gross.asset, order.gross.asset, order.fee.units) == ("USDC", "USDC", 0)
        assert [alert.kind for alert in told.alerts] == [risk.ALERT_KIND_ORDER_HELD]
        with house.parties.signed_in(roles={"admin"}):
            listed = await house.replicas[0].risk.ListReviews(risk.ListReviewsRequest())
        (review,) = listed.reviews
        assert (review.order_id, review.asked_units, review.score) == (order.order_id, 3 * USDC, 60)
        assert [signal.name for signal in review.signals] == ["speed"]

    async def test_held_orders_stand_in_the_list_of_their_owner(self, house: Any) -> None:
        """Beside those that were decided, page by page, in the state that was asked for; placed they stand there once."""
        event, who, held = await self.hold(house, amount_units=3 * USDC)

        async def listed(**asked: Any) -> list[tuple[str, int]]:
            rows, cursor = [], ""
            with house.parties.signed_in(who):
                while True:
                    request = pb.ListOrdersRequest(limit=1, cursor=cursor, **asked)
                    page = await house.stub.ListOrders(request)
                    rows += [(order.order_id, order.status) for order in page.orders]
                    if not (cursor := page.next_cursor):
                        return rows

        (first,) = house.rows("select order_id::text from trade_order")
        filled = (first["order_id"], pb.ORDER_STATUS_FILLED)
        assert [(held.order_id, pb.ORDER_STATUS_PENDING), filled] == await listed()
        assert [(held.order_id, pb.ORDER_STATUS_PENDING)] == await listed(statuses=[pb.ORDER_STATUS_PENDING])
        assert [filled] == await listed(statuses=[pb.ORDER_STATUS_FILLED])
        assert [] == await listed(event_id=str(who))
        await self.decide(house, held.order_id, approve=True)
        placed = (held.order_id, pb.ORDER_STATUS_FILLED)
        assert [placed, filled] == await listed(event_id=str(event))

    async def test_let_pass_it_is_placed_once_under_its_own_key(self, house: Any) -> None:
        event, who, order = await self.hold(house, amount_units=3 * USDC)
        reviews = await asyncio.gather(
            *(self.decide(house, order.order_id, approve=True) for _ in range(3)),
        )
        assert risk.REVIEW_STATUS_PLACED in {review.status for review in reviews}
        answer = await house.place(who, event, "odd", amount_units=3 * USDC)
        assert answer.replayed
        assert (answer.order.status, answer.order.order_id) == (pb.ORDER_STATUS_FILLED, order.order_id)
        assert len(house.rows("select order_id from trade_order")) == 2
        await house.replicas[0].reviews.sweep(older_seconds=0)
        assert len(house.rows("select order_id from trade_order")) == 2
        house.post_fills()

    async def test_let_pass_and_lost_on_the_way_the_sweep_places_it(self, house: Any) -> None:
        event, who, _ = await self.hold(house, amount_units=3 * USDC)
        house.rows("update risk_review set status = 2, decided_at = now()")
        pending = await house.place(who, event, "odd", amount_units=3 * USDC)
        assert pending.order.status == pb.ORDER_STATUS_PENDING
        await asyncio.gather(*(house.replicas[0].reviews.sweep(older_seconds=0) for _ in range(2)))
        answer = await house.place(who, event, "odd", amount_units=3 * USDC)
        assert answer.order.status == pb.ORDER_STATUS_FILLED
        assert len(house.rows("select order_id from trade_order")) == 2

    async def test_one_that_was_given_up_on_the_way_is_refused_once_and_for_all(self, house: Any) -> None:
        """Its process died behind the hold, and wallet asked before anybody placed it again."""
        event, who, order = await self.hold(house, amount_units=3 * USDC)
        house.rows("update risk_review set status = 2, decided_at = now()")
        assert [pb.HOLD_VERDICT_VOID] == await house.sweep(order.order_id)
        await house.replicas[0].reviews.sweep(older_seconds=0)
        assert [{"status": 3}] == house.rows("select status from risk_review")
        error = await refused(house, who, event, "odd", amount_units=3 * USDC)
        assert error.reason == "ORDER_ABANDONED"

    async def test_what_cannot_be_placed_now_keeps_nobody_else_waiting(self, house: Any) -> None:
        _, who, order = await self.hold(house, amount_units=3 * USDC)
        event = await house.open()
        await house.place(who, event, "odd too", amount_units=3 * USDC)
        house.rows("update risk_review set status = 2, decided_at = now()")
        asked = []

        async def away(standing: Standing) -> Outcome:
            asked.append(str(standing.order_id))
            return Unavailable(retry_after_seconds=1)

        reviews = Reviews(house.replicas[0].database, away, house.clock, at_once=1)
        for _ in range(4):
            await reviews.sweep(older_seconds=0)
        assert sorted({order.order_id, *asked}) == asked[:2]
        assert [{"count": 2}] == house.rows("select count(*) from risk_review where status = 2")

    async def test_who_comes_too_late_to_place_it_leaves_the_answer(self, house: Any) -> None:
        """Two replicas place an order whose time is about to end: the second finds that it is past."""
        event, who, order = await self.hold(house, amount_units=3 * USDC)
        await self.decide(house, order.order_id, approve=True)

        async def past(_: Standing) -> Outcome:
            raise InvalidArgument(violations=[Violation("expires_at", "is past")])

        late = Reviews(house.replicas[0].database, past, house.clock)
        async with house.replicas[0].database.connection() as connection:
            rows = await by_ids(connection, [UUID(order.order_id)])
        await late.place(rows[UUID(order.order_id)])
        stored = house.rows("select status from idempotency where id = %(id)s", id=UUID(order.order_id))
        assert [{"status": 0}] == stored
        answer = await house.place(who, event, "odd", amount_units=3 * USDC)
        assert pb.ORDER_STATUS_FILLED == answer.order.status

    async def test_what_waits_for_longer_than_its_answer_is_kept_still_waits(self, house: Any) -> None:
        """The same key, when it would not be held any more, is not placed past whoever looks at it."""
        event, who, order = await self.hold(house, amount_units=3 * USDC)
        house.rows("delete from idempotency")
        house.rows("update risk_policy set review_score = 1000, version = version + 1")
        again = await house.place(who, event, "odd", amount_units=3 * USDC)
        assert (True, order.order_id) == (again.replayed, again.order.order_id)
        assert pb.ORDER_STATUS_PENDING == again.order.status
        with pytest.raises(IdempotencyConflict):
            await house.place(who, event, "odd", amount_units=4 * USDC)
        review = await self.decide(house, order.order_id, approve=True)
        assert risk.REVIEW_STATUS_PLACED == review.status
        house.rows("delete from idempotency")
        answer = await house.place(who, event, "odd", amount_units=3 * USDC)
        assert (pb.ORDER_STATUS_FILLED, order.order_id) == (answer.order.status, answer.order.order_id)
        assert [{"count": 2}] == house.rows("select count(*) from trade_order")

    async def test_it_is_not_placed_at_a_price_that_ran_away(self, house: Any) -> None:
        event, who, order = await self.hold(house, amount_units=3 * USDC)
        house.rows("update risk_policy set review_score = 1000, version = version + 1")
        await house.place(house.person(), event, "up", amount_units=80 * USDC)
        review = await self.decide(house, order.order_id, approve=True)
        assert review.status == risk.REVIEW_STATUS_PLACED
        error = await refused(house, who, event, "odd", amount_units=3 * USDC)
        assert error.reason == "SLIPPAGE_EXCEEDED"

    async def test_nobody_lets_their_own_pass(self, house: Any) -> None:
        _, who, order = await self.hold(house, amount_units=3 * USDC)
        with pytest.raises(FailedPrecondition) as caught:
            await self.decide(house, order.order_id, approve=True, by=who)
        assert caught.value.reason == "OWN_ORDER"
        assert (await self.decide(house, order.order_id, approve=True)).status != risk.REVIEW_STATUS_PENDING

    async def test_turned_away_it_never_comes_back(self, house: Any) -> None:
        event, who, order = await self.hold(house, amount_units=3 * USDC)
        for _ in range(2):
            review = await self.decide(house, order.order_id, approve=False)
            assert review.status == risk.REVIEW_STATUS_REJECTED
        error = await refused(house, who, event, "odd", amount_units=3 * USDC)
        assert error.reason == "ORDER_REJECTED_IN_REVIEW"
        with pytest.raises(FailedPrecondition) as caught:
            await self.decide(house, order.order_id, approve=True)
        assert caught.value.reason == "REVIEW_DECIDED"
        with house.parties.signed_in(who):
            seen = (await house.stub.GetOrder(pb.GetOrderRequest(order_id=order.order_id))).order
        assert (seen.status, seen.reason) == (pb.ORDER_STATUS_REJECTED, "ORDER_REJECTED_IN_REVIEW")
        assert len(house.rows("select id from outbox where topic = 'audit' and type like '%%Audit%%'")) >= 2

    async def test_who_somebody_is_is_asked_again_when_it_is_placed(self, premises: Any) -> None:
        """By what their token said, and by what was told since; here by rules that were not there when it was held."""
        approved, moved = (
            {"kyc": "approved", "jurisdiction": "US-CA"},
            {"kyc": "approved", "jurisdiction": "FR"},
        )
        cases = [
            ({}, None, "IDENTITY_CHECK_REQUIRED"),
            (moved, None, "JURISDICTION_CLOSED"),
            (approved, Identity("rejected", "US-CA"), "IDENTITY_CHECK_REQUIRED"),
            (approved, Identity("approved", "FR"), "JURISDICTION_CLOSED"),
            (approved, None, ""),
            ({}, Identity("approved", "US-CA"), ""),
            # What was told may be older than the token.
            (approved | {"kyc": "rejected"}, Identity("approved", "US-CA"), "IDENTITY_CHECK_REQUIRED"),
        ]
        rules = IdentityRules(20, frozenset({"FR"}))
        async with premises.replica(identity=rules) as strict, premises.replica():
            for says, told, reason in cases:
                order = {"amount_units": 30 * USDC, "says": says}
                event, who, held = await self.hold(premises, replica=1, **order)
                assert held.status == pb.ORDER_STATUS_PENDING
                if told is not None:
                    async with strict.database.transaction() as connection:
                        await put_kyc(connection, who, told, sequence=1)
                await self.decide(premises, held.order_id, approve=True)
                if not reason:
                    answer = await premises.place(who, event, "odd", **order)
                    assert pb.ORDER_STATUS_FILLED == answer.order.status
                    continue
                with pytest.raises(PermissionDenied) as caught:
                    await premises.place(who, event, "odd", **order)
                assert reason == caught.value.reason

    async def test_two_accounts_on_one_device_that_trade_with_each_other_are_looked_at(
        self, house: Any
    ) -> None:
        event, one, other = await house.open(), house.person(), house.person()

        async def place(who: UUID, key: str, outcome: int) -> pb.Order:
            with (
                house.parties.signed_in(who),
                calling_as(replace(current_caller(), device_id="phone")),
            ):
                answer = await house.stub.PlaceOrder(
                    pb.PlaceOrderRequest(
                        event_id=str(event),
                        outcome=outcome,
                        side=pb.SIDE_BUY,
                        amount_units=USDC,
                        idempotency_key=key,
                    )
                )
            return answer.order  # type: ignore[no-any-return]

        assert (await place(one, "a", 1)).status == pb.ORDER_STATUS_FILLED
        assert (await place(one, "b", 1)).status == pb.ORDER_STATUS_FILLED
        assert (await place(other, "c", 0)).status == pb.ORDER_STATUS_PENDING

    async def test_an_edit_is_looked_at_as_an_order_is(self, house: Any) -> None:
        """What rests far from any price may become an order that is met by a friend."""
        event, one, other = await house.open(), house.person(), house.person()

        async def calling(who: UUID, device: str, call: Any, request: Any) -> Any:
            with house.parties.signed_in(who), calling_as(replace(current_caller(), device_id=device)):
                return await call(request)

        for key in ("a", "b"):
            bought = pb.PlaceOrderRequest(
                event_id=str(event), outcome=1, side=pb.SIDE_BUY, amount_units=USDC, idempotency_key=key
            )
            await calling(one, "phone", house.stub.PlaceOrder, bought)
        far = pb.PlaceOrderRequest(
            event_id=str(event),
            outcome=0,
            side=pb.SIDE_BUY,
            shares=100 * USDC,
            type=pb.ORDER_TYPE_LIMIT,
            limit_price_millionths=10_000,
            idempotency_key="far",
        )
        order = (await calling(other, "desk", house.stub.PlaceOrder, far)).order
        assert order.status == pb.ORDER_STATUS_OPEN
        near = pb.EditOrderRequest(
            order_id=order.order_id,
            limit_price_millionths=900_000,
            open_shares=2 * USDC,
            idempotency_key="near",
        )
        with pytest.raises(FailedPrecondition) as caught:
            await calling(other, "phone", house.stub.EditOrder, near)
        assert caught.value.reason == "EDIT_NEEDS_REVIEW"
        with house.parties.signed_in(other):
            still = (await house.stub.GetOrder(pb.GetOrderRequest(order_id=order.order_id))).order
        assert (still.status, still.shares) == (pb.ORDER_STATUS_OPEN, 0)
