"""What the fills that were applied say of each event's escrow: counted apart from the transfers, to be held against them."""

from collections.abc import Iterable

from oraculum_kit.db import Connection
from oraculum_wallet.fills import Fill
from oraculum_wallet.repository import monitor as repository


async def count(connection: Connection, applied: Iterable[Fill]) -> None:
    """Add fills in the transaction that applies them."""
    totals: dict[tuple[str, str], tuple[int, int]] = {}
    for fill in applied:
        bought, sold = totals.get((fill.event_id, fill.asset), (0, 0))
        buys = fill.from_reserve or fill.hold_id is not None
        totals[fill.event_id, fill.asset] = (
            bought + (fill.gross_units if buys else 0),
            sold + (0 if buys else fill.gross_units),
        )
    if totals:
        await repository.count_fills(connection, totals)
