"""The ways in which risk says no. Every sentence names the rule, the limit, what is left and what to do."""

from oraculum_kit.errors import FailedPrecondition, NotFound
from oraculum_money import Units, asset, format_units
from oraculum_prediction.draft import Proposal
from oraculum_prediction.risk.abuse import Suspicion
from oraculum_prediction.risk.limits import Breach


class LimitReached(FailedPrecondition):
    """The order would break a limit."""

    reason = "LIMIT_REACHED"

    @classmethod
    def of(cls, breach: Breach) -> "LimitReached":
        """The refusal for a breach."""
        return cls(
            breach.sentence, rule=breach.rule, limit=breach.limit, left=breach.left, asset=breach.asset
        )


class HouseLimitReached(FailedPrecondition):
    """The house takes no more of this risk."""

    reason = "HOUSE_LIMIT_REACHED"

    @classmethod
    def of(cls, scope: str, limit: Units, left: Units, asset_code: str) -> "HouseLimitReached":
        """The refusal for what the market makers may lose in a market or in all of them."""
        money = asset(asset_code)
        return cls(
            f"The most that the house may lose in {scope} is {format_units(limit, money)} {asset_code}; "
            f"{format_units(left, money)} {asset_code} is left. Ask for less, or for another outcome.",
            rule=f"house {scope}",
            limit=limit,
            left=left,
            asset=asset_code,
        )


class MarketProhibited(FailedPrecondition):
    """Nobody may buy here. What you hold you can sell."""

    reason = "MARKET_PROHIBITED"


class SelfExcluded(FailedPrecondition):
    """You asked not to play for a time. What you hold you can sell, and what you have can be withdrawn."""

    reason = "SELF_EXCLUDED"


class TradingBlocked(FailedPrecondition):
    """You may not buy at present. What you hold you can sell; support knows why."""

    reason = "TRADING_BLOCKED"


class OrderHeld(FailedPrecondition):
    """The order waits for somebody to look at it. Nobody is told so by an error: the answer is a pending order."""

    reason = "ORDER_UNDER_REVIEW"

    def __init__(self, suspicion: Suspicion, proposal: Proposal) -> None:
        super().__init__()
        self.suspicion = suspicion
        self.proposal = proposal


class EditNeedsReview(FailedPrecondition):
    """Somebody would have to look at this order first. Cancel the one that rests and place this one anew."""

    reason = "EDIT_NEEDS_REVIEW"


class TriggerNotFound(NotFound):
    """There is no such trigger."""

    reason = "TRIGGER_NOT_FOUND"


class TriggersFull(FailedPrecondition):
    """You have as many triggers as can wait at once. Remove one first."""

    reason = "TRIGGERS_FULL"


class NothingToSell(FailedPrecondition):
    """You hold nothing of this outcome that a trigger could sell."""

    reason = "NOTHING_TO_SELL"


class ReviewNotFound(NotFound):
    """There is no such review."""

    reason = "REVIEW_NOT_FOUND"


class OwnLimits(FailedPrecondition):
    """Nobody sets what they may do themselves; another administrator can. Limits of your own are under /users/me/limits."""

    reason = "OWN_LIMITS"


class OwnOrder(FailedPrecondition):
    """Nobody decides upon their own order; another administrator can."""

    reason = "OWN_ORDER"


class ReviewDecided(FailedPrecondition):
    """This order has been decided upon already, the other way."""

    reason = "REVIEW_DECIDED"


class OrderRejectedInReview(FailedPrecondition):
    """The order was looked at and is not placed. Nothing moved."""

    reason = "ORDER_REJECTED_IN_REVIEW"
