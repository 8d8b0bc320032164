"""Where a Polymarket market stands, and how it came out.

Closed is not resolved: of two thousand closed markets on record four in ten have no winner. A market counts as
resolved only by an explicit winner, or by the oracle's word together with prices of exactly 0, 1 or one half.
"""

from datetime import datetime
from decimal import Decimal
from typing import Final

from oraculum_market_data.normal import Outcome, Payout, Resolution, ResolutionKind, Status
from oraculum_market_data.translation import Kept
from oraculum_market_data.venues.polymarket.gamma_wire import GammaMarket

_HALF: Final = Decimal("0.5")
_PROPOSED: Final = "proposed"
_DISPUTED: Final = "disputed"
_RESOLVED: Final = "resolved"


def by_oracle(
    wire: GammaMarket, outcomes: tuple[Outcome, ...], kept: Kept
) -> tuple[Status, Resolution | None]:
    """Read status and result of a market in Gamma's list."""
    original = wire.uma_resolution_status or ""
    if original == _DISPUTED:
        return Status.DISPUTED, Resolution(kind=ResolutionKind.DISPUTED, original=original)
    if original == _PROPOSED:
        return Status.DETERMINED, Resolution(kind=ResolutionKind.NONE, original=original)
    if wire.closed and (original == _RESOLVED or wire.automatically_resolved):
        payouts = exact_payouts(outcomes)
        if payouts is not None:
            resolved_at = kept.time("resolved_at", wire.uma_end_date or wire.closed_time)
            said = original or "automaticallyResolved"
            return Status.RESOLVED, result(payouts, outcomes, said, resolved_at)
    return _trading(wire), None


def exact_payouts(outcomes: tuple[Outcome, ...]) -> tuple[Payout, ...] | None:
    """What each outcome pays, when the prices are exactly those of a result."""
    shares = [outcome.price.exact for outcome in outcomes if outcome.price is not None]
    if len(shares) != len(outcomes) or not shares:
        return None
    has_winner = sorted(shares) == [Decimal(0)] * (len(shares) - 1) + [Decimal(1)]
    is_half = shares == [_HALF, _HALF]
    return tuple(map(Payout, range(len(shares)), shares)) if has_winner or is_half else None


def result(
    payouts: tuple[Payout, ...],
    outcomes: tuple[Outcome, ...],
    original: str,
    resolved_at: datetime | None = None,
) -> Resolution:
    """A final result by what each outcome pays: one winner, or half each."""
    winner = next((payout.outcome for payout in payouts if payout.share == 1), None)
    return Resolution(
        kind=ResolutionKind.SPLIT if winner is None else ResolutionKind.WINNER,
        payouts=payouts,
        winner=winner,
        winner_id=None if winner is None else outcomes[winner].id,
        final=True,
        resolved_at=resolved_at,
        original=original,
    )


def _trading(wire: GammaMarket) -> Status:
    if wire.closed or wire.archived:
        return Status.CLOSED
    if wire.active is False:
        return Status.UPCOMING
    return Status.PAUSED if wire.accepting_orders is False else Status.OPEN
