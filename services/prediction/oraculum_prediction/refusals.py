"""From pricing's reasons to the errors that people get."""

from collections.abc import Mapping
from typing import Final

from oraculum_kit.errors import ServiceError, Violation
from oraculum_prediction.errors import (
    InsufficientShares,
    NotFilledWhole,
    NotOffered,
    OrderTooLarge,
    OrderTooSmall,
    PriceOutOfBounds,
    SelfTradePrevented,
    SlippageExceeded,
    UnknownOutcome,
    WouldTrade,
)
from oraculum_prediction.pricing import Reason, Refusal

_ERRORS: Final[Mapping[Reason, type[ServiceError]]] = {
    Reason.PRICE_LIMIT: SlippageExceeded,
    Reason.PRICE_CEILING: PriceOutOfBounds,
    Reason.TOO_SMALL: OrderTooSmall,
    Reason.TOO_LARGE: OrderTooLarge,
    # More than are outstanding is more than anybody has.
    Reason.NOT_ENOUGH_SHARES: InsufficientShares,
    Reason.NOT_OFFERED: NotOffered,
    Reason.NOT_ALL: NotFilledWhole,
    Reason.WOULD_TRADE: WouldTrade,
    Reason.SELF_TRADE: SelfTradePrevented,
}


def refusal(refused: Refusal) -> ServiceError:
    """The error for a refused order, with pricing's sentence and the largest size that would have passed."""
    if refused.reason is Reason.UNKNOWN_OUTCOME:
        return UnknownOutcome(violations=[Violation("outcome", refused.message)])
    sentence = f"{refused.message[0].upper()}{refused.message[1:]}."
    known = {} if refused.fits is None else {"fits": refused.fits}
    return _ERRORS[refused.reason](sentence, **known)
