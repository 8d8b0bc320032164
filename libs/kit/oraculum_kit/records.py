"""What travels on Kafka: protobuf bytes, and CloudEvents 1.0 metadata as headers in binary mode.

A header of CloudEvents is `ce_<attribute>`; beside them stand `content-type` and `traceparent`. Twenty lines in each
direction are clearer than the SDK, whose Kafka binding knows JSON only.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Final, Generic, NamedTuple, TypeVar
from uuid import UUID

from confluent_kafka import Message as KafkaMessage
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import DecodeError, Message

from oraculum_kit import ids, traces

M = TypeVar("M", bound=Message)

Headers = list[tuple[str, str | bytes | None]]
# As they came; of a name that came twice the last.
HeadersByName = Mapping[str, str | bytes | None]

# A message that was taken out of a dead-letter topic again names the one group it is meant for.
REDRIVE_GROUP: Final = "redrive_group"

# The transaction of the writer's database that made the fact true, by which lost_facts.py asks whether it still is.
TRANSACTION: Final = "ce_transaction"

_CONTENT_TYPE: Final = b"application/protobuf"
# The highest that a column of ours holds.
_SEQUENCE_MAX: Final = 2**63 - 1


class Outgoing(NamedTuple):
    """A record for the producer."""

    topic: str
    key: bytes | None
    value: bytes
    headers: Headers
    # Chosen by the producer: by the key, at random without one.
    partition: int = -1
    # Now, unless it is a copy of an older one.
    timestamp_ms: int = 0


class Record(NamedTuple, Generic[M]):
    """A record from Kafka, decoded as far as everybody needs it: there are several for each bet, in five services.

    What few ask for is read from the headers when they do. A tuple, because it is made ten times as quickly as a frozen
    dataclass.
    """

    topic: str
    partition: int
    offset: int
    key: str | None
    message: M
    source: str
    # Counts the facts of one key from one source; None where the order does not matter.
    sequence: int | None
    # When the fact became true, not when it was sent.
    time: datetime
    headers: HeadersByName

    @property
    def id(self) -> str | None:
        """What tells it from every other record but its own repetitions, as its writer spelled it."""
        return _text(self.headers.get("ce_id"))

    @property
    def type(self) -> str:
        """The name of the fact."""
        return _text(self.headers.get("ce_type")) or str(self.message.DESCRIPTOR.full_name)

    @property
    def subject(self) -> str | None:
        """What of the topic it is about, where the key does not say it."""
        return _text(self.headers.get("ce_subject"))

    @property
    def trace(self) -> traces.TraceContext | None:
        """The trace that it is part of."""
        return traces.parse(self.headers.get(traces.TRACEPARENT))

    @property
    def sampled_trace(self) -> traces.TraceContext | None:
        """The trace that it is part of, where somebody will look at it; of most records nobody does."""
        return traces.parse_sampled(self.headers.get(traces.TRACEPARENT))

    @property
    def redriven_for(self) -> str | None:
        """The group for which somebody took it out of a dead-letter topic; its sequence is old on purpose."""
        return _text(self.headers.get(REDRIVE_GROUP))


class UnreadableRecordError(Exception):
    """The record is not what its topic promises."""


def event_headers(
    *,
    event_id: UUID,
    type: str,  # noqa: A002  the name that CloudEvents gives it
    source: str,
    time: datetime,
    subject: str | None = None,
    sequence: int | None = None,
    traceparent: str | None = None,
    transaction: int | None = None,
) -> Headers:
    """The headers of one fact."""
    headers: Headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(event_id).encode()),
        ("ce_type", type.encode()),
        ("ce_source", source.encode()),
        ("ce_time", time.astimezone(UTC).isoformat().replace("+00:00", "Z").encode()),
        ("content-type", _CONTENT_TYPE),
    ]
    if subject is not None:
        headers.append(("ce_subject", subject.encode()))
    if sequence is not None:
        headers.append(("ce_sequence", b"%d" % sequence))
    if traceparent is not None:
        headers.append(("traceparent", traceparent.encode()))
    if transaction is not None:
        headers.append((TRANSACTION, b"%d" % transaction))
    return headers


def outgoing(
    *, topic: str, key: str | None, message: Message, source: str, time: datetime, subject: str | None = None
) -> Outgoing:
    """A record for what needs no outbox: ticks that the next one replaces, where losing one costs nothing."""
    headers = event_headers(
        event_id=ids.uuid7(),
        type=fact_type(message),
        source=source,
        time=time,
        subject=subject,
        traceparent=traces.traceparent(),
    )
    return Outgoing(topic, None if key is None else key.encode(), message.SerializeToString(), headers)


def fact_type(message: Message) -> str:
    """The name of the fact: of what an envelope's `oneof` holds, or of the message itself."""
    descriptor = message.DESCRIPTOR
    oneof = _fact_oneof(descriptor)
    if oneof is None:
        return str(descriptor.full_name)
    field = message.WhichOneof(oneof)
    fact = None if field is None else descriptor.fields_by_name[field].message_type
    if fact is None:
        raise ValueError(f"{descriptor.full_name} says nothing: set one of its {oneof}")
    return str(fact.full_name)


