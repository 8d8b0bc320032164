"""Prices: probabilities in millionths."""

from decimal import Decimal
from typing import Final, NewType

from oraculum_money.decimals import scale, unscale
from oraculum_money.errors import AmountOutOfRange

Price = NewType("Price", int)

PRICE_DECIMALS: Final = 6
PRICE_ONE: Final = Price(1_000_000)

_DECIMALS_SHOWN_MIN = 2


def parse_price(value: str | int | Decimal) -> Price:
    """Read a probability from 0 to 1, such as "0.525", and give it in millionths; exact or a `MoneyError`."""
    millionths = scale(value, PRICE_DECIMALS, "a price")
    if not 0 <= millionths <= PRICE_ONE:
        raise AmountOutOfRange("a price lies between 0 and 1")
    return Price(millionths)


def format_price(price: Price) -> str:
    """Write a price as a decimal string with at least two decimals: 525_000 is "0.525", half is "0.50"."""
    return unscale(price, PRICE_DECIMALS, _DECIMALS_SHOWN_MIN)
