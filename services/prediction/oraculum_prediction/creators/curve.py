"""The quadratic curve on which a creator's shares are bought and sold.

Share number k (the first is number 0) is worth k^2 / 16000 whole units, as on friend.tech, so with Q(m) = m(m+1)(2m+1)/6 the
`a` shares on top of a supply of `s` are worth

    P(s, a) = ( Q(s+a-1) - Q(s-1) ) / 16000

A purchase pays that rounded up, a sale is paid it rounded down, and the money between lies in the creator's reserve, which
therefore never holds less than P(0, supply): whatever is sold can be paid.

Where the model has faults we differ: a first purchase may be of any size, and nobody but the creator makes it, else
somebody else would own the creator's first, free share; the last share stays with them while the shares exist.
Whoever buys names the most to pay and whoever sells the least to get.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from oraculum_money import INT64_MAX, Units, mul_div_ceil

DIVISOR: Final = 16_000
_BPS_ONE: Final = 10_000


class Fault(StrEnum):
    """Why shares are not traded."""

    CREATOR_FIRST = "CREATOR_FIRST"  # the first purchase is the creator's
    LAST_SHARE = "LAST_SHARE"  # more would be sold than all but the last one
    PRICE = "PRICE"  # it costs more, or fetches less, than was agreed to
    TOO_LARGE = "TOO_LARGE"  # no account could hold it


@dataclass(frozen=True, slots=True)
class FeeRates:
    """What a trade pays on top, in hundredths of a percent: to the house and to the creator."""

    house_bps: int = 500
    creator_bps: int = 500

    def __post_init__(self) -> None:
        if min(self.house_bps, self.creator_bps) < 0 or self.house_bps + self.creator_bps > _BPS_ONE:
            raise ValueError("fee rates are not negative and take no more than the whole")


@dataclass(frozen=True, slots=True)
class ShareTrade:
    """What a trade of a creator's shares moves. A purchase pays gross and fees; a sale is paid gross less fees."""

    count: int
    gross: Units
    house_fee: Units
    creator_fee: Units
    supply_after: int

    @property
    def paid(self) -> Units:
        """What a purchase pays."""
        return Units(self.gross + self.house_fee + self.creator_fee)

    @property
    def fetched(self) -> Units:
        """What a sale is paid; nothing at least."""
        return Units(max(0, self.gross - self.house_fee - self.creator_fee))


def worth(supply: int, count: int, whole: int) -> tuple[int, int]:
    """Give P(supply, count) as a fraction of units, `whole` of which make one of the asset."""
    return (_pyramid(supply + count - 1) - _pyramid(supply - 1)) * whole, DIVISOR


def reserve_least(supply: int, whole: int) -> Units:
    """Give what the reserve must hold at least: what the whole supply would be paid."""
    numerator, denominator = worth(0, supply, whole)
    return Units(-(-numerator // denominator))


def buy(
    supply: int, count: int, whole: int, rates: FeeRates, *, most: Units, by_creator: bool = False
) -> ShareTrade | Fault:
    """Give what `count` shares cost, fees included."""
    _check(supply, count)
    if supply == 0 and not by_creator:
        return Fault.CREATOR_FIRST
    numerator, denominator = worth(supply, count, whole)
    gross = -(-numerator // denominator)
    # Fees take at most as much again.
    if 2 * gross + 2 > INT64_MAX:
        return Fault.TOO_LARGE
    trade = _charged(count, Units(gross), rates, supply + count)
    return trade if trade.paid <= most else Fault.PRICE


def sell(supply: int, count: int, whole: int, rates: FeeRates, *, least: Units) -> ShareTrade | Fault:
    """Give what selling `count` shares fetches, after fees."""
    _check(supply, count)
    if count >= supply:
        return Fault.LAST_SHARE
    numerator, denominator = worth(supply - count, count, whole)
    trade = _charged(count, Units(numerator // denominator), rates, supply - count)
    return trade if trade.fetched >= least else Fault.PRICE


def _charged(count: int, gross: Units, rates: FeeRates, supply_after: int) -> ShareTrade:
    house = Units(mul_div_ceil(gross, rates.house_bps, _BPS_ONE))
    # Both rounded up may take a unit too much of a trade that is all fee.
    creator = Units(min(mul_div_ceil(gross, rates.creator_bps, _BPS_ONE), gross - house))
    return ShareTrade(count, gross, house, creator, supply_after)


def _pyramid(highest: int) -> int:
    """Give the sum of k^2 up to the highest; of none at all below one."""
    return highest * (highest + 1) * (2 * highest + 1) // 6 if highest > 0 else 0


def _check(supply: int, count: int) -> None:
    if supply < 0 or count <= 0:
        raise ValueError("shares are traded by whole numbers from one on")
