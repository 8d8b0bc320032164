"""Filling an order on the LMSR curve, or saying why not."""

from oraculum_money import INT64_MAX, PRICE_ONE, Price, Shares, Units, mul_div_ceil
from oraculum_prediction.pricing import curve
from oraculum_prediction.pricing.curve import PICOUNITS
from oraculum_prediction.pricing.limits import RISE_MAX_LIQUIDITIES, below_ceiling
from oraculum_prediction.pricing.liquidity import covering
from oraculum_prediction.pricing.lmsr import FORMULA_VERSION_LMSR, LmsrState
from oraculum_prediction.pricing.moves import cost, gross_of, proceeds, room
from oraculum_prediction.pricing.orders import Fill, Order, Reason, Refusal, Side


def quote_lmsr(state: LmsrState, order: Order) -> Fill | Refusal:
    """Give the fill of this order on this state, or the refusal that names its reason."""
    if not 0 <= order.outcome < state.outcomes:
        return Refusal(Reason.UNKNOWN_OUTCOME, f"the market has the outcomes 0 to {state.outcomes - 1}")
    step = _step(state, order)
    if isinstance(step, Refusal):
        return step
    return _untenable(state, order, step) or _priced(state, order, step)


def _step(state: LmsrState, order: Order) -> int | Refusal:
    """Give the signed number of shares that would change hands."""
    buying = order.side is Side.BUY
    step = _step_for_rise(state, order) if order.amount else (order.size if buying else -order.size)
    if step is not None:
        return step
    return _above_ceiling(state, order) if buying else _not_outstanding(state, order)


def _step_for_rise(state: LmsrState, order: Order) -> int | None:
    # An amount that no market can take or give is refused unseen, so that no exponential ever grows large.
    if order.size > RISE_MAX_LIQUIDITIES * state.liquidity:
        return None
    rise = order.size if order.side is Side.BUY else -order.size
    return curve.largest_step(state.quantities, state.liquidity, order.outcome, rise)


def _untenable(state: LmsrState, order: Order, step: int) -> Refusal | None:
    """Refuse a step to where no market can stand."""
    if state.sold[order.outcome] + step < 0:
        return _not_outstanding(state, order)
    there = curve.evaluate(curve.moved(state.quantities, order.outcome, step), state.liquidity)
    if not below_ceiling(there, state.price_max):
        return _above_ceiling(state, order)
    if covering(there, state.prior) > INT64_MAX:
        return Refusal(Reason.TOO_LARGE, "no account could hold the escrow of so many shares")
    return None


def _priced(state: LmsrState, order: Order, step: int) -> Fill | Refusal:
    after = state.traded(order.outcome, step)
    rise = after.point.potential - state.point.potential
    gross = gross_of(rise, order.side)
    fee = state.fee.charge(gross, uncertainty_picounits(state, after, order.outcome))
    fill = Fill(
        order=order,
        shares=Shares(abs(step)),
        gross=gross,
        fee=fee,
        net=Units(gross + fee if order.side is Side.BUY else gross - fee),
        rounding_picounits=abs(gross * PICOUNITS - abs(rise)),
        price_before=state.prices[order.outcome],
        price_after=after.prices[order.outcome],
        state_before=state.state_hash,
        state_after=after.state_hash,
        formula_version=FORMULA_VERSION_LMSR,
    )
    return _worse_than_asked(fill) or fill


def uncertainty_picounits(before: LmsrState, after: LmsrState, outcome: int) -> int:
    """Give the sum of p(1 - p) over the shares of a trade with the market maker alone."""
    return abs(
        curve.probability_picounits(after.point, outcome, after.liquidity)
        - curve.probability_picounits(before.point, outcome, before.liquidity)
    )


def _worse_than_asked(fill: Fill) -> Refusal | None:
    if fill.net <= 0:
        return Refusal(Reason.TOO_SMALL, "so few shares fetch nothing once rounded and charged")
    if fill.order.within_limit(fill.shares, fill.gross):
        return None
    average = Price(mul_div_ceil(fill.gross, PRICE_ONE, fill.shares))
    message = f"the average price of {average} millionths is worse than the limit of {fill.order.limit}"
    return Refusal(Reason.PRICE_LIMIT, message)


def _not_outstanding(state: LmsrState, order: Order) -> Refusal:
    sold = state.sold[order.outcome]
    fits = sold if order.shares else proceeds(state, order.outcome, sold)
    return Refusal(Reason.NOT_ENOUGH_SHARES, "more shares than are outstanding cannot be sold", fits)


def _above_ceiling(state: LmsrState, order: Order) -> Refusal:
    shares = room(state, order.outcome, order.side)
    if order.shares:
        fits: int = shares
    elif order.side is Side.SELL:
        fits = proceeds(state, order.outcome, shares)
    else:
        # One unit less than what would pay for one share too many: rounding up may leave a unit for it.
        fits = cost(state, order.outcome, Shares(shares + 1)) - 1
    message = f"a price would pass the ceiling of this market, {state.price_max} millionths"
    return Refusal(Reason.PRICE_CEILING, message, fits)
