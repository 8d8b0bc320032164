"""Terms that no market opens with: refused while they are written, or with the money back."""

from datetime import timedelta
from uuid import UUID

import pytest

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum.money.v1.amount_pb2 import Amount
from oraculum.wallet.v1 import wallet_service_pb2 as wallet_pb
from oraculum_event.errors import MarketRefused
from oraculum_event.records import Draft, EventType
from oraculum_kit.errors import InvalidArgument, Unavailable, Violation
from oraculum_money import Price, Units

FEE, SUBSIDY = 2_000_000, 100_000_000
AUTHOR = UUID("01890000-0000-7000-8000-00000000000a")


async def due(service) -> list[str]:
    """The kinds of the jobs that may be done now."""
    async with service.database.connection() as connection:
        cursor = await connection.execute("select kind from job where run_at <= now() order by kind")
        return [kind for (kind,) in await cursor.fetchall()]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"prior_millionths": [50, 999_950]}, "prior_millionths"),
        (
            {"prior_millionths": [9_999, 990_001], "mechanism": pb.MECHANISM_CPMM},
            "prior_millionths",
        ),
        (
            {"prior_millionths": [990_001, 9_999], "mechanism": pb.MECHANISM_CPMM},
            "prior_millionths",
        ),
        ({"subsidy": Amount(units=600, asset="USDC")}, "subsidy"),
        ({"subsidy": Amount(units=999, asset="USDC"), "mechanism": pb.MECHANISM_CPMM}, "subsidy"),
        (
            {
                "subsidy": Amount(units=2_800, asset="USDC"),
                "mechanism": pb.MECHANISM_CPMM_MULTI,
                "event_type": pb.EVENT_TYPE_MULTIPLE_CHOICE,
                "outcome_labels": ["Ada", "Eve", "Bob"],
            },
            "subsidy",
        ),
    ],
)
async def test_what_no_market_opens_with_is_refused_while_it_is_written(
    service, fields: dict, field: str
) -> None:
    """When it is written, and when a draft is changed to it; nobody is charged for it first."""
    with pytest.raises(InvalidArgument) as refused:
        await service.write(**fields)
    assert [violation.field for violation in refused.value.violations] == [field]
    kept = {name: fields[name] for name in ("event_type", "outcome_labels") if name in fields}
    changed = {name: value for name, value in fields.items() if name not in kept}
    draft = await service.write(**kept)
    if "prior_millionths" in changed:
        changed["prior_millionths"] = pb.Prices(millionths=changed["prior_millionths"])
    with pytest.raises(InvalidArgument) as refused:
        await service.update(draft.event_id, **changed)
    assert [violation.field for violation in refused.value.violations] == [field]


class TestTermsThatNoMarketOpensWith:
    """What only prediction knows, such as fees that pools cannot charge: its refusal is the last word."""

    refusal = InvalidArgument(violations=[Violation("mechanism", "charges flat fees only")])

    async def test_are_a_draft_again_and_cost_nothing(self, service) -> None:
        """The author hears why, whatever they had paid goes back at once, and what is mended is published and paid anew."""
        service.wallet.deposit(AUTHOR, FEE + SUBSIDY)
        draft = await service.write()
        service.prediction.failure = self.refusal
        with pytest.raises(MarketRefused, match="mechanism: charges flat fees only"):
            await service.publish(draft.event_id)
        with service.author():
            ask = pb.GetEventRequest(event_id=draft.event_id, include_unpublished=True)
            assert (await service.stub.GetEvent(ask)).event.unpublished
        assert service.wallet.user(AUTHOR) == 0
        service.wallet.balances[wallet_pb.ACCOUNT_KIND_HOUSE, "", "USDC"] += FEE
        assert await due(service) == ["open_event", "return_charge"]
        await service.run_jobs("open_event", "return_charge")
        assert service.wallet.user(AUTHOR) == FEE + SUBSIDY
        service.prediction.failure = None
        assert (await service.publish(draft.event_id)).status == pb.EVENT_STATUS_ACTIVE
        await service.run_jobs("return_charge")
        assert service.wallet.user(AUTHOR) == 0

    async def test_are_told_to_whoever_asks_again(self, service) -> None:
        """Prediction was away when it was published: the job hears the refusal, and the same request tells it."""
        service.wallet.deposit(AUTHOR, FEE + SUBSIDY)
        draft = await service.write()
        request = pb.PublishEventRequest(event_id=draft.event_id)
        service.prediction.failure = Unavailable()
        with service.parties.signed_in(AUTHOR, idempotency_key="once", tier="verified"):
            assert not (await service.stub.PublishEvent(request)).event.unpublished
            service.prediction.failure = self.refusal
            await service.run_jobs("open_event")
            with pytest.raises(MarketRefused, match="mechanism"):
                await service.stub.PublishEvent(request)
        assert "event.market_refused" in [action for action, _ in await service.audited()]

    async def test_of_an_earlier_publication_refuse_no_later_one(self, service) -> None:
        """A replica that was told late, when the draft was mended and published again, changes nothing."""
        service.wallet.deposit(AUTHOR, 2 * (FEE + SUBSIDY))
        draft = await service.write()
        service.prediction.failure = Unavailable()
        await service.publish(draft.event_id)
        late = await service.lifecycle.get(UUID(draft.event_id))
        service.prediction.failure = self.refusal
        await service.run_jobs("open_event")
        service.prediction.failure = Unavailable()
        await service.publish(draft.event_id)
        await service.steps.opening._refuse(late, "too late")
        service.prediction.failure = None
        await service.run_jobs("open_event")
        assert (await service.get(draft.event_id)).status == pb.EVENT_STATUS_ACTIVE

    async def test_are_called_off_where_nobody_can_mend_them(self, service) -> None:
        """The crawler's, which have no author."""
        service.prediction.failure = self.refusal
        draft = Draft(
            title="Will it rain tomorrow?", description="", event_type=EventType.BINARY, category="weather",
            tags=[], outcome_labels=["NO", "YES"], start_time=None,
            end_time=service.clock.now() + timedelta(hours=2), resolution_source="", asset="USDC",
            subsidy=Units(SUBSIDY), prior=[Price(500_000)] * 2, creator_user_id=None, venue=None, image_url="",
        )  # fmt: skip
        async with service.database.transaction() as connection:
            event_id = await service.steps.opening.draft(connection, draft)
        await service.run_jobs("open_event")
        service.prediction.failure = None
        await service.results.settle(event_id)
        event = await service.get(str(event_id))
        assert (event.status, service.prediction.opened) == (pb.EVENT_STATUS_CANCELLED, {})