@cache
def _fact_oneof(descriptor: Descriptor) -> str | None:
    """The single `oneof` of messages that makes a message an envelope."""
    real = [oneof for oneof in descriptor.oneofs if not oneof.name.startswith("_")]
    if len(real) != 1 or any(field.message_type is None for field in real[0].fields):
        return None
    return str(real[0].name)


def decode(raw: KafkaMessage, parsers: Mapping[str, type[M]]) -> Record[M]:
    """Read a record, or raise `UnreadableRecordError` with the reason."""
    topic = raw.topic() or ""
    headers: HeadersByName = dict(_pairs(raw))
    counted = headers.get("ce_sequence")
    time = _text(headers.get("ce_time"))
    raw_key = raw.key()
    source = _text(headers.get("ce_source")) or ""
    try:
        key = None if raw_key is None else raw_key.decode()
        return Record(
            topic,
            raw.partition() or 0,
            raw.offset() or 0,
            key,
            parsers[topic].FromString(raw.value() or b""),
            source,
            None if counted is None else _sequence(counted, key, source),
            _instant(time) if time else _written_at(raw),
            headers,
        )
    except (DecodeError, ValueError, KeyError) as error:
        raise UnreadableRecordError(f"{type(error).__name__}: {error}") from error


def _sequence(counted: str | bytes, key: str | None, source: str) -> int:
    """What counts the facts of a key; only what a database can keep, or whoever remembers it would never get past it."""
    sequence = int(counted)
    if not 0 <= sequence <= _SEQUENCE_MAX or "\0" in source or (key is not None and "\0" in key):
        raise ValueError(f"{sequence} of {key!r} from {source!r} counts nothing that can be kept")
    return sequence


def _instant(time: str) -> datetime:
    instant = datetime.fromisoformat(time)
    if instant.tzinfo is None:
        raise ValueError(f"{time} names no instant")
    return instant


def text_headers(raw: KafkaMessage) -> dict[str, str]:
    """The headers as text; the last of a name wins."""
    return {name: _text(value) or "" for name, value in _pairs(raw)}


def raw_headers(raw: KafkaMessage) -> Headers:
    """The headers as they came, to be sent on."""
    return [
        (name, value if isinstance(value, bytes) else (value or "").encode()) for name, value in _pairs(raw)
    ]


def _pairs(raw: KafkaMessage) -> Sequence[tuple[str, str | bytes | None]]:
    headers = raw.headers()
    if headers is None:
        return ()
    return list(headers.items()) if isinstance(headers, dict) else headers


def _text(value: str | bytes | None) -> str | None:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _written_at(raw: KafkaMessage) -> datetime:
    _, milliseconds = raw.timestamp()
    return datetime.fromtimestamp(max(milliseconds, 0) / 1000, UTC)
