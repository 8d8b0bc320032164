"""Events step by step, over gRPC, against a real database and a prediction on a real socket."""

import asyncio
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum.event.v1.events_fact_pb2 import EventsFact
from oraculum.prediction.v1 import prediction_service_pb2 as prediction_pb
from oraculum_dev.fixtures.jobs import job_of
from oraculum_event.errors import (
    EventAlreadyResolved,
    EventChanged,
    EventNotEditable,
    EventNotFound,
    EventNotOpened,
)
from oraculum_event.metrics import NOT_OPENED
from oraculum_kit.errors import FailedPrecondition, InvalidArgument, PermissionDenied, Unavailable
from oraculum_kit.idempotency import IdempotencyConflict
from oraculum_kit.ids import uuid7

YES_WON = [0, 1_000_000]


async def told(service) -> list[str]:
    return [EventsFact.FromString(payload).WhichOneof("fact") for payload in await service.facts()]


async def resolve(service, event_id: str, payout: list[int] = YES_WON) -> pb.Event:
    with service.parties.signed_in(roles={"admin"}, idempotency_key=str(uuid7())):
        request = pb.ResolveEventRequest(event_id=event_id, payout_millionths=payout, note="It rained")
        return (await service.stub.ResolveEvent(request)).event


def house_funds_short() -> FailedPrecondition:
    """What prediction says; the class is prediction's, and a reason has one class in a process."""
    error = FailedPrecondition("the house has less than the subsidy that this market needs")
    error.reason = "HOUSE_FUNDS_SHORT"
    return error


class TestCreate:
    async def test_a_new_event_is_active_once_its_market_is_open(self, service) -> None:
        event = await service.create()
        assert event.status == pb.EVENT_STATUS_ACTIVE
        assert [outcome.label for outcome in event.outcomes] == ["NO", "YES"]
        opened = service.prediction.opened[event.event_id]
        assert (opened.subsidy.units, opened.subsidy.asset) == (100_000_000, "USDC")
        assert opened.locks_at == event.locks_at
        assert await told(service) == ["event_opened"]

    async def test_bets_close_five_minutes_before_the_start(self, service) -> None:
        start = service.clock.now() + timedelta(hours=1)
        event = await service.create(start_time=start, end_time=start + timedelta(hours=2))
        assert event.locks_at.ToDatetime() == (start - timedelta(minutes=5)).replace(tzinfo=None)

    async def test_without_a_start_bets_close_at_the_end(self, service) -> None:
        event = await service.create()
        assert event.locks_at == event.end_time

    async def test_while_prediction_is_away_it_stays_a_draft_and_opens_later(self, service) -> None:
        service.prediction.failure = Unavailable()
        event = await service.create()
        assert event.status == pb.EVENT_STATUS_DRAFT
        service.prediction.failure = None
        await service.steps.opening.open_job(job_of(event.event_id))
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_ACTIVE

    async def test_a_draft_that_misses_its_time_is_called_off(self, service) -> None:
        service.prediction.failure = Unavailable()
        event = await service.create()
        service.prediction.failure = None
        service.clock.advance(seconds=3 * 3600)
        await service.steps.opening.open_job(job_of(event.event_id))
        await service.results.settle_job(job_of(event.event_id))
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_CANCELLED
        assert service.prediction.opened == {}

    async def test_a_house_without_money_is_asked_again_and_no_defect(self, service) -> None:
        service.prediction.failure = house_funds_short()
        event = await service.create()
        refused = NOT_OPENED.labels("HOUSE_FUNDS_SHORT")._value.get()
        await service.steps.opening.open_job(job_of(event.event_id))
        assert NOT_OPENED.labels("HOUSE_FUNDS_SHORT")._value.get() == refused + 1
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_DRAFT
        service.prediction.failure = None
        await service.steps.opening.open_job(job_of(event.event_id))
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_ACTIVE

    async def test_a_refusal_leaves_a_job_that_asks_again(self, service) -> None:
        service.prediction.failure = house_funds_short()
        event = await service.create()
        async with service.database.connection() as connection:
            await connection.execute("delete from job")
        await service.steps.opening.open_job(job_of(event.event_id))
        assert await service.waiting() == ["open_event"]

    async def test_while_a_request_to_open_may_be_on_its_way_nothing_is_given_up(self, service) -> None:
        service.prediction.failure = Unavailable()
        event = await service.create()
        service.prediction.failure = house_funds_short()
        service.clock.advance(seconds=2 * 3600 + 1)
        await service.steps.opening.open_job(job_of(event.event_id))
        service.prediction.failure = None
        await service.results.settle(UUID(event.event_id))
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_DRAFT

    async def test_a_market_whose_opening_was_not_heard_is_closed_with_its_draft(self, service) -> None:
        service.prediction.failure = Unavailable()
        event = await service.create()
        service.prediction.failure = None
        service.prediction.opened[event.event_id] = prediction_pb.OpenMarketRequest()
        service.clock.advance(seconds=3 * 3600)
        await service.steps.opening.open_job(job_of(event.event_id))
        await service.results.settle_job(job_of(event.event_id))
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_CANCELLED
        assert service.prediction.closed == [event.event_id]

    async def test_opening_twice_at_once_tells_it_once(self, service) -> None:
        service.prediction.failure = Unavailable()
        event = await service.create()
        service.prediction.failure = None
        await asyncio.gather(*(service.steps.opening.open(UUID(event.event_id)) for _ in range(5)))
        assert await told(service) == ["event_opened"]

    async def test_the_same_key_creates_one_event(self, service) -> None:
        request = pb.CreateEventRequest(
            title="Will it snow?", event_type=pb.EVENT_TYPE_BINARY, category="weather"
        )
        request.end_time.FromDatetime(service.clock.now() + timedelta(hours=2))
        with service.parties.signed_in(roles={"admin"}, idempotency_key="k"):
            first = await service.stub.CreateEvent(request)
            second = await service.stub.CreateEvent(request)
            request.title = "Will it hail?"
            with pytest.raises(IdempotencyConflict):
                await service.stub.CreateEvent(request)
        assert first == second

    async def test_every_bad_field_is_named(self, service) -> None:
        request = pb.CreateEventRequest(
            title="?",
            category="nonsense",
            outcome_labels=["a", "A"],
            prior_millionths=[1],
            asset="DOGE",
            image_url="javascript:alert(1)",
            tags=["x" * 51],
        )
        with (
            service.parties.signed_in(roles={"creator"}, idempotency_key="k"),
            pytest.raises(InvalidArgument) as refused,
        ):
            await service.stub.CreateEvent(request)
        assert {violation.field for violation in refused.value.violations} == {
            "title", "event_type", "category", "outcome_labels", "prior_millionths", "asset", "image_url",
            "tags[0]", "end_time",
        }  # fmt: skip

    async def test_not_everybody_may(self, service) -> None:
        with service.parties.signed_in(idempotency_key="k"), pytest.raises(PermissionDenied):
            await service.stub.CreateEvent(pb.CreateEventRequest(title="Will it rain?"))


