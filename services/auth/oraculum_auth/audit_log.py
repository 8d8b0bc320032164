"""The audit log: append only, chained by hashes, searchable, and proved by whoever reads it.

Each entry's hash covers all of it and the hash before it (RFC 6962's idea without its tree), so whoever changes, adds
or removes one entry must compute all later ones anew, and the head that was noted elsewhere no longer fits. Heads are
written to the service's log every hour, which leaves the machine by another way than the database's backups do.

Where a class's old years are dropped, its chain is proved from an anchor. An entry behind it says what was dropped: an anchor
that no entry names, of a class that is kept for ever, or within the time that a class is kept, is a beginning cut off.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import structlog

from oraculum.audit.v1 import audit_pb2
from oraculum_auth.repository.audit import Audit, Chain, Entry
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.ids import uuid7
from oraculum_kit.jobs import Job, Kind
from oraculum_kit.paging import Page, decode_cursor
from oraculum_kit.timestamps import from_wire, to_wire

_log = structlog.stdlib.get_logger(__name__)

CLASSES: Final = ("user", "money", "admin", "compliance", "system")
_PARTITIONS_AHEAD: Final = 2
_FIRST_YEAR: Final = 2026


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a proof of one chain found."""

    audit_class: str
    entries: int
    head: bytes
    problem: str = ""
    # Its first entries, which were dropped.
    dropped: int = 0


class AuditLog:
    """Appends facts and answers questions about them."""

    def __init__(self, database: Database, clock: Clock, retention_years: Mapping[str, int]) -> None:
        self._database = database
        self._clock = clock
        # A class that is not named is kept for ever.
        self._retention_years = dict(retention_years)
        self._audit = Audit()

    async def append(self, connection: Connection, facts: Sequence[audit_pb2.AuditFact]) -> None:
        """Append facts in the caller's transaction, each class to its chain, always in the same order of classes."""
        now = self._clock.now()
        for audit_class in CLASSES:
            chosen = [fact for fact in facts if _class_of(fact) == audit_class]
            if chosen:
                chain = await self._audit.lock_chain(connection, audit_class)
                await self._audit.append(connection, list(_chained(chain, chosen, now)))

    async def search(
        self, filters: Mapping[str, object], *, cursor: str, limit: int
    ) -> tuple[list[Entry], str]:
        """A page of entries, newest first, and the cursor of the next one."""
        before = decode_cursor(cursor, datetime, str, int)
        async with self._database.connection() as connection:
            rows = await self._audit.search(connection, filters, before=before, row_count=limit + 1)
        page = Page.cut(rows, limit, lambda entry: (entry.recorded_at, entry.audit_class, entry.sequence))
        return page.rows, page.next_cursor

    async def verify(self) -> list[Verdict]:
        """Compute every hash anew, up to where the chains stand now."""
        async with self._database.transaction() as connection:
            return [await self._verify(connection, chain) for chain in await self._audit.chains(connection)]

    @property
    def kind(self) -> Kind:
        """The job that makes partitions ahead, drops old ones, and notes where the chains stand."""
        return Kind("audit_log", self._keep, cron="7 * * * *")

    async def _keep(self, _: Job) -> None:
        year = self._clock.now().year
        async with self._database.transaction() as connection:
            for ahead in range(_PARTITIONS_AHEAD + 1):
                await self._audit.make_partitions(connection, year + ahead)
            # In the order in which whoever appends locks the chains.
            for audit_class in (name for name in CLASSES if name in self._retention_years):
                for old in range(_FIRST_YEAR, year - self._retention_years[audit_class]):
                    await self._drop(connection, audit_class, old)
            chains = await self._audit.chains(connection)
        for chain in chains:
            _log.info(
                "audit.head",
                audit_class=chain.audit_class,
                sequence=chain.last_sequence,
                hash=chain.last_hash.hex(),
            )

    async def _drop(self, connection: Connection, audit_class: str, year: int) -> None:
        """Drop a year, and say so in the chain that it was of."""
        now, years = self._clock.now(), self._retention_years[audit_class]
        if not await self._audit.drop_partition(connection, audit_class, year, kept_years=years, today=now):
            return
        chain = await self._audit.lock_chain(connection, audit_class)
        fact = audit_pb2.AuditFact(
            audit_id=str(uuid7()),
            audit_class=audit_pb2.AuditClass.Value(f"AUDIT_CLASS_{audit_class.upper()}"),
            service="auth",
            action="audit.dropped",
            subject_kind="audit_class",
            subject_id=audit_class,
            details={
                "year": str(year),
                "sequence": str(chain.anchor_sequence),
                "hash": chain.anchor_hash.hex(),
            },
            occurred_at=to_wire(now),
        )
        await self.append(connection, [fact])
        _log.info("audit.dropped", audit_class=audit_class, year=year)

    async def _verify(self, connection: Connection, chain: Chain) -> Verdict:
        cut_off = await self._cut_off(connection, chain)
        proved = replace(await self._prove(connection, chain), dropped=chain.anchor_sequence)
        return replace(proved, problem=cut_off) if cut_off else proved

    async def _cut_off(self, connection: Connection, chain: Chain) -> str:
        """What is wrong with where the chain begins, if something is."""
        if not chain.anchor_sequence:
            return ""
        begins = f"the chain begins behind entry {chain.anchor_sequence}"
        years = self._retention_years.get(chain.audit_class)
        if years is None:
            return f"{begins}, and the class is kept for ever"
        year = await self._audit.dropped_up_to(connection, chain)
        if year is None:
            return f"{begins}, and no entry says that what was before was dropped"
        if year + years >= self._clock.now().year:
            return f"{begins}, and the year {year} is to be kept"
        return ""

    async def _prove(self, connection: Connection, chain: Chain) -> Verdict:
        sequence, head = chain.anchor_sequence, chain.anchor_hash
        async for stretch in self._audit.stretches(
            connection, chain.audit_class, sequence, chain.last_sequence
        ):
            for entry in stretch:
                if entry.sequence != sequence + 1:
                    problem = f"entry {sequence + 1} is missing"
                    return Verdict(chain.audit_class, sequence, head, problem)
                if entry_hash(head, entry) != entry.hash:
                    problem = f"entry {entry.sequence} ({entry.audit_id}) is not what was written"
                    return Verdict(chain.audit_class, sequence, head, problem)
                sequence, head = entry.sequence, entry.hash
        if (sequence, head) != (chain.last_sequence, chain.last_hash):
            problem = f"the chain ends at {sequence}, and {chain.last_sequence} entries were written"
            return Verdict(chain.audit_class, sequence, head, problem)
        return Verdict(chain.audit_class, sequence, head)


