"""The assets that an event can trade in, and how fine each of them is."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from oraculum_money.errors import UnknownAsset


@dataclass(frozen=True, slots=True)
class Asset:
    """A kind of money: its code and the number of decimals of its smallest unit."""

    code: str
    decimals: int

    @property
    def one(self) -> int:
        """One whole unit, counted in the smallest: what one share pays if it wins."""
        return int(10**self.decimals)


ASSETS: Final[Mapping[str, Asset]] = MappingProxyType(
    {known.code: known for known in (Asset("USD", 6), Asset("USDC", 6), Asset("SOL", 9), Asset("ETH", 9))}
)


def asset(code: str) -> Asset:
    """Give the asset with this code; the code is matched as written, capitals and all."""
    try:
        return ASSETS[code]
    except KeyError:
        raise UnknownAsset(f"no asset is called {code[:20]!r}; there are {', '.join(ASSETS)}") from None
