"""What administrators decide about limits, prohibitions and held orders."""

from decimal import Decimal
from typing import Final

from oraculum.prediction.v1 import risk_service_pb2 as pb
from oraculum_gateway.assets import EventAssets
from oraculum_gateway.money import amount_out, asset_in, price_out, refuse, units_out
from oraculum_gateway.route import Call, Limit, Route, Who
from oraculum_gateway.routes.risk import told_limits
from oraculum_gateway.routes.trading import SIDE_NAMES
from oraculum_gateway.shapes import risk as shapes
from oraculum_gateway.shapes import rules as rule_shapes
from oraculum_gateway.shapes.base import Listed, listed_by_cursor
from oraculum_kit.timestamps import from_wire
from oraculum_money import Asset, MoneyError, Units, parse_units

_assets: Final = EventAssets()
_KINDS: Final[dict[shapes.ProhibitionName, pb.ProhibitionKind.ValueType]] = {
    "market": pb.PROHIBITION_KIND_MARKET,
    "category": pb.PROHIBITION_KIND_CATEGORY,
}
_KIND_NAMES: Final = {kind: name for name, kind in _KINDS.items()}
_STATUSES: Final[dict[shapes.ReviewStatus, pb.ReviewStatus.ValueType]] = {
    "pending": pb.REVIEW_STATUS_PENDING,
    "approved": pb.REVIEW_STATUS_APPROVED,
    "placed": pb.REVIEW_STATUS_PLACED,
    "rejected": pb.REVIEW_STATUS_REJECTED,
}
_STATUS_NAMES: Final = {status: name for name, status in _STATUSES.items()}


async def house(call: Call) -> shapes.HouseExposureOut:
    """What the house can still lose."""
    query: shapes.HouseQuery = call.query
    answer = await call.services.risk.GetHouseExposure(pb.GetHouseExposureRequest(limit=query.limit))
    return shapes.HouseExposureOut(
        totals=[
            shapes.HouseTotalOut(
                asset=row.exposure.asset,
                exposure=amount_out(row.exposure),
                markets=row.market_count,
                market_limit=amount_out(row.market_limit) if row.HasField("market_limit") else None,
                total_limit=amount_out(row.total_limit) if row.HasField("total_limit") else None,
            )
            for row in answer.totals
        ],
        events=[
            shapes.HouseMarketOut(
                event_id=row.event_id,
                category=row.category,
                subsidy=amount_out(row.subsidy),
                exposure=amount_out(row.exposure),
                asset=row.exposure.asset,
            )
            for row in answer.markets
        ],
    )


async def set_limits(call: Call) -> shapes.AssetLimitsOut:
    """Set what one person may do."""
    body: shapes.UserLimitsIn = call.body
    of = asset_in("asset", body.asset)
    request = pb.SetUserLimitsRequest(
        user_id=str(call.id("id")),
        asset=of.code,
        order_units=_limit("order", body.order, of),
        market_units=_limit("market", body.market, of),
        category_units=_limit("category", body.category, of),
        day_stake_units=_limit("day_stake", body.day_stake, of),
        week_stake_units=_limit("week_stake", body.week_stake, of),
        day_loss_units=_limit("day_loss", body.day_loss, of),
        week_loss_units=_limit("week_loss", body.week_loss, of),
        minute_orders=body.orders_per_minute,
        blocked=body.blocked,
        reason=body.reason,
    )
    answer = await call.services.risk.SetUserLimits(request)
    return told_limits(answer.limits)


async def rules(call: Call) -> rule_shapes.RulesOut:
    """What tiers may do and what the house may lose."""
    answer = await call.services.risk.ListRules(pb.ListRulesRequest())
    return rule_shapes.RulesOut(tiers=list(map(_tier, answer.tiers)), house=list(map(_house, answer.house)))


async def set_tier_limits(call: Call) -> rule_shapes.TierLimitsOut:
    """Set what people of a tier may do."""
    body: rule_shapes.TierLimitsIn = call.body
    of = asset_in("asset", body.asset)
    limits = pb.TierLimits(
        tier=body.tier,
        asset=of.code,
        order_units=_limit("order", body.order, of),
        market_units=_limit("market", body.market, of),
        category_units=_limit("category", body.category, of),
        day_stake_units=_limit("day_stake", body.day_stake, of),
        week_stake_units=_limit("week_stake", body.week_stake, of),
        day_loss_units=_limit("day_loss", body.day_loss, of),
        week_loss_units=_limit("week_loss", body.week_loss, of),
        minute_orders=body.orders_per_minute,
    )
    answer = await call.services.risk.SetTierLimits(
        pb.SetTierLimitsRequest(limits=limits, reason=body.reason)
    )
    return _tier(answer.limits)


