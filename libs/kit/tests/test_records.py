"""What travels on Kafka is read as it was written."""

from datetime import UTC, datetime

import pytest
from confluent_kafka import Message as KafkaMessage
from google.protobuf.wrappers_pb2 import StringValue

from oraculum_kit.ids import uuid7
from oraculum_kit.records import REDRIVE_GROUP, Record, UnreadableRecordError, decode, event_headers

NOON = datetime(2026, 5, 4, 12, 0, 0, 123456, tzinfo=UTC)
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
WRITTEN_MS = 1_777_896_000_000


def read(
    headers: object, *, key: bytes = b"a", value: bytes = b"", topic: str = "words"
) -> Record[StringValue]:
    raw = KafkaMessage(
        topic=topic, partition=3, offset=7, key=key, value=value, headers=headers, timestamp=(1, WRITTEN_MS)
    )  # type: ignore[call-arg]  # its stubs leave out what it takes
    return decode(raw, {"words": StringValue})


def test_a_fact_says_what_its_writer_said() -> None:
    event_id = uuid7()
    headers = event_headers(
        event_id=event_id,
        type="test.Said",
        source="house",
        time=NOON,
        subject="s",
        sequence=12,
        traceparent=TRACEPARENT,
    )
    record = read(headers, value=StringValue(value="hello").SerializeToString())
    assert ("words", 3, 7, "a", "hello") == (
        record.topic,
        record.partition,
        record.offset,
        record.key,
        record.message.value,
    )
    assert (str(event_id), "test.Said", "house", "s", 12, NOON) == (
        record.id,
        record.type,
        record.source,
        record.subject,
        record.sequence,
        record.time,
    )
    assert record.trace is not None
    assert (TRACEPARENT, record.trace) == (record.trace.traceparent, record.sampled_trace)
    assert record.redriven_for is None


def test_what_says_little_is_read_all_the_same() -> None:
    """A record of no house: no id, no trace, no order; true when it was written."""
    record = read([(REDRIVE_GROUP, b"wallet")])
    assert (None, "google.protobuf.StringValue", "", None, None, None, None) == (
        record.id,
        record.type,
        record.source,
        record.subject,
        record.sequence,
        record.trace,
        record.sampled_trace,
    )
    assert (datetime.fromtimestamp(WRITTEN_MS / 1000, UTC), "wallet") == (record.time, record.redriven_for)


@pytest.mark.parametrize(
    ("headers", "value", "topic"),
    [
        ([("ce_sequence", b"one")], b"", "words"),
        ([("ce_sequence", b"\xff")], b"", "words"),
        # Past what a database keeps: whoever remembers how far a key is would never get past it.
        ([("ce_sequence", b"9223372036854775808")], b"", "words"),
        ([("ce_sequence", b"-1")], b"", "words"),
        ([("ce_sequence", b"1"), ("ce_source", b"\0")], b"", "words"),
        ([("ce_time", b"noon")], b"", "words"),
        ([("ce_time", b"2026-05-04T12:00:00")], b"", "words"),
        ([], b"\xff", "words"),
        ([], b"", "another"),
    ],
)
def test_what_is_not_what_its_topic_promises_is_refused(headers: object, value: bytes, topic: str) -> None:
    with pytest.raises(UnreadableRecordError):
        read(headers, value=value, topic=topic)


def test_a_key_that_counts_is_one_that_can_be_kept() -> None:
    """Where the order does not matter nobody has to keep it."""
    assert "a\0" == read([], key=b"a\0").key
    with pytest.raises(UnreadableRecordError, match="counts nothing"):
        read([("ce_sequence", b"1")], key=b"a\0")
