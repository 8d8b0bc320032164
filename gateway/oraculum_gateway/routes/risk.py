"""Limits, exposure, sizing and triggers of the caller."""

from typing import Final

from oraculum.prediction.v1 import risk_service_pb2 as pb
from oraculum.wallet.v1 import wallet_service_pb2 as wallet
from oraculum_gateway.assets import EventAssets
from oraculum_gateway.money import amount_in, amount_out, price_in, price_out, refuse, shares_in, units_out
from oraculum_gateway.route import Call, Created, Limit, Route, Who
from oraculum_gateway.routes.trading import SIDES
from oraculum_gateway.services import Services
from oraculum_gateway.shapes import risk as shapes
from oraculum_gateway.shapes.base import Listed, PageQuery, listed_by_cursor
from oraculum_kit.timestamps import from_wire
from oraculum_money import Asset, Price, Units, format_price

_assets: Final = EventAssets()
_TRIGGERS: Final[dict[shapes.TriggerName, pb.TriggerKind.ValueType]] = {
    "stop_loss": pb.TRIGGER_KIND_STOP_LOSS,
    "take_profit": pb.TRIGGER_KIND_TAKE_PROFIT,
}
_TRIGGER_NAMES: Final = {kind: name for name, kind in _TRIGGERS.items()}
_TRIGGER_STATUSES: Final[dict[int, shapes.TriggerStatus]] = {
    pb.TRIGGER_STATUS_WAITING: "waiting",
    pb.TRIGGER_STATUS_FIRED: "fired",
    pb.TRIGGER_STATUS_DONE: "done",
    pb.TRIGGER_STATUS_FAILED: "failed",
    pb.TRIGGER_STATUS_CANCELLED: "cancelled",
}
_ALERTS: Final[dict[int, shapes.AlertName]] = {
    pb.ALERT_KIND_LIMIT_REACHED: "limit_reached",
    pb.ALERT_KIND_TRIGGER_FIRED: "trigger_fired",
    pb.ALERT_KIND_TRIGGER_FAILED: "trigger_failed",
    pb.ALERT_KIND_ORDER_HELD: "order_held",
    pb.ALERT_KIND_ORDER_REVIEWED: "order_reviewed",
}
_ORDERS: Final = "orders_per_minute"


async def kelly(call: Call) -> shapes.KellyOut:
    """How much to stake."""
    body: shapes.KellyIn = call.body
    event_id = str(body.event_id)
    trading_asset = await _assets.of(call.services, event_id)
    bankroll = (
        amount_in("bankroll", body.bankroll, trading_asset)
        if body.bankroll is not None
        else await _available(call.services, trading_asset)
    )
    request = pb.KellyRequest(
        event_id=event_id,
        outcome=body.outcome,
        probability_millionths=price_in("probability", body.probability),
        bankroll_units=bankroll,
    )
    if body.fraction is not None:
        request.fraction_millionths = price_in("fraction", body.fraction)
        if not request.fraction_millionths:
            raise refuse("fraction", "must be above 0")
    if body.max_stake is not None:
        request.max_units = amount_in("max_stake", body.max_stake, trading_asset)
    answer = await call.services.risk.Kelly(request)
    return shapes.KellyOut(
        stake=amount_out(answer.stake),
        full_stake=amount_out(answer.full_stake),
        part=price_out(answer.stake_millionths),
        shares=units_out(answer.shares, answer.stake.asset),
        fee=amount_out(answer.fee),
        average_price=price_out(answer.average_price_millionths) if answer.shares else None,
        price=price_out(answer.price_millionths),
        asset=answer.stake.asset,
        capped_by=answer.capped_by or None,
    )


async def impact(call: Call) -> shapes.ImpactOut:
    """What an order does to the price."""
    body: shapes.ImpactIn = call.body
    event_id = str(body.event_id)
    trading_asset = await _assets.of(call.services, event_id)
    request = pb.ImpactRequest(event_id=event_id, outcome=body.outcome, side=SIDES[body.side])
    if body.amount is not None:
        request.amount_units = amount_in("amount", body.amount, trading_asset)
    elif body.shares is not None:
        request.shares = shares_in("shares", body.shares, trading_asset)
    answer = await call.services.risk.Impact(request)
    code = answer.gross.asset
    return shapes.ImpactOut(
        shares=units_out(answer.shares, code),
        gross=amount_out(answer.gross),
        fee=amount_out(answer.fee),
        asset=code,
        price_before=price_out(answer.price_before_millionths),
        price_after=price_out(answer.price_after_millionths),
        average_price=price_out(answer.average_price_millionths),
        slippage=signed_out(answer.slippage_millionths),
        steps=[
            shapes.ImpactStepOut(
                price=price_out(step.price_millionths),
                amount=units_out(step.amount_units, code),
                shares=units_out(step.shares, code),
            )
            for step in answer.steps
        ],
    )


