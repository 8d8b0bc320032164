"""What the fills that were applied say of each event's escrow: counted apart from the transfers, to be held against them."""

from collections.abc import Iterable
from typing import NamedTuple

from oraculum_wallet.fills import Fill


class Moved(NamedTuple):
    """What fills moved through an escrow."""

    bought_units: int = 0
    sold_units: int = 0


def moved_by(applied: Iterable[Fill]) -> dict[tuple[str, str], Moved]:
    """What fills moved, by event and asset."""
    totals: dict[tuple[str, str], Moved] = {}
    for fill in applied:
        bought, sold = totals.get((fill.event_id, fill.asset), Moved())
        buys = fill.from_reserve or fill.hold_id is not None
        totals[fill.event_id, fill.asset] = Moved(
            bought + (fill.gross_units if buys else 0), sold + (0 if buys else fill.gross_units)
        )
    return totals
