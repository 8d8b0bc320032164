"""Drafts: written by those who may, seen by their author, edited, paid for, published and opened."""

from datetime import timedelta
from uuid import UUID

import pytest

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import prediction_service_pb2 as prediction_pb
from oraculum.wallet.v1 import wallet_service_pb2 as wallet_pb
from oraculum_dev.fixtures.jobs import job
from oraculum_event.editing import EDITABLE
from oraculum_event.errors import (
    CategoryExists,
    CreationNotAllowed,
    CreationNotPaid,
    EventChanged,
    EventNotADraft,
    EventNotEditable,
    EventNotFound,
)
from oraculum_event.transitions import State
from oraculum_kit.errors import InvalidArgument, PermissionDenied, Unavailable
from oraculum_kit.ids import uuid7

FEE, SUBSIDY = 2_000_000, 100_000_000
AUTHOR = UUID("01890000-0000-7000-8000-00000000000a")


async def return_job(service, event_id: str, publication: int = 1) -> None:
    payload = {"event_id": event_id, "publication": publication}
    await service.steps.opening.return_job(job("return_charge", payload))


class TestWriting:
    async def test_a_draft_is_its_authors_alone(self, service) -> None:
        """Others hear that there is none, wherever they ask."""
        draft = await service.write()
        assert (draft.status, draft.unpublished, draft.creator_pays) == (pb.EVENT_STATUS_DRAFT, True, True)
        ask = pb.GetEventRequest(event_id=draft.event_id, include_unpublished=True)
        mine = pb.ListEventsRequest(unpublished=True)
        with service.author():
            assert (await service.stub.GetEvent(ask)).event.title == draft.title
            assert [each.event_id for each in (await service.stub.ListEvents(mine)).events] == [
                draft.event_id
            ]
        with service.author(uuid7()):
            with pytest.raises(EventNotFound):
                await service.stub.GetEvent(ask)
            with pytest.raises(EventNotFound):
                await service.stub.UpdateEvent(
                    pb.UpdateEventRequest(event_id=draft.event_id, title="Mine now")
                )
            assert not (await service.stub.ListEvents(mine)).events
        with pytest.raises(EventNotFound):
            await service.get(draft.event_id)
        everything = pb.ListEventsRequest(statuses=[pb.EVENT_STATUS_DRAFT])
        assert not (await service.stub.ListEvents(everything)).events
        several = pb.BatchGetEventsRequest(event_ids=[draft.event_id])
        assert not (await service.stub.BatchGetEvents(several)).events
        with service.parties.signed_in(roles={"admin"}):
            assert len((await service.stub.ListEvents(mine)).events) == 1

    async def test_who_is_nobody_yet_creates_nothing(self, service) -> None:
        """Verified people, creators and administrators create."""
        with service.author(tier="basic"), pytest.raises(CreationNotAllowed):
            await service.stub.CreateEvent(service.draft_of())
        with service.author(tier="basic", roles={"creator"}):
            assert (await service.stub.CreateEvent(service.draft_of())).event.unpublished

    async def test_how_long_others_may_object_is_not_the_authors_to_say(self, service) -> None:
        """Whoever has money in an event must not shorten it."""
        with pytest.raises(InvalidArgument) as refused:
            await service.write(challenge_seconds=0)
        assert [violation.field for violation in refused.value.violations] == ["challenge_seconds"]

    async def test_a_scalar_event_needs_a_range_and_others_have_none(self, service) -> None:
        """Every bad field is named, and a good range comes back as it was given."""
        with pytest.raises(InvalidArgument) as refused:
            await service.write(event_type=pb.EVENT_TYPE_SCALAR)
        assert [violation.field for violation in refused.value.violations] == ["scale"]
        scale = pb.Scale(lower="-10", upper="40", step="0.5", unit="°C")
        with pytest.raises(InvalidArgument) as refused:
            await service.write(scale=scale)
        assert [violation.field for violation in refused.value.violations] == ["scale"]
        draft = await service.write(event_type=pb.EVENT_TYPE_SCALAR, scale=scale)
        assert draft.scale == scale
        assert [outcome.label for outcome in draft.outcomes] == ["LOW", "HIGH"]

    @pytest.mark.parametrize(
        ("mechanism", "fitting", "other"),
        [
            (pb.MECHANISM_CPMM, ["No", "Yes"], ["Ada", "Eve", "Bob"]),
            (pb.MECHANISM_CPMM_MULTI, ["Ada", "Eve", "Bob"], ["No", "Yes"]),
            (pb.MECHANISM_CPMM_MULTI, list("abcdefghijklmnopqrst"), list("abcdefghijklmnopqrstu")),
        ],
    )
    async def test_a_mechanism_fits_the_outcomes(
        self, service, mechanism: pb.Mechanism.ValueType, fitting: list[str], other: list[str]
    ) -> None:
        """When it is written, when outcomes change and when it changes itself; the field is named."""
        choice = pb.EVENT_TYPE_MULTIPLE_CHOICE
        draft = await service.write(event_type=choice, outcome_labels=fitting, mechanism=mechanism)
        assert draft.mechanism == mechanism
        plain = await service.write(event_type=choice, outcome_labels=other)
        assert plain.mechanism == pb.MECHANISM_LMSR
        for refusal in (
            service.write(event_type=choice, outcome_labels=other, mechanism=mechanism),
            service.write(mechanism=9),
            service.update(draft.event_id, outcome_labels=pb.Words(words=other)),
            service.update(plain.event_id, mechanism=mechanism),
            service.update(plain.event_id, mechanism=9),
        ):
            with pytest.raises(InvalidArgument) as refused:
                await refusal
            assert [violation.field for violation in refused.value.violations] == ["mechanism"]
        changed = await service.update(
            plain.event_id, mechanism=mechanism, outcome_labels=pb.Words(words=fitting)
        )
        assert changed.mechanism == mechanism
        assert (await service.update(plain.event_id, title="Who will win?")).mechanism == mechanism

    async def test_a_market_is_asked_for_by_its_mechanism(self, service) -> None:
        """What prediction is told is what the author chose, the logarithmic rule where they chose nothing."""
        service.wallet.deposit(AUTHOR, 2 * (FEE + SUBSIDY))
        asked = {}
        for mechanism in (pb.MECHANISM_UNSPECIFIED, pb.MECHANISM_CPMM):
            draft = await service.write(mechanism=mechanism)
            await service.publish(draft.event_id)
            asked[mechanism] = service.prediction.opened[draft.event_id].mechanism
        assert asked == {
            pb.MECHANISM_UNSPECIFIED: prediction_pb.MECHANISM_LMSR,
            pb.MECHANISM_CPMM: prediction_pb.MECHANISM_CPMM,
        }

    async def test_deadlines_are_checked(self, service) -> None:
        """A result by deadline is a whole result, and comes after the end."""
        early = service.clock.now() + timedelta(hours=1)
        with pytest.raises(InvalidArgument) as refused:
            await service.create(resolve_by=early, deadline_payout_millionths=[1, 1])
        assert [violation.field for violation in refused.value.violations] == [
            "resolve_by",
            "deadline_payout_millionths",
        ]


