"""What RiskService answers, who may ask, and what the audit log hears."""

from typing import Any
from uuid import UUID

import pytest

from oraculum.audit.v1.audit_pb2 import AUDIT_CLASS_ADMIN, AuditFact
from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum.prediction.v1 import risk_service_pb2 as risk
from oraculum_kit.errors import FailedPrecondition, InvalidArgument, NotFound, PermissionDenied
from oraculum_kit.ids import uuid7

USDC = 1_000_000


@pytest.fixture
def stub(house: Any) -> Any:
    """The service, as one replica serves it."""
    return house.replicas[0].risk


async def bought(house: Any, who: UUID, event: UUID, key: str = "b", **order: Any) -> pb.Order:
    return (await house.place(who, event, key, **order)).order  # type: ignore[no-any-return]


class TestAdvice:
    async def test_a_stake_is_advised_within_the_limits_that_are_left(self, house: Any, stub: Any) -> None:
        event, who = await house.open(), house.person()
        request = risk.KellyRequest(
            event_id=str(event), outcome=1, probability_millionths=700_000, bankroll_units=1_000 * USDC
        )
        with house.parties.signed_in(who):
            free = await stub.Kelly(request)
            house.rows(
                "insert into risk_override (user_id, asset, day_stake_units) values (%(u)s, 'USDC', 5000000)",
                u=who,
            )
            capped = await stub.Kelly(request)
        assert free.capped_by == ""
        assert free.stake == free.full_stake
        assert 20 * USDC < free.stake.units < 100 * USDC
        assert free.average_price_millionths > free.price_millionths == 500_000
        assert capped.capped_by == "day_stake"
        assert 5 * USDC - 2 <= capped.stake.units + capped.fee.units <= 5 * USDC
        answer = await house.place(who, event, "as advised", amount_units=capped.stake.units)
        assert answer.order.shares == capped.shares

    async def test_no_edge_no_stake(self, house: Any, stub: Any) -> None:
        event = await house.open()
        with house.parties.signed_in():
            answer = await stub.Kelly(
                risk.KellyRequest(
                    event_id=str(event), outcome=1, probability_millionths=500_000, bankroll_units=USDC
                )
            )
        assert (answer.stake.units, answer.shares, answer.stake.asset) == (0, 0, "USDC")

    async def test_an_impact_is_what_a_quote_says(self, house: Any, stub: Any) -> None:
        event = await house.open()
        with house.parties.signed_in():
            impact = await stub.Impact(
                risk.ImpactRequest(event_id=str(event), outcome=1, side=pb.SIDE_BUY, amount_units=10 * USDC)
            )
            quote = await house.stub.GetQuote(
                pb.GetQuoteRequest(event_id=str(event), outcome=1, side=pb.SIDE_BUY, amount_units=10 * USDC)
            )
        assert (impact.shares, impact.gross, impact.fee) == (quote.shares, quote.gross, quote.fee)
        assert impact.price_after_millionths == quote.price_after_millionths[1]
        assert impact.slippage_millionths == quote.average_price_millionths - 500_000
        assert [step.price_millionths for step in impact.steps] == [510_000, 550_000, 600_000]

    async def test_every_bad_field_is_named(self, house: Any, stub: Any) -> None:
        with house.parties.signed_in(), pytest.raises(InvalidArgument) as caught:
            await stub.Kelly(risk.KellyRequest(event_id="x", outcome=-1, probability_millionths=2_000_000))
        named = {violation.field for violation in caught.value.violations}
        assert named == {"event_id", "outcome", "probability_millionths", "bankroll_units"}
        with house.parties.signed_in(), pytest.raises(NotFound):
            await stub.Kelly(
                risk.KellyRequest(
                    event_id=str(uuid7()), outcome=0, probability_millionths=1, bankroll_units=1
                )
            )


