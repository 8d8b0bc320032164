"""The audit log: gRPC in, domain out."""

from oraculum.auth.v1 import audit_service_pb2 as pb
from oraculum.auth.v1 import audit_service_pb2_grpc
from oraculum_auth.audit_log import CLASSES, AuditLog
from oraculum_auth.repository.audit import Entry
from oraculum_kit.authorization import Access
from oraculum_kit.paging import page_size
from oraculum_kit.rpc import Context
from oraculum_kit.timestamps import to_wire
from oraculum_kit.validation import Violations

ACCESS = {"/oraculum.auth.v1.AuditService/ListAuditEntries": Access(users=frozenset({"admin"}))}


class AuditServicer(audit_service_pb2_grpc.AuditServiceServicer):
    """oraculum.auth.v1.AuditService."""

    def __init__(self, log: AuditLog) -> None:
        self._log = log

    async def ListAuditEntries(
        self, request: pb.ListAuditEntriesRequest, context: Context
    ) -> pb.ListAuditEntriesResponse:
        """Entries, newest first."""
        check = Violations()
        if request.audit_class and request.audit_class not in CLASSES:
            check.refuse("audit_class", f"is none of {', '.join(CLASSES)}")
        words = {
            name: check.text(name, getattr(request, name), maximum=200) or None
            for name in ("actor_user_id", "subject_id", "service", "audit_class")
        }
        action = check.text("action", request.action, maximum=200)
        filters = {
            **words,
            "action": action if action and not action.endswith(".") else None,
            "action_prefix": action if action.endswith(".") else None,
            "from_time": check.time("from_time", request),
            "to_time": check.time("to_time", request),
        }
        check.finish()
        entries, next_cursor = await self._log.search(
            filters, cursor=request.cursor, limit=page_size(request.limit)
        )
        return pb.ListAuditEntriesResponse(
            entries=[_entry(entry) for entry in entries], next_cursor=next_cursor
        )


def _entry(entry: Entry) -> pb.AuditEntry:
    return pb.AuditEntry(
        sequence=entry.sequence,
        audit_id=str(entry.audit_id),
        audit_class=entry.audit_class,
        service=entry.service,
        action=entry.action,
        actor_user_id=entry.actor_user_id,
        subject_kind=entry.subject_kind,
        subject_id=entry.subject_id,
        details=entry.details,
        request_id=entry.request_id,
        occurred_at=to_wire(entry.occurred_at),
        hash=entry.hash.hex(),
    )
