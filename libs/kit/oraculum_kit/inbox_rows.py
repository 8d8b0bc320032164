"""What a consumer remembers in its own database: the ids it has handled and the last sequence of each key.

Both are written in the transaction of the effects, so they are true whatever is killed when. The ids tell duplicates
exactly, but are kept for days only; the sequences are kept for ever and tell what is older than that, and what is
missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

import structlog
from google.protobuf.message import Message

from oraculum_kit import messaging_metrics as metrics
from oraculum_kit.db import Connection, queries
from oraculum_kit.records import Record

_log = structlog.get_logger(__name__)
_sql: Final = queries(__package__, "sql/inbox.sql")

M = TypeVar("M", bound=Message)
# How many ids are dropped at once.
_PORTION: Final = 5000
_Key = tuple[str, str, str]


@dataclass(slots=True)
class _Run:
    """The sequences of one key in a batch."""

    first: int
    last: int
    # Each was one higher than the one before it.
    unbroken: bool = True


class InboxRows:
    """The inbox of one consumer."""

    def __init__(self, consumer: str, *, by_id: bool) -> None:
        self._consumer = consumer
        self._by_id = by_id

    async def admit(self, connection: Connection, records: Sequence[Record[M]]) -> list[Record[M]]:
        """Note the records as handled and return those that are new, in their order."""
        fresh = await self._new_ids(connection, records) if self._by_id else list(records)
        return await self._in_sequence(connection, fresh)

    async def _new_ids(self, connection: Connection, records: Sequence[Record[M]]) -> list[Record[M]]:
        event_ids = [record.id for record in records]
        rows = await _sql.inbox_admit.tuples(connection, consumer=self._consumer, event_ids=event_ids)
        new = {row[0] for row in rows}
        fresh = []
        for record in records:
            # The same fact may come twice in one batch: the first takes the id.
            if record.id in new:
                new.discard(record.id)
                fresh.append(record)
        return fresh

    async def _in_sequence(self, connection: Connection, records: Sequence[Record[M]]) -> list[Record[M]]:
        """Drop what is not higher than the last of its key; tell of numbers that were left out."""
        counted = [_counted_key(record) for record in records]
        runs = _runs(records, counted)
        moved = await self._move_on(connection, runs) if runs else set()
        if len(moved) == len(runs):
            return list(records)
        keys = sorted(runs.keys() - moved)
        last = await self._last(connection, keys)
        before = dict(last)
        fresh = [
            record
            for record, key in zip(records, counted, strict=True)
            if key in moved or self._follows(record, key, last)
        ]
        risen = [key for key in keys if last.get(key) != before.get(key)]
        if risen:
            await _sql.inbox_remember.run(
                connection, **self._named(risen), sequences=[last[key] for key in risen]
            )
        return fresh

    async def _move_on(self, connection: Connection, runs: Mapping[_Key, _Run]) -> set[_Key]:
        """Remember the last of each key that goes on exactly where it stood, as nearly all do; which ones."""
        if not all(run.unbroken for run in runs.values()):
            return set()
        keys = sorted(runs)
        rows = await _sql.inbox_move_on.tuples(
            connection,
            **self._named(keys),
            stood=[runs[key].first - 1 for key in keys],
            sequences=[runs[key].last for key in keys],
        )
        return {(source, topic, key) for source, topic, key in rows}

    async def _last(self, connection: Connection, keys: Sequence[_Key]) -> dict[_Key, int]:
        """Where keys stand."""
        rows = await _sql.inbox_sequences.tuples(connection, **self._named(keys))
        return {(source, topic, key): sequence for source, topic, key, sequence in rows}

    def _named(self, keys: Sequence[_Key]) -> dict[str, object]:
        sources, topics, names = (list(column) for column in zip(*keys, strict=True))
        return {"consumer": self._consumer, "sources": sources, "topics": topics, "keys": names}

    def _follows(self, record: Record[M], key: _Key | None, last: dict[_Key, int]) -> bool:
        sequence = record.sequence
        if key is None or sequence is None:
            return True
        seen = last.get(key)
        if seen is not None and sequence <= seen:
            return False
        if seen is not None and sequence > seen + 1:
            # The fact is handled all the same: whether it can stand alone is for the handler to know.
            metrics.CONSUMER_GAPS.labels(self._consumer, record.topic).inc(sequence - seen - 1)
            _log.error(
                "consumer.gap",
                consumer=self._consumer,
                source=record.source,
                topic=record.topic,
                key=record.key,
                last_sequence=seen,
                sequence=sequence,
            )
        last[key] = sequence
        return True

    async def pass_over(self, connection: Connection, record: Record[M]) -> None:
        """Count a record that nobody can handle as seen, so that what follows it is not taken for a gap."""
        await self._in_sequence(connection, [record])

    async def forget(self, connection: Connection, *, older_than: timedelta, now: datetime) -> bool:
        """Drop ids that are too old to come again, some thousands at most; whether there may be more."""
        dropped = await _sql.inbox_forget.run(
            connection, consumer=self._consumer, before=_first_id_of(now - older_than), row_count=_PORTION
        )
        return dropped == _PORTION


def _runs(records: Sequence[Record[M]], counted: Sequence[_Key | None]) -> dict[_Key, _Run]:
    """What a batch says of each key that counts its facts."""
    runs: dict[_Key, _Run] = {}
    for record, key in zip(records, counted, strict=True):
        if key is None or record.sequence is None:
            continue
        run = runs.get(key)
        if run is None:
            runs[key] = _Run(record.sequence, record.sequence)
        else:
            run.unbroken = run.unbroken and record.sequence == run.last + 1
            run.last = record.sequence
    return runs


def _counted_key(record: Record[M]) -> _Key | None:
    if record.sequence is None or record.key is None or record.redriven_for is not None:
        return None
    return record.source, record.topic, record.key


def _first_id_of(moment: datetime) -> UUID:
    """The lowest UUIDv7 that can have been made at that time."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
