"""What trading came to: shown to others, counted for its owner, and listed for administrators."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from oraculum.prediction.v1 import analytics_service_pb2 as pb
from oraculum.prediction.v1 import prediction_service_pb2 as trading
from oraculum.prediction.v1 import risk_service_pb2 as risk
from oraculum.prediction.v1.analytics_service_pb2_grpc import AnalyticsServiceStub
from oraculum_kit.db import Database
from oraculum_kit.errors import InvalidArgument, PermissionDenied
from oraculum_kit.ids import uuid7
from oraculum_kit.paging import encode_cursor
from oraculum_kit.sql_files import plan
from oraculum_kit.timestamps import from_wire, to_wire
from oraculum_prediction.analytics import everybody
from oraculum_prediction.analytics.servicer import AnalyticsServicer
from oraculum_prediction.analytics.turnover import Turnovers
from oraculum_prediction.repository import analytics as repository
from oraculum_prediction.repository import orders

USDC = 1_000_000
OPEN, SOLD, SETTLED = pb.POSITION_STATE_OPEN, pb.POSITION_STATE_SOLD, pb.POSITION_STATE_SETTLED


class Tomorrow:
    """A clock that is a day ahead."""

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=1)


def analytics(house: Any) -> Any:
    return house.replicas[0].analytics


async def shown(
    house: Any, who: UUID, *, include_open: bool = True, limit: int = 100
) -> list[pb.PublicPosition]:
    """All positions that others see, page by page."""
    rows: list[pb.PublicPosition] = []
    cursor = ""
    while True:
        answer = await analytics(house).ListPublicPositions(
            pb.ListPublicPositionsRequest(
                user_id=str(who), include_open=include_open, limit=limit, cursor=cursor
            )
        )
        assert len(answer.positions) <= limit
        rows += answer.positions
        cursor = answer.next_cursor
        if not cursor:
            return rows


async def mine(house: Any, who: UUID, **asked: Any) -> pb.GetMyAnalyticsResponse:
    with house.parties.signed_in(who):
        answer: pb.GetMyAnalyticsResponse = await analytics(house).GetMyAnalytics(
            pb.GetMyAnalyticsRequest(**asked)
        )
    return answer


async def resolve(house: Any, event: UUID, payouts: Sequence[int], **how: Any) -> None:
    """Close, resolve and pay an event."""
    house.post_fills()
    if house.rows("select status from market where event_id = %(id)s and status = 1", id=event):
        await house.close(event)
    await house.hear(event, payouts, **how)
    await house.settle(event)


class TestOthers:
    async def test_positions_are_shown_as_far_as_asked(self, house: Any) -> None:
        """Newest event first; of events that go on only on demand; what rests never."""
        anna = house.person()
        held, sold, settled = sorted([await house.open() for _ in range(3)])
        for event in (held, sold, settled):
            await house.place(anna, event, f"{event}", shares=4 * USDC)
        await house.place(anna, held, "no", outcome=0, shares=USDC)
        await house.limit(anna, held, "offer", 900_000, 2 * USDC, side=trading.SIDE_SELL)
        await house.place(anna, sold, "out", side=trading.SIDE_SELL, shares=4 * USDC)
        await resolve(house, settled, [0, 1_000_000])
        rows = await shown(house, anna)
        assert rows == await shown(house, anna, limit=1) == await shown(house, anna, limit=3)
        assert [(settled, 1, SETTLED), (sold, 1, SOLD), (held, 0, OPEN), (held, 1, OPEN)] == [
            (UUID(row.event_id), row.outcome, row.state) for row in rows
        ]
        paid, out, _, yes = rows
        assert (4 * USDC, 4 * USDC - paid.cost.units) == (paid.value.units, paid.result.units)
        assert paid.HasField("settled_at")
        assert (0, 0, 0) == (out.shares, out.cost.units, out.value.units)
        assert out.result.units < 0
        (price,) = house.rows("select prices[2] as price from market where event_id = %(id)s", id=held)
        assert (4 * USDC, 4 * price["price"], 0) == (yes.shares, yes.value.units, yes.result.units)
        assert not yes.HasField("settled_at")
        over = await shown(house, anna, include_open=False)
        assert rows[:1] == over == await shown(house, anna, include_open=False, limit=1)
        assert [] == await shown(house, house.person())

    async def test_a_page_is_followed_by_what_comes_after_it(self, house: Any) -> None:
        """Whatever is bought between two pages, nothing is shown twice and nothing is left out."""
        anna = house.person()
        events = sorted([await house.open() for _ in range(4)], reverse=True)
        for event in (events[1], events[3]):
            await house.place(anna, event, f"{event}")
        request = pb.ListPublicPositionsRequest(user_id=str(anna), include_open=True, limit=1)
        first = await analytics(house).ListPublicPositions(request)
        for event in (events[0], events[2]):
            await house.place(anna, event, f"{event}")
        request.cursor = first.next_cursor
        request.limit = 100
        second = await analytics(house).ListPublicPositions(request)
        assert [str(events[1])] == [row.event_id for row in first.positions]
        assert [str(events[2]), str(events[3])] == [row.event_id for row in second.positions]

    async def test_it_is_the_gateways_to_ask(self, house: Any) -> None:
        """No person may ask past what auth says, not even an administrator of their own account."""
        anna = house.person()
        async with house.parties.channel(house.targets[0], service="notification") as channel:
            stub = AnalyticsServiceStub(channel)
            for roles in ({"user"}, {"admin"}):
                with house.parties.signed_in(anna, roles=roles):
                    for method in ("ListPublicPositions", "GetPublicStats"):
                        with pytest.raises(PermissionDenied):
                            await getattr(stub, method)(getattr(pb, f"{method}Request")(user_id=str(anna)))


class TestRecord:
    async def test_a_record_counts_what_came_out(self, house: Any) -> None:
        """By its definition: settled by a result, won, lost, called, right; what was called off counts for nothing."""
        anna = house.person()
        right, wrong, torn, halfway, off, still = [await house.open() for _ in range(6)]
        for event in (right, wrong, halfway, off, still):
            await house.place(anna, event, f"{event}", shares=5 * USDC)
        for outcome in (0, 1):
            await house.place(anna, torn, f"torn {outcome}", outcome=outcome, shares=3 * USDC)
        await resolve(house, right, [1_000_000, 0])
        # It was corrected: the later result counts.
        await resolve(house, right, [0, 1_000_000], revision=2)
        await resolve(house, wrong, [1_000_000, 0])
        await resolve(house, torn, [0, 1_000_000])
        await resolve(house, halfway, [100_000, 900_000])
        await resolve(house, off, [500_000, 500_000], cancelled=True)
        public = (await analytics(house).GetPublicStats(pb.GetPublicStatsRequest(user_id=str(anna)))).record
        told = (await mine(house, anna)).record
        assert (6, 4) == (told.events, told.settled_events)
        # Halfway paid more than it had cost, a share of each of two outcomes less.
        assert (2, 2) == (told.won_events, told.lost_events)
        assert (2, 1) == (told.calls, told.right_calls)
        squares = []
        for event, paid in ((right, 1_000_000), (wrong, 0)):
            (row,) = house.rows("select * from position where event_id = %(id)s", id=event)
            squares.append((row["cost_units"] * 1_000_000 // row["shares"] - paid) ** 2)
        assert sum(squares) // (2 * 1_000_000) == told.brier_millionths
        told.events = 4
        assert public == told

    async def test_what_others_see_tells_nobody_what_is_held(self, house: Any) -> None:
        """Beside the tape of all trades, figures of this moment would say which of them were somebody's."""
        anna = house.person()
        request = pb.GetPublicStatsRequest(user_id=str(anna))
        held, settled = await house.open(), await house.open()
        await house.place(anna, settled, "settled", shares=4 * USDC)
        await resolve(house, settled, [0, 1_000_000])
        before = await analytics(house).GetPublicStats(request)
        await house.place(anna, held, "held", shares=4 * USDC)
        await house.place(anna, held, "out", side=trading.SIDE_SELL, shares=USDC)
        assert before == await analytics(house).GetPublicStats(request)
        (total,) = before.totals
        assert (0, 0) == (total.trades, total.volume.units)
        assert total.result.units > 0

    async def test_trades_are_told_the_day_after(self, house: Any) -> None:
        anna = house.person()
        await house.place(anna, await house.open(), "b", shares=4 * USDC)
        async with house.replicas[0].database.connection() as connection:
            (day,) = await repository.turnover(connection, anna)
        servicer = AnalyticsServicer(
            house.replicas[0].database, Turnovers(house.replicas[0].database), Tomorrow()
        )
        request = pb.GetPublicStatsRequest(user_id=str(anna))
        assert [] == list((await analytics(house).GetPublicStats(request)).totals)
        told = await servicer.GetPublicStats(request, None)
        assert [(1, day.volume_units)] == [(total.trades, total.volume.units) for total in told.totals]

    async def test_who_never_traded_has_no_parts(self, house: Any) -> None:
        told = await analytics(house).GetPublicStats(pb.GetPublicStatsRequest(user_id=str(uuid7())))
        assert pb.GetPublicStatsResponse(record=pb.Record()) == told