async def limits(call: Call) -> shapes.LimitsOut:
    """My limits."""
    query: shapes.LimitsQuery = call.query
    answer = await call.services.risk.GetLimits(pb.GetLimitsRequest(asset=query.asset))
    return shapes.LimitsOut(tier=answer.tier, data=[told_limits(row) for row in answer.assets])


async def exposure(call: Call) -> shapes.ExposureOut:
    """What I have at stake."""
    answer = await call.services.risk.GetExposure(pb.GetExposureRequest())
    return shapes.ExposureOut(
        events=[
            shapes.MarketExposureOut(
                event_id=row.event_id,
                category=row.category,
                cost=amount_out(row.cost),
                value=amount_out(row.value),
                best_payout=amount_out(row.best_payout),
                worst_payout=amount_out(row.worst_payout),
                asset=row.cost.asset,
            )
            for row in answer.markets
        ],
        categories=[
            shapes.CategoryExposureOut(
                category=row.category,
                at_stake=amount_out(row.at_stake),
                part=price_out(row.share_millionths),
                asset=row.at_stake.asset,
            )
            for row in answer.categories
        ],
    )


async def correlation(call: Call) -> shapes.CorrelationOut:
    """How what I hold moves together."""
    query: shapes.CorrelationQuery = call.query
    answer = await call.services.risk.GetCorrelation(pb.GetCorrelationRequest(hours=query.hours))
    return shapes.CorrelationOut(
        held=[shapes.HeldOut(event_id=row.event_id, outcome=row.outcome) for row in answer.held],
        pairs=[
            shapes.PairOut(
                first=row.first,
                second=row.second,
                coefficient=signed_out(row.coefficient_millionths),
                samples=row.sample_count,
            )
            for row in answer.pairs
        ],
        method=answer.method,
    )


async def alerts(call: Call) -> Listed[shapes.AlertOut]:
    """What I should know."""
    query: PageQuery = call.query
    answer = await call.services.risk.ListAlerts(pb.ListAlertsRequest(limit=query.limit, cursor=query.cursor))
    rows = [
        shapes.AlertOut(
            id=row.alert_id,
            kind=_ALERTS[row.kind],
            subject=row.subject.lower(),
            message=row.message,
            event_id=row.event_id or None,
            order_id=row.order_id or None,
            created_at=from_wire(row.created_at),
        )
        for row in answer.alerts
    ]
    return listed_by_cursor(rows, query, answer.next_cursor)


async def create_trigger(call: Call) -> Created:
    """Let a sale wait for a price."""
    body: shapes.TriggerIn = call.body
    event_id = str(body.event_id)
    trading_asset = await _assets.of(call.services, event_id)
    request = pb.CreateTriggerRequest(
        event_id=event_id,
        outcome=body.outcome,
        kind=_TRIGGERS[body.kind],
        price_millionths=price_in("price", body.price),
        idempotency_key=call.idempotency_key,
    )
    if body.shares is not None:
        request.shares = shares_in("shares", body.shares, trading_asset)
    if body.min_price is not None:
        request.limit_price_millionths = price_in("min_price", body.min_price)
    answer = await call.services.risk.CreateTrigger(request)
    told = _trigger(answer.trigger, trading_asset)
    return Created(told, f"/api/v1/risk/triggers/{told.id}")


async def triggers(call: Call) -> Listed[shapes.TriggerOut]:
    """My triggers, newest first."""
    query: shapes.TriggersQuery = call.query
    answer = await call.services.risk.ListTriggers(
        pb.ListTriggersRequest(event_id=query.event_id, limit=query.limit, cursor=query.cursor)
    )
    rows = [_trigger(row, await _assets.of(call.services, row.event_id)) for row in answer.triggers]
    return listed_by_cursor(rows, query, answer.next_cursor)


async def one_trigger(call: Call) -> shapes.TriggerOut:
    """One of my triggers."""
    answer = await call.services.risk.GetTrigger(pb.GetTriggerRequest(trigger_id=str(call.id("id"))))
    return _trigger(answer.trigger, await _assets.of(call.services, answer.trigger.event_id))


async def delete_trigger(call: Call) -> shapes.TriggerOut:
    """Take back one of my triggers."""
    answer = await call.services.risk.DeleteTrigger(pb.DeleteTriggerRequest(trigger_id=str(call.id("id"))))
    return _trigger(answer.trigger, await _assets.of(call.services, answer.trigger.event_id))


def told_limits(row: pb.AssetLimits) -> shapes.AssetLimitsOut:
    """All limits of somebody in one asset."""

    def told(use: pb.LimitUse, count: int) -> str:
        return str(count) if use.rule == _ORDERS else units_out(count, row.asset)

    return shapes.AssetLimitsOut(
        asset=row.asset,
        blocked=row.blocked,
        limits=[
            shapes.LimitOut.model_validate(
                {
                    "rule": use.rule,
                    "category": use.category or None,
                    "limit": told(use, use.limit),
                    "used": told(use, use.used),
                    "left": told(use, use.left),
                }
            )
            for use in row.limits
        ],
    )


