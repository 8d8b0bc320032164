"""Room in the counters: what people begin stops at half of what an account can count, the rest is kept for what is owed.

Counters only ever rise, with turnover and not with what an account has, so somebody who turns money over for long enough
brings theirs to the end. If that were found out only when they are owed something, it would not be theirs alone: a fill
that cannot be applied halts its market, a payout that cannot be made keeps its settlement waiting. So an account that has
reached the mark begins nothing more, nor is anything begun with it, while fills, releases, payouts and whatever else
follows from what was begun go on up to the end of the counter, and the person can withdraw it all.

That is room enough: money that reaches a full account does not leave it for another, so it can still receive no more than
all the money there is, and the mark is far above that (4.6 trillion USDC, 4.6 billion SOL). Fees and rounding are credited
with what nobody gets back, which is no more either. An escrow is reached by money behind orders that may rest without
being a party to their reserves, so these ask for its counters, too.
"""

from typing import Final

from oraculum_wallet.transfers import Phase, TransferKind

BEGUN_MAX: Final = 2**62 - 1

FULL: Final = "is full, ask an administrator"

# What brings obligations that are not there yet. A withdrawal ends some instead.
_BEGINNINGS: Final = frozenset(
    {
        TransferKind.DEPOSIT,
        TransferKind.RESERVE,
        TransferKind.BOND,
        TransferKind.CREATION,
        TransferKind.SUBSIDY,
        TransferKind.CAPITAL,
    }
)


def begins(phase: Phase, kind: TransferKind) -> bool:
    """Whether a transfer is the first step of something, and so must leave room for the others."""
    if phase is Phase.PENDING:
        return kind is not TransferKind.WITHDRAWAL
    return kind in _BEGINNINGS
