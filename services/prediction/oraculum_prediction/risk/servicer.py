"""gRPC in, risk out: translates, never decides."""

from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum.prediction.v1 import risk_service_pb2 as pb
from oraculum.prediction.v1 import risk_service_pb2_grpc
from oraculum_kit import idempotency
from oraculum_kit.authorization import ANYONE, SIGNED_IN, Access, require_owner, require_user
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.paging import Page, decode_cursor, page_size
from oraculum_kit.rpc import Context
from oraculum_prediction.repository import risk as repository
from oraculum_prediction.repository import risk_alerts, risk_reviews, risk_triggers
from oraculum_prediction.risk import advice, alerts, correlation, form, rulings, wire
from oraculum_prediction.risk.errors import OwnLimits, TriggerNotFound
from oraculum_prediction.risk.policy import load
from oraculum_prediction.risk.reviews import Reviews
from oraculum_prediction.risk.triggers import TriggerBook

_SERVICE: Final = "/oraculum.prediction.v1.RiskService/"
_ADMIN: Final = frozenset({"admin"})

ACCESS: Final = {
    _SERVICE + "Kelly": Access(users=SIGNED_IN),
    _SERVICE + "Impact": Access(users=ANYONE),
    _SERVICE + "GetLimits": Access(users=SIGNED_IN),
    _SERVICE + "GetExposure": Access(users=SIGNED_IN),
    _SERVICE + "GetHouseExposure": Access(users=_ADMIN),
    _SERVICE + "GetCorrelation": Access(users=SIGNED_IN),
    _SERVICE + "ListAlerts": Access(users=SIGNED_IN),
    _SERVICE + "CreateTrigger": Access(users=SIGNED_IN),
    _SERVICE + "GetTrigger": Access(users=SIGNED_IN),
    _SERVICE + "ListTriggers": Access(users=SIGNED_IN),
    _SERVICE + "DeleteTrigger": Access(users=SIGNED_IN),
    _SERVICE + "SetUserLimits": Access(users=_ADMIN),
    _SERVICE + "ListRules": Access(users=_ADMIN),
    _SERVICE + "SetTierLimits": Access(users=_ADMIN),
    _SERVICE + "SetHouseLimits": Access(users=_ADMIN),
    _SERVICE + "ListProhibitions": Access(users=_ADMIN),
    _SERVICE + "SetProhibitions": Access(users=_ADMIN),
    _SERVICE + "ListReviews": Access(users=_ADMIN),
    _SERVICE + "DecideReview": Access(users=_ADMIN),
}

_HELD_MAX: Final = 20