class TestPublishing:
    async def test_its_author_pays_once_and_the_market_opens(self, service) -> None:
        """Fee and subsidy leave the author together, whoever asks again."""
        service.wallet.deposit(AUTHOR, FEE + SUBSIDY)
        draft = await service.write()
        assert service.wallet.user(AUTHOR) == FEE + SUBSIDY
        event = await service.publish(draft.event_id)
        assert (event.status, event.unpublished) == (pb.EVENT_STATUS_ACTIVE, False)
        assert service.wallet.user(AUTHOR) == 0
        assert service.wallet.balance(wallet_pb.ACCOUNT_KIND_FEES) == FEE
        assert service.wallet.balance(wallet_pb.ACCOUNT_KIND_HOUSE) == SUBSIDY
        await service.steps.opening.open(UUID(draft.event_id))
        await return_job(service, str(uuid7()))
        with pytest.raises(EventNotADraft):
            await service.publish(draft.event_id)
        assert service.wallet.balance(wallet_pb.ACCOUNT_KIND_HOUSE) == SUBSIDY

    async def test_an_account_with_too_little_keeps_all_of_it_and_the_draft(self, service) -> None:
        """Nothing moves; with money the same draft is published, and paid once."""
        service.wallet.deposit(AUTHOR, FEE + SUBSIDY - 1)
        draft = await service.write()
        with pytest.raises(CreationNotPaid):
            await service.publish(draft.event_id)
        assert service.wallet.user(AUTHOR) == FEE + SUBSIDY - 1
        assert service.prediction.opened == {}
        service.wallet.deposit(AUTHOR, 1)
        assert (await service.publish(draft.event_id)).status == pb.EVENT_STATUS_ACTIVE
        # What a lost request of the first publication might have taken is looked for, and was not.
        await return_job(service, draft.event_id, 1)
        assert service.wallet.user(AUTHOR) == 0

    async def test_what_a_lost_request_took_goes_back(self, service) -> None:
        """The first request came late, after it was answered that there was too little."""
        draft = await service.write()
        with pytest.raises(CreationNotPaid):
            await service.publish(draft.event_id)
        late = wallet_pb.CreateTransfersRequest(transfers=service.wallet.calls[-1])
        service.wallet.deposit(AUTHOR, FEE + SUBSIDY)
        await service.wallet.CreateTransfers(late, None)
        assert service.wallet.user(AUTHOR) == 0
        service.wallet.balances[wallet_pb.ACCOUNT_KIND_HOUSE, "", "USDC"] += FEE
        for _ in range(2):
            await return_job(service, draft.event_id)
        assert service.wallet.user(AUTHOR) == FEE + SUBSIDY

    async def test_wallet_away_leaves_a_job_that_goes_on(self, service) -> None:
        """A crash or a silence after the request: the same transfers are asked for again, and exist."""
        service.wallet.deposit(AUTHOR, FEE + SUBSIDY)
        draft = await service.write()

        async def silence(_: object) -> None:
            raise Unavailable

        service.wallet.after = silence
        event = await service.publish(draft.event_id)
        assert (event.status, event.unpublished) == (pb.EVENT_STATUS_DRAFT, False)
        service.wallet.after = None
        await service.steps.opening.open(UUID(draft.event_id))
        assert service.wallet.user(AUTHOR) == 0
        with service.author():
            ask = pb.GetEventRequest(event_id=draft.event_id)
            assert (await service.stub.GetEvent(ask)).event.status == pb.EVENT_STATUS_ACTIVE

    async def test_what_never_opened_is_paid_back(self, service) -> None:
        """The house could not fund it before its time: fee and subsidy return, once."""
        service.wallet.deposit(AUTHOR, FEE + SUBSIDY)
        draft = await service.write()
        service.prediction.failure = Unavailable()
        await service.publish(draft.event_id)
        assert service.wallet.user(AUTHOR) == 0
        service.prediction.failure = None
        service.clock.advance(seconds=3 * 3600)
        await service.steps.opening.open(UUID(draft.event_id))
        await service.results.settle(UUID(draft.event_id))
        service.wallet.balances[wallet_pb.ACCOUNT_KIND_HOUSE, "", "USDC"] += FEE
        for _ in range(2):
            await return_job(service, draft.event_id)
        assert service.wallet.user(AUTHOR) == FEE + SUBSIDY
        assert (await service.get(draft.event_id)).status == pb.EVENT_STATUS_CANCELLED

    async def test_who_read_an_old_version_publishes_nothing(self, service) -> None:
        """What is published is what was read."""
        draft = await service.write()
        await service.update(draft.event_id, title="Will it snow?")
        with pytest.raises(EventChanged):
            await service.publish(draft.event_id, version=draft.version)

    async def test_an_administrators_event_is_the_houses(self, service) -> None:
        """Nobody is charged."""
        event = await service.create()
        assert (event.creator_pays, event.creation_fee.units, service.wallet.calls) == (False, 0, [])

    async def test_a_draft_is_thrown_away_by_its_author(self, service) -> None:
        """And by nobody else; what is published is an administrator's to cancel."""
        draft = await service.write()
        request = pb.CancelEventRequest(event_id=draft.event_id)
        with service.author(uuid7()), pytest.raises(EventNotFound):
            await service.stub.CancelEvent(request)
        with service.author():
            assert (await service.stub.CancelEvent(request)).event.status == pb.EVENT_STATUS_CANCELLED
        event = await service.create()
        with service.author(), pytest.raises(PermissionDenied):
            await service.stub.CancelEvent(pb.CancelEventRequest(event_id=event.event_id))


