"""The audit log, for administrators."""

from typing import Final

from oraculum.auth.v1 import audit_service_pb2 as pb
from oraculum_gateway.route import Call, Route, Who
from oraculum_gateway.shapes import audit as shapes
from oraculum_gateway.shapes.base import Listed, listed_by_cursor
from oraculum_kit.timestamps import from_wire, to_wire


async def entries(call: Call) -> Listed[shapes.AuditEntryOut]:
    """Entries, newest first."""
    query: shapes.AuditQuery = call.query
    request = pb.ListAuditEntriesRequest(
        limit=query.limit,
        cursor=query.cursor,
        actor_user_id=query.actor,
        subject_id=query.subject,
        action=query.action,
        audit_class=query.audit_class,
        service=query.service,
        from_time=to_wire(query.from_time) if query.from_time else None,
        to_time=to_wire(query.to_time) if query.to_time else None,
    )
    response = await call.services.audit.ListAuditEntries(request)
    rows = [
        shapes.AuditEntryOut(
            sequence=entry.sequence,
            id=entry.audit_id,
            audit_class=entry.audit_class,
            service=entry.service,
            action=entry.action,
            actor=entry.actor_user_id or None,
            subject_kind=entry.subject_kind,
            subject=entry.subject_id,
            details=dict(entry.details),
            request_id=entry.request_id,
            occurred_at=from_wire(entry.occurred_at),
            hash=entry.hash,
        )
        for entry in response.entries
    ]
    return listed_by_cursor(rows, query, response.next_cursor)


ROUTES: Final = (
    Route(
        method="GET", path="/admin/audit-logs", name="adminListAuditLogs", tag="admin", handler=entries,
        summary="What was done, by whom, to what; newest first", who=Who.ADMIN, query=shapes.AuditQuery,
        answer=Listed[shapes.AuditEntryOut],
    ),
)  # fmt: skip
