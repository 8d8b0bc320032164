"""What the market makers can still lose: pure figures of a market's state.

If outcome i wins, the escrow pays its shares and the house keeps the rest: it put in the subsidy and gets `escrow - sold_i`.
The worst outcome is the one with the most shares. A market can never lose more than its subsidy, whatever is bought; limits
below that are the operator's wish to stop before.
"""

from collections.abc import Sequence
from typing import NamedTuple

from oraculum_money import Shares, Units


class HouseLimits(NamedTuple):
    """What the market makers of an asset may lose."""

    market_units: Units
    total_units: Units


def exposure(subsidy_units: Units, escrow_units: Units, sold_shares: Sequence[Shares]) -> Units:
    """What a market maker loses if the worst outcome wins; nothing where it gains by every one."""
    return Units(max(0, subsidy_units - escrow_units + max(sold_shares)))
