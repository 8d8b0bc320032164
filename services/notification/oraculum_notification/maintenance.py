"""Maintenance: announced, on, or off; kept here, because whoever must act on it hears it from here.

It is said on the channel `system` in the transaction that keeps it. Gateways hear that channel by the stream that they
have anyway, in order and without gaps, and ask for its last word when they start. See docs/adr/0081.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from oraculum_kit.caller import User
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection
from oraculum_kit.validation import Violations
from oraculum_notification import events
from oraculum_notification.records import Line
from oraculum_notification.repository import Channels, MaintenanceRow
from oraculum_notification.webhooks.feed import Feed

CHANNEL: Final = "system"
KIND: Final = "system.maintenance"
OFF: Final = "off"
ANNOUNCED: Final = "announced"
ON: Final = "on"
MESSAGE_LENGTH_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where an administrator wants maintenance to stand."""

    state: str
    message: str
    starts_at: datetime | None
    ends_at: datetime | None

    def check(self, check: Violations, now: datetime) -> None:
        """Name what does not fit together."""
        if self.state == OFF:
            for field, given in (("starts_at", self.starts_at), ("ends_at", self.ends_at)):
                if given is not None:
                    check.refuse(field, "is for maintenance that is announced or on")
            return
        if self.state == ANNOUNCED and self.starts_at is None:
            check.refuse("starts_at", "says when announced maintenance is meant to begin")
        if self.state == ANNOUNCED and self.starts_at is not None and self.starts_at <= now:
            check.refuse("starts_at", "lies in the past")
        begins = max(now, self.starts_at) if self.starts_at is not None else now
        if self.ends_at is not None and self.ends_at <= begins:
            check.refuse("ends_at", "lies before its beginning")


class Maintenance:
    """Moves it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._row = MaintenanceRow()
        self._channels = Channels()
        self._feed = Feed()

    async def set(self, connection: Connection, wanted: Wanted, *, reason: str, by: User) -> datetime:
        """Let it stand here from now on, say so, and note who did it; when that was."""
        now = self._clock.now()
        await self._row.put(
            connection,
            state=wanted.state,
            message=wanted.message,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            changed_by=by.id,
            changed_at=now,
        )
        details = {"state": wanted.state, "message": wanted.message, "reason": reason}
        await events.audit_maintenance(connection, by=by, now=now, details=details)
        lines = [Line(CHANNEL, KIND, _told(wanted), now)]
        await self._channels.write(connection, lines)
        await self._feed.add(connection, lines)
        return now


def _told(wanted: Wanted) -> Mapping[str, object]:
    return {
        "state": wanted.state,
        "message": wanted.message,
        "starts_at": _text(wanted.starts_at),
        "ends_at": _text(wanted.ends_at),
    }


def _text(time: datetime | None) -> str | None:
    if time is None:
        return None
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
