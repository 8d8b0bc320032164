"""My notices."""

from typing import Final

import orjson

from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum_gateway.route import Call, Limit, Route, Who
from oraculum_gateway.shapes import world as shapes
from oraculum_gateway.shapes.base import listed_by_cursor
from oraculum_kit.timestamps import from_wire


async def inbox(call: Call) -> shapes.InboxOut:
    """A page of my notices."""
    query: shapes.NotificationsQuery = call.query
    response = await call.services.notification.ListNotifications(
        pb.ListNotificationsRequest(
            unread_only=query.unread == "true", limit=query.limit, cursor=query.cursor
        )
    )
    page = listed_by_cursor(
        [_notice(notice) for notice in response.notifications], query, response.next_cursor
    )
    return shapes.InboxOut(data=page.data, meta={**page.meta.model_dump(), "unread": response.unread_count})


async def mark_read(call: Call) -> shapes.NotificationOut:
    """Mark one notice as read."""
    response = await call.services.notification.MarkRead(
        pb.MarkReadRequest(notification_id=str(call.id("id")))
    )
    return _notice(response.notification)


async def mark_all_read(call: Call) -> shapes.MarkedOut:
    """Mark all notices as read."""
    response = await call.services.notification.MarkAllRead(pb.MarkAllReadRequest())
    return shapes.MarkedOut(marked=response.marked_count)


def _notice(notice: pb.Notification) -> shapes.NotificationOut:
    return shapes.NotificationOut(
        id=notice.notification_id,
        kind=notice.kind,
        title=notice.title,
        body=notice.body,
        data=orjson.loads(notice.data_json or b"{}"),
        created_at=from_wire(notice.created_at),
        read_at=from_wire(notice.read_at) if notice.HasField("read_at") else None,
    )


ROUTES: Final = (
    Route(
        method="GET", path="/notifications", name="listNotifications", tag="notifications", handler=inbox,
        summary="My notices, newest first", who=Who.SIGNED_IN, query=shapes.NotificationsQuery,
        answer=shapes.InboxOut,
    ),
    Route(
        method="POST", path="/notifications/{id}/read", name="markNotificationRead", tag="notifications",
        handler=mark_read, summary="Mark a notice as read", who=Who.SIGNED_IN, limit=Limit.COMMAND,
        command=True, answer=shapes.NotificationOut, refusals={404: "notification_not_found"},
    ),
    Route(
        method="POST", path="/notifications/read-all", name="markAllNotificationsRead", tag="notifications",
        handler=mark_all_read, summary="Mark all notices as read", who=Who.SIGNED_IN, limit=Limit.COMMAND,
        command=True, answer=shapes.MarkedOut,
    ),
)  # fmt: skip
