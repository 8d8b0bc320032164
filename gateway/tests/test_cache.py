"""What is kept, until when, and that nobody is told the past: two gateways, one Valkey, the stream of live messages."""

import asyncio
import gc
import json
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from oraculum.event.v1 import event_service_pb2 as event_pb
from oraculum.money.v1.amount_pb2 import Amount
from oraculum.notification.v1 import notification_service_pb2 as live_pb
from oraculum.prediction.v1 import prediction_service_pb2 as prediction_pb
from oraculum_gateway import metrics
from oraculum_gateway.caching.answers import Answers, Content
from oraculum_gateway.caching.news import CHANNELS
from oraculum_kit.clock import ManualClock, SystemClock
from oraculum_kit.errors import NotFound, Unavailable
from oraculum_kit.testing.messaging import eventually

ONE, OTHER = (f"01890000-0000-7000-8000-0000000000{number:02}" for number in (1, 2))
CACHE_BYTES = 1_000_000
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
TIME = Timestamp(seconds=1_780_000_000)


def event(event_id: str, title: str = "Will it rain?") -> event_pb.Event:
    return event_pb.Event(
        event_id=event_id, title=title, asset="USDC", status=event_pb.EVENT_STATUS_ACTIVE,
        event_type=event_pb.EVENT_TYPE_BINARY, category="weather", end_time=TIME, locks_at=TIME,
        created_at=TIME, updated_at=TIME,
        outcomes=[event_pb.Outcome(index=index, label=str(index)) for index in (0, 1)],
    )  # fmt: skip


def market(event_id: str, sequence: int) -> prediction_pb.Market:
    return prediction_pb.Market(
        event_id=event_id, sequence=sequence, price_millionths=[400_000, 600_000],
        outcome_volume_units=[0, 0], volume=Amount(units=1, asset="USDC"),
        liquidity=Amount(units=1, asset="USDC"),
    )  # fmt: skip


class World:
    """Events and their markets as the services have them, and what is said of them."""

    def __init__(self) -> None:
        self.sequences = {ONE: 1, OTHER: 1}
        self.said = dict.fromkeys(CHANNELS, 0)
        self.gateways: list[Any] = []

    def serve(self, gateway: Any) -> None:
        """Answer a gateway."""
        gateway.backend.on("GetEvent", lambda asked: event_pb.GetEventResponse(event=event(asked.event_id)))
        gateway.backend.on(
            "ListEvents", lambda _: event_pb.ListEventsResponse(events=map(event, self.sequences))
        )
        gateway.backend.on(
            "BatchGetMarkets",
            lambda asked: prediction_pb.BatchGetMarketsResponse(
                markets=[market(event_id, self.sequences[event_id]) for event_id in asked.event_ids]
            ),
        )
        gateway.backend.on(
            "PlaceOrder",
            lambda asked: prediction_pb.PlaceOrderResponse(
                order=prediction_pb.Order(
                    event_id=asked.event_id, order_id=ONE, gross=Amount(asset="USDC"), side=1, status=1,
                    fee=Amount(asset="USDC"), created_at=TIME,
                )
            ),
        )  # fmt: skip
        self.gateways.append(gateway)

    async def begin(self, gateway: Any) -> None:
        """Tell a gateway where the channels stand, as notification does first."""
        for name in CHANNELS:
            while (await gateway.backend.watched.get()).add_channels != [name]:
                pass
            position = live_pb.ChannelPosition(channel=name, sequence=self.said[name])
            gateway.backend.said.put_nowait(live_pb.SubscribeResponse(positions=[position]))
        await eventually(lambda: _true(gateway.news.current))

    async def say(self, channel: str, kind: str, data: dict[str, Any]) -> None:
        """Say something to every gateway, and wait until each has heard it."""
        self.said[channel] += 1
        message = live_pb.ChannelMessage(
            channel=channel, sequence=self.said[channel], kind=kind, data_json=json.dumps(data).encode(),
            occurred_at=TIME,
        )  # fmt: skip
        for gateway in self.gateways:
            gateway.backend.said.put_nowait(live_pb.SubscribeResponse(messages=[message]))
        place = CHANNELS.index(channel)
        for gateway in self.gateways:
            await eventually(lambda one=gateway: _true(one.news.stamp().heard[place] == self.said[channel]))

    async def trade(self, event_id: str) -> None:
        """Somebody traded, and it was told."""
        self.sequences[event_id] += 1
        await self.say("predictions.global", "prediction.submitted", {"event_id": event_id})


