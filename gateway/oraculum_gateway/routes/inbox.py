"""My notices, and which of them I want."""

from typing import Final

import orjson

from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum_gateway.route import Call, Limit, Route, Who
from oraculum_gateway.shapes import notices as notice_shapes
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


async def preferences(call: Call) -> notice_shapes.PreferencesOut:
    """What I want to hear."""
    response = await call.services.notification.GetPreferences(pb.GetPreferencesRequest())
    return _preferences(response.preferences)


async def prefer(call: Call) -> notice_shapes.PreferencesOut:
    """Say what I want to hear from now on."""
    body: notice_shapes.PreferencesIn = call.body
    quiet = None if body.quiet_hours is None else pb.QuietHours(**body.quiet_hours.model_dump())
    wanted = pb.Preferences(
        choices=[pb.ChannelChoice(**choice.model_dump()) for choice in body.choices], quiet_hours=quiet
    )
    response = await call.services.notification.SetPreferences(pb.SetPreferencesRequest(preferences=wanted))
    return _preferences(response.preferences)


def _preferences(told: pb.Preferences) -> notice_shapes.PreferencesOut:
    quiet = told.quiet_hours
    return notice_shapes.PreferencesOut(
        choices=[
            notice_shapes.ChoiceOut(
                kind=choice.kind, inbox=choice.inbox, socket=choice.socket, fixed=choice.fixed
            )
            for choice in told.choices
        ],
        quiet_hours=notice_shapes.QuietHoursOut(
            from_time=quiet.from_time, to_time=quiet.to_time, time_zone=quiet.time_zone
        )
        if told.HasField("quiet_hours")
        else None,
    )


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
    Route(
        method="GET", path="/notifications/preferences", name="getNotificationPreferences", tag="notifications",
        handler=preferences, summary="Which notices reach me where, and when my channel is quiet",
        who=Who.SIGNED_IN, answer=notice_shapes.PreferencesOut,
    ),
    Route(
        method="PUT", path="/notifications/preferences", name="setNotificationPreferences", tag="notifications",
        handler=prefer, summary="Say which notices reach me where, for what is sent from now on",
        who=Who.SIGNED_IN, limit=Limit.COMMAND, command=True, body=notice_shapes.PreferencesIn,
        answer=notice_shapes.PreferencesOut,
        example={
            "choices": [{"kind": "prediction.settled", "inbox": True, "socket": False}],
            "quiet_hours": {"from_time": "22:30", "to_time": "07:00", "time_zone": "Europe/Oslo"},
        },
        refusals={409: "account_gone"},
    ),
)  # fmt: skip
