"""gRPC in, domain out: translates, never decides."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum.notification.v1 import notification_service_pb2_grpc
from oraculum_kit import idempotency
from oraculum_kit.authorization import SIGNED_IN, Access, require_user
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import ResourceExhausted
from oraculum_kit.paging import Page, decode_cursor, page_size
from oraculum_kit.rpc import Context
from oraculum_kit.timestamps import to_wire, to_wire_optional
from oraculum_kit.validation import Violations
from oraculum_notification import metrics
from oraculum_notification.errors import NotificationNotFound
from oraculum_notification.fanout import Fanout, Positions, Stream
from oraculum_notification.maintenance import ANNOUNCED, MESSAGE_LENGTH_MAX, OFF, ON, Maintenance, Wanted
from oraculum_notification.preferences import Chosen
from oraculum_notification.preferences_wire import preferences_from_wire, preferences_to_wire
from oraculum_notification.records import Message, StoredNotice
from oraculum_notification.repository import Channels, Notices

_SERVICE: Final = "/oraculum.notification.v1.NotificationService/"
_GATEWAY: Final = frozenset({"gateway"})

ACCESS: Final = {
    _SERVICE + "Subscribe": Access(services=_GATEWAY),
    _SERVICE + "Resume": Access(services=_GATEWAY),
    _SERVICE + "ListNotifications": Access(users=SIGNED_IN),
    _SERVICE + "MarkRead": Access(users=SIGNED_IN),
    _SERVICE + "MarkAllRead": Access(users=SIGNED_IN),
    _SERVICE + "GetPreferences": Access(users=SIGNED_IN),
    _SERVICE + "SetPreferences": Access(users=SIGNED_IN),
    _SERVICE + "SetMaintenance": Access(users=frozenset({"admin"})),
}

_MAINTENANCE_STATES: Final[dict[int, str]] = {
    pb.MAINTENANCE_STATE_OFF: OFF,
    pb.MAINTENANCE_STATE_ANNOUNCED: ANNOUNCED,
    pb.MAINTENANCE_STATE_ON: ON,
}
_RESUMED_MAX: Final = 1000
_RESUMED_BYTES_MAX: Final = 4 * 1024 * 1024
_SENT_AT_ONCE_MAX: Final = 500


class NotificationServicer(notification_service_pb2_grpc.NotificationServiceServicer):
    """oraculum.notification.v1.NotificationService."""

    def __init__(self, database: Database, fanout: Fanout, clock: Clock) -> None:
        self._database = database
        self._fanout = fanout
        self._clock = clock
        self._channels = Channels()
        self._notices = Notices()
        self._chosen = Chosen(clock)
        self._maintenance = Maintenance(clock)

    async def Subscribe(
        self, request: AsyncIterator[pb.SubscribeRequest], context: Context
    ) -> AsyncIterator[pb.SubscribeResponse]:
        """One gateway's stream."""
        stream = self._fanout.open()
        changes = asyncio.create_task(self._follow(request, stream))
        changes.add_done_callback(lambda _: stream.end())
        try:
            while (told := await stream.take(_SENT_AT_ONCE_MAX)) is not None:
                yield _response(told)
            if stream.too_slow:
                metrics.BROKEN.inc()
                raise ResourceExhausted("the gateway reads too slowly", retry_after_seconds=0.1)
            await changes
        finally:
            changes.cancel()
            self._fanout.close(stream)

    async def _follow(self, requests: AsyncIterator[pb.SubscribeRequest], stream: Stream) -> None:
        async for request in requests:
            self._fanout.unwatch(stream, request.remove_channels)
            if request.add_channels:
                await self._fanout.watch(stream, request.add_channels)

    async def Resume(self, request: pb.ResumeRequest, context: Context) -> pb.ResumeResponse:
        """What was missed; a snapshot where that is too old."""
        check = Violations()
        channel = check.text("channel", request.channel, minimum=1, maximum=256)
        check.integer("after_sequence", request.after_sequence, minimum=0, maximum=2**63 - 1)
        check.finish()
        async with self._database.connection() as connection:
            position = (await self._channels.positions(connection, [channel]))[channel]
            missed = await self._channels.after(
                connection, {channel: request.after_sequence}, _RESUMED_MAX + 1
            )
            snapshot = not _complete(missed, request.after_sequence, position)
            messages = await self._channels.latest(connection, channel) if snapshot else missed
        # What was said between the two readings is among the messages, so the channel stands there by now.
        sequence = max([position, *(message.sequence for message in messages)])
        return pb.ResumeResponse(
            messages=[message_to_wire(message) for message in messages], snapshot=snapshot, sequence=sequence
        )

    async def ListNotifications(
        self, request: pb.ListNotificationsRequest, context: Context
    ) -> pb.ListNotificationsResponse:
        """A page of the caller's notices."""
        user_id, limit = require_user().id, page_size(request.limit)
        before = decode_cursor(request.cursor, datetime, UUID)
        async with self._database.connection() as connection:
            rows = await self._notices.page(
                connection, user_id, unread_only=request.unread_only, before=before, row_count=limit + 1
            )
            unread = await self._notices.unread(connection, user_id)
        page = Page.cut(rows, limit, lambda notice: (notice.created_at, notice.notification_id))
        return pb.ListNotificationsResponse(
            notifications=[_notice(notice) for notice in page.rows],
            next_cursor=page.next_cursor,
            unread_count=unread,
        )

    async def MarkRead(self, request: pb.MarkReadRequest, context: Context) -> pb.MarkReadResponse:
        """Mark one notice of the caller as read."""
        check = Violations()
        notification_id = check.uuid("notification_id", request.notification_id)
        check.finish()
        async with self._database.connection() as connection:
            notice = await self._notices.mark_read(
                connection, notification_id, require_user().id, self._clock.now()
            )
        if notice is None:
            raise NotificationNotFound(notification_id=notification_id)
        return pb.MarkReadResponse(notification=_notice(notice))

    async def MarkAllRead(self, request: pb.MarkAllReadRequest, context: Context) -> pb.MarkAllReadResponse:
        """Mark all notices of the caller as read."""
        async with self._database.connection() as connection:
            marked = await self._notices.mark_all_read(connection, require_user().id, self._clock.now())
        return pb.MarkAllReadResponse(marked_count=marked)

    async def GetPreferences(
        self, request: pb.GetPreferencesRequest, context: Context
    ) -> pb.GetPreferencesResponse:
        """What the caller wants to hear."""
        user_id = require_user().id
        async with self._database.connection() as connection:
            choices = await self._chosen.of(connection, [user_id])
        return pb.GetPreferencesResponse(preferences=preferences_to_wire(choices.of(user_id)))

    async def SetPreferences(
        self, request: pb.SetPreferencesRequest, context: Context
    ) -> pb.SetPreferencesResponse:
        """Let the caller hear this from now on."""
        user_id = require_user().id
        chosen = preferences_from_wire(request.preferences)

        async def choose(connection: Connection) -> pb.SetPreferencesResponse:
            await self._chosen.set(connection, user_id, chosen)
            return pb.SetPreferencesResponse(preferences=preferences_to_wire(chosen))

        return await idempotency.once(self._database, request, pb.SetPreferencesResponse, choose)

    async def SetMaintenance(
        self, request: pb.SetMaintenanceRequest, context: Context
    ) -> pb.SetMaintenanceResponse:
        """Announce maintenance, begin or end it."""
        administrator = require_user()
        wanted, reason = self._wanted(request)

        async def move(connection: Connection) -> pb.SetMaintenanceResponse:
            changed_at = await self._maintenance.set(connection, wanted, reason=reason, by=administrator)
            told = pb.Maintenance(
                state=request.maintenance.state,
                message=wanted.message,
                starts_at=to_wire_optional(wanted.starts_at),
                ends_at=to_wire_optional(wanted.ends_at),
                changed_at=to_wire(changed_at),
            )
            return pb.SetMaintenanceResponse(maintenance=told)

        return await idempotency.once(self._database, request, pb.SetMaintenanceResponse, move)

    def _wanted(self, request: pb.SetMaintenanceRequest) -> tuple[Wanted, str]:
        given, check = request.maintenance, Violations()
        state = _MAINTENANCE_STATES.get(given.state, "")
        if not state:
            check.refuse("state", f"is one of {', '.join(_MAINTENANCE_STATES.values())}")
        # Who is told that something is closed is told why; that it is open again needs no words.
        minimum = 0 if state == OFF else 1
        message = check.text("message", given.message, minimum=minimum, maximum=MESSAGE_LENGTH_MAX)
        reason = check.text("reason", request.reason, minimum=3, maximum=500)
        wanted = Wanted(state, message, check.time("starts_at", given), check.time("ends_at", given))
        wanted.check(check, self._clock.now())
        check.finish()
        return wanted, reason