class TestEverybody:
    async def page(self, house: Any, **asked: Any) -> pb.ListAllOrdersResponse:
        with house.parties.signed_in(roles={"admin"}):
            answer: pb.ListAllOrdersResponse = await analytics(house).ListAllOrders(
                pb.ListAllOrdersRequest(**asked)
            )
        return answer

    async def test_orders_are_found_by_person_event_state_and_time(self, house: Any) -> None:
        anna, ben = house.person(), house.person()
        first, second = await house.open(), await house.open()
        placed = []
        for number, (who, event) in enumerate(((anna, first), (ben, first), (anna, second), (ben, second))):
            answer = await house.place(who, event, f"{number}")
            placed.append(answer.order)
        placed.append(await house.limit(anna, second, "rests", 100_000))
        # An order that nobody knows any more is nobody's.
        await house.sweep(str(uuid7()))
        newest = [order.order_id for order in reversed(placed)]

        async def found(**asked: Any) -> list[str]:
            return [order.order_id for order in (await self.page(house, **asked)).orders]

        assert newest == await found()
        of_anna = [order.order_id for order in reversed(placed) if order.user_id == str(anna)]
        of_first = [order.order_id for order in reversed(placed) if order.event_id == str(first)]
        assert of_anna == await found(user_id=str(anna))
        assert of_first == await found(event_id=str(first))
        assert [placed[0].order_id] == await found(user_id=str(anna), event_id=str(first))
        assert newest[:1] == await found(statuses=[trading.ORDER_STATUS_OPEN])
        assert newest[1:] == await found(statuses=[trading.ORDER_STATUS_FILLED])
        assert (
            [] == await found(statuses=[trading.ORDER_STATUS_REJECTED]) == await found(user_id=str(uuid7()))
        )
        third = placed[2].created_at
        assert newest[:3] == await found(from_time=third)
        assert newest[3:] == await found(to_time=third)
        assert [placed[2].order_id] == await found(
            from_time=third, to_time=to_wire(from_wire(third) + timedelta(microseconds=1))
        )
        with house.parties.signed_in(anna):
            (shown_to_anna,) = (
                await house.stub.ListOrders(trading.ListOrdersRequest(event_id=str(first)))
            ).orders
        (listed,) = (await self.page(house, user_id=str(anna), event_id=str(first))).orders
        assert shown_to_anna == listed

    async def test_pages_hold_everybody_once_whatever_comes_between(self, house: Any) -> None:
        anna, event = house.person(), await house.open()
        placed = [(await house.place(anna, event, f"{number}")).order.order_id for number in range(5)]
        seen: list[str] = []
        cursor = ""
        for number in range(10):
            answer = await self.page(house, limit=2, cursor=cursor)
            seen += [order.order_id for order in answer.orders]
            cursor = answer.next_cursor
            if not cursor:
                break
            await house.place(anna, event, f"between {number}")
        assert placed[::-1] == seen

    async def test_a_page_looks_at_so_many_and_the_next_one_goes_on(self, house: Any) -> None:
        """Few fit among many: pages are short, and none is left out."""
        ben, event, other = house.person(), await house.open(), await house.open()
        wanted = [(await house.place(ben, event, "first")).order.order_id]
        for number in range(5):
            await house.place(ben, other, f"{number}")
        wanted.insert(0, (await house.place(ben, event, "last")).order.order_id)
        seen, sizes = [], []
        request = pb.ListAllOrdersRequest(user_id=str(ben), event_id=str(event))
        async with house.replicas[0].database.connection() as connection:
            while True:
                answer = await everybody.page(connection, everybody.asked(request), looked_at_max=3)
                seen += [order.order_id for order in answer.orders]
                sizes.append(len(answer.orders))
                if not answer.next_cursor:
                    break
                request.cursor = answer.next_cursor
        assert (wanted, [1, 0, 1]) == (seen, sizes)

    async def test_what_all_markets_come_to(self, house: Any) -> None:
        """The sums of the markets; what the house may lose is what the house's exposure says."""
        anna = house.person()
        trades, paid, quiet = [await house.open() for _ in range(3)]
        for event in (trades, paid):
            await house.place(anna, event, f"{event}", shares=7 * USDC)
        await house.limit(anna, trades, "rests", 100_000)
        await resolve(house, paid, [0, 1_000_000])
        await house.close(quiet)
        with house.parties.signed_in(roles={"admin"}):
            told = await analytics(house).GetTradingTotals(pb.GetTradingTotalsRequest())
            exposure = await house.replicas[0].risk.GetHouseExposure(risk.GetHouseExposureRequest())
        (total,) = told.totals
        rows = house.rows("select * from market")
        assert (1, 1, 1, 2, 1) == (
            total.open_markets,
            total.closed_markets,
            total.settled_markets,
            total.fills,
            told.resting_orders,
        )
        assert 2 == total.active_markets
        assert sum(row["volume_units"] for row in rows) == total.volume.units
        unpaid = [row for row in rows if row["status"] != 3]
        assert sum(row["escrow_units"] for row in unpaid) == total.escrow.units
        assert 7 * USDC == total.open_interest.units
        assert exposure.totals[0].exposure.units == total.exposure.units > 0