class TestMine:
    async def test_limits_say_what_is_used_and_left(self, house: Any, stub: Any) -> None:
        event, who = await house.open(), house.person()
        order = await bought(house, who, event, amount_units=10 * USDC)
        paid = order.gross.units + order.fee.units
        with house.parties.signed_in(who):
            answer = await stub.GetLimits(risk.GetLimitsRequest(asset="USDC"))
        (usdc,) = answer.assets
        used = {(row.rule, row.category): row for row in usdc.limits}
        assert answer.tier == "basic"
        for key in (("day_stake", ""), ("week_stake", ""), ("category", "sports")):
            assert used[key].used == paid
            assert used[key].left == used[key].limit - paid
        assert used["orders_per_minute", ""].used == 1

    async def test_exposure_is_told_by_market_and_category(self, house: Any, stub: Any) -> None:
        first, second, who = await house.open(), await house.open(category="politics"), house.person()
        order = await bought(house, who, first, amount_units=30 * USDC)
        await bought(house, who, second, "c", amount_units=10 * USDC)
        with house.parties.signed_in(who):
            answer = await stub.GetExposure(risk.GetExposureRequest())
        row = answer.markets[0]
        assert (row.event_id, row.category) == (str(first), "sports")
        assert row.cost.units == order.gross.units + order.fee.units
        assert (row.best_payout.units, row.worst_payout.units) == (order.shares, 0)
        parts = {row.category: row.share_millionths for row in answer.categories}
        assert parts == {"sports": 750_000, "politics": 250_000}

    async def test_what_is_held_on_both_sides_moves_against_itself(self, house: Any, stub: Any) -> None:
        event, who = await house.open(), house.person()
        await bought(house, who, event, amount_units=5 * USDC)
        await bought(house, who, event, "no", outcome=0, amount_units=3 * USDC)
        with house.parties.signed_in(who):
            young = await stub.GetCorrelation(risk.GetCorrelationRequest(hours=24))
        assert len(young.held) == 2
        assert list(young.pairs) == []
        # The same market as if it had traded through the night; fills are for ever, so triggers stand aside.
        house.rows("update market set version = version + 1, opened_at = opened_at - interval '2 days'")
        house.rows("alter table fill disable trigger user")
        house.rows(
            """
            insert into fill
            select (jsonb_populate_record(f, jsonb_build_object(
                'sequence', f.sequence + 10 * n, 'fill_id', gen_random_uuid(),
                'filled_at', f.filled_at - make_interval(hours => n),
                'prices', array[1000000 - n * n * 9000, n * n * 9000]))).*
            from fill f cross join generate_series(1, 9) n where f.sequence = 1
            """
        )
        with house.parties.signed_in(who):
            answer = await stub.GetCorrelation(risk.GetCorrelationRequest(hours=24))
        (pair,) = answer.pairs
        assert pair.coefficient_millionths == -1_000_000
        assert pair.sample_count == 24
        assert "Pearson" in answer.method


class TestAdministration:
    @pytest.mark.parametrize(
        ("method", "request_"),
        [
            ("SetUserLimits", risk.SetUserLimitsRequest()),
            ("ListRules", risk.ListRulesRequest()),
            ("SetTierLimits", risk.SetTierLimitsRequest()),
            ("SetHouseLimits", risk.SetHouseLimitsRequest()),
            ("ListProhibitions", risk.ListProhibitionsRequest()),
            ("SetProhibitions", risk.SetProhibitionsRequest()),
            ("ListReviews", risk.ListReviewsRequest()),
            ("DecideReview", risk.DecideReviewRequest()),
            ("GetHouseExposure", risk.GetHouseExposureRequest()),
        ],
    )
    async def test_it_is_for_administrators(self, house: Any, stub: Any, method: str, request_: Any) -> None:
        with house.parties.signed_in(roles={"user", "creator"}), pytest.raises(PermissionDenied):
            await getattr(stub, method)(request_)

    async def test_limits_of_a_person_are_set_whole_and_noted(self, house: Any, stub: Any) -> None:
        who = house.person()
        with house.parties.signed_in(roles={"admin"}) as admin:
            answer = await stub.SetUserLimits(
                risk.SetUserLimitsRequest(
                    user_id=str(who), asset="USDC", order_units=0, minute_orders=5, reason="asked for it"
                )
            )
        limits = {row.rule: row.limit for row in answer.limits.limits}
        assert (limits["order"], limits["orders_per_minute"]) == (0, 5)
        assert limits["day_stake"] == 100_000 * USDC
        (noted,) = _audited(house, "limits.set")
        assert noted.actor_user_id == str(admin.id)
        assert (noted.subject_kind, noted.subject_id) == ("user", str(who))
        assert noted.details["reason"] == "asked for it"
        assert noted.audit_class == AUDIT_CLASS_ADMIN

    async def test_nobody_sets_their_own(self, house: Any, stub: Any) -> None:
        with house.parties.signed_in(roles={"admin"}) as admin, pytest.raises(FailedPrecondition) as caught:
            await stub.SetUserLimits(
                risk.SetUserLimitsRequest(user_id=str(admin.id), asset="USDC", order_units=1, reason="more")
            )
        assert caught.value.reason == "OWN_LIMITS"

    async def test_prohibitions_are_replaced_and_each_change_is_noted(self, house: Any, stub: Any) -> None:
        event = str(uuid7())
        market = risk.Prohibition(kind=risk.PROHIBITION_KIND_MARKET, subject=event, reason="asked")
        category = risk.Prohibition(kind=risk.PROHIBITION_KIND_CATEGORY, subject="war", reason="taste")
        with house.parties.signed_in(roles={"admin"}):
            await stub.SetProhibitions(risk.SetProhibitionsRequest(prohibitions=[market, category]))
            await stub.SetProhibitions(risk.SetProhibitionsRequest(prohibitions=[category]))
            listed = await stub.ListProhibitions(risk.ListProhibitionsRequest())
        assert [(row.kind, row.subject, row.reason) for row in listed.prohibitions] == [
            (risk.PROHIBITION_KIND_CATEGORY, "war", "taste")
        ]
        assert {row.subject_id for row in _audited(house, "prohibition.set")} == {event, "war"}
        assert [row.subject_id for row in _audited(house, "prohibition.lifted")] == [event]


def _audited(house: Any, action: str) -> list[AuditFact]:
    rows = house.rows("select payload from outbox where topic = 'audit' order by id")
    facts = [AuditFact.FromString(row["payload"]) for row in rows]
    return [fact for fact in facts if fact.action == action]
