"""What notification tells: the topics `notifications` and `audit`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import orjson

from oraculum.audit.v1 import audit_pb2
from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum.notification.v1.notifications_fact_pb2 import NotificationCreated, NotificationsFact
from oraculum_kit import outbox
from oraculum_kit.caller import User, caller_or_none
from oraculum_kit.db import Connection
from oraculum_kit.ids import uuid7
from oraculum_kit.outbox import Fact
from oraculum_kit.timestamps import to_wire
from oraculum_notification.records import Notice


async def notices_created(connection: Connection, notices: Sequence[tuple[UUID, Notice]]) -> None:
    """Notices were written into inboxes."""
    await outbox.add_many(
        connection,
        [
            Fact(topic="notifications", key=str(notice.user_id), message=_fact(notification_id, notice))
            for notification_id, notice in notices
        ],
    )


def _fact(notification_id: UUID, notice: Notice) -> NotificationsFact:
    notification = pb.Notification(
        notification_id=str(notification_id),
        kind=notice.kind,
        title=notice.title,
        body=notice.body,
        data_json=orjson.dumps(notice.data),
        created_at=to_wire(notice.occurred_at),
    )
    return NotificationsFact(
        user_id=str(notice.user_id), notification_created=NotificationCreated(notification=notification)
    )


async def audit_maintenance(
    connection: Connection, *, by: User, now: datetime, details: Mapping[str, str]
) -> None:
    """An administrator moved maintenance, for the log that nobody edits."""
    fact = audit_pb2.AuditFact(
        audit_class=audit_pb2.AUDIT_CLASS_ADMIN,
        action="maintenance.set",
        actor_user_id=str(by.id),
        subject_kind="platform",
        subject_id="maintenance",
        details=details,
    )
    await _audit(connection, fact, now)


async def audit_webhook(
    connection: Connection, action: str, *, owner: UUID, subscription_id: UUID, now: datetime
) -> None:
    """Somebody made or ended a webhook of theirs. Its address may carry a secret of theirs, so the log has none."""
    fact = audit_pb2.AuditFact(
        audit_class=audit_pb2.AUDIT_CLASS_USER,
        action=action,
        actor_user_id=str(owner),
        subject_kind="webhook",
        subject_id=str(subscription_id),
    )
    await _audit(connection, fact, now)


async def _audit(connection: Connection, fact: audit_pb2.AuditFact, now: datetime) -> None:
    caller = caller_or_none()
    fact.audit_id = str(uuid7())
    fact.service = "notification"
    fact.request_id = caller.request_id if caller else ""
    fact.occurred_at.CopyFrom(to_wire(now))
    await outbox.add(connection, topic="audit", key=fact.actor_user_id, message=fact)
