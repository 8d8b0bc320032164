"""Disputes of proposed results: a bond held, decided once, given back or forfeited, whatever dies when."""

from uuid import UUID

import pytest

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum.wallet.v1 import wallet_service_pb2 as wallet_pb
from oraculum_event.errors import (
    BondNotHeld,
    DisputeDecided,
    DisputeExists,
    DisputeNotFound,
    NotChallengeable,
    OwnDispute,
)
from oraculum_kit.errors import InvalidArgument, PermissionDenied, Unavailable
from oraculum_kit.ids import uuid7

YES, NO = [0, 1_000_000], [1_000_000, 0]
BOND = 10_000_000
DAY = 24 * 3600
ADA, EVE = (UUID(f"01890000-0000-7000-8000-00000000000{digit}") for digit in "de")


class TestDispute:
    async def test_its_bond_is_held_and_the_result_waits(self, service) -> None:
        """However long the window is over."""
        event = await service.proposed()
        made = await service.dispute(event.event_id, ADA)
        assert (made.status, made.bond.units) == (pb.DISPUTE_STATUS_OPEN, BOND)
        assert service.wallet.balance(wallet_pb.ACCOUNT_KIND_DISPUTE_BOND, ADA) == BOND
        assert service.wallet.user(ADA) == 0
        await service.end_window()
        await service.results.finalize(UUID(event.event_id))
        waiting = await service.get(event.event_id)
        assert (waiting.status, waiting.proposal.open_disputes) == (pb.EVENT_STATUS_RESOLVING, 1)

    async def test_rejected_the_bond_is_the_houses_and_the_result_stands(self, service) -> None:
        """Once, however often the job runs; and the house's is written down."""
        event = await service.proposed()
        made = await service.dispute(event.event_id, ADA)
        rejected = await service.decide(made.dispute_id)
        assert (rejected.status, rejected.decided_by) == (pb.DISPUTE_STATUS_REJECTED, str(EVE))
        await service.end_window()
        await service.run_jobs("settle_bond", "finalize_proposal")
        assert service.wallet.balance(wallet_pb.ACCOUNT_KIND_HOUSE) == BOND
        assert service.wallet.balance(wallet_pb.ACCOUNT_KIND_DISPUTE_BOND, ADA) == 0
        assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_RESOLVED
        assert ("dispute.rejected", str(EVE)) in await service.audited()
        with pytest.raises(DisputeDecided):
            await service.decide(made.dispute_id)

    async def test_upheld_every_bond_goes_back_and_another_result_is_proposed(self, service) -> None:
        """With a window of its own; what was overturned never stands."""
        event = await service.proposed()
        made = [await service.dispute(event.event_id, user_id) for user_id in (ADA, EVE)]
        await service.decide(made[0].dispute_id, by=uuid7(), uphold=True, outcome=0)
        await service.run_jobs("settle_bond")
        assert (service.wallet.user(ADA), service.wallet.user(EVE)) == (BOND, BOND)
        again = (await service.get(event.event_id)).proposal
        assert (again.number, list(again.payout_millionths), again.open_disputes) == (2, NO, 0)
        await service.end_window()
        await service.run_jobs("finalize_proposal")
        resolved = await service.get(event.event_id)
        assert list(resolved.resolution.payout_millionths) == NO
        assert await service.told() == [
            "event_opened", "event_proposed", "event_disputed", "event_disputed", "event_proposed",
            "event_resolved",
        ]  # fmt: skip

    async def test_who_cannot_pay_the_bond_disputes_nothing_and_delays_nothing(self, service) -> None:
        """Nothing is taken, and with money they may."""
        event = await service.proposed()
        with pytest.raises(BondNotHeld):
            await service.dispute(event.event_id, ADA, funds=BOND - 1)
        assert service.wallet.user(ADA) == BOND - 1
        assert (await service.get(event.event_id)).proposal.open_disputes == 0
        assert (await service.dispute(event.event_id, ADA, funds=1)).status == pb.DISPUTE_STATUS_OPEN

    async def test_a_bond_whose_answer_was_lost_is_held_once(self, service) -> None:
        """The job asks again and finds it held; the same key answers the same."""
        event = await service.proposed()
        service.wallet.deposit(ADA, 3 * BOND)

        async def silence(_: object) -> None:
            raise Unavailable

        service.wallet.after = silence
        request = pb.OpenDisputeRequest(event_id=event.event_id, reason="The page shows another number.")
        with service.parties.signed_in(ADA, idempotency_key="same"):
            with pytest.raises(Unavailable):
                await service.stub.OpenDispute(request)
            await service.end_window()
            await service.results.finalize(UUID(event.event_id))
            assert (await service.get(event.event_id)).status == pb.EVENT_STATUS_RESOLVING
            service.wallet.after = None
            await service.run_jobs("hold_bond")
            made = (await service.stub.OpenDispute(request)).dispute
        assert made.status == pb.DISPUTE_STATUS_OPEN
        assert service.wallet.user(ADA) == 2 * BOND

    async def test_what_a_late_request_held_of_a_refused_dispute_goes_back(self, service) -> None:
        """The first request came after it was answered that there was too little."""
        event = await service.proposed()
        with pytest.raises(BondNotHeld):
            await service.dispute(event.event_id, ADA, funds=0)
        late = wallet_pb.CreateTransfersRequest(transfers=service.wallet.calls[-1])
        service.wallet.deposit(ADA, BOND)
        await service.wallet.CreateTransfers(late, None)
        assert service.wallet.user(ADA) == 0
        await service.run_jobs("settle_bond")
        assert service.wallet.user(ADA) == BOND

    async def test_one_of_each_person_and_only_while_it_may_be(self, service) -> None:
        """Before there is a proposal, after its window, and twice: refused, and nothing is taken."""
        event = await service.create(challenge_seconds=DAY)
        with pytest.raises(NotChallengeable):
            await service.dispute(event.event_id, ADA)
        await service.resolve(event.event_id)
        await service.dispute(event.event_id, ADA, funds=0)
        with pytest.raises(DisputeExists):
            await service.dispute(event.event_id, ADA)
        await service.end_window()
        with pytest.raises(NotChallengeable):
            await service.dispute(event.event_id, EVE)
        assert (service.wallet.user(ADA), service.wallet.user(EVE)) == (BOND, BOND)

    async def test_bad_input_is_named(self, service) -> None:
        """And decides nothing."""
        event = await service.proposed()
        with (
            service.parties.signed_in(ADA, idempotency_key="k"),
            pytest.raises(InvalidArgument) as refused,
        ):
            await service.stub.OpenDispute(
                pb.OpenDisputeRequest(event_id=event.event_id, reason="no", evidence_url="http://x")
            )
        assert [each.field for each in refused.value.violations] == ["reason", "evidence_url"]
        made = await service.dispute(event.event_id, ADA)
        for fields, field in (
            ({"uphold": True}, "payout_millionths"),
            ({"uphold": True, "outcome": 1}, "payout_millionths"),
            ({"uphold": True, "outcome": 2}, "outcome"),
            ({"uphold": True, "value": "3"}, "value"),
            ({"uphold": False, "outcome": 0}, "payout_millionths"),
        ):
            with pytest.raises(InvalidArgument) as refused:
                await service.decide(made.dispute_id, **fields)
            assert field in [each.field for each in refused.value.violations]
        with pytest.raises(DisputeNotFound):
            await service.decide(str(uuid7()))

    async def test_people_see_their_own_and_administrators_all(self, service) -> None:
        """By pages, newest first; nobody but an administrator decides."""
        event = await service.proposed()
        made = [await service.dispute(event.event_id, user_id) for user_id in (ADA, EVE)]
        with service.parties.signed_in(ADA):
            own = await service.stub.ListDisputes(pb.ListDisputesRequest())
            assert [each.dispute_id for each in own.disputes] == [made[0].dispute_id]
            with pytest.raises(PermissionDenied):
                await service.stub.DecideDispute(pb.DecideDisputeRequest(dispute_id=made[0].dispute_id))
        for each in made:
            with pytest.raises(OwnDispute):
                await service.decide(each.dispute_id, by=EVE, uphold=False)
        with service.parties.signed_in(roles={"admin"}):
            first = await service.stub.ListDisputes(
                pb.ListDisputesRequest(limit=1, statuses=[pb.DISPUTE_STATUS_OPEN])
            )
            rest = await service.stub.ListDisputes(pb.ListDisputesRequest(limit=1, cursor=first.next_cursor))
        assert [page.disputes[0].dispute_id for page in (first, rest)] == [
            made[1].dispute_id,
            made[0].dispute_id,
        ]

    async def test_what_is_decided_stays_decided_in_the_database(self, service) -> None:
        """Whatever the code does on its worst day."""
        event = await service.proposed()
        made = await service.dispute(event.event_id, ADA)
        await service.decide(made.dispute_id)
        async with service.database.connection() as connection:
            with pytest.raises(Exception, match="does not go from rejected to upheld"):
                await connection.execute("update dispute set status = 'upheld'")
