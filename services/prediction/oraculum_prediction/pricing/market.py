"""What every mechanism answers alike: a quote on its state, and the check of a fill against it."""

from oraculum_prediction.pricing.lmsr import LmsrState
from oraculum_prediction.pricing.lmsr_quotes import quote_lmsr
from oraculum_prediction.pricing.orders import Fill, Order, Refusal
from oraculum_prediction.pricing.parimutuel import ParimutuelState, quote_parimutuel

MarketState = LmsrState | ParimutuelState


def quote(state: MarketState, order: Order) -> Fill | Refusal:
    """Fill the order on this state, or refuse it; `state.after(fill)` is then the next state."""
    match state:
        case LmsrState():
            return quote_lmsr(state, order)
        case ParimutuelState():
            return quote_parimutuel(state, order)


def verify(state: MarketState, fill: Fill) -> bool:
    """Compute a fill anew from its order on the state before it, and tell whether every field agrees."""
    return quote(state, fill.order) == fill
