"""What everybody may hear: written once, in its channel's log; each subscription has a cursor over it.

Who says something to everybody writes no row for any subscription and waits for none. Subscriptions catch up a bounded
portion at a time, in transactions of their own; and one that has much to tell is left behind in the log for a while, so
that a burst of news costs no healthy receiver its subscription.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from oraculum_kit.db import Database
from oraculum_notification import metrics
from oraculum_notification.webhooks.repository import Feeding

KINDS_OF: Final = {
    "events": (
        "event.created",
        "event.updated",
        "event.locked",
        "event.proposed",
        "event.disputed",
        "event.resolved",
        "event.cancelled",
    ),
    "system": ("system.maintenance",),
}
PUBLIC_KINDS: Final = tuple(kind for kinds in KINDS_OF.values() for kind in kinds)
# As long as a failing one is given to recover, and some: what it has not been given yet is kept for it.
PUBLIC_KEPT: Final = timedelta(days=5)
TOO_MANY_WAITING: Final = "too_many_waiting"
DATA_BYTES_MAX: Final = 64 * 1024
# Half of what may wait is left for its owner's own.
_WAITING_MAX: Final = 5_000
_BEHIND_MAX: Final = timedelta(days=4)
# A transaction writes no more rows than the product of these.
_PORTION: Final = 100
_SUBSCRIPTIONS_AT_ONCE: Final = 20


def channels_of(kinds: Sequence[str]) -> list[str]:
    """The channels on which some of these kinds are said to everybody."""
    return [channel for channel, said in KINDS_OF.items() if not set(said).isdisjoint(kinds)]


class Public:
    """Lets subscriptions catch up."""

    def __init__(
        self, database: Database, *, waiting_max: int = _WAITING_MAX, portion: int = _PORTION
    ) -> None:
        self._database = database
        self._waiting_max = waiting_max
        self._portion = portion
        self._rows = Feeding()

    async def catch_up(self) -> bool:
        """Give out one portion of each channel; whether there may be more to give."""
        more = False
        for channel, kinds in KINDS_OF.items():
            async with self._database.transaction() as connection:
                given = await self._rows.catch_up(
                    connection,
                    channel,
                    public_kinds=list(kinds),
                    waiting_max=self._waiting_max,
                    data_bytes_max=DATA_BYTES_MAX,
                    portion=self._portion,
                    row_count=_SUBSCRIPTIONS_AT_ONCE,
                )
            more = more or given > 0
        return more

    async def give_up(self) -> None:
        """Disable those that are so far behind that what they miss will be forgotten."""
        async with self._database.transaction() as connection:
            left = await self._rows.left_behind(connection, _BEHIND_MAX.total_seconds())
            if left:
                await self._rows.disable(connection, left, TOO_MANY_WAITING)
                metrics.WEBHOOKS_DISABLED.labels(TOO_MANY_WAITING).inc(len(left))
