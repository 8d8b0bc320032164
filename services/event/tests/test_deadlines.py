"""Deadlines: an event comes to what it said when nobody says anything, and never before administrators could."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum_kit.errors import InvalidArgument

YES, NO = [0, 1_000_000], [1_000_000, 0]
MUCH = 5_000_000_000
ADA, EVE, BOB = (UUID(f"01890000-0000-7000-8000-00000000000{digit}") for digit in "def")


def after(service, **span: float) -> datetime:
    """A time from now on. Events end in two hours here, and a deadline comes an hour later at the soonest."""
    return service.clock.now() + timedelta(**span)


async def pass_deadline(service, event_id: str) -> pb.Event:
    """Let three hours pass and the deadline's job run."""
    service.clock.advance(seconds=3 * 3600)
    await service.run_jobs("deadline")
    await service.results.settle(UUID(event_id))
    return await service.get(event_id)


async def refused_fields(asked) -> list[str]:
    """What is named in a refusal."""
    with pytest.raises(InvalidArgument) as refused:
        await asked
    return [violation.field for violation in refused.value.violations]


class TestEnd:
    async def test_without_a_result_it_comes_to_what_it_said(self, service) -> None:
        """By itself, once, and only while nobody has resolved it."""
        event = await service.create(resolve_by=after(service, hours=3), deadline_payout_millionths=NO)
        await service.run_jobs("deadline")
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_ACTIVE
        resolved = await pass_deadline(service, event.event_id)
        assert (resolved.status, resolved.resolution.source) == (pb.EVENT_STATUS_RESOLVED, "deadline")
        assert list(resolved.resolution.payout_millionths) == NO
        assert (await service.told()).count("event_resolved") == 1

    async def test_without_an_answer_it_is_called_off(self, service) -> None:
        """Shares are paid their void prices."""
        event = await service.create(resolve_by=after(service, hours=3))
        cancelled = await pass_deadline(service, event.event_id)
        assert cancelled.status == pb.EVENT_STATUS_CANCELLED
        assert list(cancelled.resolution.payout_millionths) == [400_000, 600_000]

    async def test_a_result_that_came_before_stands(self, service) -> None:
        """The deadline finds nothing to do."""
        event = await service.create(resolve_by=after(service, hours=3))
        await service.resolve(event.event_id)
        assert (await pass_deadline(service, event.event_id)).status == pb.EVENT_STATUS_RESOLVED


class TestTerms:
    async def test_no_author_chooses_what_an_event_comes_to(self, service) -> None:
        """Without anybody's word theirs is called off."""
        deadline = after(service, hours=3)
        asked = service.write(resolve_by=deadline, deadline_payout_millionths=YES)
        assert await refused_fields(asked) == ["deadline_payout_millionths"]
        assert (await service.write(resolve_by=deadline)).resolve_by.ToDatetime() == deadline.replace(
            tzinfo=None
        )

    async def test_administrators_have_time_after_the_end(self, service) -> None:
        """Whoever writes the event: a deadline asks for no second administrator."""
        for ask in (service.write, service.create):
            assert await refused_fields(ask(resolve_by=after(service, hours=2.9))) == ["resolve_by"]

    async def test_the_end_of_a_draft_does_not_come_near_its_deadline(self, service) -> None:
        """The deadline stands as it was written; refused, nothing changes."""
        draft = await service.write(resolve_by=after(service, hours=3))
        far = service.update(draft.event_id, end_time=after(service, days=365))
        assert await refused_fields(far) == ["end_time"]
        near = service.update(draft.event_id, end_time=after(service, hours=2.1))
        assert await refused_fields(near) == ["end_time"]
        changed = await service.update(draft.event_id, end_time=after(service, hours=1.9))
        assert (changed.version, changed.resolve_by) == (draft.version + 1, draft.resolve_by)

    async def test_nor_does_an_administrator_move_an_open_one_there(self, service) -> None:
        """By accident or not."""
        event = await service.create(resolve_by=after(service, hours=3))
        with service.parties.signed_in(ADA, roles={"admin"}, idempotency_key="later"):
            request = pb.UpdateEventRequest(event_id=event.event_id, end_time=after(service, hours=2.5))
            assert await refused_fields(service.stub.UpdateEvent(request)) == ["end_time"]

    async def test_a_deadline_from_before_this_rule_waits_for_the_end_and_for_administrators(
        self, service
    ) -> None:
        """No open market is closed by it."""
        event = await service.create(resolve_by=after(service, hours=3), deadline_payout_millionths=YES)
        async with service.database.connection() as connection:
            await connection.execute(
                "update event set resolve_by = %s, end_time = %s",
                [after(service, minutes=10), after(service, hours=4)],
            )
        assert (await pass_deadline(service, event.event_id)).status == pb.EVENT_STATUS_ACTIVE
        service.clock.advance(seconds=2 * 3600 - 60)
        await service.run_jobs("deadline")
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_ACTIVE
        assert (await pass_deadline(service, event.event_id)).status == pb.EVENT_STATUS_RESOLVED


class TestWithdrawn:
    async def test_a_result_that_is_withdrawn_after_the_deadline_leaves_time_for_another(
        self, service
    ) -> None:
        """And then the deadline decides; while a result waits for another administrator it does not."""
        event = await service.create(resolve_by=after(service, hours=3), deadline_payout_millionths=NO)
        service.prediction.liquidity = MUCH
        await service.resolve(event.event_id)
        assert (await pass_deadline(service, event.event_id)).proposal.awaits_confirmation
        async with service.database.connection() as connection:
            await connection.execute("delete from job where kind = 'deadline'")
        await service.confirm(event.event_id, EVE, confirm=False)
        async with service.database.connection() as connection:
            cursor = await connection.execute("select run_at from job where kind = 'deadline'")
            assert await cursor.fetchall() == [(after(service, hours=1),)]
        assert list((await pass_deadline(service, event.event_id)).resolution.payout_millionths) == NO

    @pytest.mark.parametrize(
        ("said", "comes_to"), [(NO, pb.EVENT_STATUS_RESOLVING), (YES, pb.EVENT_STATUS_CANCELLED)]
    )
    async def test_it_decides_where_a_result_was_overturned_but_never_says_that_again(
        self, service, said: list[int], comes_to: pb.EventStatus.ValueType
    ) -> None:
        """What it says may be challenged like any other; what was found wrong is called off instead."""
        event = await service.proposed(resolve_by=after(service, hours=3), deadline_payout_millionths=said)
        made = await service.dispute(event.event_id, ADA)
        service.prediction.liquidity = MUCH
        await service.decide(made.dispute_id, uphold=True, outcome=0)
        await service.confirm(event.event_id, BOB, confirm=False)
        decided = await pass_deadline(service, event.event_id)
        assert (decided.status, decided.proposal.number) == (
            comes_to,
            2 if comes_to == pb.EVENT_STATUS_RESOLVING else 0,
        )