async def set_house_limits(call: Call) -> rule_shapes.HouseLimitsOut:
    """Set what the house may lose."""
    body: rule_shapes.HouseLimitsIn = call.body
    of = asset_in("asset", body.asset)
    limits = pb.HouseLimits(
        asset=of.code,
        market_units=_limit("market", body.market, of),
        total_units=_limit("total", body.total, of),
        least_resting_units=_limit("least_resting", body.least_resting, of),
    )
    answer = await call.services.risk.SetHouseLimits(
        pb.SetHouseLimitsRequest(limits=limits, reason=body.reason)
    )
    return _house(answer.limits)


async def prohibitions(call: Call) -> shapes.ProhibitionsOut:
    """What nobody may buy into."""
    answer = await call.services.risk.ListProhibitions(pb.ListProhibitionsRequest())
    return _prohibitions(list(answer.prohibitions))


async def set_prohibitions(call: Call) -> shapes.ProhibitionsOut:
    """Replace what nobody may buy into."""
    body: shapes.ProhibitionsIn = call.body
    request = pb.SetProhibitionsRequest(
        prohibitions=[
            pb.Prohibition(kind=_KINDS[row.kind], subject=row.subject, reason=row.reason) for row in body.data
        ]
    )
    answer = await call.services.risk.SetProhibitions(request)
    return _prohibitions(list(answer.prohibitions))


async def reviews(call: Call) -> Listed[shapes.ReviewOut]:
    """Orders that wait for somebody to look at them."""
    query: shapes.ReviewsQuery = call.query
    answer = await call.services.risk.ListReviews(
        pb.ListReviewsRequest(status=_STATUSES[query.status], limit=query.limit, cursor=query.cursor)
    )
    rows = [_review(row, await _assets.of(call.services, row.event_id)) for row in answer.reviews]
    return listed_by_cursor(rows, query, answer.next_cursor)


async def decide(call: Call) -> shapes.ReviewOut:
    """Let an order pass or turn it away."""
    body: shapes.DecisionIn = call.body
    answer = await call.services.risk.DecideReview(
        pb.DecideReviewRequest(
            order_id=str(call.id("id")), approve=body.decision == "approve", note=body.note
        )
    )
    return _review(answer.review, await _assets.of(call.services, answer.review.event_id))


def _limit(field: str, value: Decimal | None, of: Asset) -> Units | None:
    """A limit that a client sends; nothing at all is a limit, too."""
    if value is None:
        return None
    try:
        units = parse_units(value, of)
    except MoneyError as error:
        raise refuse(field, str(error)) from error
    if units < 0:
        raise refuse(field, "must not be negative")
    return units


def _tier(row: pb.TierLimits) -> rule_shapes.TierLimitsOut:
    return rule_shapes.TierLimitsOut(
        tier=row.tier,
        asset=row.asset,
        order=units_out(row.order_units, row.asset),
        market=units_out(row.market_units, row.asset),
        category=units_out(row.category_units, row.asset),
        day_stake=units_out(row.day_stake_units, row.asset),
        week_stake=units_out(row.week_stake_units, row.asset),
        day_loss=units_out(row.day_loss_units, row.asset),
        week_loss=units_out(row.week_loss_units, row.asset),
        orders_per_minute=row.minute_orders,
    )


def _house(row: pb.HouseLimits) -> rule_shapes.HouseLimitsOut:
    return rule_shapes.HouseLimitsOut(
        asset=row.asset,
        market=units_out(row.market_units, row.asset) if row.HasField("market_units") else None,
        total=units_out(row.total_units, row.asset) if row.HasField("total_units") else None,
        least_resting=(
            units_out(row.least_resting_units, row.asset) if row.HasField("least_resting_units") else None
        ),
    )


def _prohibitions(rows: list[pb.Prohibition]) -> shapes.ProhibitionsOut:
    return shapes.ProhibitionsOut(
        data=[
            shapes.ProhibitionOut(
                kind=_KIND_NAMES[row.kind],
                subject=row.subject,
                reason=row.reason,
                set_at=from_wire(row.set_at),
            )
            for row in rows
        ]
    )


