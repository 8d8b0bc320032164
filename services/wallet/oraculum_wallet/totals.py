"""What the fills that were applied say of each event's escrow: counted apart from the transfers, to be held against them."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from oraculum_money import Units
from oraculum_wallet.fills import Fill

_NOTHING: Final = Units(0)


class Moved(NamedTuple):
    """What fills moved through an escrow."""

    bought_units: Units
    sold_units: Units


def moved_by(applied: Iterable[Fill]) -> dict[tuple[str, str], Moved]:
    """What fills moved, by event and asset."""
    totals: dict[tuple[str, str], Moved] = {}
    for fill in applied:
        bought, sold = totals.get((fill.event_id, fill.asset), (_NOTHING, _NOTHING))
        if fill.from_reserve or fill.hold_id is not None:
            bought = Units(bought + fill.gross_units)
        else:
            sold = Units(sold + fill.gross_units)
        totals[fill.event_id, fill.asset] = Moved(bought, sold)
    return totals