class TestEditing:
    async def test_everything_of_a_draft_may_change(self, service) -> None:
        """Outcomes, prices, subsidy and range too."""
        draft = await service.write(event_type=pb.EVENT_TYPE_MULTIPLE_CHOICE, outcome_labels=["a", "b"])
        changed = await service.update(
            draft.event_id,
            title="Who wins?",
            outcome_labels=pb.Words(words=["Ada", "Eve", "Bob"]),
            prior_millionths=pb.Prices(millionths=[200_000, 300_000, 500_000]),
            subsidy=Amount(units=70_000_000, asset="USDC"),
            tags=pb.Words(words=["chess"]),
        )
        assert [outcome.label for outcome in changed.outcomes] == ["Ada", "Eve", "Bob"]
        assert (changed.subsidy.units, list(changed.tags)) == (70_000_000, ["chess"])

    @pytest.mark.parametrize(
        ("field", "change"),
        [
            ("title", "Will it snow?"),
            ("outcome_labels", pb.Words(words=["no", "yes"])),
            ("prior_millionths", pb.Prices(millionths=[500_000, 500_000])),
            ("subsidy", Amount(units=1_000_000, asset="USDC")),
            ("scale", pb.Scale(lower="0", upper="1", step="1", unit="m")),
            ("mechanism", pb.MECHANISM_CPMM),
        ],
    )
    async def test_what_stands_once_bets_are_open_is_named(self, service, field: str, change: object) -> None:
        """The error names the field, and nothing changes."""
        event = await service.create()
        with (
            service.parties.signed_in(roles={"admin"}, idempotency_key="k"),
            pytest.raises(EventNotEditable) as refused,
        ):
            await service.stub.UpdateEvent(
                pb.UpdateEventRequest(event_id=event.event_id, description="New", **{field: change})
            )
        assert [violation.field for violation in refused.value.violations] == [field]
        assert (await service.get(event.event_id)).version == event.version

    async def test_once_locked_only_what_helps_to_find_it_changes(self, service) -> None:
        """Each field is tried against its row of the table."""
        event = await service.create()
        with service.parties.signed_in(roles={"admin"}, idempotency_key="l"):
            await service.stub.LockEvent(pb.LockEventRequest(event_id=event.event_id))
            request = pb.UpdateEventRequest(event_id=event.event_id, tags=pb.Words(words=["rain"]))
            assert list((await service.stub.UpdateEvent(request)).event.tags) == ["rain"]
        with (
            service.parties.signed_in(roles={"admin"}, idempotency_key="m"),
            pytest.raises(EventNotEditable) as refused,
        ):
            await service.stub.UpdateEvent(
                pb.UpdateEventRequest(event_id=event.event_id, description="x", category="sports")
            )
        assert {violation.field for violation in refused.value.violations} == {"description", "category"}
        assert {name for name, states in EDITABLE.items() if State.LOCKED in states} == {"image_url", "tags"}


