"""Risk's things as the contract shows them."""

from collections.abc import Mapping
from typing import Final

from oraculum.prediction.v1 import prediction_service_pb2 as prediction
from oraculum.prediction.v1 import risk_service_pb2 as pb
from oraculum_kit.timestamps import to_wire, to_wire_optional
from oraculum_money import PRICE_ONE, Units
from oraculum_prediction.repository.risk import Exposure, HouseTotal
from oraculum_prediction.repository.risk import HouseMarket as HouseMarketRow
from oraculum_prediction.repository.risk_reviews import ReviewRow
from oraculum_prediction.repository.risk_triggers import WAITING, TriggerRow
from oraculum_prediction.risk.house import HouseLimits
from oraculum_prediction.risk.limits import NO_USE, Limits, Rule, Use
from oraculum_prediction.risk.policy import Policy, Prohibition
from oraculum_prediction.risk.triggers import order_id
from oraculum_prediction.wire import amount

_NO_CATEGORY: Final = ""


def limit_use(rule: Rule, limit: int, used: int, category: str = _NO_CATEGORY) -> pb.LimitUse:
    """One limit with what is used of it."""
    return pb.LimitUse(rule=rule, category=category, limit=limit, used=used, left=max(0, limit - used))


def asset_limits(
    asset: str, limits: Limits, uses: Mapping[tuple[str, str], Use], *, blocked: bool
) -> pb.AssetLimits:
    """All limits of a person in one asset; `uses` are by asset and category."""
    use = uses.get((asset, ""), NO_USE)
    rows = [
        limit_use(Rule.ORDER, limits.order_units, 0),
        limit_use(Rule.MARKET, limits.market_units, 0),
        limit_use(Rule.CATEGORY, limits.category_units, 0),
        *(
            limit_use(Rule.CATEGORY, limits.category_units, of_category.at_stake_units, category)
            for (code, category), of_category in uses.items()
            if code == asset and category and of_category.at_stake_units > 0
        ),
        limit_use(Rule.DAY_STAKE, limits.day_stake_units, use.day_stake_units + use.resting_units),
        limit_use(Rule.WEEK_STAKE, limits.week_stake_units, use.week_stake_units + use.resting_units),
        limit_use(Rule.DAY_LOSS, limits.day_loss_units, use.day_loss_units),
        limit_use(Rule.WEEK_LOSS, limits.week_loss_units, use.week_loss_units),
        limit_use(Rule.ORDERS_PER_MINUTE, limits.minute_orders, use.minute_orders),
    ]
    return pb.AssetLimits(asset=asset, blocked=blocked, limits=rows)


def market_exposure(row: Exposure) -> pb.MarketExposure:
    """What a person has at stake in one market."""
    return pb.MarketExposure(
        event_id=str(row.event_id),
        category=row.category,
        cost=amount(row.cost_units, row.asset),
        value=amount(row.value_units, row.asset),
        best_payout=amount(row.best_units, row.asset),
        worst_payout=amount(row.worst_units, row.asset),
    )


def category_exposures(uses: Mapping[tuple[str, str], Use]) -> list[pb.CategoryExposure]:
    """What a person has at stake in each category, and which part of all in that asset it is."""
    rows = []
    for (asset, category), use in uses.items():
        if not category or use.at_stake_units <= 0:
            continue
        total = max(use.at_stake_units, uses.get((asset, ""), use).at_stake_units)
        rows.append(
            pb.CategoryExposure(
                category=category,
                at_stake=amount(use.at_stake_units, asset),
                share_millionths=use.at_stake_units * PRICE_ONE // total,
            )
        )
    return rows


def house_total(row: HouseTotal, limits: HouseLimits | None) -> pb.HouseTotal:
    """What all market makers of an asset can lose."""
    message = pb.HouseTotal(exposure=amount(row.exposure_units, row.asset), market_count=row.markets)
    if limits is not None:
        message.market_limit.CopyFrom(amount(limits.market_units, row.asset))
        message.total_limit.CopyFrom(amount(limits.total_units, row.asset))
    return message


def tier_limits(tier: str, asset: str, limits: Limits) -> pb.TierLimits:
    """What people of a tier may do."""
    return pb.TierLimits(tier=tier, asset=asset, **limits._asdict())


def house_limits(asset: str, policy: Policy) -> pb.HouseLimits:
    """What the market makers of an asset may lose, and what rests there at least."""
    limits = policy.house.get(asset)
    return pb.HouseLimits(
        asset=asset,
        **(limits._asdict() if limits is not None else {}),
        least_resting_units=policy.resting.get(asset),
    )


def house_market(row: HouseMarketRow) -> pb.HouseMarket:
    """What one market maker can lose."""
    return pb.HouseMarket(
        event_id=str(row.event_id),
        category=row.category,
        subsidy=amount(row.subsidy_units, row.asset),
        exposure=amount(row.exposure_units, row.asset),
    )


def trigger(row: TriggerRow) -> pb.Trigger:
    """A trigger as its owner sees it."""
    return pb.Trigger(
        trigger_id=str(row.trigger_id),
        user_id=str(row.user_id),
        event_id=str(row.event_id),
        outcome=row.outcome,
        kind=pb.TriggerKind.ValueType(row.kind),
        price_millionths=row.price,
        shares=row.shares or 0,
        limit_price_millionths=row.limit_price or 0,
        status=pb.TriggerStatus.ValueType(row.status),
        order_id="" if row.status == WAITING or row.fired_at is None else str(order_id(row.trigger_id)),
        reason=row.reason or "",
        created_at=to_wire(row.created_at),
        fired_at=to_wire_optional(row.fired_at),
    )


def prohibition(row: Prohibition) -> pb.Prohibition:
    """What nobody may buy into."""
    return pb.Prohibition(
        kind=pb.ProhibitionKind.ValueType(row.kind),
        subject=row.subject,
        reason=row.reason,
        set_at=to_wire(row.set_at),
    )


def review(row: ReviewRow) -> pb.Review:
    """A review as administrators see it."""
    return pb.Review(
        order_id=str(row.order_id),
        user_id=str(row.user_id),
        event_id=str(row.event_id),
        outcome=row.outcome,
        side=prediction.Side.ValueType(row.side),
        asked_units=row.amount_units or Units(0),
        asked_shares=row.asked_shares or 0,
        limit_price_millionths=row.limit_price or 0,
        score=row.score,
        signals=[pb.ReviewSignal(name=name, points=points) for name, points in row.signals.items()],
        status=pb.ReviewStatus.ValueType(row.status),
        created_at=to_wire(row.created_at or row.received_at),
        decided_at=to_wire_optional(row.decided_at),
        decided_by=str(row.decided_by) if row.decided_by else "",
        note=row.note,
    )
