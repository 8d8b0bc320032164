"""Times on the wire: absent or real, never the zero of their type."""

from datetime import UTC, datetime, timedelta
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_SECONDS: Final = 86_400
_SECOND_NANOS: Final = 1_000_000_000
# The years 1 to 9999.
_FIRST_SECOND: Final = -62_135_596_800
_LAST_SECOND: Final = 253_402_300_799


def to_wire(time: datetime) -> Timestamp:
    """An aware time as a protobuf timestamp."""
    if time.tzinfo is None:
        raise ValueError("a naive time names no instant")
    # Four times as quick as `FromDatetime`, which counts the days of the calendar; a quote has two of these.
    since = time - _EPOCH
    return Timestamp(seconds=since.days * _DAY_SECONDS + since.seconds, nanos=since.microseconds * 1000)


def to_wire_optional(time: datetime | None) -> Timestamp | None:
    """The same for a time that may be absent; a message's constructor leaves a None out."""
    return None if time is None else to_wire(time)


def from_wire(timestamp: Timestamp) -> datetime:
    """A protobuf timestamp that is known to be there as an aware time in UTC; `ValueError` if no calendar has it."""
    # Twice as quick as `ToDatetime`, which rounds and takes the time to another zone; a bet has a dozen of these.
    seconds, nanos = timestamp.seconds, timestamp.nanos
    if not (_FIRST_SECOND <= seconds <= _LAST_SECOND and 0 <= nanos < _SECOND_NANOS):
        raise ValueError(f"{seconds} s and {nanos} ns since 1970 are no time")
    return _EPOCH + timedelta(0, seconds, nanos // 1000)
