"""Amounts of money and of shares, both in the smallest unit of an asset."""

from decimal import Decimal
from typing import NewType

from oraculum_money.assets import Asset
from oraculum_money.decimals import scale, unscale
from oraculum_money.errors import AmountOutOfRange
from oraculum_money.rounding import INT64_MAX, INT64_MIN

Units = NewType("Units", int)
Shares = NewType("Shares", int)

# People expect cents: 12.50, not 12.5; finer amounts show as many decimals as they have.
_DECIMALS_SHOWN_MIN = 2


def parse_units(value: str | int | Decimal, asset: Asset) -> Units:
    """Read an amount of whole units, such as "12.50", and give it in the smallest unit.

    The result is exact or a `MoneyError` is raised; the sign is kept, and whether it may be negative is the caller's
    to say. An `int` counts whole units too.
    """
    return checked_units(scale(value, asset.decimals, "an amount"))


def parse_shares(value: str | int | Decimal, asset: Asset) -> Shares:
    """Read a number of whole shares, such as "19.25", and give it in the smallest unit of the market's asset."""
    return checked_shares(scale(value, asset.decimals, "a number of shares"))


def format_units(units: Units | Shares, asset: Asset) -> str:
    """Write an amount or a share count as a decimal string of whole units: exact, with at least two decimals.

    12_500_000 units of USDC are "12.50", one unit is "0.000001".
    """
    return unscale(units, asset.decimals, _DECIMALS_SHOWN_MIN)


def checked_units(value: int) -> Units:
    """Give the value as an amount, or raise `AmountOutOfRange` if an int64 cannot hold it."""
    return Units(_int64(value, "an amount"))


def checked_shares(value: int) -> Shares:
    """Give the value as a share count, or raise `AmountOutOfRange` if an int64 cannot hold it."""
    return Shares(_int64(value, "a number of shares"))


def _int64(value: int, what: str) -> int:
    if not INT64_MIN <= value <= INT64_MAX:
        raise AmountOutOfRange(f"{what} is too large")
    return value
