"""Pricing: what a trade costs, what a share is worth, what a market can lose. Pure functions on integers.

There is no I/O here, no clock, no float and no `math`; the same input gives the same output on every machine. Formulas
are those of R. Hanson, "Logarithmic market scoring rules for modular combinatorial information aggregation" (2007), for
the market maker, and the plain pari-mutuel rule for pools.

Units. Money (`Units`) and shares (`Shares`) count the smallest unit of the market's asset; one whole share pays one whole
unit, so nothing here needs to know the asset. A `Price` is a probability in millionths. A picounit is 10^-12 units.

    state = LmsrState.opened(liquidity=Units(100_000_000), odds=even_odds(2))    b = 100 USDC; outcome 0 is NO, 1 is YES
    subsidy_for(Units(100_000_000), even_odds(2))                                69_314_719: must lie in escrow by now
    fill = quote(state, Order(outcome=1, side=Side.BUY, amount=Units(10_000_000)))    19.090282 shares, or a Refusal
    state = state.after(fill)

Rounding is always against the one who asks: costs and fees up, proceeds and payouts down.

    opening     LmsrState.opened, ParimutuelState.opened, CpmmState.opened, CpmmMultiState.opened, even_odds, subsidy_for, liquidity_for, PRICE_MAX
    trading     Order, quote, Fill, Refusal, verify; hold_for: the most that an order can take
    a book      Taker, match, Match, Book, Resting; reserve_for: the most that an order can take in its life
    proving     receipt, verify_receipt; state_to_document, state_from_document: the state as JSON
    measuring   cost, proceeds, shares_to_price, amount_to_price, room, state.prices, state.state_hash, least_escrow
    fees        FlatFee, QuadraticFee, fee_schedule, uncertainty_at
    mechanisms  what every market maker can do: opened, keep, restored, without_sets, deepened
    settling    winner_takes_all, scalar_payout, void_prices, payout; parimutuel_payout, parimutuel_refund

Why it is safe: `curve` makes costs add up exactly, `liquidity` proves that an escrow covers every outcome after any
sequence of trades, `limits` says why no size overflows.
"""

from oraculum_prediction.pricing.book import Book, Resting
from oraculum_prediction.pricing.canonical import state_from_document, state_to_document
from oraculum_prediction.pricing.cpmm_multi_state import FORMULA_VERSION_MULTI, CpmmMultiState
from oraculum_prediction.pricing.cpmm_state import FORMULA_VERSION_CPMM, CpmmState
from oraculum_prediction.pricing.curve import PICOUNITS
from oraculum_prediction.pricing.fees import (
    NO_FEE,
    FeeKind,
    FeeSchedule,
    FlatFee,
    QuadraticFee,
    fee_schedule,
    uncertainty_at,
)
from oraculum_prediction.pricing.limits import (
    LIQUIDITY_MAX,
    LIQUIDITY_MIN,
    OUTCOMES_MAX,
    OUTCOMES_MIN,
    PRICE_MAX,
)
from oraculum_prediction.pricing.liquidity import even_odds, liquidity_for, subsidy_for
from oraculum_prediction.pricing.lmsr import FORMULA_VERSION_LMSR, LmsrState, least_escrow
from oraculum_prediction.pricing.market import MakerState, MarketState, hold_for, quote, verify
from oraculum_prediction.pricing.matches import (
    FORMULA_VERSION_MATCH,
    Change,
    Ending,
    MakerChange,
    Match,
    MatchFill,
    Role,
)
from oraculum_prediction.pricing.matching import match, reserve_for
from oraculum_prediction.pricing.mechanisms import Mechanism, mechanism_of
from oraculum_prediction.pricing.moves import amount_to_price, cost, proceeds, room
from oraculum_prediction.pricing.orders import Fill, Order, Reason, Refusal, Side, StateMismatch
from oraculum_prediction.pricing.parimutuel import FORMULA_VERSION_PARIMUTUEL, ParimutuelState
from oraculum_prediction.pricing.payouts import (
    PayoutVector,
    parimutuel_payout,
    parimutuel_refund,
    payout,
    payout_vector,
    scalar_payout,
    winner_takes_all,
)
from oraculum_prediction.pricing.reach import shares_to_price
from oraculum_prediction.pricing.receipts import receipt, verify_receipt
from oraculum_prediction.pricing.takers import OrderKind, SelfTrade, Taker, TimeInForce
from oraculum_prediction.pricing.void import PricePoint, void_prices

__all__ = [
    "FORMULA_VERSION_CPMM",
    "FORMULA_VERSION_LMSR",
    "FORMULA_VERSION_MATCH",
    "FORMULA_VERSION_MULTI",
    "FORMULA_VERSION_PARIMUTUEL",
    "LIQUIDITY_MAX",
    "LIQUIDITY_MIN",
    "NO_FEE",
    "OUTCOMES_MAX",
    "OUTCOMES_MIN",
    "PICOUNITS",
    "PRICE_MAX",
    "Book",
    "Change",
    "CpmmMultiState",
    "CpmmState",
    "Ending",
    "FeeKind",
    "FeeSchedule",
    "Fill",
    "FlatFee",
    "LmsrState",
    "MakerChange",
    "MakerState",
    "MarketState",
    "Match",
    "MatchFill",
    "Mechanism",
    "Order",
    "OrderKind",
    "ParimutuelState",
    "PayoutVector",
    "PricePoint",
    "QuadraticFee",
    "Reason",
    "Refusal",
    "Resting",
    "Role",
    "SelfTrade",
    "Side",
    "StateMismatch",
    "Taker",
    "TimeInForce",
    "amount_to_price",
    "cost",
    "even_odds",
    "fee_schedule",
    "hold_for",
    "least_escrow",
    "liquidity_for",
    "match",
    "mechanism_of",
    "parimutuel_payout",
    "parimutuel_refund",
    "payout",
    "payout_vector",
    "proceeds",
    "quote",
    "receipt",
    "reserve_for",
    "room",
    "scalar_payout",
    "shares_to_price",
    "state_from_document",
    "state_to_document",
    "subsidy_for",
    "uncertainty_at",
    "verify",
    "verify_receipt",
    "void_prices",
    "winner_takes_all",
]
