"""What can be wrong with a number that somebody wrote.

MoneyError (a ValueError)
  ├── MalformedAmount     not a plain decimal number
  ├── TooManyDecimals     finer than the asset's, or a price's, smallest unit
  ├── AmountOutOfRange    does not fit: an int64 for amounts, [0, 1] for prices
  └── UnknownAsset        no asset has this code
"""


class MoneyError(ValueError):
    """A number or a code is not money as this platform writes it."""


class MalformedAmount(MoneyError):
    """The text is not a plain decimal number such as 12, -3 or 0.25."""


class TooManyDecimals(MoneyError):
    """The number is finer than the smallest unit, and nothing here rounds in silence."""


class AmountOutOfRange(MoneyError):
    """The number lies outside the range that its type can hold."""


class UnknownAsset(MoneyError):
    """No asset has this code."""