class RiskServicer(risk_service_pb2_grpc.RiskServiceServicer):
    """oraculum.prediction.v1.RiskService."""

    def __init__(self, database: Database, book: TriggerBook, reviews: Reviews, clock: Clock) -> None:
        self._database = database
        self._book = book
        self._reviews = reviews
        self._clock = clock

    async def Kelly(self, request: pb.KellyRequest, context: Context) -> pb.KellyResponse:
        """Say how much to stake."""
        event_id = form.kelly(request)
        user = require_user()
        async with self._database.connection() as connection:
            market = await advice.open_market(connection, event_id, self._clock.now())
            standing = await rulings.standing(connection, user.id, market.asset, user.tier)
            caps = await advice.caps(connection, user.id, market, standing)
        return await advice.stake(market, request, caps)

    async def Impact(self, request: pb.ImpactRequest, context: Context) -> pb.ImpactResponse:
        """Say what an order does to the price."""
        event_id, order = advice.order(request)
        async with self._database.connection() as connection:
            market = await advice.open_market(connection, event_id, self._clock.now())
        return advice.impact(market, order)

    async def GetLimits(self, request: pb.GetLimitsRequest, context: Context) -> pb.GetLimitsResponse:
        """Give the caller's limits."""
        user = require_user()
        async with self._database.connection() as connection:
            assets = await rulings.limits_of(connection, user.id, user.tier)
        rows = [row for row in assets if request.asset in {"", row.asset}]
        return pb.GetLimitsResponse(tier=user.tier, assets=rows)

    async def GetExposure(self, request: pb.GetExposureRequest, context: Context) -> pb.GetExposureResponse:
        """Give what the caller has at stake."""
        user = require_user()
        async with self._database.connection() as connection:
            markets = await repository.exposures(connection, user.id)
            uses = await repository.uses(connection, user.id)
        return pb.GetExposureResponse(
            markets=map(wire.market_exposure, markets), categories=wire.category_exposures(uses)
        )

    async def GetHouseExposure(
        self, request: pb.GetHouseExposureRequest, context: Context
    ) -> pb.GetHouseExposureResponse:
        """Give what the market makers can lose."""
        limit = page_size(request.limit, default=50, maximum=500)
        async with self._database.connection() as connection:
            policy = await load(connection)
            totals = await repository.house_totals(connection)
            markets = await repository.house_markets(connection, limit)
        return pb.GetHouseExposureResponse(
            totals=[wire.house_total(row, policy.house.get(row.asset)) for row in totals],
            markets=map(wire.house_market, markets),
        )

    async def GetCorrelation(
        self, request: pb.GetCorrelationRequest, context: Context
    ) -> pb.GetCorrelationResponse:
        """Say how the prices of what the caller holds move together."""
        hours = form.hours(request.hours)
        async with self._database.connection() as connection:
            held = await repository.held_outcomes(connection, require_user().id, _HELD_MAX)
            series = await repository.hourly_prices(connection, held, hours)
        return pb.GetCorrelationResponse(
            held=[pb.HeldOutcome(event_id=str(event_id), outcome=outcome) for event_id, outcome in held],
            pairs=[pb.CorrelationPair(**pair._asdict()) for pair in correlation.pairs(series)],
            method=correlation.METHOD,
        )

    async def ListAlerts(self, request: pb.ListAlertsRequest, context: Context) -> pb.ListAlertsResponse:
        """Give a page of the caller's alerts."""
        limit = page_size(request.limit)
        async with self._database.connection() as connection:
            rows = await risk_alerts.of_user(
                connection,
                require_user().id,
                before=decode_cursor(request.cursor, datetime, UUID),
                row_count=limit + 1,
            )
        page = Page.cut(rows, limit, lambda row: (row.created_at, row.alert_id))
        return pb.ListAlertsResponse(alerts=map(alerts.wire, page.rows), next_cursor=page.next_cursor)

    async def CreateTrigger(
        self, request: pb.CreateTriggerRequest, context: Context
    ) -> pb.CreateTriggerResponse:
        """Let a sale wait for a price."""
        row = form.trigger(request, require_user().id)
        watched: list[risk_triggers.Waiting] = []

        async def create(connection: Connection) -> pb.CreateTriggerResponse:
            kept, number = await rulings.create_trigger(connection, row, self._clock.now())
            watched.append(
                risk_triggers.Waiting(
                    kept.trigger_id, number, kept.event_id, kept.outcome, kept.kind, kept.price
                )
            )
            return pb.CreateTriggerResponse(trigger=wire.trigger(kept))

        response = await idempotency.once(
            self._database, request, pb.CreateTriggerResponse, create, key=request.idempotency_key
        )
        for waiting in watched:
            self._book.add(waiting)
        return response

    async def GetTrigger(self, request: pb.GetTriggerRequest, context: Context) -> pb.GetTriggerResponse:
        """Give one trigger of the caller."""
        async with self._database.connection() as connection:
            row = await _own_trigger(connection, form.one_id("trigger_id", request.trigger_id))
        return pb.GetTriggerResponse(trigger=wire.trigger(row))

    async def ListTriggers(
        self, request: pb.ListTriggersRequest, context: Context
    ) -> pb.ListTriggersResponse:
        """Give a page of the caller's triggers."""
        event_id = form.one_id("event_id", request.event_id) if request.event_id else None
        limit = page_size(request.limit)
        async with self._database.connection() as connection:
            rows = await risk_triggers.of_user(
                connection,
                require_user().id,
                event_id=event_id,
                before=decode_cursor(request.cursor, datetime, UUID),
                row_count=limit + 1,
            )
        page = Page.cut(rows, limit, lambda row: (row.created_at, row.trigger_id))
        return pb.ListTriggersResponse(triggers=map(wire.trigger, page.rows), next_cursor=page.next_cursor)

    async def DeleteTrigger(
        self, request: pb.DeleteTriggerRequest, context: Context
    ) -> pb.DeleteTriggerResponse:
        """Take back a trigger."""
        trigger_id = form.one_id("trigger_id", request.trigger_id)
        async with self._database.connection() as connection:
            await _own_trigger(connection, trigger_id)
            await risk_triggers.cancel(connection, trigger_id, "TAKEN_BACK")
            row = await _own_trigger(connection, trigger_id)
        return pb.DeleteTriggerResponse(trigger=wire.trigger(row))

    async def SetUserLimits(
        self, request: pb.SetUserLimitsRequest, context: Context
    ) -> pb.SetUserLimitsResponse:
        """Set what one person may do."""
        user_id, asset, override, reason = form.override(request)
        actor_id = require_user().id
        if user_id == actor_id:
            raise OwnLimits
        async with self._database.transaction() as connection:
            await rulings.set_limits(
                connection,
                user_id,
                asset,
                override,
                reason=reason,
                by=actor_id,
                now=self._clock.now(),
            )
            rows = await rulings.limits_of(connection, user_id, "basic")
        return pb.SetUserLimitsResponse(limits=next(row for row in rows if row.asset == asset))

    async def ListRules(self, request: pb.ListRulesRequest, context: Context) -> pb.ListRulesResponse:
        """Give what tiers may do and what the market makers may lose."""
        async with self._database.connection() as connection:
            policy = await load(connection)
        tiers = sorted(policy.tiers.items(), key=lambda row: (row[0][1], row[0][0]))
        return pb.ListRulesResponse(
            tiers=[wire.tier_limits(tier, asset, limits) for (tier, asset), limits in tiers],
            house=[
                wire.house_limits(asset, policy)
                for asset in sorted(policy.house.keys() | policy.resting.keys())
            ],
        )

    async def SetTierLimits(
        self, request: pb.SetTierLimitsRequest, context: Context
    ) -> pb.SetTierLimitsResponse:
        """Set what people of a tier may do."""
        tier, asset, limits, reason = form.tier_limits(request)
        async with self._database.transaction() as connection:
            await rulings.set_tier_limits(
                connection, tier, asset, limits, reason=reason, now=self._clock.now()
            )
        return pb.SetTierLimitsResponse(limits=wire.tier_limits(tier, asset, limits))

    async def SetHouseLimits(
        self, request: pb.SetHouseLimitsRequest, context: Context
    ) -> pb.SetHouseLimitsResponse:
        """Set what the market makers of an asset may lose, and what rests there at least."""
        asset, limits, least, reason = form.house_limits(request)
        async with self._database.transaction() as connection:
            now = self._clock.now()
            await rulings.set_house_limits(connection, asset, limits, reason=reason, now=now)
            if least is not None:
                await rulings.set_least_resting(connection, asset, least, reason=reason, now=now)
            policy = await load(connection)
        return pb.SetHouseLimitsResponse(limits=wire.house_limits(asset, policy))

    async def ListProhibitions(
        self, request: pb.ListProhibitionsRequest, context: Context
    ) -> pb.ListProhibitionsResponse:
        """Give what nobody may buy into."""
        async with self._database.connection() as connection:
            policy = await load(connection)
        return pb.ListProhibitionsResponse(prohibitions=map(wire.prohibition, policy.prohibitions.values()))

    async def SetProhibitions(
        self, request: pb.SetProhibitionsRequest, context: Context
    ) -> pb.SetProhibitionsResponse:
        """Replace what nobody may buy into."""
        wanted = form.prohibitions(request)
        async with self._database.transaction() as connection:
            await rulings.set_prohibitions(connection, wanted, by=require_user().id, now=self._clock.now())
            policy = await load(connection)
        return pb.SetProhibitionsResponse(prohibitions=map(wire.prohibition, policy.prohibitions.values()))

    async def ListReviews(self, request: pb.ListReviewsRequest, context: Context) -> pb.ListReviewsResponse:
        """Give a page of reviews."""
        limit = page_size(request.limit)
        async with self._database.connection() as connection:
            rows = await risk_reviews.page(
                connection,
                request.status or risk_reviews.PENDING,
                after=decode_cursor(request.cursor, datetime, UUID),
                row_count=limit + 1,
            )
        page = Page.cut(rows, limit, lambda row: (row.created_at or row.received_at, row.order_id))
        return pb.ListReviewsResponse(reviews=map(wire.review, page.rows), next_cursor=page.next_cursor)

    async def DecideReview(
        self, request: pb.DecideReviewRequest, context: Context
    ) -> pb.DecideReviewResponse:
        """Let an order pass or turn it away."""
        order_id = form.one_id("order_id", request.order_id)
        row = await self._reviews.decide(
            order_id, approve=request.approve, by=require_user().id, note=form.note(request.note)
        )
        return pb.DecideReviewResponse(review=wire.review(row))


async def _own_trigger(connection: Connection, trigger_id: UUID) -> risk_triggers.TriggerRow:
    row = await risk_triggers.by_id(connection, trigger_id)
    missing = TriggerNotFound(trigger_id=trigger_id)
    if row is None:
        raise missing
    require_owner(row.user_id, missing=missing)
    return row
