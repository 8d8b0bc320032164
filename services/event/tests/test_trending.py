"""What is traded of late: counted once each, faded by time, listed in pages that nobody moves."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import prediction_service_pb2 as prediction_pb
from oraculum.prediction.v1.bets_fact_pb2 import BetsFact, OrderEnded, OrderFilled
from oraculum_event.trending import HALF_LIFE_SECONDS, Trending, weight
from oraculum_kit.errors import InvalidArgument
from oraculum_kit.ids import uuid7


@dataclass
class Heard:
    """A record, as far as the handler looks."""

    message: BetsFact


def filled(event_id: str, sequence: int, units: int, at: datetime, **fields: object) -> Heard:
    fill = prediction_pb.Fill(
        event_id=event_id, sequence=sequence, gross=Amount(units=units, asset="USDC"), **fields
    )
    fill.filled_at.FromDatetime(at)
    return Heard(BetsFact(event_id=event_id, order_filled=OrderFilled(fill=fill)))


async def hear(service, *records: Heard) -> None:
    async with service.database.transaction() as connection:
        await Trending().hear(connection, records)


async def trending(service, **fields: object) -> list[str]:
    request = pb.ListEventsRequest(sort="trending", **fields)
    return [event.event_id for event in (await service.stub.ListEvents(request)).events]


async def scores(service) -> list[tuple[float, int]]:
    async with service.database.connection() as connection:
        cursor = await connection.execute("select score, last_sequence from trend order by event_id")
        return await cursor.fetchall()


@given(st.floats(0.01, 1e9), st.floats(0.01, 1e9), st.integers(0, 10**6))
def test_what_is_traded_later_weighs_more(some: float, other: float, seconds: int) -> None:
    """Twice as much as six hours before weighs the same as half of it now."""
    now = datetime.fromisoformat("2026-05-04T12:00:00+00:00")
    before = now - timedelta(seconds=HALF_LIFE_SECONDS)
    assert weight(2 * some, before) == pytest.approx(weight(some, now))
    assert (weight(some, now) < weight(other, now)) == (weight(some, before) < weight(other, before))
    assert weight(some, before) <= weight(some, before + timedelta(seconds=seconds))


async def test_most_traded_of_late_comes_first(service) -> None:
    """A little now beats much of yesterday, and more beats less."""
    now = service.clock.now()
    old, small, large = [(await service.create(f"Will it rain ({n})?")).event_id for n in range(3)]
    await hear(
        service,
        filled(old, 1, 900_000_000, now - timedelta(days=2)),
        filled(small, 1, 50_000_000, now),
        filled(large, 1, 40_000_000, now),
        filled(large, 2, 40_000_000, now),
    )
    assert await trending(service) == [large, small, old]
    assert await trending(service, category="sports") == []
    assert await trending(service, page=2, limit=2) == [old]


async def test_each_fill_counts_once(service) -> None:
    """Delivered again, in another batch, together with new ones: the score is the same."""
    event_id = (await service.create()).event_id
    now = service.clock.now()
    first, second = (filled(event_id, n, 10_000_000, now) for n in (1, 2))
    await hear(service, first, first)
    once = await scores(service)
    await hear(service, first)
    assert await scores(service) == once
    await hear(service, first, second)
    twice = await scores(service)
    assert (twice[0][0] > once[0][0], twice[0][1]) == (True, 2)
    await hear(service, second, first)
    assert await scores(service) == twice
    control = (await service.create("Will it rain as much?")).event_id
    await hear(service, *(filled(control, n, 10_000_000, now) for n in (1, 2)))
    (_, _), (at_once, _) = await scores(service)
    assert twice[0][0] == pytest.approx(at_once, abs=1e-9)


async def test_what_is_no_trade_counts_nothing(service) -> None:
    """Sets that became cash, orders that end, events that nobody knows."""
    event_id = (await service.create()).event_id
    before = await scores(service)
    await hear(
        service,
        filled(event_id, 1, 10**12, service.clock.now(), role=prediction_pb.FILL_ROLE_SET),
        filled(str(uuid7()), 1, 10**12, service.clock.now()),
        Heard(BetsFact(event_id=event_id, order_ended=OrderEnded())),
    )
    assert await scores(service) == [(before[0][0], 1)]


async def test_pages_show_nothing_twice_while_people_trade(service) -> None:
    """A score only rises: what was shown stays above the cursor, and what nobody trades is where it was."""
    ids = [(await service.create(f"Will it rain ({n})?")).event_id for n in range(5)]
    now = service.clock.now()
    await hear(service, *(filled(event_id, 1, 10**7 * (n + 1), now) for n, event_id in enumerate(ids)))
    order = ids[::-1]
    first = await service.stub.ListEvents(pb.ListEventsRequest(sort="trending", limit=2))
    assert [event.event_id for event in first.events] == order[:2]
    await hear(service, filled(order[1], 2, 10**10, now))
    rest = await trending(service, cursor=first.next_cursor, limit=5)
    assert rest == order[2:]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"sort": "trending:asc"}, "sort"),
        (
            {"sort": "trending", "cursor": "WyJuYW4iLCAiMDE4OTAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDBhIl0"},
            "cursor",
        ),
        (
            {"sort": "trending", "cursor": "WyJ4IiwgIjAxODkwMDAwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwYSJd"},
            "cursor",
        ),
    ],
)
async def test_a_bad_field_is_named(service, fields: dict[str, str], field: str) -> None:
    """A cursor of another list, or one that somebody made up."""
    with pytest.raises(InvalidArgument) as refused:
        await service.stub.ListEvents(pb.ListEventsRequest(**fields))
    assert [violation.field for violation in refused.value.violations] == [field]