def _review(row: pb.Review, of: Asset) -> shapes.ReviewOut:
    return shapes.ReviewOut(
        id=row.order_id,
        user_id=row.user_id,
        event_id=row.event_id,
        outcome=row.outcome,
        side=SIDE_NAMES[row.side],
        amount=units_out(row.asked_units, of.code) if row.asked_units else None,
        shares=units_out(row.asked_shares, of.code) if row.asked_shares else None,
        limit_price=price_out(row.limit_price_millionths) if row.limit_price_millionths else None,
        score=row.score,
        signals=[shapes.SignalOut(name=signal.name, points=signal.points) for signal in row.signals],
        status=_STATUS_NAMES[row.status],
        created_at=from_wire(row.created_at),
        decided_at=from_wire(row.decided_at) if row.HasField("decided_at") else None,
        decided_by=row.decided_by or None,
        note=row.note or None,
    )


_TIER: Final = {
    "tier": "verified",
    "asset": "USDC",
    "order": "50000.00",
    "market": "250000.00",
    "category": "1000000.00",
    "day_stake": "500000.00",
    "week_stake": "2500000.00",
    "day_loss": "250000.00",
    "week_loss": "1000000.00",
    "orders_per_minute": 1200,
    "reason": "decided by the risk committee",
}

ROUTES: Final = (
    Route(
        method="GET", path="/admin/exposure", name="adminGetExposure", tag="admin", handler=house,
        summary="What the house can still lose", who=Who.ADMIN, query=shapes.HouseQuery,
        answer=shapes.HouseExposureOut,
    ),
    Route(
        method="POST", path="/admin/users/{id}/limits", name="adminSetLimits", tag="admin",
        handler=set_limits, summary="Set what one person may do", who=Who.ADMIN, limit=Limit.COMMAND,
        command=True, body=shapes.UserLimitsIn, answer=shapes.AssetLimitsOut,
        example={"asset": "USDC", "order": "100.00", "reason": "asked for it"},
    ),
    Route(
        method="GET", path="/admin/limits", name="adminListLimits", tag="admin", handler=rules,
        summary="What tiers may do, and what the house may lose", who=Who.ADMIN, answer=rule_shapes.RulesOut,
    ),
    Route(
        method="PUT", path="/admin/limits/tiers", name="adminSetTierLimits", tag="admin",
        handler=set_tier_limits, summary="Set what people of a tier may do, from their next bet on",
        who=Who.ADMIN, limit=Limit.COMMAND, command=True, body=rule_shapes.TierLimitsIn,
        answer=rule_shapes.TierLimitsOut, example=_TIER,
    ),
    Route(
        method="PUT", path="/admin/limits/house", name="adminSetHouseLimits", tag="admin",
        handler=set_house_limits, summary="Set what the house may lose, and what rests at least, from the next bet on",
        who=Who.ADMIN, limit=Limit.COMMAND, command=True, body=rule_shapes.HouseLimitsIn,
        answer=rule_shapes.HouseLimitsOut,
        example={
            "asset": "USDC",
            "market": "5000000.00",
            "total": "1000000000.00",
            "least_resting": "0.10",
            "reason": "capital of the season",
        },
    ),
    Route(
        method="GET", path="/admin/prohibited", name="adminListProhibited", tag="admin",
        handler=prohibitions, summary="What nobody may buy into", who=Who.ADMIN,
        answer=shapes.ProhibitionsOut,
    ),
    Route(
        method="PUT", path="/admin/prohibited", name="adminSetProhibited", tag="admin",
        handler=set_prohibitions, summary="Replace what nobody may buy into", who=Who.ADMIN,
        limit=Limit.COMMAND, command=True, body=shapes.ProhibitionsIn, answer=shapes.ProhibitionsOut,
        example={"data": [{"kind": "category", "subject": "weather", "reason": "not licensed"}]},
    ),
    Route(
        method="GET", path="/admin/reviews", name="adminListReviews", tag="admin", handler=reviews,
        summary="Orders that wait for somebody to look at them", who=Who.ADMIN, query=shapes.ReviewsQuery,
        answer=Listed[shapes.ReviewOut],
    ),
    Route(
        method="POST", path="/admin/reviews/{id}/decide", name="adminDecideReview", tag="admin",
        handler=decide, summary="Let an order pass or turn it away", who=Who.ADMIN, limit=Limit.COMMAND,
        command=True, body=shapes.DecisionIn, answer=shapes.ReviewOut,
        example={"decision": "approve", "note": "knows the person"},
        refusals={404: "review_not_found", 409: "review_decided"},
    ),
)  # fmt: skip
