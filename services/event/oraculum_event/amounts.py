"""What an amount of the operator's is in each asset: ten dollars are no ten SOL, and the same number is neither.

    EVENT_DISPUTE_BOND_UNITS=10000000        of USD and USDC
    EVENT_DISPUTE_BOND_UNITS_SOL=50000000    of SOL; EVENT_DISPUTE_BOND_UNITS_ETH of ETH

Where nothing is said of SOL or ETH it is the dollars' amount at a worth that is fixed here: it shall have the right size, and is
no rate. They are the worths that prediction's limits of people begin with.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from oraculum_kit.config import Environment
from oraculum_money import ASSETS, Units

Amounts = Mapping[str, Units]

DOLLARS: Final = "USDC"
# Smallest units of an asset for so many smallest units of a dollar: 0.005 SOL and 0.00025 ETH for one.
_WORTH: Final[Mapping[str, tuple[int, int]]] = MappingProxyType({"SOL": (5, 1), "ETH": (1, 4)})


def worth(dollars: Units) -> Amounts:
    """As many dollars in every asset, and not nothing where it is something."""
    return {code: _in(code, dollars) for code in ASSETS}


def read_amounts(environment: Environment, name: str, dollars: int, *, minimum: int) -> Amounts:
    """The variable for dollars, and one more for each other asset."""
    known = Units(environment.integer(name, dollars, minimum=minimum))
    return {
        code: Units(environment.integer(f"{name}_{code}", _in(code, known), minimum=minimum))
        if code in _WORTH
        else known
        for code in ASSETS
    }


def _in(code: str, dollars: Units) -> Units:
    many, few = _WORTH.get(code, (1, 1))
    return Units(-(-dollars * many // few))
