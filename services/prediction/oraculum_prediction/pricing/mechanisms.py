"""Market makers, one beside the other: how each opens, what a database keeps of it, and what all of them can do.

    lmsr         any number of outcomes, with a book; what an event has unless it says otherwise
    cpmm         two outcomes on one weighted pool, with a book; it is deep around the price and never says it is certain
    cpmm_multi   three outcomes or more, a pool for each, whose prices add up to one; it takes market orders only

Whoever asks a state something asks here, and a state that is new in `MakerState` is missed by the type checker wherever it is
not answered for. Trading itself is `market.quote` and `matching.match`.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from oraculum_money import PRICE_ONE, Price, Shares, Units
from oraculum_prediction.pricing.cpmm_multi_state import CpmmMultiState
from oraculum_prediction.pricing.cpmm_state import CpmmState
from oraculum_prediction.pricing.deepening import deepened as deepened_lmsr
from oraculum_prediction.pricing.fees import FeeSchedule, FlatFee
from oraculum_prediction.pricing.limits import (
    LIQUIDITY_MAX,
    LIQUIDITY_MIN,
    POOL_OPENS_FROM,
    POOL_OPENS_TO,
)
from oraculum_prediction.pricing.liquidity import liquidity_for
from oraculum_prediction.pricing.lmsr import LmsrState
from oraculum_prediction.pricing.market import MakerState
from oraculum_prediction.pricing.pool_deepening import deepened_pool, deepened_pools
from oraculum_prediction.pricing.search import last_within


class Mechanism(StrEnum):
    """What an event may trade by."""

    LMSR = "lmsr"
    CPMM = "cpmm"
    CPMM_MULTI = "cpmm_multi"


# Of a market with a pool for each outcome, an order is computed in all of them, again and again.
POOLS_MAX: Final = 20


class Unopenable(ValueError):
    """No market of this mechanism opens on such terms; `field` is the one to blame."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Kept(NamedTuple):
    """What is kept of a state beside its fee, its ceiling and its fingerprint."""

    sold: tuple[Shares, ...]
    # What costs and prices follow from: the b of an LMSR market; none for pools, which are as deep as what lies in them.
    liquidity: Units | None = None
    # Of an LMSR market.
    prior: tuple[int, ...] = ()
    # Of a weighted pool.
    weight: Price | None = None
    # What lies in pools: of one, NO and YES in it and then beside it; of several, YES of all and then NO of all.
    pools: tuple[Shares, ...] = ()


def opened(mechanism: Mechanism, *, subsidy: Units, odds: Sequence[int], fee: FeeSchedule) -> MakerState:
    """Give a market before its first trade with all the depth that its subsidy pays for; `Unopenable` where there is none."""
    if mechanism is Mechanism.LMSR:
        return _opened_lmsr(subsidy, odds, fee)
    if not isinstance(fee, FlatFee):
        raise Unopenable("mechanism", "charges flat fees only, and fees are quadratic here")
    state = (
        _opened_pool(subsidy, odds, fee) if mechanism is Mechanism.CPMM else _opened_pools(subsidy, odds, fee)
    )
    if max(state.prices) > state.price_max:
        raise Unopenable(
            "prior_millionths", f"a price would open above the ceiling of {state.price_max} millionths"
        )
    return state


def mechanism_of(state: MakerState) -> Mechanism:
    """Tell what a market trades by."""
    match state:
        case LmsrState():
            return Mechanism.LMSR
        case CpmmState():
            return Mechanism.CPMM
        case CpmmMultiState():
            return Mechanism.CPMM_MULTI


def follows_from_shares(state: MakerState) -> bool:
    """Tell whether where this market stands follows from the shares sold: whoever knows the fills can rebuild it.

    Of others each fill keeps its receipt, in which that stands.
    """
    return isinstance(state, LmsrState)


def keep(state: MakerState) -> Kept:
    """Give the numbers from which `restored` makes the same state again."""
    match state:
        case LmsrState():
            return Kept(state.sold, liquidity=state.liquidity, prior=state.prior)
        case CpmmState():
            return Kept(state.sold, weight=state.weight, pools=(*state.pools, *state.idle))
        case CpmmMultiState():
            return Kept(state.sold, pools=(*state.yes, *state.no))


