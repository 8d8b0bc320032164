"""Kalshi's words and units, translated."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from oraculum_market_data.figures import EXACT, Price, finite, price_of, price_of_cents
from oraculum_market_data.normal import Outcome, Payout, Resolution, ResolutionKind, Status

YES: Final = "yes"
NO: Final = "no"
NO_INDEX: Final = 0
YES_INDEX: Final = 1
UNIT: Final = "contracts"

_ONE: Final = Decimal(1)
_CENTS: Final = Decimal(100)

# The words of a market's status, and those of the list's filter, which differ.
_STATUSES: Final[Mapping[str, Status]] = MappingProxyType(
    {
        "initialized": Status.UPCOMING,
        "unopened": Status.UPCOMING,
        "active": Status.OPEN,
        "open": Status.OPEN,
        "inactive": Status.PAUSED,
        "paused": Status.PAUSED,
        "closed": Status.CLOSED,
        "determined": Status.DETERMINED,
        "amended": Status.DETERMINED,
        "disputed": Status.DISPUTED,
        "finalized": Status.RESOLVED,
        "settled": Status.RESOLVED,
    }
)


def status_of(word: str) -> Status:
    """Translate a status; the venue may invent new ones, which is no reason to refuse a market."""
    return _STATUSES.get(word, Status.UNKNOWN)


def price_in(dollars: Decimal | None, cents: Decimal | None, field: str) -> Price | None:
    """A price from the exact text of dollars, or from cents where there is no other."""
    if dollars is not None:
        return price_of(dollars, f"{field}_dollars")
    return None if cents is None else price_of_cents(cents, field)


def dollars_of(dollars: Decimal | None, cents: Decimal | None, field: str) -> Decimal | None:
    """An amount of money in dollars."""
    if dollars is not None:
        return finite(dollars, f"{field}_dollars")
    return None if cents is None else EXACT.divide(finite(cents, field), _CENTS)


def yes_and_no(yes: str | None, no: str | None) -> tuple[Outcome, Outcome]:
    """The two outcomes of any market here."""
    return (
        Outcome(index=NO_INDEX, label=no or "No", id=NO),
        Outcome(index=YES_INDEX, label=yes or "Yes", id=YES),
    )


def resolution_of(
    result: str, value: Decimal | None, status: Status, original: str, resolved_at: datetime | None
) -> Resolution | None:
    """How a market came out. Only the finalized are final; a determined result may still be disputed and changed."""
    if status is Status.DISPUTED:
        return Resolution(kind=ResolutionKind.DISPUTED, payouts=_payouts(result, value), original=original)
    if not result:
        return None
    winner = {YES: YES_INDEX, NO: NO_INDEX}.get(result)
    kind = ResolutionKind.SPLIT if result == "scalar" else ResolutionKind.NONE
    return Resolution(
        kind=kind if winner is None else ResolutionKind.WINNER,
        payouts=_payouts(result, value),
        winner=winner,
        winner_id=None if winner is None else result,
        final=status is Status.RESOLVED,
        resolved_at=resolved_at,
        original=original,
    )


def _payouts(result: str, value: Decimal | None) -> tuple[Payout, ...]:
    yes = {YES: _ONE, NO: Decimal(0)}.get(result) if value is None else value
    if yes is None:
        return ()
    return Payout(NO_INDEX, EXACT.subtract(_ONE, yes)), Payout(YES_INDEX, yes)
