"""The transactional outbox, writing side: a fact is stored in the transaction that makes it true.

    async with database.transaction() as connection:
        await repository.lock_event(connection, event_id)          # the key's lock
        await outbox.add(connection, topic="events", key=str(event_id), message=EventsFact(...))

Rows of one key must be written while holding that key's row lock, so that their order in the table is the order in
which they became true. Who owns a sequence of its own (a market counts its fills) passes it; otherwise the number
comes from `outbox_sequence`, whose row lock then is the key's lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from google.protobuf.message import Message

from oraculum_kit import ids, traces
from oraculum_kit.db import Connection, queries
from oraculum_kit.kafka import MESSAGE_BYTES_MAX
from oraculum_kit.records import fact_type

_sql: Final = queries(__package__, "sql/outbox.sql")

# The sequence of a fact that has none among facts of its key that do: it is told in their order, and not counted.
UNCOUNTED: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact to be told."""

    topic: str
    # None where no order matters.
    key: str | None
    message: Message
    # Only where the writer counts by itself, under the key's lock; every fact of that key then brings one, or UNCOUNTED.
    sequence: int | None = None
    # What of the topic it is about (CloudEvents `subject`), where the key does not say it.
    subject: str | None = None
    # The database's clock at the time of writing, unless the fact knows better.
    occurred_at: datetime | None = None
    # The trace of the request that caused it; that of the work at hand unless given.
    traceparent: str | None = None


class FactTooLargeError(ValueError):
    """The fact would not fit into a Kafka message, and would block the outbox for ever."""


async def add(
    connection: Connection,
    *,
    topic: str,
    key: str | None,
    message: Message,
    sequence: int | None = None,
    subject: str | None = None,
    occurred_at: datetime | None = None,
) -> UUID:
    """Store one fact in the caller's transaction; the id under which it will travel."""
    fact = Fact(
        topic=topic,
        key=key,
        message=message,
        sequence=sequence,
        subject=subject,
        occurred_at=occurred_at,
    )
    return (await add_many(connection, [fact]))[0]


async def add_many(connection: Connection, facts: Sequence[Fact]) -> list[UUID]:
    """Store facts in the caller's transaction, in this order, by one statement whatever their number."""
    if not facts:
        return []
    payloads = [_payload(fact) for fact in facts]
    traceparent = traces.traceparent()
    # An id is made here and nowhere else: consumers drop the oldest ids of their inbox by the time inside them.
    event_ids = [ids.uuid7() for _ in facts]
    await _sql.outbox_add.run(
        connection,
        event_ids=event_ids,
        topics=[fact.topic for fact in facts],
        keys=[fact.key for fact in facts],
        sequences=[fact.sequence for fact in facts],
        types=[fact_type(fact.message) for fact in facts],
        subjects=[fact.subject for fact in facts],
        payloads=payloads,
        traceparents=[fact.traceparent or traceparent for fact in facts],
        times=[fact.occurred_at for fact in facts],
    )
    return event_ids


def _payload(fact: Fact) -> bytes:
    payload = fact.message.SerializeToString()
    if len(payload) > MESSAGE_BYTES_MAX:
        # Refuse while somebody can still be told: past this point it could only stop everything behind it.
        raise FactTooLargeError(
            f"a {fact_type(fact.message)} of {len(payload)} bytes is too large for {fact.topic}"
        )
    return payload