class TestCategories:
    async def test_an_administrator_adds_one_and_events_name_it(self, service) -> None:
        """Twice it is there already; nobody else adds any."""
        request = pb.CreateCategoryRequest(category="chess", label="Chess")
        with service.parties.signed_in(roles={"admin"}, idempotency_key="1"):
            await service.stub.CreateCategory(request)
        with (
            service.parties.signed_in(roles={"admin"}, idempotency_key="2"),
            pytest.raises(CategoryExists),
        ):
            await service.stub.CreateCategory(request)
        with service.author(), pytest.raises(PermissionDenied):
            await service.stub.CreateCategory(request)
        event = await service.create(category="chess")
        assert event.category == "chess"
        listed = (await service.stub.ListCategories(pb.ListCategoriesRequest())).categories
        assert (listed[-1].category, listed[-1].label, listed[-1].active_events) == ("chess", "Chess", 1)

    @pytest.mark.parametrize(
        ("category", "field"), [("Chess", "category"), ("x", "category"), ("ok", "label")]
    )
    async def test_bad_ones_are_refused_by_name(self, service, category: str, field: str) -> None:
        """A category is a word, and has a label."""
        with (
            service.parties.signed_in(roles={"admin"}, idempotency_key="1"),
            pytest.raises(InvalidArgument) as refused,
        ):
            await service.stub.CreateCategory(pb.CreateCategoryRequest(category=category))
        assert field in [violation.field for violation in refused.value.violations]