async def test_bad_questions(house: Any) -> None:
    """The field is named."""
    somebody = str(uuid7())
    new_year = datetime(2026, 1, 1, tzinfo=UTC)
    for request, field in (
        (pb.ListPublicPositionsRequest(user_id="x"), "user_id"),
        (pb.ListPublicPositionsRequest(user_id=somebody, limit=101), "limit"),
        (pb.ListPublicPositionsRequest(user_id=somebody, cursor="x"), "cursor"),
        (pb.ListPublicPositionsRequest(user_id=somebody, cursor=encode_cursor(uuid7(), 2**63)), "cursor"),
        (pb.GetPublicStatsRequest(), "user_id"),
        (pb.GetMyAnalyticsRequest(points=367), "points"),
        (pb.GetMyAnalyticsRequest(points=-1), "points"),
        (pb.GetMyAnalyticsRequest(interval=trading.PROFIT_INTERVAL_HOUR), "interval"),
        (pb.ListAllOrdersRequest(user_id="x"), "user_id"),
        (pb.ListAllOrdersRequest(event_id="x"), "event_id"),
        (pb.ListAllOrdersRequest(limit=-1), "limit"),
        (pb.ListAllOrdersRequest(cursor=encode_cursor("x", 1)), "cursor"),
        (pb.ListAllOrdersRequest(from_time=to_wire(new_year), to_time=to_wire(new_year)), "from_time"),
    ):
        method = type(request).__name__.removesuffix("Request")
        with house.parties.signed_in(roles={"admin"}), pytest.raises(InvalidArgument) as caught:
            await getattr(analytics(house), method)(request)
        assert [field] == [violation.field for violation in caught.value.violations], request


