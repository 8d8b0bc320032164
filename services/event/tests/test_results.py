"""Results before they stand: challenged, confirmed by two, corrected."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum_event.errors import (
    DisputeDecided,
    EventAlreadyResolved,
    NothingToConfirm,
    SameAdministrator,
)
from oraculum_kit.errors import InvalidArgument, Unavailable
from oraculum_kit.timestamps import to_wire, to_wire_optional

YES, NO = [0, 1_000_000], [1_000_000, 0]
BOND = 10_000_000
DAY = 24 * 3600
ADA, EVE = (UUID(f"01890000-0000-7000-8000-00000000000{digit}") for digit in "de")


class TestWindow:
    async def test_nobody_is_paid_before_it_ends(self, service) -> None:
        """A result is proposed, and stands only once its window is over; told once, however often it is asked."""
        event = await service.proposed()
        assert event.status == pb.EVENT_STATUS_RESOLVING
        assert (event.proposal.number, list(event.proposal.payout_millionths)) == (1, YES)
        assert event.proposal.bond.units == BOND
        assert not event.HasField("resolution")
        assert service.prediction.closed == [event.event_id]
        await service.run_jobs("finalize_proposal")
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_RESOLVING
        assert await service.told() == ["event_opened", "event_proposed"]
        await service.end_window()
        await asyncio.gather(*(service.results.finalize(UUID(event.event_id)) for _ in range(5)))
        resolved = await service.get(event.event_id)
        assert (resolved.status, resolved.resolution.revision) == (pb.EVENT_STATUS_RESOLVED, 1)
        assert list(resolved.resolution.payout_millionths) == YES
        assert resolved.resolution.closing_sequence == 7
        assert await service.told() == ["event_opened", "event_proposed", "event_resolved"]

    async def test_it_ends_by_itself(self, service) -> None:
        """With real jobs, without anybody calling."""
        event = await service.create(challenge_seconds=1)
        await service.resolve(event.event_id)
        running = asyncio.create_task(service.runner.run())
        try:
            async with asyncio.timeout(20):
                while (await service.get(event.event_id)).status != pb.EVENT_STATUS_RESOLVED:  # noqa: ASYNC110  it is asked
                    await asyncio.sleep(0.02)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def test_the_same_again_proposes_nothing_new_and_another_is_refused(self, service) -> None:
        """Who has second thoughts disputes, or cancels."""
        event = await service.proposed()
        assert (await service.resolve(event.event_id)).proposal.number == 1
        with pytest.raises(EventAlreadyResolved):
            await service.resolve(event.event_id, NO)

    async def test_an_administrator_may_name_the_hour_whose_prices_are_paid(self, service) -> None:
        """It is one of its trading; whoever confirms it is told, and nobody else puts another in its place."""
        event = await service.create()
        service.prediction.liquidity = 6_000_000_000
        service.clock.advance(seconds=1800)
        named, too_late = (
            service.clock.now() - timedelta(minutes=10),
            service.clock.now() + timedelta(minutes=1),
        )

        async def call_off(person: UUID, key: str, hour: datetime | None) -> pb.Event:
            with service.parties.signed_in(person, roles={"admin"}, idempotency_key=key):
                request = pb.CancelEventRequest(
                    event_id=event.event_id, void_hour_ends_at=to_wire_optional(hour)
                )
                return (await service.stub.CancelEvent(request)).event

        for number, wrong in enumerate((too_late, service.clock.now() - timedelta(days=1))):
            with pytest.raises(InvalidArgument) as refused:
                await call_off(ADA, f"wrong {number}", wrong)
            assert ["void_hour_ends_at"] == [each.field for each in refused.value.violations]
        waiting = await call_off(ADA, "c", named)
        assert to_wire(named) == waiting.proposal.void_hour_ends_at
        with pytest.raises(EventAlreadyResolved):
            await call_off(EVE, "d", None)
        with service.parties.signed_in(EVE, roles={"admin"}, idempotency_key="e"):
            await service.stub.ConfirmResolution(
                pb.ConfirmResolutionRequest(event_id=event.event_id, confirm=True)
            )
        assert {named} == set(service.prediction.void_hours)
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_CANCELLED

    async def test_a_cancelled_event_gives_bonds_back(self, service) -> None:
        """What is disputed no more costs nobody anything."""
        event = await service.proposed()
        made = await service.dispute(event.event_id, ADA)
        with service.parties.signed_in(EVE, roles={"admin"}, idempotency_key="c"):
            cancelled = await service.stub.CancelEvent(pb.CancelEventRequest(event_id=event.event_id))
        assert cancelled.event.status == pb.EVENT_STATUS_CANCELLED
        await service.run_jobs("settle_bond")
        assert service.wallet.user(ADA) == BOND
        with pytest.raises(DisputeDecided):
            await service.decide(made.dispute_id)


class TestReplicas:
    async def test_a_result_that_several_carry_out_at_once_stands_once(self, service) -> None:
        """One revision, told once: the others find that it was done."""
        event = await service.create()
        service.prediction.failure = Unavailable()
        with pytest.raises(Unavailable):
            await service.resolve(event.event_id)
        service.prediction.failure = None
        await asyncio.gather(*(service.results.settle(UUID(event.event_id)) for _ in range(5)))
        assert (await service.get(event.event_id)).resolution.revision == 1
        assert await service.told() == ["event_opened", "event_resolved"]


class TestTwoAdministrators:
    async def test_where_much_is_at_stake_another_confirms(self, service) -> None:
        """The market closes at once; the result stands only by the second word, and not by the same mouth."""
        event = await service.create()
        service.prediction.liquidity = 5_000_000_000
        waiting = await service.resolve(event.event_id)
        assert (waiting.status, waiting.proposal.awaits_confirmation) == (pb.EVENT_STATUS_LOCKED, True)
        assert list(waiting.proposal.payout_millionths) == YES
        assert await service.told() == ["event_opened", "event_locked"]
        await service.results.settle(UUID(event.event_id))
        with pytest.raises(SameAdministrator):
            await service.confirm(event.event_id, ADA)
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_LOCKED
        assert (await service.confirm(event.event_id, EVE)).status == pb.EVENT_STATUS_RESOLVED
        with pytest.raises(NothingToConfirm):
            await service.confirm(event.event_id, EVE)
        actions = await service.audited()
        assert ("event.resolution_confirmed", str(EVE)) in actions
        assert ("event.resolved", str(ADA)) in actions

    async def test_it_may_be_withdrawn_and_another_result_asked_for(self, service) -> None:
        """Nothing of the first remains."""
        event = await service.create()
        service.prediction.liquidity = 5_000_000_000
        await service.resolve(event.event_id)
        with pytest.raises(EventAlreadyResolved):
            await service.resolve(event.event_id, NO, by=EVE)
        withdrawn = await service.confirm(event.event_id, ADA, confirm=False)
        assert (withdrawn.status, withdrawn.HasField("proposal")) == (pb.EVENT_STATUS_LOCKED, False)
        await service.resolve(event.event_id, NO, by=EVE)
        assert list((await service.confirm(event.event_id, ADA)).resolution.payout_millionths) == NO

    async def test_a_cancellation_wants_two_as_well(self, service) -> None:
        """It moves as much money."""
        event = await service.create()
        service.prediction.liquidity = 5_000_000_000
        with service.parties.signed_in(ADA, roles={"admin"}, idempotency_key="c"):
            waiting = await service.stub.CancelEvent(pb.CancelEventRequest(event_id=event.event_id))
        assert waiting.event.proposal.awaits_confirmation
        assert (await service.confirm(event.event_id, EVE)).status == pb.EVENT_STATUS_CANCELLED

    async def test_below_the_stake_one_is_enough(self, service) -> None:
        """By one unit."""
        event = await service.create()
        service.prediction.liquidity = 4_999_999_999
        assert (await service.resolve(event.event_id)).status == pb.EVENT_STATUS_RESOLVED


class TestScalar:
    async def test_it_is_resolved_by_its_number(self, service) -> None:
        """And pays in proportion, exactly."""
        scale = pb.Scale(lower="-10", upper="40", step="0.1", unit="°C")
        event = await service.create(event_type=pb.EVENT_TYPE_SCALAR, scale=scale)
        with pytest.raises(InvalidArgument) as refused:
            await service.resolve(event.event_id, [], value="14.95")
        assert [each.field for each in refused.value.violations] == ["value"]
        resolved = await service.resolve(event.event_id, [], value="14.9")
        assert list(resolved.resolution.payout_millionths) == [502_000, 498_000]
        assert Decimal(resolved.resolution.value) == Decimal("14.9")

    async def test_a_number_resolves_no_other_event(self, service) -> None:
        """Named."""
        event = await service.create()
        with pytest.raises(InvalidArgument) as refused:
            await service.resolve(event.event_id, [], value="1")
        assert "value" in [each.field for each in refused.value.violations]


class TestCorrection:
    async def test_another_result_takes_the_place_of_one_that_stands(self, service) -> None:
        """By two administrators, as the next revision, told once; payouts follow what is told."""
        event = await service.create()
        await service.resolve(event.event_id)
        with pytest.raises(EventAlreadyResolved):
            await service.resolve(event.event_id, NO)
        waiting = await service.resolve(event.event_id, NO, correct=True)
        assert (waiting.resolution.revision, waiting.proposal.awaits_confirmation) == (1, True)
        with pytest.raises(SameAdministrator):
            await service.confirm(event.event_id, ADA)
        corrected = await service.confirm(event.event_id, EVE)
        assert (corrected.status, corrected.resolution.revision) == (pb.EVENT_STATUS_RESOLVED, 2)
        assert list(corrected.resolution.payout_millionths) == NO
        assert corrected.version > waiting.version
        await asyncio.gather(*(service.results.settle(UUID(event.event_id)) for _ in range(5)))
        assert await service.told() == ["event_opened", "event_resolved", "event_resolved"]
        assert (await service.resolve(event.event_id, NO, correct=True)).resolution.revision == 2

    async def test_what_was_called_off_stays_called_off(self, service) -> None:
        """Its shares were paid their void prices."""
        event = await service.create()
        with service.parties.signed_in(ADA, roles={"admin"}, idempotency_key="c"):
            await service.stub.CancelEvent(pb.CancelEventRequest(event_id=event.event_id))
        with pytest.raises(EventAlreadyResolved):
            await service.resolve(event.event_id, correct=True)
