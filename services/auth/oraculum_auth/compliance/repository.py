"""Identity checks and reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from oraculum_kit.db import Connection, queries
from oraculum_kit.ids import uuid7

_sql = queries("oraculum_auth", "sql/compliance.sql")


@dataclass(frozen=True, slots=True)
class Check:
    """An identity check."""

    check_id: UUID
    user_id: UUID
    status: str
    provider: str
    external_id: str | None
    reason: str
    country: str
    region: str
    person_sealed: bytes
    documents: list[str]
    risk: str
    # Whether a provider's word is not enough.
    listed: bool
    said_at: datetime | None
    # The version of the list of sanctioned names that the person was last held against.
    screened: bytes
    # By which other accounts of the person are found; None once theirs is deleted.
    person_index: bytes | None
    created_at: datetime
    decided_at: datetime | None
    # The administrator, where one did.
    decided_by: UUID | None


@dataclass(frozen=True, slots=True)
class Report:
    """Something that looked suspicious."""

    report_id: UUID
    user_id: UUID
    kind: str
    risk: str
    details: dict[str, str]
    created_at: datetime


class Checks:
    """Identity checks and reports."""

    async def newest(self, connection: Connection, user_id: UUID) -> Check | None:
        """A person's newest check, locked."""
        return await _sql.newest_check.one(connection, Check, user_id=user_id)

    async def one(self, connection: Connection, check_id: UUID) -> Check | None:
        """One check, locked."""
        return await _sql.check_by_id.one(connection, Check, check_id=check_id)

    async def lock_owner(self, connection: Connection, check_id: UUID) -> bool:
        """Lock the account that a check is of, before the check, as a deletion does; False when it is gone."""
        return bool(await _sql.lock_owner.run(connection, check_id=check_id))

    async def rejected_before(self, connection: Connection, user_id: UUID) -> bool:
        """Whether a person was rejected before."""
        return bool(await _sql.rejected_before.value(connection, user_id=user_id))

    async def refused_before(self, connection: Connection, user_id: UUID) -> bool:
        """Whether a person was refused for their age or their state."""
        return bool(await _sql.refused_before.value(connection, user_id=user_id))

    async def insert(self, connection: Connection, check: Check) -> None:
        """Begin a check."""
        await _sql.insert_check.run(
            connection,
            check_id=check.check_id,
            user_id=check.user_id,
            provider=check.provider,
            country=check.country,
            region=check.region,
            person_sealed=check.person_sealed,
            risk=check.risk,
            listed=check.listed,
            screened=check.screened,
            person_index=check.person_index,
            now=check.created_at,
        )

    async def unscreened(
        self, connection: Connection, version: bytes, after: UUID | None, row_count: int
    ) -> list[UUID]:
        """Checks that count and were held against another list than this one, the next behind a check."""
        rows = await _sql.unscreened.tuples(connection, version=version, after=after, row_count=row_count)
        return [check_id for (check_id,) in rows]

    async def note_screened(
        self, connection: Connection, check_id: UUID, version: bytes, person_index: bytes
    ) -> None:
        """The person was held against this list, and is found by this."""
        await _sql.note_screened.run(
            connection, check_id=check_id, version=version, person_index=person_index
        )

    async def matches_reported(self, connection: Connection, user_id: UUID) -> list[str]:
        """What was reported of sanctioned names that a person's is like."""
        return [names for (names,) in await _sql.matches_reported.tuples(connection, user_id=user_id)]

    async def hold_back(self, connection: Connection, check_id: UUID) -> None:
        """The check, which is pending, waits for an administrator."""
        await _sql.hold_back.run(connection, check_id=check_id)

    async def note_external_id(self, connection: Connection, check_id: UUID, external_id: str) -> None:
        """The provider knows the applicant by this."""
        await _sql.note_external_id.run(connection, check_id=check_id, external_id=external_id)

    async def note_document(self, connection: Connection, check_id: UUID, kind: str) -> None:
        """The provider has one more document."""
        await _sql.note_document.run(connection, check_id=check_id, kind=kind)

    async def note_wish(self, connection: Connection, check_id: UUID, reason: str, said_at: datetime) -> None:
        """The provider wants something more of the person."""
        await _sql.note_wish.run(connection, check_id=check_id, reason=reason, said_at=said_at)

    async def note_said(self, connection: Connection, check_id: UUID, said_at: datetime) -> None:
        """The provider said something of a check that was decided."""
        await _sql.note_said.run(connection, check_id=check_id, said_at=said_at)

    async def decide(
        self,
        connection: Connection,
        check_id: UUID,
        *,
        status: str,
        reason: str,
        now: datetime,
        said_at: datetime | None,
        decided_by: UUID | None,
    ) -> None:
        """Decide a check."""
        await _sql.decide_check.run(
            connection,
            check_id=check_id,
            status=status,
            reason=reason,
            now=now,
            said_at=said_at,
            decided_by=decided_by,
        )

    async def set_kyc(
        self, connection: Connection, user_id: UUID, *, kyc: str, jurisdiction: str
    ) -> tuple[str, str] | None:
        """Note on the account what came of it; its jurisdiction and tier now, None when it is gone."""
        rows = await _sql.set_kyc.tuples(connection, user_id=user_id, kyc=kyc, jurisdiction=jurisdiction)
        return (rows[0][0], rows[0][1]) if rows else None

    async def report(
        self,
        connection: Connection,
        user_id: UUID,
        kind: str,
        *,
        risk: str,
        details: Mapping[str, str],
        now: datetime,
    ) -> None:
        """Keep what looked suspicious."""
        await _sql.insert_report.run(
            connection,
            report_id=uuid7(),
            user_id=user_id,
            kind=kind,
            risk=risk,
            details=Jsonb(dict(details)),
            now=now,
        )

    async def reports(
        self,
        connection: Connection,
        *,
        user_id: UUID | None,
        kind: str | None,
        before: tuple[Any, ...] | None,
        row_count: int,
    ) -> list[Report]:
        """What looked suspicious, newest first."""
        return await _sql.reports.all(
            connection,
            Report,
            user_id=user_id,
            kind=kind,
            before_created_at=before[0] if before else None,
            before_report_id=before[1] if before else None,
            row_count=row_count,
        )
