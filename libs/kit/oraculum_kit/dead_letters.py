"""Messages that nobody can handle: put aside in `<topic>.dlq` with the reason, and sent back when that is mended.

Putting one aside breaks the order of its key on purpose: one broken message must not stop all that come after it. So
it happens only to messages that are broken themselves; while a database or a peer is away, consumers wait.
"""

from datetime import datetime
from typing import Final

from confluent_kafka import Message as KafkaMessage

from oraculum_kit.kafka import Producer
from oraculum_kit.records import REDRIVE_GROUP, Headers, Outgoing, raw_headers, text_headers

# What tells one dead letter from another.
ORIGIN: Final = ("dlq_group", "dlq_topic", "dlq_partition", "dlq_offset")
# In a record behind the letters: that the letter of this origin was sent back, and when.
SENT_BACK: Final = "dlq_sent_back"

_TEXT_MAX: Final = 1000


def topic_of(topic: str) -> str:
    """Where the dead letters of a topic go."""
    return f"{topic}.dlq"


def dead_letter(raw: KafkaMessage, *, group: str, reason: BaseException, time: datetime) -> Outgoing:
    """The message as it came, with headers that say who gave up on it, where it lay, and why."""
    topic = raw.topic() or ""
    headers: Headers = [pair for pair in raw_headers(raw) if pair[0] != REDRIVE_GROUP and not _ours(pair[0])]
    facts = {
        "dlq_group": group,
        "dlq_topic": topic,
        "dlq_partition": str(raw.partition()),
        "dlq_offset": str(raw.offset()),
        "dlq_time": time.isoformat(),
        "dlq_reason_class": f"{type(reason).__module__}.{type(reason).__qualname__}",
        "dlq_reason_message": str(reason)[:_TEXT_MAX],
    }
    headers += [(name, text.encode()) for name, text in facts.items()]
    return Outgoing(topic_of(topic), raw.key(), raw.value() or b"", headers)


async def send_back(producer: Producer, raw: KafkaMessage) -> None:
    """Send a dead letter to its topic again, for the one group that gave up on it; other groups pass it over."""
    told = text_headers(raw)
    headers: Headers = [pair for pair in raw_headers(raw) if not _ours(pair[0])]
    headers.append((REDRIVE_GROUP, told["dlq_group"].encode()))
    await producer.send(Outgoing(told["dlq_topic"], raw.key(), raw.value() or b"", headers))


async def note_sent_back(producer: Producer, raw: KafkaMessage, time: datetime) -> None:
    """Write behind the letters that this one was sent back; a topic is only ever added to."""
    told = text_headers(raw)
    headers: Headers = [(name, told[name].encode()) for name in ORIGIN]
    headers.append((SENT_BACK, time.isoformat().encode()))
    await producer.send(Outgoing(topic_of(told["dlq_topic"]), raw.key(), b"", headers))


def _ours(name: str) -> bool:
    return name.startswith("dlq_")
