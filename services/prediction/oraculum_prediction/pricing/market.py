"""What every mechanism answers alike: a quote on its state, what to hold for it, and the check of a fill."""

from oraculum_money import PRICE_ONE, Units, checked_units, mul_div_ceil
from oraculum_prediction.pricing.cpmm_multi_state import CpmmMultiState, quote_cpmm_multi
from oraculum_prediction.pricing.cpmm_state import CpmmState, quote_cpmm
from oraculum_prediction.pricing.limits import RISE_MAX_LIQUIDITIES
from oraculum_prediction.pricing.lmsr import LmsrState
from oraculum_prediction.pricing.lmsr_quotes import quote_lmsr
from oraculum_prediction.pricing.orders import Fill, Order, Refusal, Side
from oraculum_prediction.pricing.parimutuel import ParimutuelState, quote_parimutuel

# Markets in which shares are bought and sold at prices that the market itself says.
MakerState = LmsrState | CpmmState | CpmmMultiState
MarketState = MakerState | ParimutuelState


def quote(state: MarketState, order: Order) -> Fill | Refusal:
    """Fill the order on this state, or refuse it; `state.after(fill)` is then the next state."""
    match state:
        case LmsrState():
            return quote_lmsr(state, order)
        case ParimutuelState():
            return quote_parimutuel(state, order)
        case CpmmState():
            return quote_cpmm(state, order)
        case CpmmMultiState():
            return quote_cpmm_multi(state, order)


def verify(state: MarketState, fill: Fill) -> bool:
    """Compute a fill anew from its order on the state before it, and tell whether every field agrees."""
    return quote(state, fill.order) == fill


def hold_for(state: MarketState, order: Order) -> Units:
    """Give the most that filling this order can take from the person, wherever the price goes before it is filled.

    The stake, or the shares at the limit (at 1 without one), and the largest fee on that; a sale holds shares and no
    money. It is asked for orders that `quote` fills: other sizes may not fit an amount and then raise AmountOutOfRange.
    """
    if order.side is Side.SELL:
        return Units(0)
    gross = order.amount or mul_div_ceil(order.size, order.limit or PRICE_ONE, PRICE_ONE)
    if isinstance(state, LmsrState):
        gross = min(gross, RISE_MAX_LIQUIDITIES * state.liquidity)
    return checked_units(gross + state.fee.most(Units(gross)))