async def _true(value: object) -> bool:
    return bool(value)


def asked(gateway: Any, method: str) -> int:
    """How often a service was asked for something."""
    return sum(name == method for name, _ in gateway.backend.asked)


def waited_with_others() -> float:
    """How many were given what somebody else had asked for."""
    samples = [each for metric in metrics.CACHED.collect() for each in metric.samples]
    return sum(
        each.value for each in samples if each.name.endswith("_total") and "together" in each.labels.values()
    )


async def _nothing() -> Content:
    return Content(b"{}", "", 5.0)


async def sequence(gateway: Any, event_id: str = ONE, **headers: str) -> int:
    response = await gateway.http.get(f"/api/v1/events/{event_id}", headers=headers)
    return int(response.json()["sequence"])


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def start(start_gateway: Any, redis_url: str, world: World) -> AsyncIterator[Callable[[], Any]]:
    async with AsyncExitStack() as stack:

        async def started() -> Any:
            gateway = await stack.enter_async_context(start_gateway(redis_url, cache_bytes=CACHE_BYTES))
            if not world.gateways:
                await gateway.redis.flushdb()
            world.serve(gateway)
            await world.begin(gateway)
            return gateway

        yield started


class TestOne:
    async def test_the_second_is_not_asked_for(self, start) -> None:
        gateway = await start()
        first = await gateway.http.get(f"/api/v1/events/{ONE}")
        second = await gateway.http.get(f"/api/v1/events/{ONE}", headers=gateway.bearing())
        assert first.json() == second.json()
        assert 1 == asked(gateway, "GetEvent")
        known = {"if-none-match": first.headers["etag"]}
        assert 304 == (await gateway.http.get(f"/api/v1/events/{ONE}", headers=known)).status_code

    async def test_a_trade_ends_it_and_no_other(self, start, world: World) -> None:
        gateway = await start()
        assert [1, 1] == [await sequence(gateway, ONE), await sequence(gateway, OTHER)]
        await world.trade(ONE)
        assert [2, 1] == [await sequence(gateway, ONE), await sequence(gateway, OTHER)]
        assert 3 == asked(gateway, "GetEvent")

    async def test_my_own_bet_is_seen_at_once(self, start, world: World) -> None:
        """Nobody has said anything of it yet."""
        gateway = await start()
        await sequence(gateway)
        world.sequences[ONE] = 2
        bet = {"event_id": ONE, "outcome": 1, "amount": "1.00"}
        await gateway.http.post("/api/v1/predictions", json=bet, headers=gateway.bearing())
        assert 2 == await sequence(gateway)

    async def test_what_was_read_before_a_trade_is_not_kept_after_it(self, start, world: World) -> None:
        gateway = await start()
        reading, go_on = asyncio.Event(), asyncio.Event()
        gateway.backend.on("GetEvent", _slow(reading, go_on))
        early = asyncio.create_task(sequence(gateway))
        await reading.wait()
        # The market is read before the trade, the answer comes after it.
        world.sequences[ONE], before = 1, world.sequences[ONE]
        await world.trade(ONE)
        go_on.set()
        await early
        assert before + 1 == await sequence(gateway)
        assert 2 == asked(gateway, "GetEvent")

    async def test_who_waited_with_others_asks_anew_after_a_trade(self, start, world: World) -> None:
        """The answer on its way was asked for before it; whoever asked for that one may have it."""
        gateway, joined = await start(), waited_with_others()
        reading, go_on = asyncio.Event(), asyncio.Event()
        gateway.backend.on("GetEvent", _slow(reading, go_on))
        early = asyncio.create_task(sequence(gateway))
        await reading.wait()
        late = [asyncio.create_task(sequence(gateway)) for _ in range(3)]
        await eventually(lambda: _true(waited_with_others() == joined + 3))
        await world.trade(ONE)
        go_on.set()
        await early
        assert [2, 2, 2] == await asyncio.gather(*late)
        assert 2 == asked(gateway, "GetEvent")

    @pytest.mark.timeout(60)
    async def test_who_comes_as_an_answer_that_does_not_count_is_ready_asks_anew(self, start) -> None:
        """At that very moment it is still known as on its way; whoever went on asking for it would ask for ever."""
        gateway = await start()
        answers = Answers(gateway.redis, gateway.news, SystemClock(), bytes_max=CACHE_BYTES)
        loads, late = 0, []

        async def load() -> Content:
            nonlocal loads
            loads += 1
            if loads == 1:
                gateway.news.changed_here(["event:1"])
                late.append(asyncio.create_task(answers.get("route", "key", load)))
            return Content(str(loads).encode(), "", 5.0, tags=("event:1",))

        assert b"1" == (await answers.get("route", "key", load)).body
        assert b"2" == (await late[0]).body

    async def test_many_at_once_are_one_question(self, start) -> None:
        gateway = await start()
        reading, go_on = asyncio.Event(), asyncio.Event()
        gateway.backend.on("GetEvent", _slow(reading, go_on))
        many = [asyncio.create_task(sequence(gateway)) for _ in range(20)]
        await reading.wait()
        go_on.set()
        assert [1] * 20 == await asyncio.gather(*many)
        assert 1 == asked(gateway, "GetEvent")

    async def test_a_failure_is_not_kept(self, start, world: World) -> None:
        gateway = await start()
        gateway.backend.on("GetEvent", Unavailable("away"))
        assert 503 == (await gateway.http.get(f"/api/v1/events/{ONE}")).status_code
        world.serve(gateway)
        assert 1 == await sequence(gateway)

    async def test_nobody_gets_what_only_some_may_see(self, start) -> None:
        """It is read as nobody; who is signed in asks for themselves where nobody finds anything."""
        gateway = await start()

        def hidden(asked: event_pb.GetEventRequest) -> event_pb.GetEventResponse:
            if len(seen) < 2:
                seen.append(asked)
                raise NotFound
            return event_pb.GetEventResponse(event=event(ONE, "a draft"))

        seen: list[Any] = []
        gateway.backend.on("GetEvent", hidden)
        path = f"/api/v1/events/{ONE}"
        assert 404 == (await gateway.http.get(path)).status_code
        assert "a draft" == (await gateway.http.get(path, headers=gateway.bearing())).json()["title"]
        gateway.backend.on("GetEvent", NotFound())
        assert 404 == (await gateway.http.get(path)).status_code


