"""Amounts and prices between text and the integers of the contracts, with refusals that name the field."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TypeVar

from oraculum.money.v1.amount_pb2 import Amount
from oraculum_gateway.problems import Problem
from oraculum_kit.errors import Violation
from oraculum_money import (
    Asset,
    MoneyError,
    Price,
    Shares,
    Units,
    asset,
    format_price,
    format_units,
    parse_price,
    parse_shares,
    parse_units,
)

T = TypeVar("T")


def amount_in(field: str, value: Decimal, of: Asset) -> Units:
    """A positive amount that a client sends."""
    units = _parsed(field, lambda: parse_units(value, of))
    return _positive(field, units)


def limit_in(field: str, value: Decimal, of: Asset) -> Units:
    """An amount that nothing may pass; the shape has made sure that it is not negative."""
    return _parsed(field, lambda: parse_units(value, of))


def shares_in(field: str, value: Decimal, of: Asset) -> Shares:
    """A positive number of shares that a client sends."""
    shares = _parsed(field, lambda: parse_shares(value, of))
    return _positive(field, shares)


def price_in(field: str, value: Decimal) -> Price:
    """A price that a client sends."""
    return _parsed(field, lambda: parse_price(value))


def asset_in(field: str, code: str) -> Asset:
    """An asset that a client names."""
    return _parsed(field, lambda: asset(code))


def amount_out(amount: Amount) -> str:
    """An amount as decimal text."""
    return format_units(Units(amount.units), asset(amount.asset))


def units_out(count: int, code: str) -> str:
    """Units of an asset, or shares counted in them, as decimal text."""
    return format_units(Units(count), asset(code))


def price_out(millionths: int) -> str:
    """A price as decimal text."""
    return format_price(Price(millionths))


def prices_out(millionths: Iterable[int]) -> list[str]:
    """Prices as decimal text."""
    return [price_out(price) for price in millionths]


def odds_out(millionths: int) -> str | None:
    """Decimal odds, one divided by the price, to four decimals; none at a price of zero."""
    if millionths <= 0:
        return None
    # 10^6 / price, rounded half up at the fourth decimal, in integers.
    scaled = (2 * 10**10 + millionths) // (2 * millionths)
    return f"{scaled // 10_000}.{scaled % 10_000:04d}"


def refuse(field: str, message: str) -> Problem:
    """A problem with one field."""
    return Problem(422, "invalid_request", "Some fields are not valid.", errors=[Violation(field, message)])


def _parsed(field: str, parse: Callable[[], T]) -> T:
    try:
        return parse()
    except MoneyError as error:
        raise refuse(field, str(error)) from error


def _positive(field: str, value: T) -> T:
    if not isinstance(value, int) or value <= 0:
        raise refuse(field, "must be positive")
    return value
