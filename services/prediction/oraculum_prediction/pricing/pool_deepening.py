"""More liquidity for pools that trade: somebody adds to their subsidy, and no price moves.

Every pool grows by one factor on both of its sides, at the same weight. A constant product does not know how large it is:
the grown pool trades as two pools would that stand side by side at one price, the one that was there and a second of the
part that came. So the second loses at most what was brought for it, whatever comes, and nobody who lifts a price, adds
liquidity and brings it back gains more than they added.

Of several pools the part that came must pay for itself. What lies in escrow also covers the most that may be lost of
the pools that were there, and where some outcome was unlikely at first there is room left once it has been lifted: grown into
that room, by a subsidy of 30 the pools of a market of 1,000 gave back 589 more than was paid. The room is the house's. As the
worst outcome of a sum is never worse than the sum of the worst, the escrow is covered if the part is.

To hold the price by another weight instead, both sides grown by the same amount, as Manifold does, is not safe for those who
gave before. Where a pool is far from even it makes k smaller, and what k loses, whoever moved the price takes: in a pool
of 1 and 1,000,000 a subsidy of 1 gives back 842 units that were somebody else's.

Of several pools the prices add up to one only as far as whole shares do, and what they are off by grows with the pools: in
those that opened small and have grown by millions, going there and back would bring a few units. So the house brings the sum
back to one before anybody else does (see `CpmmMultiState.evened`), which moves a price by no more than that error.

What comes in buys whole sets, and the price has no use for as many of the scarcer side: those lie idle (see `cpmm_state`),
or in escrow beyond what the pools need (see `cpmm_multi_state`), and are the house's.
"""

from collections.abc import Sequence

from oraculum_money import INT64_MAX, Shares, Units
from oraculum_prediction.pricing.cpmm_multi_state import CpmmMultiState
from oraculum_prediction.pricing.cpmm_state import CpmmState


def deepened_pool(state: CpmmState, subsidy: Units) -> CpmmState:
    """Give the market with the pool that this much more subsidy pays for; ValueError where it pays for none."""
    _check(subsidy)
    largest = max(state.pools)
    no, yes = _grown(state.pools, largest, largest + subsidy)
    no_idle, yes_idle = (
        Shares(idle + subsidy - (after - before))
        for idle, after, before in zip(state.idle, (no, yes), state.pools, strict=True)
    )
    return CpmmState(state.weight, (no, yes), state.sold, state.fee, state.price_max, (no_idle, yes_idle))


def deepened_pools(state: CpmmMultiState, subsidy: Units) -> CpmmMultiState:
    """Give the market with the pools that this much more subsidy pays for; ValueError where it pays for none."""
    _check(subsidy)
    if state.escrow + subsidy > INT64_MAX:
        raise ValueError("no account could hold the escrow of so many shares")
    # The more it is measured by, the finer the factor.
    largest, whole = max(*state.yes, *state.no), _alone(state.yes, state.no)
    by = largest * subsidy // whole
    while by > 0:
        after = _pools_grown(state, largest, by)
        short = _needed(state, after) - subsidy
        if short <= 0:
            return after
        # Rounding and evening took the last of it.
        by -= -(-short * largest // whole)
    raise ValueError(f"{subsidy} units pay for no more liquidity")


def _pools_grown(state: CpmmMultiState, largest: int, by: int) -> CpmmMultiState:
    yes, no = (_grown(each, largest, largest + by) for each in (state.yes, state.no))
    return CpmmMultiState(yes, no, state.sold, state.fee, state.price_max).evened()


def _needed(before: CpmmMultiState, after: CpmmMultiState) -> int:
    """Give what the part that came would need in escrow if it were a market of its own."""
    yes, no = (
        [now - then for now, then in zip(*sides, strict=True)]
        for sides in ((after.yes, before.yes), (after.no, before.no))
    )
    return _alone(yes, no)


def _alone(yes: Sequence[int], no: Sequence[int]) -> int:
    """Give what pools need in escrow of which nobody holds a share: see `cpmm_multi_state`."""
    return sum(no) + max(own - other for own, other in zip(yes, no, strict=True))


def _grown(shares: Sequence[Shares], measure: int, to: int) -> tuple[Shares, ...]:
    """Rounded up: the product never falls by it, and the dearer outcome never becomes dearer."""
    return tuple(Shares(-(-each * to // measure)) for each in shares)


def _check(subsidy: Units) -> None:
    if subsidy <= 0:
        raise ValueError("a subsidy is positive")