class TestRoom:
    """The bound is of what the process really takes: whoever asks for the same emptiness in a thousand ways fills nothing."""

    async def test_all_that_an_answer_takes_is_counted(self, start) -> None:
        gateway, bytes_max = await start(), 256 * 1024
        answers = Answers(gateway.redis, gateway.news, SystemClock(), bytes_max=bytes_max)

        async def load() -> Content:
            names = tuple(f"event:{uuid4()}" for _ in range(3))
            return Content(b"%0130d" % next(numbers), f'"{uuid4().hex[:24]}"', 5.0, names[:1], names[1:])

        numbers, questions = count(), count()

        async def fill(times: int) -> None:
            for _ in range(times):
                await answers.get("route", f"/api/v1/events?q={next(questions):06000}", load)

        await fill(1)
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            await fill(1500)
            gc.collect()
            taken = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
        assert bytes_max / 4 < taken < bytes_max

    async def test_what_is_past_goes_when_others_come(self, start) -> None:
        gateway, clock = await start(), ManualClock(NOW)
        answers = Answers(gateway.redis, gateway.news, clock, bytes_max=CACHE_BYTES)
        for asked in ("a", "b"):
            await answers.get("route", asked, _nothing)
        clock.advance(seconds=5)
        await answers.get("route", "c", _nothing)
        assert 1 == len(answers._memory)

    async def test_a_query_is_the_same_however_it_is_written(self, start) -> None:
        gateway = await start()
        for query in ("limit=5&q=rain%20now", "q=rain+now&limit=5", "q=%72ain%20now&limit=5"):
            assert 200 == (await gateway.http.get(f"/api/v1/events?{query}")).status_code
        assert 1 == asked(gateway, "ListEvents")
        for query in ("q=%ff", "limit=5&limit=5"):
            assert 400 <= (await gateway.http.get(f"/api/v1/events?{query}")).status_code < 500