def entry_hash(before: bytes, entry: Entry) -> bytes:
    """The hash of an entry behind another: SHA-256 of that one's and of all of its own fields in one written form."""
    fields = [
        entry.audit_class,
        entry.sequence,
        _written(entry.recorded_at),
        str(entry.audit_id),
        entry.service,
        entry.action,
        entry.actor_user_id,
        entry.subject_kind,
        entry.subject_id,
        sorted(entry.details.items()),
        entry.request_id,
        _written(entry.occurred_at),
    ]
    return hashlib.sha256(before + json.dumps(fields, separators=(",", ":")).encode()).digest()


def _chained(chain: Chain, facts: Sequence[audit_pb2.AuditFact], now: datetime) -> Iterable[Entry]:
    sequence, head = chain.last_sequence, chain.last_hash
    for fact in facts:
        sequence += 1
        entry = Entry(
            audit_class=chain.audit_class,
            sequence=sequence,
            recorded_at=now,
            audit_id=UUID(fact.audit_id),
            service=fact.service,
            action=fact.action,
            actor_user_id=fact.actor_user_id,
            subject_kind=fact.subject_kind,
            subject_id=fact.subject_id,
            details=dict(fact.details),
            request_id=fact.request_id,
            occurred_at=from_wire(fact.occurred_at),
            hash=b"",
        )
        head = entry_hash(head, entry)
        yield replace(entry, hash=head)


def _class_of(fact: audit_pb2.AuditFact) -> str:
    """What no class is named for is the platform's own."""
    name = audit_pb2.AuditClass.Name(fact.audit_class).removeprefix("AUDIT_CLASS_").lower()
    return name if name in CLASSES else "system"


def _written(time: datetime) -> str:
    # PostgreSQL keeps microseconds, and so does this.
    return time.astimezone(UTC).isoformat(timespec="microseconds")
