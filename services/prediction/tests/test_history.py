"""What people won and lost over time: sale by sale, settlement by settlement, and in spans of time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.errors import InvalidArgument
from oraculum_kit.paging import encode_cursor
from oraculum_kit.timestamps import from_wire

USDC = 1_000_000
SALE, SETS, SETTLEMENT = (
    pb.REALISATION_KIND_SALE,
    pb.REALISATION_KIND_SETS,
    pb.REALISATION_KIND_SETTLEMENT,
)


def beyond(*position: object) -> str:
    """A cursor that ends with a number that no row has."""
    return encode_cursor(*position, 2**63)


async def history(house: Any, who: UUID, page: int = 100, **asked: Any) -> list[pb.Realisation]:
    """All of it, page by page."""
    rows: list[pb.Realisation] = []
    cursor = ""
    with house.parties.signed_in(who):
        while True:
            answer = await house.stub.ListRealisations(
                pb.ListRealisationsRequest(limit=page, cursor=cursor, **asked)
            )
            assert len(answer.realisations) <= page
            rows += answer.realisations
            cursor = answer.next_cursor
            if not cursor:
                return rows


async def profit(house: Any, who: UUID, **asked: Any) -> list[pb.ProfitPoint]:
    with house.parties.signed_in(who):
        answer = await house.stub.GetProfit(pb.GetProfitRequest(**asked))
    return [point for series in answer.series for point in series.points]


async def realised(house: Any, who: UUID) -> int:
    """What the portfolio says."""
    with house.parties.signed_in(who):
        answer = await house.stub.GetPortfolio(pb.GetPortfolioRequest())
    return sum(total.realised.units for total in answer.totals)


async def lived(house: Any) -> tuple[UUID, UUID, list[UUID]]:
    """Somebody who sold, merged, was met while an offer rested, was settled, and settled again; and another market."""
    anna, ben = house.person(), house.person()
    event, other = await house.open(), await house.open()
    await house.place(anna, event, "yes", shares=20 * USDC)
    await house.place(anna, event, "no", outcome=0, shares=8 * USDC)
    await house.place(anna, event, "sold", side=pb.SIDE_SELL, shares=3 * USDC)
    with house.parties.signed_in(anna):
        await house.stub.MergeSets(
            pb.MergeSetsRequest(event_id=str(event), shares=2 * USDC, idempotency_key="sets")
        )
    await house.limit(anna, event, "offer", 600_000, 4 * USDC, side=pb.SIDE_SELL)
    await house.limit(ben, event, "met", 700_000, 80 * USDC, time_in_force=pb.TIME_IN_FORCE_IOC)
    await house.place(anna, other, "other yes", shares=5 * USDC)
    await house.place(anna, other, "other sold", side=pb.SIDE_SELL, shares=5 * USDC)
    house.post_fills()
    await house.close(event)
    for revision, payouts in ((1, [0, 1_000_000]), (2, [1_000_000, 0])):
        await house.hear(event, payouts, revision=revision)
        await house.settle(event)
    return anna, ben, [event, other]


async def test_a_history_is_what_the_positions_came_to(house: Any) -> None:
    """Newest first, whatever the size of the pages; proceeds less cost is the result, and all of them are the portfolio's."""
    anna, ben, (event, other) = await lived(house)
    rows = await history(house, anna)
    assert rows == await history(house, anna, page=1) == await history(house, anna, page=3)
    assert [SETTLEMENT, SETTLEMENT, SALE, SALE, SETS, SETS, SALE] == [row.kind for row in rows]
    times = [from_wire(row.realised_at) for row in rows]
    assert sorted(times, reverse=True) == times
    assert all(row.result.units == row.proceeds.units - row.cost.units for row in rows)
    assert await realised(house, anna) == sum(row.result.units for row in rows)
    corrected, settled = rows[:2]
    assert [2, 1] == [corrected.revision, settled.revision]
    assert not settled.HasField("outcome")
    # Of twenty bought 3 were sold, 2 merged and 4 met; of eight on the other side 2 merged.
    assert (11 * USDC, 17 * USDC) == (settled.proceeds.units, settled.shares)
    assert (6 * USDC, 11 * USDC) == (corrected.proceeds.units, corrected.cost.units)
    sets = [row for row in rows if row.kind == SETS]
    assert [1, 0] == [row.outcome for row in sets]
    assert 2 * USDC == sum(row.proceeds.units for row in sets)
    sold = rows[-1]
    (fill,) = house.rows("select * from fill where fill_id = %(id)s", id=sold.fill_id)
    assert (fill["gross_units"] - fill["fee_units"], 3 * USDC) == (sold.proceeds.units, sold.shares)
    assert (str(fill["order_id"]), fill["sequence"]) == (sold.order_id, sold.sequence)

    only = await history(house, anna, event_id=str(other))
    assert [str(other)] == [row.event_id for row in only]
    assert {str(event)} == {row.event_id for row in await history(house, anna, event_id=str(event), page=2)}
    # Ben bought and was settled; a stranger has nothing.
    assert [SETTLEMENT, SETTLEMENT] == [row.kind for row in await history(house, ben)]
    assert [] == await history(house, house.person())


