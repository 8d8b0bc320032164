"""Filling an order on the LMSR curve, or saying why not."""

from oraculum_money import INT64_MAX, PRICE_ONE, Price, Shares, Units, mul_div_ceil
from oraculum_prediction.pricing import curve
from oraculum_prediction.pricing.bounds import RISE_MAX_LIQUIDITIES, STEP_MAX_LIQUIDITIES
from oraculum_prediction.pricing.curve import PICOUNITS
from oraculum_prediction.pricing.lmsr import FORMULA_VERSION_LMSR, LmsrState
from oraculum_prediction.pricing.moves import cost, proceeds, room
from oraculum_prediction.pricing.orders import Fill, Order, Reason, Refusal, Side


def quote_lmsr(state: LmsrState, order: Order) -> Fill | Refusal:
    """Give the fill of this order on this state, or the refusal that names its reason."""
    if not 0 <= order.outcome < state.outcomes:
        return Refusal(Reason.UNKNOWN_OUTCOME, f"the market has the outcomes 0 to {state.outcomes - 1}")
    step = _step(state, order)
    if isinstance(step, Refusal):
        return step
    after_quantities = curve.moved(state.quantities, order.outcome, step)
    if not state.bounds.hold(curve.evaluate(after_quantities, state.liquidity)):
        return _beyond_bounds(state, order)
    return _priced(state, order, step, state.traded(order.outcome, step))


def _step(state: LmsrState, order: Order) -> int | Refusal:
    """Give the signed number of shares that change hands."""
    # Sizes that no market inside its bounds can take are refused unseen, so no exponential ever grows large.
    liquidities = RISE_MAX_LIQUIDITIES if order.amount else STEP_MAX_LIQUIDITIES
    if order.size > liquidities * state.liquidity:
        return _beyond_bounds(state, order)
    direction = 1 if order.side is Side.BUY else -1
    step: int | None = direction * order.size
    if order.amount:
        step = curve.largest_step(state.quantities, state.liquidity, order.outcome, direction * order.size)
    if step is None:
        return _beyond_bounds(state, order)
    return _outstanding(state, order, step) or step


def _outstanding(state: LmsrState, order: Order, step: int) -> Refusal | None:
    sold = state.sold[order.outcome]
    if sold + step < 0:
        fits = sold if order.shares else proceeds(state, order.outcome, sold)
        return Refusal(Reason.NOT_ENOUGH_SHARES, "more shares than are outstanding cannot be sold", fits)
    if sold + step > INT64_MAX:
        return Refusal(Reason.TOO_LARGE, "the market cannot count so many shares", None)
    return None


def _priced(state: LmsrState, order: Order, step: int, after: LmsrState) -> Fill | Refusal:
    rise = after.point.potential - state.point.potential
    buying = order.side is Side.BUY
    # One expression for both sides: a fall is a negative rise, and its ceiling is the floor of what is paid out.
    gross = Units(abs(-(-rise // PICOUNITS)))
    fee = state.fee.charge(gross, _uncertainty_picounits(state, after, order.outcome))
    fill = Fill(
        order=order,
        shares=Shares(abs(step)),
        gross=gross,
        fee=fee,
        net=Units(gross + fee if buying else gross - fee),
        rounding_picounits=-rise % PICOUNITS,
        price_before=state.prices[order.outcome],
        price_after=after.prices[order.outcome],
        state_before=state.state_hash,
        state_after=after.state_hash,
        formula_version=FORMULA_VERSION_LMSR,
    )
    return _worse_than_asked(fill) or fill


def _worse_than_asked(fill: Fill) -> Refusal | None:
    if fill.net <= 0:
        return Refusal(Reason.TOO_SMALL, "so few shares fetch nothing once rounded and charged")
    if not fill.order.within_limit(fill.shares, fill.gross):
        average = Price(mul_div_ceil(fill.gross, PRICE_ONE, fill.shares))
        limit = fill.order.limit
        return Refusal(
            Reason.PRICE_LIMIT,
            f"the average price of {average} millionths is worse than the limit of {limit}",
        )
    return None


def _uncertainty_picounits(before: LmsrState, after: LmsrState, outcome: int) -> int:
    return abs(
        curve.probability_picounits(after.point, outcome, after.liquidity)
        - curve.probability_picounits(before.point, outcome, before.liquidity)
    )


def _beyond_bounds(state: LmsrState, order: Order) -> Refusal:
    bounds = state.bounds
    shares = room(state, order.outcome, order.side)
    if order.shares:
        fits: int = shares
    elif order.side is Side.SELL:
        fits = proceeds(state, order.outcome, shares)
    else:
        # One unit less than what would pay for one share too many: rounding up may leave a unit for it.
        fits = cost(state, order.outcome, Shares(shares + 1)) - 1
    message = f"a price would leave the bounds of this market, {bounds.low} to {bounds.high} millionths"
    return Refusal(Reason.PRICE_BOUND, message, fits)
