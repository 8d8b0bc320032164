"""Incidents: an account that breaks an invariant is frozen at once and alone, until somebody has looked at it."""

from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from oraculum_kit import outbox
from oraculum_kit.db import Connection, Database
from oraculum_kit.ids import derived
from oraculum_kit.paging import Page, decode_cursor, page_size
from oraculum_wallet import events, metrics
from oraculum_wallet.errors import IncidentNotFound, IncidentStands
from oraculum_wallet.repository import incidents as repository
from oraculum_wallet.repository.incidents import Incident
from oraculum_wallet.repository.ledger import database_time
from oraculum_wallet.repository.monitor import Finding

_log = structlog.stdlib.get_logger(__name__)

UNBALANCED: Final = "ledger_unbalanced"


class Incidents:
    """Opens incidents, tells of them, and closes them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def freeze(self, finding: Finding) -> bool:
        """Freeze the account and write down why, in one transaction; whether it is news."""
        incident_id = derived("incident", finding.law, finding.account_id)
        details = {
            "account_kind": finding.kind,
            "owner_id": finding.owner_id,
            "asset": finding.asset,
            "counters": finding.counters._asdict(),
            "transfers_say": finding.due._asdict(),
            "trades_by_transfers_units": finding.traded_units,
            "trades_by_fills_units": finding.filled_units,
        }
        async with self._database.transaction() as connection:
            # Waits for whatever batch is at it; the next one finds it frozen.
            await repository.freeze(connection, finding.account_id)
            new = await repository.open_incident(
                connection,
                incident_id,
                finding.law,
                event_id=finding.event_id,
                account_id=finding.account_id,
                details=details,
            )
            if new:
                now = await database_time(connection)
                await outbox.add_many(connection, [events.account_frozen(finding, str(incident_id), now)])
        if new:
            metrics.FROZEN.labels(finding.law).inc()
            metrics.INCIDENTS.labels(finding.law).inc()
            _log.error("account.frozen", law=finding.law, account_id=finding.account_id, **details)
        return new

    async def unbalanced(self, sentences: list[str]) -> None:
        """Write down that the sums do not agree, though no account may be to blame yet."""
        async with self._database.transaction() as connection:
            new = await repository.open_incident(
                connection,
                derived("incident", UNBALANCED),
                UNBALANCED,
                event_id=None,
                account_id=None,
                details={"sums": "; ".join(sentences)},
            )
        if new:
            metrics.INCIDENTS.labels(UNBALANCED).inc()
            _log.error("ledger.unbalanced", violations=sentences)

    async def page(self, *, include_closed: bool, limit: int, cursor: str) -> Page[Incident]:
        """A page of incidents, newest first."""
        size = page_size(limit)
        position = decode_cursor(cursor, datetime, UUID)
        async with self._database.connection() as connection:
            found = await repository.incidents(
                connection,
                include_closed=include_closed,
                before=None if position is None else (position[0], position[1]),
                row_count=size + 1,
            )
        return Page.cut(found, size, lambda incident: (incident.opened_at, incident.id))

    async def close(self, connection: Connection, incident_id: UUID, user_id: UUID, note: str) -> Incident:
        """Close an incident in the caller's transaction, and thaw what it froze once that is in order again."""
        incident = await self._locked(connection, incident_id)
        if incident.closed_at is not None:
            return incident
        if incident.account_id is not None and await repository.account_differs(
            connection, incident.account_id
        ):
            raise IncidentStands(incident_id=incident_id, account_id=incident.account_id)
        await repository.close(connection, incident_id, user_id, note)
        if incident.account_id is not None:
            await repository.thaw(connection, incident.account_id)
        closed = await self._locked(connection, incident_id)
        now = await database_time(connection)
        await outbox.add_many(connection, [events.incident_closed(closed, now)])
        return closed

    async def _locked(self, connection: Connection, incident_id: UUID) -> Incident:
        incident = await repository.incident(connection, incident_id)
        if incident is None:
            raise IncidentNotFound(incident_id=incident_id)
        return incident
