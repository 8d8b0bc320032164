"""What auth tells: the topics `users` and `audit`."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from oraculum.audit.v1 import audit_pb2
from oraculum.auth.v1 import users_fact_pb2
from oraculum_kit import outbox
from oraculum_kit.caller import caller_or_none
from oraculum_kit.db import Connection
from oraculum_kit.ids import uuid7
from oraculum_kit.timestamps import to_wire


async def user_registered(
    connection: Connection, user_id: UUID, *, display_name: str, method: str, now: datetime
) -> None:
    """An account was opened."""
    fact = users_fact_pb2.UserRegistered(
        user_id=str(user_id), display_name=display_name, method=method, occurred_at=to_wire(now)
    )
    await _tell(connection, user_id, users_fact_pb2.UsersFact(user_registered=fact))
    await audit(connection, "user.registered", user_id, now=now, details={"method": method})


async def user_updated(connection: Connection, user_id: UUID, *, display_name: str, now: datetime) -> None:
    """A profile was changed."""
    fact = users_fact_pb2.UserUpdated(
        user_id=str(user_id), display_name=display_name, occurred_at=to_wire(now)
    )
    await _tell(connection, user_id, users_fact_pb2.UsersFact(user_updated=fact))
    await audit(connection, "user.updated", user_id, now=now)


async def user_roles_changed(
    connection: Connection, user_id: UUID, *, roles: list[str], actor_id: UUID, now: datetime
) -> None:
    """Roles were set."""
    fact = users_fact_pb2.UserRolesChanged(user_id=str(user_id), roles=roles, occurred_at=to_wire(now))
    await _tell(connection, user_id, users_fact_pb2.UsersFact(user_roles_changed=fact))
    await audit(
        connection,
        "user.roles_changed",
        user_id,
        now=now,
        actor_id=actor_id,
        audit_class=audit_pb2.AUDIT_CLASS_ADMIN,
        details={"roles": ",".join(roles)},
    )


async def session_revoked(
    connection: Connection, user_id: UUID, *, session_id: UUID, reason: str, now: datetime
) -> None:
    """A session ended before its time."""
    fact = users_fact_pb2.SessionRevoked(
        user_id=str(user_id), session_id=str(session_id), reason=reason, occurred_at=to_wire(now)
    )
    await _tell(connection, user_id, users_fact_pb2.UsersFact(session_revoked=fact))
    await audit(
        connection,
        "session.revoked",
        user_id,
        now=now,
        details={"session_id": str(session_id), "reason": reason},
    )


async def audit(
    connection: Connection,
    action: str,
    user_id: UUID,
    *,
    now: datetime,
    actor_id: UUID | None = None,
    audit_class: audit_pb2.AuditClass.ValueType = audit_pb2.AUDIT_CLASS_USER,
    details: Mapping[str, str] | None = None,
) -> None:
    """Note an act for the log that nobody edits."""
    caller = caller_or_none()
    fact = audit_pb2.AuditFact(
        audit_id=str(uuid7()),
        audit_class=audit_class,
        service="auth",
        action=action,
        actor_user_id=str(actor_id or user_id),
        subject_kind="user",
        subject_id=str(user_id),
        details=details or {},
        request_id=caller.request_id if caller else "",
        occurred_at=to_wire(now),
    )
    await outbox.add(connection, topic="audit", key=fact.actor_user_id, message=fact)


async def _tell(connection: Connection, user_id: UUID, message: users_fact_pb2.UsersFact) -> None:
    await outbox.add(connection, topic="users", key=str(user_id), message=message)
