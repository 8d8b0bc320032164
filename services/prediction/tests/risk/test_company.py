"""What is asked of linked people while everybody's orders wait: a bounded look, from their side."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.clock import ManualClock
from oraculum_kit.db import Database
from oraculum_kit.errors import Unavailable
from oraculum_kit.ids import uuid7
from oraculum_prediction import metrics
from oraculum_prediction.pricing import Side
from oraculum_prediction.repository import risk_reviews as repository
from oraculum_prediction.repository.risk_reviews import ADDRESS
from oraculum_prediction.risk.company import KNOWN_SECONDS, PEOPLE_MAX, Asked, Sightings
from oraculum_prediction.risk.origin import Origin

USDC = 1_000_000


async def trades(
    house: Any, event_id: UUID, *people: UUID, looked_at_max: int = 100
) -> set[tuple[UUID, int, int]]:
    """What is found as (user, outcome, side)."""
    async with house.replicas[0].database.connection() as connection:
        found = await repository.recent_trades(
            connection, {(event_id, user_id) for user_id in people}, looked_at_max=looked_at_max
        )
    assert {event_id} >= {event for event, *_ in found}
    return {(user_id, outcome, side) for _, user_id, outcome, side in found}


async def crowd(house: Any, event_id: UUID, size: int) -> None:
    """Others trade in a market."""
    people = [house.person() for _ in range(size)]
    await asyncio.gather(*(house.place(who, event_id, "k") for who in people))


class TestRecentTrades:
    async def test_tell_what_arrived_and_what_rested_and_nothing_of_other_markets(self, house: Any) -> None:
        event, elsewhere = await house.open(), await house.open()
        one, other, friend = house.person(), house.person(), house.person()
        await house.place(one, event, "buy", amount_units=20 * USDC)
        await house.place(one, elsewhere, "there", outcome=0)
        await house.limit(other, event, "rest", 540_000, outcome=1)
        await house.place(one, event, "sell", side=pb.SIDE_SELL, shares=30 * USDC)
        await house.place(friend, elsewhere, "buy")
        found = await trades(house, event, one, other, friend)
        assert {(one, 1, 1), (one, 1, 2), (other, 1, 1)} == found

    async def test_tell_nothing_that_others_traded(self, house: Any) -> None:
        event, one, other = await house.open(), house.person(), house.person()
        await house.place(one, event, "a")
        await crowd(house, event, 30)
        found = await trades(house, event, one, other)
        assert {(one, 1, 1)} == found

    async def test_look_at_the_newest_of_somebody_who_trades_without_end(self, house: Any) -> None:
        event, one = await house.open(), house.person()
        await house.place(one, event, "first", outcome=0)
        for number in range(5):
            await house.place(one, event, f"k{number}")
        found = await trades(house, event, one, looked_at_max=3)
        assert {(one, 1, 1)} == found


async def test_whoever_comes_from_the_address_of_a_crowd_is_written_once_a_minute(premises: Any) -> None:
    """More come from there than are remembered: each of their orders would write anew what stands there."""
    clock, event_id, crowded = ManualClock(), uuid7(), "ab" * 16
    sightings = Sightings(clock)
    orders = [
        Asked(uuid7(), event_id, 1, Side.BUY, Origin(device=f"{number:032x}", address=crowded))
        for number in range(60)
    ]

    async def seen() -> set[datetime]:
        """What the database says of when those behind the address were seen last, after another batch of them all."""
        async with database.transaction() as connection:
            await sightings.look(connection, orders)
            await sightings.write(connection)
        sightings.written()
        found = premises.rows("select last_at from risk_sighting where kind = %(kind)s", kind=ADDRESS)
        assert len(found) == len(orders)
        return {row["last_at"] for row in found}

    async with Database(premises.url) as database:
        first = await seen()
        assert first == await seen()
        clock.advance(seconds=KNOWN_SECONDS + 1)
        later = await seen()
        assert len(later - first) >= len(orders) - PEOPLE_MAX
        assert later == await seen()


async def test_a_look_that_takes_too_long_is_given_up_at_the_second_and_moves_nothing(premises: Any) -> None:
    """Everybody else of the batch waits for it, and nothing that is remembered has become doubtful."""
    async with premises.replica(statement_timeout_seconds=0.3):
        event, who = await premises.open(), premises.person()
        await premises.place(who, event, "before")
        uncertain = metrics.UNCERTAIN._value.get()
        with psycopg.connect(premises.url) as blocker:
            blocker.execute("lock table risk_use in access exclusive mode")
            with pytest.raises(Unavailable):
                await premises.place(who, event, "k")
        assert uncertain == metrics.UNCERTAIN._value.get()
        assert [] == premises.books.open_holds()[1:]
        assert pb.ORDER_STATUS_FILLED == (await premises.place(who, event, "k")).order.status


async def test_a_market_that_was_half_read_when_its_look_was_given_up_is_not_remembered(
    premises: Any,
) -> None:
    """Who owns what rests in it was still to be read, and the next order meets them."""
    async with premises.replica():
        event, maker, who = await premises.open(), premises.person(), premises.person()
        await premises.limit(maker, event, "rest", 540_000, 200 * USDC, outcome=1)
        async with premises.replica(statement_timeout_seconds=0.3):
            with psycopg.connect(premises.url) as blocker:
                blocker.execute("lock table position in access exclusive mode")
                with pytest.raises(Unavailable):
                    await premises.place(who, event, "k", replica=1, outcome=0)
            assert (
                pb.ORDER_STATUS_FILLED
                == (await premises.place(who, event, "k", replica=1, outcome=0)).order.status
            )
        (met,) = premises.rows("select user_id from fill where role = 2")
        assert maker == met["user_id"]