class TestResolve:
    async def test_the_market_is_closed_before_the_result_is_known(self, service) -> None:
        event = await service.create()
        resolved = await resolve(service, event.event_id)
        assert resolved.status == pb.EVENT_STATUS_RESOLVED
        assert list(resolved.resolution.payout_millionths) == YES_WON
        assert resolved.resolution.closing_sequence == 7
        assert service.prediction.closed == [event.event_id]
        assert await told(service) == ["event_opened", "event_resolved"]

    async def test_while_prediction_is_away_nothing_is_resolved_and_the_job_does_it_later(
        self, service
    ) -> None:
        event = await service.create()
        service.prediction.failure = Unavailable()
        with pytest.raises(Unavailable):
            await resolve(service, event.event_id)
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_ACTIVE
        service.prediction.failure = None
        await service.results.settle_job(job_of(event.event_id))
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_RESOLVED

    async def test_it_is_told_once_whoever_settles_and_however_often(self, service) -> None:
        event = await service.create()
        service.prediction.failure = Unavailable()
        with pytest.raises(Unavailable):
            await resolve(service, event.event_id)
        service.prediction.failure = None
        await asyncio.gather(*(service.results.settle(UUID(event.event_id)) for _ in range(5)))
        assert await told(service) == ["event_opened", "event_resolved"]

    async def test_a_result_stands(self, service) -> None:
        event = await service.create()
        await resolve(service, event.event_id)
        assert (await resolve(service, event.event_id)).status == pb.EVENT_STATUS_RESOLVED
        with pytest.raises(EventAlreadyResolved):
            await resolve(service, event.event_id, [1_000_000, 0])

    async def test_of_two_results_asked_at_once_one_is_committed(self, service) -> None:
        event = await service.create()
        service.prediction.failure = Unavailable()
        with pytest.raises(Unavailable):
            await resolve(service, event.event_id)
        with pytest.raises(EventAlreadyResolved):
            await resolve(service, event.event_id, [1_000_000, 0])

    @pytest.mark.parametrize("payout", [[], [1_000_000], [1, 1], [-1, 1_000_001], [0, 0, 1_000_000]])
    async def test_a_result_is_a_share_of_one_for_each_outcome(self, service, payout: list[int]) -> None:
        event = await service.create()
        with pytest.raises(InvalidArgument) as refused:
            await resolve(service, event.event_id, payout)
        assert [violation.field for violation in refused.value.violations] == ["payout_millionths"]

    async def test_a_draft_has_no_result(self, service) -> None:
        service.prediction.failure = Unavailable()
        event = await service.create()
        with pytest.raises(EventNotOpened):
            await resolve(service, event.event_id)

    async def test_nobody_resolves_what_is_not_there(self, service) -> None:
        with pytest.raises(EventNotFound):
            await resolve(service, str(uuid7()))


