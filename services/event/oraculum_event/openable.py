"""What a market can open with, as far as that is known without asking prediction.

Prediction decides, by the very market that would open. What none could is refused here already, by the name of the field, while
the author is still writing: nobody shall be charged for it first.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from oraculum_event.records import Mechanism
from oraculum_kit.validation import Violations
from oraculum_money import PRICE_ONE, Price, Units

# No market opens above the ceiling that its trades keep; one pool neither above nor below these, see prediction's limits.
_OPENS_TO: Final = {
    Mechanism.LMSR: 999_900,
    Mechanism.CPMM: 990_000,
    Mechanism.CPMM_MULTI: 999_900,
}
# Units of the asset: the least liquidity of any market, so that whole shares meet a price.
_LIQUIDITY_MIN: Final = 1_000


def check_opening(
    mechanism: Mechanism, prior: Sequence[Price], outcomes: int, subsidy: Units, check: Violations
) -> None:
    """Note prices and a subsidy that no market of this mechanism opens with; prices that are none are noted elsewhere."""
    prices = prior or [Price(PRICE_ONE // max(1, outcomes))] * outcomes
    if len(prices) != outcomes or min(prices, default=0) <= 0 or max(prices) >= PRICE_ONE:
        return
    if max(prices) > _OPENS_TO[mechanism]:
        check.refuse(
            "prior_millionths", f"must be at most {_OPENS_TO[mechanism]} in a market of {mechanism.value}"
        )
        return
    least = _least_subsidy(mechanism, prices)
    if 0 < subsidy < least:
        check.refuse(
            "subsidy", f"must be at least {least} of the asset's smallest unit to open at these prices"
        )


def _least_subsidy(mechanism: Mechanism, prices: Sequence[Price]) -> Units:
    """Give what the least liquidity costs at these prices, a little rounded down: close cases are prediction's."""
    if mechanism is Mechanism.CPMM:
        # All of it goes into the pool.
        return Units(_LIQUIDITY_MIN)
    chances = [Decimal(price) / PRICE_ONE for price in prices]
    if mechanism is Mechanism.LMSR:
        # b ln(1 / p) of the least likely outcome.
        factor = -min(chances).ln()
    else:
        # The NO of all pools, and of the outcome that needs most its YES instead.
        leans = [(chance / (1 - chance)).sqrt() for chance in chances]
        factor = sum(leans, Decimal(0)) + max(1 / lean - lean for lean in leans)
    return Units(int(_LIQUIDITY_MIN * factor) - 2 * len(prices))
