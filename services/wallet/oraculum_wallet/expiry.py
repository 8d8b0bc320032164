"""Pending transfers that end by themselves: voided once their time is over, whoever may have forgotten them.

A post is refused from that instant on, by the database's clock, whether or not the void has come yet. Holds of orders
never have such a time: see sweep.py for what becomes of them.
"""

from datetime import datetime
from typing import Final

import structlog

from oraculum_kit.db import Database
from oraculum_wallet import metrics
from oraculum_wallet.book import expiry_id
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.repository import holds as repository
from oraculum_wallet.transfers import Phase, Result, Transfer

_log = structlog.stdlib.get_logger(__name__)

PAGE: Final = 1000


class Expiry:
    """Voids what has expired. Two at once do no harm: a void's id follows from what it voids."""

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger
        # Where the next page begins: what cannot be voided at present must not stand before the rest for ever.
        self._last: tuple[str, datetime] | None = None

    async def void_expired(self) -> int:
        """Void a page of what has expired; how many were voided."""
        async with self._database.connection() as connection:
            found = await repository.expired_holds(connection, after=self._last, limit=PAGE)
        self._last = found[-1] if len(found) == PAGE else None
        if not found:
            return 0
        answers = await self._ledger.create(
            [Transfer(expiry_id(id_), Phase.VOID_PENDING, None, pending_id=id_) for id_, _ in found]
        )
        voided = sum(answer.result is Result.CREATED for answer in answers)
        metrics.EXPIRED.inc(voided)
        left = [answer for answer in answers if answer.result is Result.FROZEN]
        if left:
            _log.warning("expiry.frozen", transfers=len(left))
        return voided
