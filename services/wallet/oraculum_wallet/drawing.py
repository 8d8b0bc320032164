"""The reserves of one batch in memory: fills draw on them, and what is not needed goes back.

Loaded after the accounts behind them are locked, so nobody else changes them meanwhile; the database adds the same up once
more and refuses an order that spends what lies behind another.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import structlog

from oraculum_money import Units
from oraculum_wallet.book import Book
from oraculum_wallet.fills import Fill
from oraculum_wallet.reserves import Release, Reserve, transfer_of
from oraculum_wallet.transfers import Answer, Result, Transfer

_log = structlog.stdlib.get_logger(__name__)

_SMALLEST: Final = Units(1)


class Drawing:
    """What lies behind the orders that a batch touches."""

    def __init__(self, reserves: Mapping[str, Reserve]) -> None:
        self._reserves = reserves

    def draw(self, book: Book, fill: Fill, chain: Sequence[Transfer]) -> list[Answer]:
        """Let a fill be paid by its order's reserve; ALREADY_VOIDED if too little lies there any more."""
        reserve = self._reserves.get(fill.order_id)
        units = fill.gross_units + fill.fee_units
        if units and (reserve is None or reserve.units_left < units or reserve.user_id != fill.user_id):
            return [Answer(transfer.id, Result.ALREADY_VOIDED) for transfer in chain]
        answers = book.apply_linked(chain)
        if reserve is not None and any(answer.result is Result.CREATED for answer in answers):
            reserve.units_left = Units(reserve.units_left - units)
        return answers

    def release(self, book: Book, release: Release) -> bool:
        """Give back what an order does not need any more; False if the ledger refuses."""
        reserve = self._reserves.get(release.order_id)
        if reserve is None or reserve.units_left <= release.keep_units:
            return True
        units = Units(reserve.units_left - release.keep_units)
        answer = book.apply(transfer_of(release, units))
        if answer.result is not Result.CREATED:
            _log.error("release.refused", order_id=release.order_id, result=answer.result.name, units=units)
            return False
        reserve.units_left = release.keep_units
        return True


def touched_by(releases: Iterable[Release]) -> list[Transfer]:
    """The transfers that releases may become, for loading what they touch; how much they move is known only then."""
    return [transfer_of(release, _SMALLEST) for release in releases]
