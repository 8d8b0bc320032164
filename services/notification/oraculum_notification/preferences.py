"""Who hears what where: kinds of notices, the inbox and the person's own channel, and hours in which that is silent.

A choice is in force for what is written after it. During quiet hours a person's channel says no notices; what it would
have said is kept in the inbox, whatever was chosen for that, so that nothing is lost in the night. What protects an
account reaches both, always.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection
from oraculum_notification.gone import Gatekeeper
from oraculum_notification.records import Notice
from oraculum_notification.repository import PreferenceRows

# Every kind of notice that there is.
KINDS: Final = (
    "welcome",
    "prediction.settled",
    "deposit.credited",
    "limit.reached",
    "trigger.fired",
    "trigger.failed",
    "order.held",
    "order.reviewed",
    "alert",
    "session.revoked",
    "webhook.created",
    "webhook.deleted",
    "webhook.disabled",
)
# Of somebody who may have copied a session its owner hears, of an address that is told what happens to them from now on,
# and of an integration that is told nothing any more.
FIXED: Final = frozenset({"session.revoked", "webhook.created", "webhook.deleted", "webhook.disabled"})


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one minute of the day to another, which may be on the next day."""

    begins: time
    ends: time
    zone: str

    def hold(self, now: datetime) -> bool:
        """Whether they are now."""
        zone = zone_of(self.zone)
        if zone is None:
            # It was one when it was chosen; a zone that the database dropped silences nobody.
            return False
        here = now.astimezone(zone).time()
        if self.begins < self.ends:
            return self.begins <= here < self.ends
        return here >= self.begins or here < self.ends


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person chose."""

    muted_inbox: frozenset[str] = frozenset()
    muted_socket: frozenset[str] = frozenset()
    quiet_hours: QuietHours | None = None

    def inbox(self, kind: str, now: datetime) -> bool:
        """Whether a notice of this kind is kept in the inbox."""
        if kind in FIXED or kind not in self.muted_inbox:
            return True
        return kind not in self.muted_socket and self._quiet(now)

    def socket(self, kind: str, now: datetime) -> bool:
        """Whether the person's channel says it."""
        return kind in FIXED or (kind not in self.muted_socket and not self._quiet(now))

    def _quiet(self, now: datetime) -> bool:
        return self.quiet_hours is not None and self.quiet_hours.hold(now)


EVERYTHING: Final = Preferences()


class Chosen:
    """What people chose, asked while something is written for them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rows = PreferenceRows()
        self._gatekeeper = Gatekeeper()

    async def of(self, connection: Connection, user_ids: Collection[UUID]) -> "Choices":
        """The choices of some people, as they are now."""
        rows = await self._rows.of(connection, user_ids) if user_ids else []
        return Choices({row.user_id: row.preferences for row in map(_Stored.of, rows)}, self._clock.now())

    async def set(self, connection: Connection, user_id: UUID, preferences: Preferences) -> None:
        """Let these be in force from now on."""
        await self._gatekeeper.admit(connection, user_id)
        quiet = preferences.quiet_hours
        await self._rows.put(
            connection,
            user_id=user_id,
            muted_inbox=sorted(preferences.muted_inbox),
            muted_socket=sorted(preferences.muted_socket),
            quiet_from=quiet.begins if quiet else None,
            quiet_to=quiet.ends if quiet else None,
            time_zone=quiet.zone if quiet else None,
            updated_at=self._clock.now(),
        )


@dataclass(frozen=True, slots=True)
class Choices:
    """What some people chose, at a moment."""

    by_person: Mapping[UUID, Preferences]
    now: datetime

    def of(self, user_id: UUID) -> Preferences:
        """What one of them chose; who chose nothing hears everything."""
        return self.by_person.get(user_id, EVERYTHING)

    def kept(self, notice: Notice) -> bool:
        """Whether it goes into the person's inbox."""
        return self.of(notice.user_id).inbox(notice.kind, self.now)

    def said(self, notice: Notice) -> bool:
        """Whether the person's channel says it."""
        return self.of(notice.user_id).socket(notice.kind, self.now)


@dataclass(frozen=True, slots=True)
class _Stored:
    user_id: UUID
    preferences: Preferences

    @classmethod
    def of(cls, row: tuple[UUID, list[str], list[str], time | None, time | None, str | None]) -> "_Stored":
        user_id, inbox, socket, begins, ends, zone = row
        quiet = None
        if begins is not None and ends is not None and zone is not None:
            quiet = QuietHours(begins, ends, zone)
        return cls(user_id, Preferences(frozenset(inbox), frozenset(socket), quiet))


def zone_of(name: str) -> ZoneInfo | None:
    """A zone of the IANA time zone database, if there is one of this name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
