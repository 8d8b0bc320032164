"""Fees as data: what a market charges on a trade, always rounded up.

Two schedules exist:

- flat: a share of the cost or of the proceeds, in hundredths of a percent (bps);
- quadratic: rate x p(1 - p) for each share, as Kalshi and Polymarket charge, which is dearest where the outcome is most
  open and vanishes where it is certain.

On a curve the price changes while a trade runs, so p(1 - p) is summed over the shares: the *uncertainty* of a trade,
given in picounits. A book trade at one price has `uncertainty_at(price, shares)`; on the LMSR curve the sum has the closed
form b x |change of price|. Charged on the average price instead, one order would pay more than the same order in parts.
"""

from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from oraculum_money import PRICE_ONE, Price, Shares, Units, mul_div_ceil
from oraculum_prediction.pricing.curve import PICOUNITS

_BPS_ONE = 10_000

FeeKind = Literal["flat", "quadratic"]


def _check_rate(rate: int, most: int, unit: str) -> None:
    if not 0 <= rate <= most:
        raise ValueError(f"a fee rate lies between 0 and {most} {unit}, not at {rate}")


@dataclass(frozen=True, slots=True)
class FlatFee:
    """A share of the gross amount, in hundredths of a percent."""

    kind: ClassVar[FeeKind] = "flat"
    rate_bps: int

    def __post_init__(self) -> None:
        _check_rate(self.rate_bps, _BPS_ONE, "bps")

    @property
    def rate(self) -> int:
        """The rate in the unit of this kind, as it is stored."""
        return self.rate_bps

    def charge(self, gross: Units, uncertainty_picounits: int) -> Units:  # noqa: ARG002  one signature for both kinds
        """Give the fee of a trade."""
        return Units(mul_div_ceil(gross, self.rate_bps, _BPS_ONE))

    def most(self, gross: Units) -> Units:
        """Give the largest fee that any trade of this gross amount can have."""
        return self.charge(gross, 0)


@dataclass(frozen=True, slots=True)
class QuadraticFee:
    """A rate in millionths, times the uncertainty of the trade."""

    kind: ClassVar[FeeKind] = "quadratic"
    rate_millionths: int

    def __post_init__(self) -> None:
        _check_rate(self.rate_millionths, PRICE_ONE, "millionths")

    @property
    def rate(self) -> int:
        """The rate in the unit of this kind, as it is stored."""
        return self.rate_millionths

    def charge(self, gross: Units, uncertainty_picounits: int) -> Units:  # noqa: ARG002  one signature for both kinds
        """Give the fee of a trade."""
        return Units(mul_div_ceil(self.rate_millionths, uncertainty_picounits, PRICE_ONE * PICOUNITS))

    def most(self, gross: Units) -> Units:
        """Give the largest fee that any purchase of this gross amount can have: p(1 - p) is never above p."""
        return Units(mul_div_ceil(gross, self.rate_millionths, PRICE_ONE))


FeeSchedule = FlatFee | QuadraticFee

NO_FEE: Final = FlatFee(0)


def fee_schedule(kind: str, rate: int) -> FeeSchedule:
    """Build a schedule from its stored form, the inverse of its `kind` and `rate`."""
    match kind:
        case FlatFee.kind:
            return FlatFee(rate)
        case QuadraticFee.kind:
            return QuadraticFee(rate)
        case _:
            raise ValueError(f"no fee is of the kind {kind!r}; there are flat and quadratic")


def uncertainty_at(price: Price, shares: Shares) -> int:
    """Give shares x p(1 - p) in picounits for a trade at one price; exact, as a millionth of a millionth is a pico."""
    return shares * price * (PRICE_ONE - price)
