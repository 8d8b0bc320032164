"""The log that nobody edits."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from oraculum_kit.db import Connection, queries

_audit = queries("oraculum_auth", "sql/audit.sql")

_STRETCH: Final = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One act, in its place."""

    audit_class: str
    sequence: int
    recorded_at: datetime
    audit_id: UUID
    service: str
    action: str
    actor_user_id: str
    subject_kind: str
    subject_id: str
    details: dict[str, str]
    request_id: str
    occurred_at: datetime
    hash: bytes


@dataclass(frozen=True, slots=True)
class Chain:
    """Where a class's chain stands, and where it begins since its older part was dropped."""

    audit_class: str
    last_sequence: int
    last_hash: bytes
    anchor_sequence: int
    anchor_hash: bytes


class Audit:
    """Appended to, searched, proved; a class's old years are dropped whole."""

    async def lock_chain(self, connection: Connection, audit_class: str) -> Chain:
        """Where a chain stands; nobody else appends until the transaction ends."""
        chain = await _audit.lock_chain.one(connection, Chain, audit_class=audit_class)
        if chain is None:
            raise LookupError(f"there is no chain of {audit_class}")
        return chain

    async def chains(self, connection: Connection) -> list[Chain]:
        """Where all chains stand."""
        return await _audit.chains.all(connection, Chain)

    async def append(self, connection: Connection, entries: Sequence[Entry]) -> None:
        """Append entries of one class, under its chain's lock."""
        columns = {
            name: [getattr(entry, name) for entry in entries]
            for name in Entry.__dataclass_fields__
            if name != "details"
        }
        await _audit.append_entries.run(
            connection, **columns, details=[Jsonb(entry.details) for entry in entries]
        )
        last = entries[-1]
        await _audit.move_chain.run(
            connection, audit_class=last.audit_class, sequence=last.sequence, hash=last.hash
        )

    async def stretches(
        self, connection: Connection, audit_class: str, after: int, last: int
    ) -> AsyncIterator[list[Entry]]:
        """A part of a chain in order, a stretch at a time."""
        while True:
            entries = await _audit.entries_of.all(
                connection, Entry, audit_class=audit_class, after=after, last=last, row_count=_STRETCH
            )
            if not entries:
                return
            yield entries
            after = entries[-1].sequence

    async def search(
        self,
        connection: Connection,
        filters: Mapping[str, object],
        *,
        before: tuple[Any, ...] | None,
        row_count: int,
    ) -> list[Entry]:
        """Entries that fit, newest first."""
        return await _audit.search.all(
            connection,
            Entry,
            **filters,
            before_recorded_at=before[0] if before else None,
            before_class=before[1] if before else None,
            before_sequence=before[2] if before else None,
            row_count=row_count,
        )

    async def make_partitions(self, connection: Connection, year: int) -> None:
        """Make room for a year."""
        await _audit.make_partitions.run(connection, year=year)

    async def drop_partition(
        self, connection: Connection, audit_class: str, year: int, *, kept_years: int, today: datetime
    ) -> bool:
        """Drop what a class keeps no longer; False when it is gone already."""
        return bool(
            await _audit.drop_partition.value(
                connection, audit_class=audit_class, year=year, kept_years=kept_years, today=today
            )
        )

    async def dropped_up_to(self, connection: Connection, chain: Chain) -> int | None:
        """The year that was dropped up to the chain's anchor, as the chain itself says; None where it does not."""
        year: int | None = await _audit.dropped_up_to.value(
            connection,
            audit_class=chain.audit_class,
            sequence=str(chain.anchor_sequence),
            hash=chain.anchor_hash.hex(),
        )
        return year