class TestLists:
    async def test_a_step_of_any_event_ends_them(self, start, world: World) -> None:
        gateway = await start()
        for _ in range(2):
            await gateway.http.get("/api/v1/events?limit=5")
        assert 1 == asked(gateway, "ListEvents")
        await world.say("events", "event.created", {"id": OTHER})
        await gateway.http.get("/api/v1/events?limit=5")
        assert 2 == asked(gateway, "ListEvents")

    async def test_a_trade_is_in_them_a_second_later(self, start, world: World) -> None:
        gateway = await start()

        async def shown() -> int:
            listed = (await gateway.http.get("/api/v1/events")).json()
            return int(listed["data"][0]["sequence"])

        assert 1 == await shown()
        await world.trade(ONE)

        async def newest() -> bool:
            return 2 == await shown()

        await eventually(newest)

    async def test_a_market_that_is_missing_is_asked_for_again(self, start, world: World) -> None:
        """Prediction is away: the page is shown without prices, for a moment."""
        gateway = await start()
        gateway.backend.on("BatchGetMarkets", Unavailable("away"))
        assert (await gateway.http.get("/api/v1/events")).json()["data"][0]["sequence"] is None
        world.serve(gateway)

        async def whole() -> bool:
            return (await gateway.http.get("/api/v1/events")).json()["data"][0]["sequence"] == 1

        await eventually(whole)


class TestTwo:
    async def test_one_finds_what_the_other_read(self, start) -> None:
        one, other = await start(), await start()
        assert [1, 1] == [await sequence(one), await sequence(other)]
        assert [1, 0] == [asked(one, "GetEvent"), asked(other, "GetEvent")]

    async def test_neither_tells_the_past(self, start, world: World) -> None:
        one, other = await start(), await start()
        await sequence(one)
        await world.trade(ONE)
        assert [2, 2] == [await sequence(other), await sequence(one)]

    async def test_a_new_one_takes_nothing_that_may_be_old(self, start, world: World) -> None:
        """While it started something may have been said that it did not hear."""
        one = await start()
        await sequence(one)
        await world.trade(ONE)
        new = await start()
        assert 2 == await sequence(new)
        assert 1 == asked(new, "GetEvent")


class TestUnheard:
    async def test_nothing_lasts_while_nobody_is_heard(self, start, world: World) -> None:
        gateway = await start()
        await sequence(gateway)
        gateway.backend.said.put_nowait(None)
        await eventually(lambda: _true(not gateway.news.current))
        world.sequences[ONE] = 2

        async def newest() -> bool:
            return 2 == await sequence(gateway)

        await eventually(newest)


def _slow(reading: asyncio.Event, go_on: asyncio.Event) -> Callable[[Any], Any]:
    """Answers when it is told to."""

    async def answer(asked: event_pb.GetEventRequest) -> event_pb.GetEventResponse:
        reading.set()
        await go_on.wait()
        return event_pb.GetEventResponse(event=event(asked.event_id))

    return answer
