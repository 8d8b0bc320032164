"""Bets close at an event's time or before, and nothing opens them again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum_dev.fixtures.jobs import job_of
from oraculum_event.errors import EventNotActive, EventNotEditable
from oraculum_event.markets import ClosedMarket, Markets
from oraculum_kit.errors import Unavailable
from oraculum_kit.ids import uuid7


async def come_due(service) -> None:
    """Let the time of every event be a second ago, by the database's own clock."""
    async with service.database.connection() as connection:
        await connection.execute("update event set end_time = clock_timestamp() - interval '1 second'")


async def end_in(service, event_id: str, **duration: float) -> None:
    """Let an event end so much from now."""
    with service.parties.signed_in(roles={"admin"}, idempotency_key=str(uuid7())):
        end = service.clock.now() + timedelta(**duration)
        await service.stub.UpdateEvent(pb.UpdateEventRequest(event_id=event_id, end_time=end))


def while_closing(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Awaitable[object]]) -> None:
    """Do something once, when the next market has closed and nobody has noted it yet."""
    close = Markets.close

    async def closing(self: Markets, event_id: UUID, reason: str, **options: Any) -> ClosedMarket:
        monkeypatch.setattr(Markets, "close", close)
        closed = await close(self, event_id, reason, **options)
        await act()
        return closed

    monkeypatch.setattr(Markets, "close", closing)


class TestLock:
    async def test_an_event_locks_at_its_time_without_anybody_calling(self, service) -> None:
        event = await service.create()
        assert service.prediction.closed == []
        async with service.database.connection() as connection:
            await connection.execute("update event set end_time = clock_timestamp() + interval '0.3 seconds'")
            await connection.execute("update job set due_at = clock_timestamp() where kind = 'lock_event'")
        running = asyncio.create_task(service.runner.run())
        try:
            async with asyncio.timeout(10):
                while (await service.get(event.event_id)).status != pb.EVENT_STATUS_LOCKED:  # noqa: ASYNC110  it is asked
                    await asyncio.sleep(0.02)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        assert await service.told() == ["event_opened", "event_locked"]

    async def test_its_time_closes_the_market_before_anybody_sees_it_locked(self, service) -> None:
        """Its end was moved: prediction may not have heard of it, and takes bets until then."""
        event = await service.create()
        await come_due(service)
        service.prediction.failure = Unavailable()
        with pytest.raises(Unavailable):
            await service.lifecycle.lock_job(job_of(event.event_id))
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_ACTIVE
        service.prediction.failure = None
        await service.lifecycle.lock_job(job_of(event.event_id))
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_LOCKED
        assert service.prediction.closed == [event.event_id]

    async def test_a_market_closes_at_the_time_of_its_event_and_not_of_its_job(self, service) -> None:
        event = await service.create()
        await service.lifecycle.lock_job(job_of(event.event_id))
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_ACTIVE
        assert service.prediction.closed == []
        assert "lock_event" in await service.waiting()

    async def test_an_end_that_comes_sooner_closes_the_market_sooner(self, service) -> None:
        event = await service.create()
        await end_in(service, event.event_id, minutes=5)
        async with service.database.connection() as connection:
            cursor = await connection.execute(
                "select due_at - locks_at from job, event where kind = 'lock_event'"
            )
            assert await cursor.fetchall() == [(timedelta(0),)]

    async def test_it_is_told_once_however_often_its_time_is_noted(self, service) -> None:
        event = await service.create()
        await come_due(service)
        await asyncio.gather(*(service.lifecycle.lock_job(job_of(event.event_id)) for _ in range(5)))
        await service.lifecycle.lock_job(job_of(event.event_id))
        assert await service.told() == ["event_opened", "event_locked"]

    async def test_a_result_that_came_before_its_time_is_left_alone(self, service) -> None:
        event = await service.create()
        await service.resolve(event.event_id)
        await come_due(service)
        await service.lifecycle.lock_job(job_of(event.event_id))
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_RESOLVED

    async def test_a_result_that_comes_while_the_market_closes_stands(self, service, monkeypatch) -> None:
        event = await service.create()
        await come_due(service)
        while_closing(monkeypatch, lambda: service.resolve(event.event_id))
        await service.lifecycle.lock_job(job_of(event.event_id))
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_RESOLVED
        assert await service.told() == ["event_opened", "event_resolved"]

    async def test_an_early_lock_closes_the_market_first(self, service) -> None:
        event = await service.create()
        with service.parties.signed_in(roles={"admin"}):
            locked = await service.stub.LockEvent(pb.LockEventRequest(event_id=event.event_id))
        assert locked.event.status == pb.EVENT_STATUS_LOCKED
        assert service.prediction.closed == [event.event_id]

    async def test_an_early_lock_that_is_cut_short_is_made_up_for(self, service) -> None:
        event = await service.create()
        service.prediction.failure = Unavailable()
        with service.parties.signed_in(roles={"admin"}), pytest.raises(Unavailable):
            await service.stub.LockEvent(pb.LockEventRequest(event_id=event.event_id))
        assert "lock_event_early" in await service.waiting()
        service.prediction.failure = None
        await service.lifecycle.lock_early_job(job_of(event.event_id))
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_LOCKED

    async def test_a_draft_is_not_locked_by_hand(self, service) -> None:
        service.prediction.failure = Unavailable()
        event = await service.create()
        with service.parties.signed_in(roles={"admin"}), pytest.raises(EventNotActive):
            await service.stub.LockEvent(pb.LockEventRequest(event_id=event.event_id))

    async def test_what_is_over_is_not_locked(self, service) -> None:
        event = await service.create()
        await service.resolve(event.event_id)
        with service.parties.signed_in(roles={"admin"}), pytest.raises(EventNotActive):
            await service.stub.LockEvent(pb.LockEventRequest(event_id=event.event_id))


class TestLater:
    """A closed market never opens again, so an edit comes before its time or not at all."""

    async def test_what_has_closed_by_the_clock_of_the_database_is_not_opened_again(self, service) -> None:
        """The lock goes by that clock, and a market that it has closed opens for nobody; ours may be behind."""
        event = await service.create()
        await come_due(service)
        service.clock.advance(seconds=-60)
        with pytest.raises(EventNotEditable):
            await end_in(service, event.event_id, hours=5)

    async def test_an_edit_that_comes_while_its_market_closes_opens_nothing(
        self, service, monkeypatch
    ) -> None:
        event = await service.create()
        await come_due(service)
        service.clock.advance(seconds=-60)

        async def edit() -> None:
            with pytest.raises(EventNotEditable):
                await end_in(service, event.event_id, hours=5)

        while_closing(monkeypatch, edit)
        await service.lifecycle.lock_job(job_of(event.event_id))
        assert service.prediction.closed == [event.event_id]
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_LOCKED

    async def test_an_edit_that_is_being_committed_when_the_time_comes_keeps_the_market_open(
        self, service
    ) -> None:
        event = await service.create()
        await come_due(service)
        async with service.database.transaction() as connection:
            await connection.execute("update event set end_time = clock_timestamp() + interval '1 hour'")
            locking = asyncio.create_task(service.lifecycle.lock_job(job_of(event.event_id)))
            await asyncio.sleep(0.2)
            assert service.prediction.closed == []
        await locking
        assert service.prediction.closed == []
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_ACTIVE
