"""Times on the wire: absent or real, never the zero of their type."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp


def to_wire(time: datetime) -> Timestamp:
    """An aware time as a protobuf timestamp."""
    if time.tzinfo is None:
        raise ValueError("a naive time names no instant")
    timestamp = Timestamp()
    timestamp.FromDatetime(time.astimezone(UTC))
    return timestamp


def to_wire_optional(time: datetime | None) -> Timestamp | None:
    """The same for a time that may be absent; a message's constructor leaves a None out."""
    return None if time is None else to_wire(time)


def from_wire(timestamp: Timestamp) -> datetime:
    """A protobuf timestamp that is known to be there as an aware time in UTC."""
    return timestamp.ToDatetime(tzinfo=UTC)
