"""What people chose, on the wire and off it."""

import re
from datetime import time
from typing import Final

from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum_kit.validation import Violations
from oraculum_notification.preferences import FIXED, KINDS, Preferences, QuietHours, zone_of

_MINUTE: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_ZONE_LENGTH_MAX: Final = 64
_MIDNIGHT: Final = time()


def preferences_from_wire(given: pb.Preferences) -> Preferences:
    """The choices of a request; every bad field is named."""
    check = Violations()
    seen: set[str] = set()
    for place, choice in enumerate(given.choices):
        field = f"choices[{place}].kind"
        if choice.kind not in KINDS:
            check.refuse(field, f"is none of {', '.join(KINDS)}")
        elif choice.kind in seen:
            check.refuse(field, "is named twice")
        elif choice.kind in FIXED and not (choice.inbox and choice.socket):
            check.refuse(field, "reaches inbox and socket whatever is chosen: it protects the account")
        seen.add(choice.kind)
    quiet = _quiet_hours(check, given.quiet_hours) if given.HasField("quiet_hours") else None
    check.finish()
    return Preferences(
        frozenset(choice.kind for choice in given.choices if not choice.inbox),
        frozenset(choice.kind for choice in given.choices if not choice.socket),
        quiet,
    )


def preferences_to_wire(preferences: Preferences) -> pb.Preferences:
    """Choices with every kind that there is."""
    quiet = preferences.quiet_hours
    return pb.Preferences(
        choices=[
            pb.ChannelChoice(
                kind=kind,
                inbox=kind in FIXED or kind not in preferences.muted_inbox,
                socket=kind in FIXED or kind not in preferences.muted_socket,
                fixed=kind in FIXED,
            )
            for kind in KINDS
        ],
        quiet_hours=None
        if quiet is None
        else pb.QuietHours(
            from_time=f"{quiet.begins:%H:%M}", to_time=f"{quiet.ends:%H:%M}", time_zone=quiet.zone
        ),
    )


def _quiet_hours(check: Violations, given: pb.QuietHours) -> QuietHours:
    begins = _minute(check, "quiet_hours.from_time", given.from_time)
    ends = _minute(check, "quiet_hours.to_time", given.to_time)
    if given.from_time == given.to_time:
        check.refuse("quiet_hours.to_time", "is another minute than from_time")
    if len(given.time_zone) > _ZONE_LENGTH_MAX or zone_of(given.time_zone) is None:
        check.refuse("quiet_hours.time_zone", "is a zone of the IANA database, such as Europe/Oslo")
    return QuietHours(begins, ends, given.time_zone)


def _minute(check: Violations, field: str, text: str) -> time:
    if not _MINUTE.fullmatch(text):
        check.refuse(field, "is a minute of the day, such as 22:30")
        return _MIDNIGHT
    return time.fromisoformat(text)
