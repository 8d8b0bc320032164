"""What subscriptions are given to tell of their owners' own, in the transaction that says it on channels.

A message is a row with a sequence of its subscription's own before anybody sends it, so it is neither lost nor passed
over, whatever ends in between; and it carries the same id however often it is sent. What everybody may hear is given
out later, from the channel's log: see public.py.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import orjson

from oraculum_kit.db import Connection
from oraculum_kit.ids import uuid7
from oraculum_notification import metrics
from oraculum_notification.records import Line, owner_of
from oraculum_notification.webhooks.public import DATA_BYTES_MAX, KINDS_OF, TOO_MANY_WAITING
from oraculum_notification.webhooks.records import Hearer, Waiting
from oraculum_notification.webhooks.repository import Feeding

# What a person's own channel says.
OWN_KINDS: Final = (
    "prediction.submitted",
    "prediction.opened",
    "prediction.ended",
    "prediction.settled",
    "balance.updated",
    "notification",
)
# What a subscription that takes nothing may leave here before it is given up.
WAITING_MAX: Final = 10_000


class Feed:
    """Gives lines of channels to the subscriptions that want them."""

    def __init__(self, *, waiting_max: int = WAITING_MAX) -> None:
        self._rows = Feeding()
        self._waiting_max = waiting_max

    async def add(self, connection: Connection, lines: Sequence[Line]) -> None:
        """Keep these lines for whoever wants to be told. Called after channels were written, as everywhere."""
        if any(line.kind in KINDS_OF.get(line.channel, ()) for line in lines):
            await self._rows.wake(connection)
        heard = list(_heard(lines))
        if not heard:
            return
        hearers = await self._rows.hold(
            connection,
            owners={one.owner for one in heard},
            own_kinds={one.line.kind for one in heard},
        )
        messages: list[Waiting] = []
        sequences: dict[UUID, int] = {}
        full: list[UUID] = []
        for hearer in hearers:
            wanted = [one.line for one in heard if one.wanted_by(hearer)]
            if hearer.sequence + len(wanted) - hearer.delivered > self._waiting_max:
                full.append(hearer.subscription_id)
            elif wanted:
                sequences[hearer.subscription_id] = hearer.sequence + len(wanted)
                messages += [
                    _message(hearer, sequence, line)
                    for sequence, line in enumerate(wanted, start=hearer.sequence + 1)
                ]
        if full:
            await self._rows.disable(connection, full, TOO_MANY_WAITING)
            metrics.WEBHOOKS_DISABLED.labels(TOO_MANY_WAITING).inc(len(full))
        if messages:
            await self._rows.give(connection, messages, sequences)


@dataclass(frozen=True, slots=True)
class _Heard:
    """A line that subscriptions can hear, and whose it is."""

    line: Line
    owner: UUID

    def wanted_by(self, hearer: Hearer) -> bool:
        """Whether a subscription asked for it."""
        return self.line.kind in hearer.kinds and self.owner == hearer.user_id


def _heard(lines: Iterable[Line]) -> Iterator[_Heard]:
    for line in lines:
        owner = owner_of(line.channel)
        if owner is not None and line.kind in OWN_KINDS:
            yield _Heard(line, owner)


def _message(hearer: Hearer, sequence: int, line: Line) -> Waiting:
    data = orjson.dumps(line.data)
    if len(data) > DATA_BYTES_MAX:
        # Nothing that we say comes near it; a receiver that meets it all the same asks for the thing itself.
        data = b'{"too_long":true}'
    return Waiting(
        subscription_id=hearer.subscription_id,
        sequence=sequence,
        message_id=uuid7(),
        kind=line.kind,
        data=data.decode(),
        occurred_at=line.occurred_at,
    )