class TestCancel:
    async def test_shares_are_paid_their_void_prices(self, service) -> None:
        event = await service.create()
        with service.parties.signed_in(roles={"admin"}, idempotency_key="k"):
            response = await service.stub.CancelEvent(
                pb.CancelEventRequest(event_id=event.event_id, reason="Called off")
            )
        assert response.event.status == pb.EVENT_STATUS_CANCELLED
        assert list(response.event.resolution.payout_millionths) == [400_000, 600_000]
        assert await told(service) == ["event_opened", "event_cancelled"]


class TestUpdate:
    async def update(self, service, event_id: str, **fields: object) -> pb.Event:
        with service.parties.signed_in(roles={"admin"}, idempotency_key=str(uuid7())):
            response = await service.stub.UpdateEvent(pb.UpdateEventRequest(event_id=event_id, **fields))
        return response.event

    async def test_an_absent_field_stays_as_it_is(self, service) -> None:
        event = await service.create()
        changed = await self.update(service, event.event_id, description="More rules")
        assert (changed.description, changed.title, changed.version) == (
            "More rules",
            event.title,
            event.version + 1,
        )

    async def test_the_question_stands_once_bets_are_open(self, service) -> None:
        event = await service.create()
        with pytest.raises(EventNotEditable):
            await self.update(service, event.event_id, title="Will it snow tomorrow?")

    async def test_the_terms_of_a_market_that_is_being_opened_stand(self, service) -> None:
        service.prediction.failure = Unavailable()
        event = await service.create()
        later = service.clock.now() + timedelta(hours=5)
        for terms in ({"end_time": later}, {"start_time": later, "end_time": later}, {"category": "sports"}):
            with pytest.raises(EventNotOpened):
                await self.update(service, event.event_id, **terms)
        assert (await self.update(service, event.event_id, title="Will it hail?")).title == "Will it hail?"

    async def test_what_has_closed_is_not_opened_again_before_the_lock_is_noted(self, service) -> None:
        event = await service.create()
        service.clock.advance(seconds=2 * 3600 + 1)
        with pytest.raises(EventNotEditable):
            await self.update(service, event.event_id, end_time=service.clock.now() + timedelta(hours=5))
        assert (await self.update(service, event.event_id, description="More")).description == "More"

    async def test_an_editor_who_read_an_old_version_is_told(self, service) -> None:
        event = await service.create()
        await self.update(service, event.event_id, description="One", version=event.version)
        with pytest.raises(EventChanged):
            await self.update(service, event.event_id, description="Two", version=event.version)


class TestAudit:
    async def test_steps_of_the_service_itself_wait_for_no_common_row(self, service) -> None:
        event = await service.create()
        async with service.database.connection() as connection:
            await connection.execute("delete from outbox")
            await connection.execute("update event set end_time = clock_timestamp() - interval '1 second'")
        await service.lifecycle.lock_job(job_of(event.event_id))
        async with service.database.connection() as connection:
            cursor = await connection.execute("select key from outbox where topic = 'audit'")
            assert await cursor.fetchall() == [(None,)]


class TestDatabase:
    @pytest.mark.parametrize("status", ["draft", "active", "locked", "cancelled"])
    async def test_it_refuses_a_step_that_is_none(self, service, status: str) -> None:
        event = await service.create()
        await resolve(service, event.event_id)
        async with service.database.connection() as connection:
            with pytest.raises(psycopg.errors.IntegrityError, match="does not go from resolved"):
                await connection.execute("update event set status = %s", [status])

    async def test_it_refuses_to_change_a_result(self, service) -> None:
        event = await service.create()
        await resolve(service, event.event_id)
        async with service.database.connection() as connection:
            with pytest.raises(psycopg.errors.IntegrityError, match="append only"):
                await connection.execute("update resolution set note = 'else'")
