"""How Manifold's markets come out.

A creator resolves a market, and can undo it. YES and NO are plain; MKT pays a yes-or-no market by its probability and
a multiple choice market by weights, or answer by answer where answers are independent; CANCEL gives stakes back; what
remains is the id of the winning answer, or before 2023 its number.
"""

from datetime import datetime
from decimal import Decimal

from oraculum_market_data.figures import EXACT, finite
from oraculum_market_data.normal import Outcome, Payout, Resolution, ResolutionKind
from oraculum_market_data.translation import words
from oraculum_market_data.venues.manifold.vocabulary import (
    CANCEL,
    NO,
    NO_INDEX,
    PARTIAL,
    SEVERAL,
    YES,
    YES_INDEX,
    optional_probability,
)

_ONE = Decimal(1)
_WEIGHTS_OF = 100


def resolution_of(
    word: str,
    outcomes: tuple[Outcome, ...],
    share: Decimal | None,
    weights: dict[str, Decimal] | None,
    *,
    resolved_at: datetime | None,
    value: Decimal | None = None,
) -> Resolution:
    """Translate a resolution. `share` is what YES pays, `weights` what each answer gets of a hundred."""
    original = words(resolution=word)
    if word == CANCEL:
        return Resolution(kind=ResolutionKind.VOID, final=True, resolved_at=resolved_at, original=original)
    if word in {PARTIAL, SEVERAL}:
        payouts = _split(outcomes, share, weights)
        return Resolution(
            kind=ResolutionKind.SPLIT,
            payouts=payouts,
            value=None if value is None else finite(value, "resolutionValue"),
            final=True,
            resolved_at=resolved_at,
            original=original,
        )
    won = _winner(word, outcomes)
    return Resolution(
        kind=ResolutionKind.WINNER,
        payouts=() if won is None else _all_to(won, outcomes),
        winner=won,
        winner_id=word,
        final=True,
        resolved_at=resolved_at,
        original=original,
    )


def _winner(word: str, outcomes: tuple[Outcome, ...]) -> int | None:
    known = next((outcome.index for outcome in outcomes if outcome.id == word), None)
    return {YES: YES_INDEX, NO: NO_INDEX}.get(word) if known is None else known


def _all_to(won: int, outcomes: tuple[Outcome, ...]) -> tuple[Payout, ...]:
    return tuple(Payout(outcome.index, Decimal(int(outcome.index == won))) for outcome in outcomes)


def _split(
    outcomes: tuple[Outcome, ...], share: Decimal | None, weights: dict[str, Decimal] | None
) -> tuple[Payout, ...]:
    if weights:
        return tuple(
            Payout(outcome.index, weights[outcome.id], _WEIGHTS_OF)
            for outcome in outcomes
            if outcome.id is not None and outcome.id in weights
        )
    if any(outcome.resolution for outcome in outcomes):
        shares = {YES: _ONE, NO: Decimal(0)}
        return tuple(
            Payout(outcome.index, shares[outcome.resolution])
            for outcome in outcomes
            if outcome.resolution in shares
        )
    price = optional_probability(share, "resolutionProbability")
    if price is None or [outcome.id for outcome in outcomes] != [NO, YES]:
        return ()
    return Payout(NO_INDEX, EXACT.subtract(_ONE, price.exact)), Payout(YES_INDEX, price.exact)
