"""What notification tells: the topic `notifications`."""

from collections.abc import Sequence
from uuid import UUID

import orjson

from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum.notification.v1.notifications_fact_pb2 import NotificationCreated, NotificationsFact
from oraculum_kit import outbox
from oraculum_kit.db import Connection
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
