"""Amounts, assets and prices: exact integers with types of their own.

Three kinds of number, all plain `int` at run time and all different to the type checker:

- `Units`: an amount in the smallest unit of its asset (one millionth of a USDC). It fits an int64.
- `Shares`: a count of shares in the smallest unit of the market's asset, so that a winning share pays exactly as
  many `Units` as it counts.
- `Price`: a probability in millionths, from 0 to 1,000,000.

Text goes in through `parse_units`, `parse_shares` and `parse_price` and out through `format_units` and
`format_price`; both directions are exact and no float is ever accepted. `mul_div_floor` and `mul_div_ceil` are the two
ways a fraction may be rounded.
"""

from oraculum_money.amounts import (
    Shares,
    Units,
    checked_shares,
    checked_units,
    format_units,
    parse_shares,
    parse_units,
)
from oraculum_money.assets import ASSETS, Asset, asset
from oraculum_money.errors import AmountOutOfRange, MalformedAmount, MoneyError, TooManyDecimals, UnknownAsset
from oraculum_money.prices import PRICE_DECIMALS, PRICE_ONE, Price, format_price, parse_price
from oraculum_money.rounding import INT64_MAX, INT64_MIN, mul_div_ceil, mul_div_floor

__all__ = [
    "ASSETS",
    "INT64_MAX",
    "INT64_MIN",
    "PRICE_DECIMALS",
    "PRICE_ONE",
    "AmountOutOfRange",
    "Asset",
    "MalformedAmount",
    "MoneyError",
    "Price",
    "Shares",
    "TooManyDecimals",
    "Units",
    "UnknownAsset",
    "asset",
    "checked_shares",
    "checked_units",
    "format_price",
    "format_units",
    "mul_div_ceil",
    "mul_div_floor",
    "parse_price",
    "parse_shares",
    "parse_units",
]