def signed_out(millionths: int) -> str:
    """A difference of prices, or a coefficient, as decimal text."""
    return ("-" if millionths < 0 else "") + format_price(Price(abs(millionths)))


def _trigger(row: pb.Trigger, of: Asset) -> shapes.TriggerOut:
    return shapes.TriggerOut(
        id=row.trigger_id,
        event_id=row.event_id,
        outcome=row.outcome,
        kind=_TRIGGER_NAMES[row.kind],
        price=price_out(row.price_millionths),
        shares=units_out(row.shares, of.code) if row.shares else None,
        min_price=price_out(row.limit_price_millionths) if row.limit_price_millionths else None,
        status=_TRIGGER_STATUSES[row.status],
        order_id=row.order_id or None,
        reason=row.reason.lower() or None,
        created_at=from_wire(row.created_at),
        fired_at=from_wire(row.fired_at) if row.HasField("fired_at") else None,
    )


async def _available(services: Services, of: Asset) -> Units:
    """What the caller could stake."""
    answer = await services.wallet.GetBalances(wallet.GetBalancesRequest())
    for balance in answer.balances:
        if balance.available.asset == of.code and balance.available.units > 0:
            return Units(balance.available.units)
    raise refuse("bankroll", f"you have no {of.code}; say what you would play with")


_EXAMPLE_EVENT: Final = "01890000-0000-7000-8000-000000000001"

ROUTES: Final = (
    Route(
        method="POST", path="/risk/kelly", name="adviseStake", tag="risk", handler=kelly,
        summary="How much to stake, by my own probability", who=Who.SIGNED_IN, body=shapes.KellyIn,
        answer=shapes.KellyOut,
        example={"event_id": _EXAMPLE_EVENT, "outcome": 1, "probability": "0.62", "fraction": "0.5"},
        refusals={404: "market_not_found", 409: "market_not_open"},
    ),
    Route(
        method="POST", path="/risk/impact", name="measureImpact", tag="risk", handler=impact,
        summary="What an order does to the price", body=shapes.ImpactIn, answer=shapes.ImpactOut,
        example={"event_id": _EXAMPLE_EVENT, "outcome": 1, "amount": "250.00"},
        refusals={404: "market_not_found", 409: "market_not_open or price_out_of_bounds"},
    ),
    Route(
        method="GET", path="/risk/limits", name="getLimits", tag="risk", handler=limits,
        summary="My limits, what is used and what is left", who=Who.SIGNED_IN, query=shapes.LimitsQuery,
        answer=shapes.LimitsOut,
    ),
    Route(
        method="GET", path="/risk/exposure", name="getExposure", tag="risk", handler=exposure,
        summary="What I have at stake", who=Who.SIGNED_IN, answer=shapes.ExposureOut,
    ),
    Route(
        method="GET", path="/risk/correlation", name="getCorrelation", tag="risk", handler=correlation,
        summary="How the prices of what I hold move together", who=Who.SIGNED_IN,
        query=shapes.CorrelationQuery, answer=shapes.CorrelationOut,
    ),
    Route(
        method="GET", path="/risk/alerts", name="listAlerts", tag="risk", handler=alerts,
        summary="What I should know of my limits, triggers and held orders", who=Who.SIGNED_IN,
        query=PageQuery, answer=Listed[shapes.AlertOut],
    ),
    Route(
        method="POST", path="/risk/triggers", name="createTrigger", tag="risk", handler=create_trigger,
        summary="Sell when the price gets there", who=Who.SIGNED_IN, limit=Limit.COMMAND, command=True,
        body=shapes.TriggerIn, answer=shapes.TriggerOut, status=201,
        example={"event_id": _EXAMPLE_EVENT, "outcome": 1, "kind": "stop_loss", "price": "0.35"},
        refusals={404: "market_not_found", 409: "market_not_open, nothing_to_sell or triggers_full"},
    ),
    Route(
        method="GET", path="/risk/triggers", name="listTriggers", tag="risk", handler=triggers,
        summary="My triggers, newest first", who=Who.SIGNED_IN, query=shapes.TriggersQuery,
        answer=Listed[shapes.TriggerOut],
    ),
    Route(
        method="GET", path="/risk/triggers/{id}", name="getTrigger", tag="risk", handler=one_trigger,
        summary="One of my triggers", who=Who.SIGNED_IN, answer=shapes.TriggerOut,
        refusals={404: "trigger_not_found"},
    ),
    Route(
        method="DELETE", path="/risk/triggers/{id}", name="deleteTrigger", tag="risk",
        handler=delete_trigger, summary="Take back a trigger that waits", who=Who.SIGNED_IN,
        limit=Limit.COMMAND, command=True, answer=shapes.TriggerOut, refusals={404: "trigger_not_found"},
    ),
)  # fmt: skip