# A few people and events among many orders, so that the server has a choice.
MANY = (
    "alter table fill disable trigger user",
    "alter table position disable trigger user",
    "alter table trade_order disable trigger user",
    """
    create table made as
    select n, md5(n::text)::uuid as order_id, md5('p' || n %% 100)::uuid as user_id, md5('e' || n %% 2000)::uuid as event_id,
        now() - n * interval '1 minute' as at
    from generate_series(1, 20000) n
    """,
    """
    insert into trade_order (order_id, user_id, event_id, created_at, amount_units, hold_units, gross_units, fee_units, shares,
        fill_sequence, outcome, side, status)
    select order_id, user_id, event_id, at, 1, 1, 1, 0, 1, n, 1, 1, 2 from made
    """,
    """
    insert into trade_order (order_id, user_id, event_id, created_at, asked_shares, hold_units, outcome, side, status, type,
        time_in_force, limit_price, open_shares, priority)
    select md5('r' || n)::uuid, user_id, event_id, at, 1, 1, 1, 1, 7, 2, 1, 1, 1, n from made where n %% 10 = 0
    """,
    """
    insert into fill (event_id, sequence, filled_at, fill_id, order_id, user_id, shares, gross_units, fee_units,
        rounding_picounits, price_before, price_after, outcome, side, formula_version, state_before, state_after, prices, role)
    select event_id, n, at, order_id, order_id, user_id, 1, 1, 0, 0, 1, 1, 1, 1, '', '', '', '{}', 1 + n %% 2 from made
    """,
    """
    insert into position (user_id, event_id, outcome, shares, cost_units)
    select distinct user_id, event_id, 1, 1, 1 from made
    """,
    """
    insert into market (event_id, mechanism, asset, category, subsidy_units, request_hash, liquidity_units, prior, sold, fee_kind,
        fee_rate, price_max, state_hash, prices, opening_prices, locks_at, outcome_volume_units, escrow_units)
    select distinct event_id, 'lmsr', 'USDC', 'sports', 1, ''::bytea, 1, '{0,0}'::bigint[], '{0,0}'::bigint[], 'flat', 0, 990000,
        sha256(''), '{500000,500000}'::bigint[], '{500000,500000}'::bigint[], now(), '{0,0}'::bigint[], 1
    from made
    """,
    "analyze",
)
INDEXES = {
    "public_positions": "position_pkey",
    "record": "position_pkey",
    "results": "position_pkey",
    "next_turnover": "trade_order_of_user",
    "add_turnover": "fill_of_maker",
    "waiting": "trade_order_of_user",
    "turnover": "fill_of_maker",
    "newest_orders": "trade_order_newest",
    "newest_orders_of_event": "trade_order_of_event",
    "newest_orders_of_person": "trade_order_of_user",
    "resting_of_user": "trade_order_resting_of_user",
    "orders_of_user": "trade_order_of_user",
    "orders_by_ids": "trade_order_pkey",
}


async def test_an_index_carries_each_question(premises: Any) -> None:
    """No question about a person, an event or a page reads all fills, orders or positions."""
    for statement in MANY:
        premises.rows(statement)
    async with Database(premises.url) as database, database.connection() as connection:
        for name, index in INDEXES.items():
            asked = orders._SQL if hasattr(orders._SQL, name) else repository._SQL
            found = await plan(connection, getattr(asked, name))
            assert index in found, f"{name}: {found}"
            for table in ("fill", "trade_order", "position"):
                assert f"Seq Scan on {table}" not in found, f"{name}: {found}"
            assert not (name.startswith("newest") and "Sort Key: o." in found), f"{name}: {found}"
