"""What is traded of late: event hears `bets` and keeps a score of each event, which halves every six hours.

A score is a logarithm in which time is added instead of taken away: all of them fade alike, so their order changes only
when somebody trades, nothing is counted again, and a page of the list stays where it is.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum.prediction.v1.bets_fact_pb2 import BetsFact
from oraculum.prediction.v1.prediction_service_pb2 import FILL_ROLE_SET, Fill
from oraculum_event.repository.trends import Raise, Trends
from oraculum_kit.db import Connection
from oraculum_kit.inbox import Record
from oraculum_kit.timestamps import from_wire
from oraculum_money import ASSETS

HALF_LIFE_SECONDS: Final = 6 * 3600
_PER_SECOND: Final = math.log(2) / HALF_LIFE_SECONDS


def weight(volume: float, at: datetime) -> float:
    """What a trade adds, as a logarithm: more when it is more, and more when it is later."""
    return math.log(volume) + _PER_SECOND * at.timestamp()


def beginning(at: datetime) -> float:
    """The score of an event that opens: as if one whole unit had been traded."""
    return weight(1.0, at)


class Trending:
    """Turns fills into scores."""

    def __init__(self) -> None:
        self._trends = Trends()

    async def hear(self, connection: Connection, records: Sequence[Record[BetsFact]]) -> None:
        """Add to each event what was traded in it since the last fill that is counted."""
        by_event: dict[UUID, list[Fill]] = {}
        for record in records:
            if record.message.WhichOneof("fact") == "order_filled":
                fill = record.message.order_filled.fill
                by_event.setdefault(UUID(fill.event_id), []).append(fill)
        if not by_event:
            return
        counted = await self._trends.held(connection, sorted(by_event))
        raises = [
            found
            for event_id, last in counted.items()
            if (found := _raise(event_id, [fill for fill in by_event[event_id] if fill.sequence > last]))
        ]
        if raises:
            await self._trends.add(connection, raises)


def _raise(event_id: UUID, fills: Sequence[Fill]) -> Raise | None:
    if not fills:
        return None
    last = max(fill.sequence for fill in fills)
    # The same fill may have been delivered twice in one batch.
    once = {fill.sequence: fill for fill in fills}.values()
    weights = [weight(_whole(fill), from_wire(fill.filled_at)) for fill in once if _counts(fill)]
    return Raise(event_id, _sum(weights) if weights else -math.inf, last)


def _counts(fill: Fill) -> bool:
    """Sets that became cash are no trade."""
    return fill.gross.units > 0 and fill.role != FILL_ROLE_SET


def _whole(fill: Fill) -> float:
    """What was paid in whole units of its asset."""
    # lint-allow amounts: a rank, nobody is paid by it
    return float(fill.gross.units * 10.0 ** -ASSETS[fill.gross.asset].decimals)


def _sum(logarithms: Iterable[float]) -> float:
    """The logarithm of a sum, of terms that are too large to be written out."""
    terms = list(logarithms)
    highest = max(terms)
    return highest + math.log(sum(math.exp(term - highest) for term in terms))
