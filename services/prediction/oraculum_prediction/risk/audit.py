"""Who changed a rule or decided upon somebody, for the log that nobody edits."""

from collections.abc import Mapping
from datetime import datetime

from oraculum.audit.v1 import audit_pb2
from oraculum_kit import outbox
from oraculum_kit.caller import caller_or_none
from oraculum_kit.db import Connection
from oraculum_kit.ids import uuid7
from oraculum_kit.timestamps import to_wire
from oraculum_prediction.events import AUDIT_TOPIC


async def note(
    connection: Connection,
    action: str,
    subject_kind: str,
    subject_id: str,
    *,
    now: datetime,
    details: Mapping[str, str],
    audit_class: audit_pb2.AuditClass.ValueType = audit_pb2.AUDIT_CLASS_ADMIN,
) -> None:
    """Tell the audit log, in the transaction of the act."""
    caller = caller_or_none()
    actor = str(caller.user.id) if caller and caller.user else ""
    fact = audit_pb2.AuditFact(
        audit_id=str(uuid7()),
        audit_class=audit_class,
        service="prediction",
        action=action,
        actor_user_id=actor,
        subject_kind=subject_kind,
        subject_id=subject_id,
        details=details,
        request_id=caller.request_id if caller else "",
        occurred_at=to_wire(now),
    )
    await outbox.add(connection, topic=AUDIT_TOPIC, key=actor or "prediction", message=fact)
