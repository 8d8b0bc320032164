"""Results that are not committed: withdrawn by an administrator, whatever keeps them, and said anew by anybody who may."""

from dataclasses import replace
from uuid import UUID

import pytest

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum_event.errors import EventAlreadyResolved, NothingToConfirm
from oraculum_kit.errors import Unavailable

YES, NO = [0, 1_000_000], [1_000_000, 0]
DAY = 24 * 3600
MUCH = 5_000_000_000
# Three administrators; the first is the person who disputes.
ADA, EVE, BOB = (UUID(f"01890000-0000-7000-8000-00000000000{digit}") for digit in "def")


async def overturned(service, **fields: object) -> pb.Event:
    """An event whose YES was overturned, and the NO withdrawn that came in its place."""
    event = await service.proposed(**fields)
    made = await service.dispute(event.event_id, ADA)
    service.prediction.liquidity = MUCH
    await service.decide(made.dispute_id, uphold=True, outcome=0)
    withdrawn = await service.confirm(event.event_id, BOB, confirm=False)
    assert (withdrawn.status, withdrawn.proposal.overturned) == (pb.EVENT_STATUS_RESOLVING, True)
    return withdrawn


async def say(service, event_id: str, payout: list[int], source: str = "venue:kalshi") -> None:
    """Let somebody say a result who is no administrator."""
    async with service.database.transaction() as connection:
        await service.results.resolve(
            connection, UUID(event_id), payout, source=source, note="", actor_user_id=None
        )
    await service.results.settle(UUID(event_id))


class TestOverturned:
    async def test_a_venue_proposes_in_the_place_of_what_was_withdrawn(self, service) -> None:
        """With a window of its own, after which it stands."""
        event = await overturned(service)
        await say(service, event.event_id, NO)
        again = (await service.get(event.event_id)).proposal
        assert (again.number, again.source, list(again.payout_millionths)) == (2, "venue:kalshi", NO)
        await service.end_window()
        await service.results.finalize(UUID(event.event_id))
        assert list((await service.get(event.event_id)).resolution.payout_millionths) == NO

    async def test_a_venues_word_that_nobody_may_challenge_stands_at_once(self, service) -> None:
        """A proposal that was overturned keeps no result away."""
        service.results._rules = replace(service.results._rules, challenge_seconds=DAY)
        event = await service.create()
        await service.resolve(event.event_id)
        made = await service.dispute(event.event_id, ADA)
        service.prediction.liquidity = MUCH
        await service.decide(made.dispute_id, uphold=True, outcome=0)
        await service.confirm(event.event_id, BOB, confirm=False)
        await say(service, event.event_id, NO)
        resolved = await service.get(event.event_id)
        assert (resolved.status, resolved.resolution.source) == (pb.EVENT_STATUS_RESOLVED, "venue:kalshi")

    async def test_what_is_upheld_stands_at_once_where_windows_were_given_up_meanwhile(self, service) -> None:
        """An administrator's word, too."""
        rules = service.results._rules
        service.results._rules = replace(rules, challenge_seconds=DAY)
        event = await service.create()
        await service.resolve(event.event_id)
        made = await service.dispute(event.event_id, ADA)
        service.results._rules = rules
        await service.decide(made.dispute_id, uphold=True, outcome=0)
        resolved = await service.get(event.event_id)
        assert resolved.status == pb.EVENT_STATUS_RESOLVED
        assert list(resolved.resolution.payout_millionths) == NO
        assert (await service.told())[-1] == "event_resolved"

    async def test_no_machine_says_again_what_was_overturned(self, service) -> None:
        """Somebody disputed it and was right; an administrator may have second thoughts."""
        event = await overturned(service)
        with pytest.raises(EventAlreadyResolved):
            await say(service, event.event_id, YES)
        service.prediction.liquidity = 0
        again = (await service.resolve(event.event_id, YES, by=BOB)).proposal
        assert (again.number, list(again.payout_millionths)) == (2, YES)

    async def test_it_may_be_called_off(self, service) -> None:
        """By whoever may, as from everywhere else."""
        event = await overturned(service)
        async with service.database.transaction() as connection:
            await service.results.cancel(
                connection, UUID(event.event_id), source="venue:kalshi", note="", actor_user_id=None
            )
        await service.results.settle(UUID(event.event_id))
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_CANCELLED


class TestWithdrawal:
    async def test_what_hangs_may_be_withdrawn_and_another_result_said(self, service) -> None:
        """Its market may be closed already, so no bets come back."""
        event = await service.create()
        service.prediction.failure = Unavailable()
        with pytest.raises(Unavailable):
            await service.resolve(event.event_id)
        with pytest.raises(EventAlreadyResolved):
            await service.resolve(event.event_id, NO, by=EVE)
        await service.confirm(event.event_id, EVE, confirm=False)
        service.prediction.failure = None
        await service.run_jobs("settle_verdict", "lock_event_early")
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_LOCKED
        assert list((await service.resolve(event.event_id, NO, by=EVE)).resolution.payout_millionths) == NO
        assert ("event.resolution_withdrawn", str(EVE)) in await service.audited()
        with pytest.raises(NothingToConfirm):
            await service.confirm(event.event_id, EVE, confirm=False)

    async def test_a_draft_that_is_given_up_stays_given_up(self, service) -> None:
        """Nothing would open it any more, and what its author paid is on its way back."""
        service.prediction.failure = Unavailable()
        event = await service.create()
        service.clock.advance(seconds=3 * 3600)
        await service.steps.opening.open(UUID(event.event_id))
        with pytest.raises(NothingToConfirm):
            await service.confirm(event.event_id, EVE, confirm=False)
        service.prediction.failure = None
        await service.results.settle(UUID(event.event_id))
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_CANCELLED
