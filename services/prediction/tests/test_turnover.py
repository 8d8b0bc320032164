"""What people traded: the fold of their fills, whether it was added up before or is read now."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from oraculum.prediction.v1 import analytics_service_pb2 as pb
from oraculum.prediction.v1 import prediction_service_pb2 as trading
from oraculum_kit.db import Database
from oraculum_money import Units
from oraculum_prediction import rebuild
from oraculum_prediction.analytics import figures
from oraculum_prediction.analytics.figures import first_day
from oraculum_prediction.analytics.turnover import Turnovers
from oraculum_prediction.repository import analytics as repository
from oraculum_prediction.repository.history import Profit

USDC = 1_000_000


async def mine(house: Any, who: UUID, **asked: Any) -> pb.GetMyAnalyticsResponse:
    with house.parties.signed_in(who):
        answer: pb.GetMyAnalyticsResponse = await house.replicas[0].analytics.GetMyAnalytics(
            pb.GetMyAnalyticsRequest(**asked)
        )
    return answer


def traded(house: Any, who: UUID) -> dict[tuple[date, str], tuple[int, int, int]]:
    """What somebody traded by day and category, folded from all fills."""
    sums: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in house.rows(
        "select f.*, m.category from fill f join market m using (event_id) where user_id = %(who)s and role in (1, 2)",
        who=who,
    ):
        sums_of = sums[row["filled_at"].astimezone(UTC).date(), row["category"]]
        for place, value in enumerate((1, row["gross_units"], row["fee_units"])):
            sums_of[place] += value
    return {key: (each[0], each[1], each[2]) for key, each in sums.items()}


def by_day(rows: Sequence[repository.DayTurnover]) -> dict[tuple[date, str], tuple[int, int, int]]:
    return {(row.day, row.category): (row.trades, row.volume_units, row.fee_units) for row in rows}


async def add_some(database: Database, who: UUID, *, cut_off: bool = False) -> None:
    """Add up two fills of somebody."""
    async with database.transaction() as connection:
        assert await repository.add_up(connection, who, row_count=2, wait_seconds=0.0)
        if cut_off:
            raise RuntimeError("cut off")


class TestTurnover:
    async def trade(self, house: Any, anna: UUID, ben: UUID) -> None:
        """Purchases, a sale, merged sets, a subsidy, an offer that is met while it rests, one that takes when it comes."""
        first, second = await house.open(), await house.open(category="weather")
        for number in range(3):
            await house.place(anna, first, f"buy {number}", shares=10 * USDC)
        await house.place(anna, first, "no", outcome=0, shares=5 * USDC)
        await house.place(anna, first, "sell", side=trading.SIDE_SELL, shares=2 * USDC)
        await house.subsidise(anna, first, "deeper", 5 * USDC)
        with house.parties.signed_in(anna):
            await house.stub.MergeSets(
                trading.MergeSetsRequest(event_id=str(first), shares=USDC, idempotency_key="sets")
            )
        await house.limit(anna, first, "offer", 600_000, 4 * USDC, side=trading.SIDE_SELL)
        await house.limit(ben, first, "taken", 750_000, 80 * USDC)
        await house.place(anna, second, "other", shares=USDC)

    async def test_it_is_the_fold_of_the_fills_whether_they_were_added_up_or_not(self, house: Any) -> None:
        """Portion by portion, by several at once, cut off in the middle, and with fills that come later."""
        anna, ben = house.person(), house.person()
        await self.trade(house, anna, ben)
        database = house.replicas[0].database
        reading = Turnovers(database)
        for who in (anna, ben):
            assert traded(house, who) == by_day(await reading.of(who))
        assert [] == house.rows("select trades from turnover")
        assert {"sports", "weather"} == {category for _, category in traded(house, anna)}
        makers = house.rows("select role from fill where user_id = %(who)s and role = 2", who=anna)
        assert makers
        eager = Turnovers(database, waiting_max=1, portion=2, wait_seconds=0.0)
        # Cut off before its end, a portion was never there; cut off after it, it is there once.
        with pytest.raises(RuntimeError, match="cut off"):
            await add_some(database, anna, cut_off=True)
        assert [] == house.rows("select trades from turnover")
        await add_some(database, anna)
        (row,) = house.rows("select sum(trades)::bigint as trades from turnover")
        assert 2 == row["trades"]
        assert traded(house, anna) == by_day(await reading.of(anna))
        together = await asyncio.gather(*(eager.of(anna) for _ in range(5)))
        assert [traded(house, anna)] * 5 == list(map(by_day, together))
        (row,) = house.rows("select sum(trades)::bigint as trades from turnover")
        assert sum(each[0] for each in traded(house, anna).values()) == row["trades"]
        # What comes now is seen at once, and added when it is looked at again.
        event = await house.open()
        await house.place(anna, event, "later")
        assert traded(house, anna) == by_day(await reading.of(anna)) == by_day(await eager.of(anna))
        assert traded(house, ben) == by_day(await eager.of(ben))

    async def test_what_was_added_up_wrongly_is_found_and_forgotten(self, house: Any) -> None:
        """By hand or by a defect, more, less or of another day: afterwards it is the fold again."""
        anna, ben = house.person(), house.person()
        await self.trade(house, anna, ben)
        database = house.replicas[0].database
        eager = Turnovers(database, waiting_max=1, portion=100, wait_seconds=0.0)
        for spoiling in (
            "update turnover set fee_units = fee_units + 1 where user_id = %(who)s",
            "update turnover set day = day - 1 where user_id = %(who)s",
            "delete from turnover where user_id = %(who)s and category = 'weather'",
        ):
            for who in (anna, ben):
                await eager.of(who)
            assert [] == (await rebuild.turnovers(database, None, write=True)).mended
            house.rows(spoiling, who=anna)
            assert traded(house, anna) != by_day(await eager.of(anna))
            for who in (None, anna):
                (sentence,) = (await rebuild.turnovers(database, who, write=False)).mended
                assert str(anna) in sentence
            assert [] == (await rebuild.turnovers(database, ben, write=True)).mended
            assert 1 == len((await rebuild.turnovers(database, None, write=True)).mended)
            assert traded(house, anna) == by_day(await eager.of(anna))

    async def test_what_is_new_waits(self, house: Any) -> None:
        """A fill may be committed a little after its time: nothing is added that is younger than a batch can last."""
        anna, event = house.person(), await house.open()
        await house.place(anna, event, "new")
        assert traded(house, anna) == by_day(
            await Turnovers(house.replicas[0].database, waiting_max=1).of(anna)
        )
        assert [] == house.rows("select trades from turnover")

    async def test_mine_adds_up(self, house: Any) -> None:
        """Totals are the sums of the categories and of the days; what was won is what the portfolio says."""
        anna, ben = house.person(), house.person()
        await self.trade(house, anna, ben)
        (event,) = house.rows("select event_id from market where category = 'sports'")
        house.post_fills()
        await house.close(event["event_id"])
        await house.hear(event["event_id"], [0, 1_000_000])
        await house.settle(event["event_id"])
        told = await mine(house, anna, points=3)
        (total,) = told.totals
        assert sum(each[0] for each in traded(house, anna).values()) == total.trades
        assert sum(each[1] for each in traded(house, anna).values()) == total.volume.units
        assert sum(each[2] for each in traded(house, anna).values()) == total.fees.units
        with house.parties.signed_in(anna):
            portfolio = await house.stub.GetPortfolio(trading.GetPortfolioRequest())
        assert portfolio.totals[0].realised.units == total.result.units
        assert [("sports", 1), ("weather", 1)] == [(row.category, row.events) for row in told.categories]
        for name in ("volume", "fees", "result"):
            parts = [getattr(row.turnover, name).units for row in told.categories]
            assert getattr(total, name).units == sum(parts)
        (series,) = told.series
        assert 3 == len(series.points)
        assert total.trades == sum(point.trades for point in series.points)
        assert total.volume.units == sum(point.volume.units for point in series.points)
        assert total.result.units == series.points[-1].total.units
        for interval in (trading.PROFIT_INTERVAL_WEEK, trading.PROFIT_INTERVAL_MONTH):
            (series,) = (await mine(house, anna, interval=interval, points=366)).series
            assert (366, total.trades) == (len(series.points), sum(point.trades for point in series.points))
        nothing = await mine(house, house.person())
        assert ([], [], []) == (list(nothing.totals), list(nothing.categories), list(nothing.series))

    @pytest.mark.parametrize(
        ("interval", "first"),
        [("day", date(2026, 3, 1)), ("week", date(2026, 2, 23)), ("month", date(2026, 3, 1))],
    )
    def test_a_span_begins(self, interval: str, first: date) -> None:
        assert first == first_day(date(2026, 3, 1), interval)

    def test_days_are_those_of_utc(self) -> None:
        """Wherever the database thinks it is."""
        far_west = timezone(timedelta(hours=-11))
        starts_at = datetime(2026, 3, 2, tzinfo=UTC).astimezone(far_west)
        day = repository.DayTurnover(date(2026, 3, 2), "sports", "USDC", 7, Units(8), Units(9))
        profit = Profit("USDC", starts_at, Units(0), Units(0))
        (series,) = figures.series([day], [profit], "day")
        assert [7] == [point.trades for point in series.points]
