"""Candles and trades of our own events, made from `bets`: right whatever comes twice, late or together."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import prediction_service_pb2 as prediction_pb
from oraculum.prediction.v1.bets_fact_pb2 import BetsFact, OrderFilled
from oraculum_kit.db import Database
from oraculum_kit.errors import InvalidArgument
from oraculum_kit.ids import uuid7
from oraculum_kit.records import Record
from oraculum_kit.timestamps import from_wire, to_wire
from oraculum_market_data.consumers import OwnEvents
from oraculum_market_data.event_analytics import analytics, asked
from oraculum_market_data.housekeeping import prepare
from oraculum_market_data.repository.trades import Trades

# Whole minutes and days, so that nothing of a test falls over an edge.
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def filled(
    event_id: str, sequence: int, prices: list[int], *, after: timedelta, units: int = 500_000
) -> BetsFact:
    """A fill of one share of YES."""
    return BetsFact(
        event_id=event_id,
        order_filled=OrderFilled(
            fill=prediction_pb.Fill(
                fill_id=str(uuid7()),
                event_id=event_id,
                outcome=1,
                side=prediction_pb.SIDE_BUY,
                shares=1_000_000,
                gross=Amount(asset="USDC", units=units),
                sequence=sequence,
                price_millionths=prices,
                filled_at=to_wire(NOON + after),
            )
        ),
    )


def record(fact: BetsFact) -> Record[BetsFact]:
    return Record(
        topic="bets",
        partition=0,
        offset=0,
        key=fact.event_id,
        message=fact,
        source="prediction",
        sequence=fact.order_filled.fill.sequence,
        time=NOON,
        headers={},
    )


@pytest.fixture
async def database(database_for) -> AsyncIterator[Database]:
    async with Database(await database_for("market-data")) as opened:
        await prepare(opened, NOON)
        yield opened


async def hear(database: Database, *facts: BetsFact) -> None:
    async with database.transaction() as connection:
        await OwnEvents(database).hear(connection, [record(fact) for fact in facts])


async def candles(database: Database, event_id: str, span: int, outcome: int = 1) -> list[pb.Candle]:
    async with database.connection() as connection:
        answer = await Trades().candles(
            connection,
            "oraculum",
            event_id,
            span=span,
            from_time=NOON - timedelta(days=1),
            to_time=NOON + timedelta(days=1),
            outcome=outcome,
            row_count=100,
        )
    return list(answer.candles)


class TestCandles:
    async def test_a_minute_has_its_first_highest_lowest_and_last_price(self, database) -> None:
        event_id = str(uuid7())
        path = [550_000, 700_000, 400_000, 600_000]
        await hear(
            database,
            *(
                filled(event_id, number, [1_000_000 - price, price], after=timedelta(seconds=number))
                for number, price in enumerate(path, 1)
            ),
        )
        (minute,) = await candles(database, event_id, 60)
        assert (550_000, 700_000, 400_000, 600_000) == (
            minute.open_millionths,
            minute.high_millionths,
            minute.low_millionths,
            minute.close_millionths,
        )
        assert (Decimal(2), 4) == (Decimal(minute.volume), minute.trades)
        (other,) = await candles(database, event_id, 60, outcome=0)
        assert (450_000, 400_000, Decimal(0), 0) == (
            other.open_millionths,
            other.close_millionths,
            Decimal(other.volume),
            other.trades,
        )

    async def test_what_comes_twice_counts_once(self, database) -> None:
        event_id = str(uuid7())
        first = filled(event_id, 1, [400_000, 600_000], after=timedelta(seconds=1))
        second = filled(event_id, 2, [300_000, 700_000], after=timedelta(seconds=2))
        await hear(database, first, first)
        await hear(database, first, second)
        await hear(database, second)
        for span in (60, 300, 3600, 86400):
            (candle,) = await candles(database, event_id, span)
            assert (2, Decimal(1)) == (candle.trades, Decimal(candle.volume))

    async def test_what_comes_late_changes_neither_first_nor_last(self, database) -> None:
        event_id = str(uuid7())
        facts = [
            filled(event_id, number, [1_000_000 - price, price], after=timedelta(seconds=number))
            for number, price in enumerate([100_000, 200_000, 300_000], 1)
        ]
        for fact in (facts[1], facts[0], facts[2]):
            await hear(database, fact)
        (minute,) = await candles(database, event_id, 60)
        assert (100_000, 300_000) == (minute.open_millionths, minute.close_millionths)

    async def test_spans_begin_at_whole_times_and_those_without_a_trade_are_left_out(self, database) -> None:
        event_id = str(uuid7())
        await hear(
            database,
            filled(event_id, 1, [400_000, 600_000], after=timedelta(minutes=1, seconds=59)),
            filled(event_id, 2, [300_000, 700_000], after=timedelta(minutes=4, seconds=1)),
        )
        minutes = await candles(database, event_id, 60)
        assert [NOON + timedelta(minutes=1), NOON + timedelta(minutes=4)] == [
            from_wire(one.open_time) for one in minutes
        ]
        (five,) = await candles(database, event_id, 300)
        assert (NOON, 2) == (from_wire(five.open_time), five.trades)

    async def test_a_batch_that_goes_over_minutes_is_as_if_told_one_by_one(self, database) -> None:
        """Whatever its order, each span has its first and last price, and what was traded in all of it."""
        path = [
            (301, 700_000),
            (1, 550_000),
            (59, 800_000),
            (60, 100_000),
            (3_599, 450_000),
            (3_600, 650_000),
        ]
        together, apart = str(uuid7()), str(uuid7())
        for event_id in (together, apart):
            facts = [
                filled(event_id, number, [1_000_000 - price, price], after=timedelta(seconds=seconds))
                for number, (seconds, price) in enumerate(path, 1)
            ]
            for batch in [facts] if event_id == together else [[fact] for fact in facts]:
                await hear(database, *batch)
        for span in (60, 300, 3600, 86400):
            assert await candles(database, apart, span) == await candles(database, together, span)
        (day,) = await candles(database, together, 86400)
        assert (550_000, 800_000, 100_000, 650_000, 6, Decimal(3)) == (
            day.open_millionths,
            day.high_millionths,
            day.low_millionths,
            day.close_millionths,
            day.trades,
            Decimal(day.volume),
        )


class TestAnalytics:
    async def of(
        self, database: Database, event_id: str, interval: str, points: int
    ) -> pb.GetEventAnalyticsResponse:
        interval_ = pb.CandleInterval.Value(f"CANDLE_INTERVAL_{interval}")
        event, span, count = asked(
            pb.GetEventAnalyticsRequest(event_id=event_id, interval=interval_, points=points)
        )
        async with database.connection() as connection:
            return await analytics(
                connection, "oraculum", event, span=span, points=count, now=NOON + timedelta(minutes=50)
            )

    async def test_an_event_is_told_by_its_prices_and_by_spans_without_gaps(self, database) -> None:
        """Prices are of all its life, spans hold what was traded in them, and what is older is in none of them."""
        event_id, other = str(uuid7()), str(uuid7())
        path = [
            (timedelta(days=-3), 550_000),
            (timedelta(hours=-2), 900_000),
            (timedelta(minutes=1), 300_000),
            (timedelta(minutes=40), 600_000),
        ]
        facts = [
            filled(event_id, number, [1_000_000 - price, price], after=after)
            for number, (after, price) in enumerate(path, 1)
        ]
        await hear(database, *facts, filled(other, 1, [1, 999_999], after=timedelta(minutes=2)))
        told = await self.of(database, event_id, "1H", 4)
        no, yes = told.outcomes
        assert (550_000, 900_000, 300_000, 600_000) == (
            yes.open_millionths,
            yes.high_millionths,
            yes.low_millionths,
            yes.close_millionths,
        )
        assert (0, 700_000, 100_000) == (no.outcome, no.high_millionths, no.low_millionths)
        assert 4 == told.trades
        first, last = from_wire(told.first_trade_at), from_wire(told.last_trade_at)
        assert (NOON - timedelta(days=3), NOON + timedelta(minutes=40)) == (first, last)
        hours = [from_wire(span.starts_at) for span in told.spans]
        assert [NOON + timedelta(hours=hour) for hour in (-3, -2, -1, 0)] == hours
        assert [0, 1, 0, 2] == [span.trades for span in told.spans]
        assert [0, Decimal("0.5"), 0, 1] == [Decimal(span.volume) for span in told.spans]
        days = (await self.of(database, event_id, "1D", 366)).spans
        assert (366, 4, 3) == (len(days), sum(span.trades for span in days), days[-1].trades)
        assert [1, 0, 0, 3] == [span.trades for span in days[-4:]]
        nothing = await self.of(database, str(uuid7()), "1D", 0)
        assert ([], 0, 30, 0) == (
            list(nothing.outcomes),
            nothing.trades,
            len(nothing.spans),
            sum(span.trades for span in nothing.spans),
        )
        assert not nothing.HasField("first_trade_at")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"event_id": "x"}, "event_id"),
            ({"interval": pb.CANDLE_INTERVAL_5M}, "interval"),
            ({"points": 367}, "points"),
            ({"points": -1}, "points"),
        ],
    )
    def test_what_is_wrong_is_named(self, change: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidArgument) as caught:
            asked(pb.GetEventAnalyticsRequest(**{"event_id": str(uuid7()), **change}))
        assert [field] == [violation.field for violation in caught.value.violations]
