"""What cannot be taken back now keeps nothing else: all markets are asked, and everybody's turn comes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.errors import ResourceExhausted
from oraculum_kit.timestamps import to_wire
from oraculum_prediction import commands, expiry
from oraculum_prediction.expiry import Expiry

USDC = 1_000_000


class Crowded:
    """The engine, which has no room for what is asked of some markets."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.full: set[UUID] = set()
        self.place = engine.place

    async def act(self, task: Any) -> Any:
        if task.event_id in self.full:
            raise ResourceExhausted(retry_after_seconds=1)
        return await self._engine.act(task)


@pytest.fixture
def crowded(house: Any) -> Crowded:
    """Between the replica's commands and its engine."""
    engine = Crowded(house.replicas[0].engine)
    house.replicas[0].commands._engine = engine
    return engine


def at_rest(house: Any) -> set[str]:
    return {row["id"] for row in house.rows("select order_id::text as id from trade_order where status = 7")}


async def rest(house: Any, who: UUID, **order: Any) -> tuple[UUID, str]:
    """A market, and an order that rests there."""
    event_id = await house.open()
    return event_id, (await house.limit(who, event_id, str(event_id), 400_000, **order)).order_id


def clock(house: Any, monkeypatch: pytest.MonkeyPatch, page: str) -> Expiry:
    """What looks at one row of a page at a time."""
    monkeypatch.setattr(expiry, page, 1)
    return Expiry(house.replicas[0].database, house.replicas[0].commands)


@pytest.mark.parametrize("together", [50, 1])
async def test_taking_back_everything_asks_all_markets_before_it_fails(
    house: Any, crowded: Crowded, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    """Whether they are asked at once or one after the other; asked again, it goes well as soon as the market does."""
    monkeypatch.setattr(commands, "_TOGETHER", together)
    anna = house.person()
    placed = dict([await rest(house, anna) for _ in range(3)])
    # The first that is asked, whichever that is.
    refusing = house.rows("select distinct event_id from trade_order where status = 7")[0]["event_id"]
    crowded.full.add(refusing)
    with house.parties.signed_in(anna):
        with pytest.raises(ResourceExhausted):
            await house.stub.CancelOrders(pb.CancelOrdersRequest())
        assert {placed[refusing]} == at_rest(house)
        crowded.full.clear()
        ended = await house.stub.CancelOrders(pb.CancelOrdersRequest())
    assert [placed[refusing]] == list(ended.order_ids)
    house.check_reserves()
    assert 1_000 * USDC == house.books.user(anna)


async def test_orders_whose_time_has_come_take_turns(
    house: Any, crowded: Crowded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that cannot end is passed over, is asked again when its turn comes, and ends as soon as it can."""
    soon = to_wire(datetime.now(UTC) + timedelta(minutes=1))
    gtd = {"time_in_force": pb.TIME_IN_FORCE_GTD, "expires_at": soon}
    placed = [await rest(house, house.person(), **gtd) for _ in range(3)]
    refusing, stuck = min(placed, key=lambda each: each[1])
    house.rows("update trade_order set expires_at = clock_timestamp()")
    house.rows("update market set version = version + 1")
    crowded.full.add(refusing)
    looks = clock(house, monkeypatch, "_ORDERS_MAX")
    # It fails; the two others; there is no more; and it fails again.
    assert [0, 1, 1, 0, 0] == [await looks.look() for _ in range(5)]
    assert {stuck} == at_rest(house)
    crowded.full.clear()
    assert 1 == sum([await looks.look() for _ in range(2)])
    assert set() == at_rest(house)
    house.check_reserves()


async def test_the_silent_take_turns(house: Any, crowded: Crowded, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose orders cannot be cancelled now stays due, and keeps nobody else from what they wanted."""
    people = sorted(house.person() for _ in range(2))
    placed = [await rest(house, who) for who in people]
    for who in people:
        with house.parties.signed_in(who):
            await house.stub.SetDeadMan(pb.SetDeadManRequest(timeout_seconds=60))
    house.rows("update dead_man set fires_at = clock_timestamp()")
    crowded.full.add(placed[0][0])
    looks = clock(house, monkeypatch, "_PEOPLE_MAX")
    assert [0, 1] == [await looks.look() for _ in range(2)]
    assert [{"user_id": people[0]}] == house.rows("select user_id from dead_man")
    crowded.full.clear()
    assert 1 == sum([await looks.look() for _ in range(2)])
    assert [] == house.rows("select from dead_man")
    assert set() == at_rest(house)


async def test_the_barred_take_turns(house: Any, crowded: Crowded, monkeypatch: pytest.MonkeyPatch) -> None:
    people = sorted(house.person() for _ in range(2))
    placed = [await rest(house, who) for who in people]
    for who in people:
        house.rows("insert into known_person (user_id, barred) values (%(id)s, true)", id=who)
    crowded.full.add(placed[0][0])
    looks = clock(house, monkeypatch, "_PEOPLE_MAX")
    assert [0, 1] == [await looks.look() for _ in range(2)]
    assert {placed[0][1]} == at_rest(house)
    crowded.full.clear()
    assert 1 == sum([await looks.look() for _ in range(2)])
    house.check_reserves()