def restored(mechanism: Mechanism, kept: Kept, fee: FeeSchedule, price_max: Price) -> MakerState:
    """Give the state that was kept; ValueError if no market can have these numbers."""
    match mechanism:
        case Mechanism.LMSR if kept.liquidity is not None:
            return LmsrState(kept.liquidity, kept.prior, kept.sold, fee, price_max)
        case Mechanism.CPMM if kept.weight is not None and isinstance(fee, FlatFee):
            no, yes, no_idle, yes_idle = kept.pools
            no_sold, yes_sold = kept.sold
            return CpmmState(kept.weight, (no, yes), (no_sold, yes_sold), fee, price_max, (no_idle, yes_idle))
        case Mechanism.CPMM_MULTI if isinstance(fee, FlatFee):
            outcomes = len(kept.sold)
            return CpmmMultiState(kept.pools[:outcomes], kept.pools[outcomes:], kept.sold, fee, price_max)
        case _:
            raise ValueError(
                f"no market of the mechanism {mechanism} has such a fee or lacks what it is made of"
            )


def without_sets(state: MakerState, shares: Shares) -> MakerState:
    """Give the market once so many of every outcome are gone for as much money: no price moves, and no pool."""
    sold = tuple(Shares(outstanding - shares) for outstanding in state.sold)
    match state:
        case LmsrState():
            return LmsrState(state.liquidity, state.prior, sold, state.fee, state.price_max)
        case CpmmState():
            no, yes = sold
            return CpmmState(state.weight, state.pools, (no, yes), state.fee, state.price_max, state.idle)
        case CpmmMultiState():
            return CpmmMultiState(state.yes, state.no, sold, state.fee, state.price_max)


def deepened(state: MakerState, subsidy: Units) -> MakerState:
    """Give the market with all the depth that this much more subsidy pays for; ValueError where it pays for none."""
    match state:
        case LmsrState():
            return deepened_lmsr(state, subsidy)
        case CpmmState():
            return deepened_pool(state, subsidy)
        case CpmmMultiState():
            return deepened_pools(state, subsidy)


def _opened_lmsr(subsidy: Units, odds: Sequence[int], fee: FeeSchedule) -> LmsrState:
    try:
        liquidity = liquidity_for(subsidy, odds)
    except ValueError as error:
        raise Unopenable("subsidy", str(error)) from error
    try:
        return LmsrState.opened(liquidity=liquidity, odds=odds, fee=fee)
    except ValueError as error:
        raise Unopenable("prior_millionths", str(error)) from error


def _opened_pool(subsidy: Units, odds: Sequence[int], fee: FlatFee) -> CpmmState:
    """All of the subsidy, as that many of either share; the weight of YES is its price."""
    if len(odds) != CpmmState.OUTCOMES:
        raise Unopenable("mechanism", f"has two outcomes, and this market has {len(odds)}")
    probability = Price(PRICE_ONE * odds[1] // sum(odds))
    if not POOL_OPENS_FROM <= probability <= POOL_OPENS_TO:
        message = f"one pool opens at prices between {POOL_OPENS_FROM} and {POOL_OPENS_TO} millionths"
        raise Unopenable("prior_millionths", message)
    try:
        return CpmmState.opened(subsidy=subsidy, probability=probability, fee=fee)
    except ValueError as error:
        raise Unopenable("subsidy", str(error)) from error


def _opened_pools(subsidy: Units, odds: Sequence[int], fee: FlatFee) -> CpmmMultiState:
    """The deepest pools whose escrow the subsidy fills; the part that makes no unit of depth more stays in it."""
    if not CpmmState.OUTCOMES < len(odds) <= POOLS_MAX:
        raise Unopenable("mechanism", f"has 3 to {POOLS_MAX} outcomes, and this market has {len(odds)}")

    def exceeds(liquidity: int) -> bool:
        if liquidity < LIQUIDITY_MIN:
            return False
        if liquidity > LIQUIDITY_MAX:
            return True
        try:
            return CpmmMultiState.opened(liquidity=Units(liquidity), odds=odds, fee=fee).escrow > subsidy
        except ValueError:
            # No account could hold it.
            return True

    liquidity = last_within(subsidy // len(odds), exceeds)
    if liquidity < LIQUIDITY_MIN:
        raise Unopenable(
            "subsidy",
            f"of {subsidy} units is too small: it pays for pools of less than {LIQUIDITY_MIN} units",
        )
    return CpmmMultiState.opened(liquidity=Units(liquidity), odds=odds, fee=fee)
