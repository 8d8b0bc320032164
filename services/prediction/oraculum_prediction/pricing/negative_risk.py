"""NO shares of several questions of which exactly one comes true, turned into cash and YES shares.

Of m such questions at most one is YES, so m NO shares pay m - 1 whatever happens, and one more if the true question is not
among them, which is what a YES share of every other question pays. Polymarket's adapter does the same on chain, and
rounds its fee down as we do here, so that both give the same.
"""

from collections.abc import Collection
from dataclasses import dataclass

from oraculum_money import Shares, Units, mul_div_floor

_BPS_ONE = 10_000


@dataclass(frozen=True, slots=True)
class Conversion:
    """What comes out: cash, and of each of the other questions so many YES shares; the fee is kept of every leg."""

    cash: Units
    yes_shares: Shares
    others: tuple[int, ...]
    fee: Units


def convert(shares: Shares, questions: int, held: Collection[int], fee_bps: int = 0) -> Conversion:
    """Convert so many NO shares of each of the questions held, by their numbers."""
    if shares <= 0 or not 0 <= fee_bps <= _BPS_ONE:
        raise ValueError("some shares are converted, at a fee of at most the whole")
    distinct = set(held)
    if len(distinct) != len(held) or not distinct or not distinct <= set(range(questions)):
        raise ValueError(f"the questions are different ones of 0 to {questions - 1}")
    fee = mul_div_floor(shares, fee_bps, _BPS_ONE)
    others = tuple(question for question in range(questions) if question not in distinct)
    return Conversion(Units((len(distinct) - 1) * (shares - fee)), Shares(shares - fee), others, Units(fee))
