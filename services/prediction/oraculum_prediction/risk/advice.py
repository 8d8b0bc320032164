"""What is asked before betting: how much, and what it does to the price."""

from datetime import datetime
from uuid import UUID

from oraculum.prediction.v1 import prediction_service_pb2 as prediction
from oraculum.prediction.v1 import risk_service_pb2 as pb
from oraculum_kit.db import Connection
from oraculum_money import PRICE_ONE, Units
from oraculum_prediction import form, wire
from oraculum_prediction.errors import MarketNotFound, MarketNotOpen, UnknownOutcome
from oraculum_prediction.pricing import Order, Refusal, Side, quote
from oraculum_prediction.refusals import refusal
from oraculum_prediction.repository import markets
from oraculum_prediction.repository import risk as repository
from oraculum_prediction.repository.markets import MarketRow
from oraculum_prediction.risk import sizing
from oraculum_prediction.risk.limits import NO_USE, Rule
from oraculum_prediction.risk.rulings import PersonalLimits


async def open_market(connection: Connection, event_id: UUID, now: datetime) -> MarketRow:
    """A market that trades."""
    row = await markets.market(connection, event_id)
    if row is None:
        raise MarketNotFound(event_id=event_id)
    if row.status != markets.OPEN or row.locks_at <= now:
        raise MarketNotOpen(event_id=event_id)
    return row


async def caps(
    connection: Connection, user_id: UUID, market: MarketRow, standing: PersonalLimits
) -> dict[str, Units]:
    """What each limit leaves for one purchase here, by its name."""
    limits, uses = standing
    use = uses.get((market.asset, ""), NO_USE)
    category = uses.get((market.asset, market.category), NO_USE)
    here = sum(
        row.cost_units
        for row in await repository.exposures(connection, user_id)
        if row.event_id == market.event_id
    )
    lost = use.day_loss_units >= limits.day_loss_units
    lost_week = use.week_loss_units >= limits.week_loss_units
    left = {
        Rule.ORDER: limits.order_units,
        Rule.MARKET: limits.market_units - here,
        Rule.CATEGORY: limits.category_units - category.at_stake_units,
        Rule.DAY_STAKE: limits.day_stake_units - use.day_stake_units - use.resting_units,
        Rule.WEEK_STAKE: limits.week_stake_units - use.week_stake_units - use.resting_units,
        Rule.DAY_LOSS: 0 if lost else limits.order_units,
        Rule.WEEK_LOSS: 0 if lost_week else limits.order_units,
    }
    return {rule: Units(max(0, units)) for rule, units in left.items()}


async def stake(market: MarketRow, request: pb.KellyRequest, limits: dict[str, Units]) -> pb.KellyResponse:
    """How much to stake."""
    state, outcome = market.state(), request.outcome
    if outcome >= state.outcomes:
        raise UnknownOutcome(event_id=market.event_id, outcome=outcome)
    bankroll = Units(request.bankroll_units)
    all_caps = {**limits, "bankroll": bankroll}
    if request.max_units:
        all_caps["max"] = Units(request.max_units)
    advised = await sizing.kelly_between(
        state,
        outcome,
        probability_millionths=request.probability_millionths,
        bankroll_units=bankroll,
        fraction_millionths=request.fraction_millionths or PRICE_ONE,
        caps=all_caps,
    )
    response = pb.KellyResponse(
        stake=wire.amount(advised.amount_units, market.asset),
        full_stake=wire.amount(advised.full_units, market.asset),
        stake_millionths=advised.amount_units * PRICE_ONE // bankroll,
        fee=wire.amount(Units(0), market.asset),
        price_millionths=state.prices[outcome],
        capped_by=advised.capped_by,
    )
    if advised.fill is not None:
        response.shares = advised.fill.shares
        response.fee.CopyFrom(wire.amount(advised.fill.fee, market.asset))
        response.average_price_millionths = wire.average_price(
            prediction.SIDE_BUY, advised.fill.gross, advised.fill.shares
        )
    return response


def order(request: pb.ImpactRequest) -> tuple[UUID, Order]:
    """The order whose impact is asked; it has the form of a quote."""
    asked = prediction.GetQuoteRequest(event_id=request.event_id, outcome=request.outcome, side=request.side)
    match request.WhichOneof("quantity"):
        case "amount_units":
            asked.amount_units = request.amount_units
        case "shares":
            asked.shares = request.shares
        case _:
            pass
    return form.order(asked)


def impact(market: MarketRow, asked: Order) -> pb.ImpactResponse:
    """What an order does to the price."""
    state = market.state()
    fill = quote(state, asked)
    if isinstance(fill, Refusal):
        raise refusal(fill)
    average = wire.average_price(wire.SIDES[asked.side], fill.gross, fill.shares)
    worse = average - fill.price_before
    return pb.ImpactResponse(
        shares=fill.shares,
        gross=wire.amount(fill.gross, market.asset),
        fee=wire.amount(fill.fee, market.asset),
        price_before_millionths=fill.price_before,
        price_after_millionths=fill.price_after,
        average_price_millionths=average,
        slippage_millionths=worse if asked.side is Side.BUY else -worse,
        steps=[
            pb.ImpactStep(price_millionths=step.price, amount_units=step.amount_units, shares=step.shares)
            for step in sizing.ladder(state, asked.outcome, asked.side)
        ],
    )
