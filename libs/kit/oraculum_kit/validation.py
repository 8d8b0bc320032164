"""Fields of a request: every bad one is named, and all of them at once.

check = Violations()
event_id = check.uuid("event_id", request.event_id)
title = check.text("title", request.title, minimum=5, maximum=500)
check.finish()
"""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from oraculum_kit.errors import InvalidArgument, Violation

_NIL: Final = UUID(int=0)
_EPOCH: Final = datetime.fromtimestamp(0, UTC)


class Violations:
    """Collects what is wrong with a request and raises once.

    Each check answers with a value of the right type even when it noted a violation, so that the next checks can go on;
    nobody sees that value, because `finish` raises.
    """

    def __init__(self) -> None:
        self._found: list[Violation] = []

    def refuse(self, field: str, message: str) -> None:
        """Note that a field is wrong."""
        self._found.append(Violation(field, message))

    def finish(self) -> None:
        """Raise if anything was wrong."""
        if self._found:
            raise InvalidArgument(violations=self._found)

    def uuid(self, field: str, text: str) -> UUID:
        """An id."""
        try:
            # UUID() also takes braces and urn: forms; an id has one form.
            if len(text) == len(str(_NIL)):
                return UUID(text)
        except ValueError:
            pass
        self.refuse(field, "is not a UUID")
        return _NIL

    def text(self, field: str, text: str, *, minimum: int = 0, maximum: int) -> str:
        """Text of a bounded length that PostgreSQL can store, without space around it."""
        text = text.strip()
        if not minimum <= len(text) <= maximum:
            self.refuse(field, f"must have {minimum} to {maximum} characters")
        elif "\0" in text:
            self.refuse(field, "must not contain NUL characters")
        return text

    def integer(self, field: str, value: int, *, minimum: int, maximum: int) -> int:
        """A whole number within its bounds."""
        if not minimum <= value <= maximum:
            self.refuse(field, f"must lie between {minimum} and {maximum}")
        return value

    def time(self, field: str, holder: Message, name: str | None = None) -> datetime | None:
        """An optional time: absent or real, never the zero of its type. `name` is the field of the message."""
        name = name or field
        if not holder.HasField(name):
            return None
        timestamp: Timestamp = getattr(holder, name)
        try:
            return timestamp.ToDatetime(tzinfo=UTC)
        except (ValueError, OverflowError):
            self.refuse(field, "is not a time between the years 1 and 9999")
            return _EPOCH