async def test_profit_over_time_ends_with_what_the_portfolio_says(house: Any) -> None:
    """Spans are without gaps, their results add up, and what is older than all of them is in the totals."""
    anna, _, _ = await lived(house)
    total = await realised(house, anna)
    # Some of it was made earlier: the day before yesterday, and long ago.
    for days, role in ((2, 3), (400, 2)):
        house.rows(
            """
            update realised r set realised_at = clock_timestamp() - make_interval(days => %(days)s)
            where (event_id, sequence) in (select event_id, sequence from fill where role = %(role)s)
            """,
            days=days,
            role=role,
        )
    rows = await history(house, anna)
    now = datetime.now(UTC)
    today = sum(row.result.units for row in rows if from_wire(row.realised_at) > now - timedelta(hours=12))
    sets = sum(row.result.units for row in rows if row.kind == SETS)
    points = await profit(house, anna, points=5)
    assert 5 == len(points)
    days = [from_wire(point.starts_at) for point in points]
    assert [timedelta(days=1)] * 4 == [after - before for before, after in pairwise(days)]
    assert {0} == {day.hour for day in days}
    # A test that runs over midnight sees today's part in two spans.
    assert today == sum(point.result.units for point in points[-2:])
    assert sets == sum(point.result.units for point in points[1:3])
    assert total == points[-1].total.units
    assert total - today - sets == points[0].total.units
    for before, after in pairwise(points):
        assert before.total.units + after.result.units == after.total.units
    assert 30 == len(await profit(house, anna))
    for interval in (pb.PROFIT_INTERVAL_HOUR, pb.PROFIT_INTERVAL_WEEK, pb.PROFIT_INTERVAL_MONTH):
        points = await profit(house, anna, interval=interval, points=366)
        assert (366, total) == (len(points), points[-1].total.units)
    assert [] == await profit(house, house.person())


@pytest.mark.parametrize(
    ("method", "asked", "field"),
    [
        ("ListRealisations", pb.ListRealisationsRequest(event_id="x"), "event_id"),
        ("ListRealisations", pb.ListRealisationsRequest(limit=101), "limit"),
        ("ListRealisations", pb.ListRealisationsRequest(cursor="WyJ4Il0"), "cursor"),
        (
            "ListRealisations",
            pb.ListRealisationsRequest(cursor=beyond(datetime.now(UTC), UUID(int=1))),
            "cursor",
        ),
        ("ListPositions", pb.ListPositionsRequest(cursor=beyond(UUID(int=1))), "cursor"),
        ("ListTrades", pb.ListTradesRequest(event_id=str(UUID(int=1)), cursor=beyond()), "cursor"),
        ("GetProfit", pb.GetProfitRequest(points=367), "points"),
        ("GetProfit", pb.GetProfitRequest(points=-1), "points"),
        ("GetProfit", pb.GetProfitRequest(interval=9), "interval"),  # type: ignore[arg-type]
    ],
)
async def test_bad_questions(house: Any, method: str, asked: Any, field: str) -> None:
    """The field is named."""
    with house.parties.signed_in(), pytest.raises(InvalidArgument) as caught:
        await getattr(house.stub, method)(asked)
    assert [field] == [violation.field for violation in caught.value.violations]


async def test_a_cursor_behind_the_last_row_gives_an_empty_page(house: Any) -> None:
    """Any number that a row might have is a place in a list, and no list is asked what it cannot compare."""
    nowhere = UUID(int=2**128 - 1)
    for number in (40_000, 2**63 - 1, -(2**63)):
        cursors = {
            "ListRealisations": encode_cursor(datetime(1, 1, 1, tzinfo=UTC), UUID(int=0), number),
            "ListPositions": encode_cursor(nowhere, number),
        }
        for method, cursor in cursors.items():
            with house.parties.signed_in():
                request = getattr(pb, f"{method}Request")(cursor=cursor)
                assert "" == (await getattr(house.stub, method)(request)).next_cursor
