"""The ways in which prediction says no."""

from oraculum_kit.errors import AlreadyExists, FailedPrecondition, InvalidArgument, NotFound, Violation
from oraculum_money import Units, asset, format_units


class MarketNotFound(NotFound):
    """There is no market for this event."""

    reason = "MARKET_NOT_FOUND"


class MarketNotOpen(FailedPrecondition):
    """The market does not take orders any more."""

    reason = "MARKET_NOT_OPEN"


class MarketExists(AlreadyExists):
    """The event has a market already, with other terms."""

    reason = "MARKET_EXISTS"


class LockTimePassed(FailedPrecondition):
    """A market cannot open after the time at which it would lock."""

    reason = "LOCK_TIME_PASSED"


class HouseFundsShort(FailedPrecondition):
    """The house has less than the subsidy that this market needs."""

    reason = "HOUSE_FUNDS_SHORT"


class UnknownOutcome(InvalidArgument):
    """The event has no such outcome."""

    reason = "UNKNOWN_OUTCOME"


class SlippageExceeded(FailedPrecondition):
    """The price is worse than the limit of the order."""

    reason = "SLIPPAGE_EXCEEDED"


class PriceOutOfBounds(FailedPrecondition):
    """So large an order would take a price out of the bounds of the market."""

    reason = "PRICE_OUT_OF_BOUNDS"


class OrderTooSmall(FailedPrecondition):
    """So small an order is worth nothing once it is rounded and charged."""

    reason = "ORDER_TOO_SMALL"


class OrderTooLarge(FailedPrecondition):
    """The market cannot count so much."""

    reason = "ORDER_TOO_LARGE"


class NotOffered(FailedPrecondition):
    """This market does not trade in this way."""

    reason = "NOT_OFFERED"


class InsufficientFunds(FailedPrecondition):
    """The account has less than the order may cost."""

    reason = "INSUFFICIENT_FUNDS"


class MoneyFrozen(FailedPrecondition):
    """Money of the market or of the account is frozen, until an operator has looked at its books."""

    reason = "MONEY_FROZEN"


class InsufficientShares(FailedPrecondition):
    """The position has fewer shares than are to be sold."""

    reason = "INSUFFICIENT_SHARES"


class OrderAbandoned(FailedPrecondition):
    """The order was not decided in time and never will be: nothing moved. Place it anew under another key."""

    reason = "ORDER_ABANDONED"


class OrderNotOpen(FailedPrecondition):
    """Nothing of the order rests any more."""

    reason = "ORDER_NOT_OPEN"


class LimitNotReached(FailedPrecondition):
    """Nothing can be traded within the limit at this moment, and the order was not to wait."""

    reason = "LIMIT_NOT_REACHED"


class NotFilledWhole(FailedPrecondition):
    """Less than all of it can be traded within the limit at this moment, and it was all or nothing."""

    reason = "NOT_FILLED_WHOLE"


class WouldTrade(FailedPrecondition):
    """Some of it would have been traded at once, and it was only to rest."""

    reason = "WOULD_TRADE"


class SelfTradePrevented(FailedPrecondition):
    """The order would have traded with another one of the same person."""

    reason = "SELF_TRADE_PREVENTED"


class TooManyOrders(FailedPrecondition):
    """So many orders rest already that no more are taken."""

    reason = "TOO_MANY_ORDERS"


class RestingTooSmall(InvalidArgument):
    """What would rest of the order is worth too little."""

    reason = "RESTING_TOO_SMALL"

    @classmethod
    def of(cls, field: str, least: Units, asset_code: str) -> "RestingTooSmall":
        """The refusal of an order whose size is given in this field."""
        text = f"{format_units(least, asset(asset_code))} {asset_code}"
        violation = Violation(field, f"what rests must be worth at least {text}; ask for more, or for ioc")
        return cls(violations=[violation], least=least, asset=asset_code)


class OrderExpired(InvalidArgument):
    """The time until which the order was to stand has passed."""

    reason = "ORDER_EXPIRED"

    @classmethod
    def named(cls) -> "OrderExpired":
        """The refusal that names the field in which the time was given."""
        return cls(violations=[Violation("expires_at", "lies in the past")])


class OrderEditedBefore(FailedPrecondition):
    """Another prediction has taken the place of this one already: edit that one."""

    reason = "ORDER_EDITED_BEFORE"


class NotTogether(FailedPrecondition):
    """Somebody would have to look at one of these orders, so they cannot be placed together: place it alone."""

    reason = "NOT_TOGETHER"


class FillNotFound(NotFound):
    """There is no such fill."""

    reason = "FILL_NOT_FOUND"


class OrderNotFound(NotFound):
    """There is no such order."""

    reason = "ORDER_NOT_FOUND"