def _complete(missed: Sequence[Message], after_sequence: int, position: int) -> bool:
    """Whether these are all messages after a sequence: few enough, and none forgotten."""
    if len(missed) > _RESUMED_MAX or sum(len(message.data) for message in missed) > _RESUMED_BYTES_MAX:
        return False
    if not missed:
        return position <= after_sequence
    following = range(after_sequence + 1, after_sequence + len(missed) + 1)
    return [message.sequence for message in missed] == list(following)


def _response(told: list[Message] | Positions) -> pb.SubscribeResponse:
    if isinstance(told, list):
        return pb.SubscribeResponse(messages=[message_to_wire(message) for message in told])
    positions = [pb.ChannelPosition(channel=name, sequence=sequence) for name, sequence in told.items()]
    return pb.SubscribeResponse(positions=positions)


def message_to_wire(message: Message) -> pb.ChannelMessage:
    """A channel's message in the shape of the contract."""
    return pb.ChannelMessage(
        channel=message.channel,
        sequence=message.sequence,
        kind=message.kind,
        data_json=message.data.encode(),
        occurred_at=to_wire(message.occurred_at),
        from_sequence=message.sequence,
        traceparent=message.traceparent or "",
    )


def _notice(notice: StoredNotice) -> pb.Notification:
    return pb.Notification(
        notification_id=str(notice.notification_id),
        kind=notice.kind,
        title=notice.title,
        body=notice.body,
        data_json=notice.data.encode(),
        created_at=to_wire(notice.created_at),
        read_at=to_wire_optional(notice.read_at),
    )
