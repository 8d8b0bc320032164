"""What notification asks of its database."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from oraculum_kit.db import Connection, queries
from oraculum_kit.ids import uuid7
from oraculum_notification.records import Line, Message, Notice, StoredNotice

_channels: Final = queries(__package__, "sql/channels.sql")
_notices: Final = queries(__package__, "sql/notices.sql")
_gone: Final = queries(__package__, "sql/gone.sql")
_preferences: Final = queries(__package__, "sql/preferences.sql")
_maintenance: Final = queries(__package__, "sql/maintenance.sql")

# PostgreSQL refuses a payload of 8000 bytes.
_PAYLOAD_BYTES_MAX: Final = 7900


class Channels:
    """Channels and what they say."""

    def __init__(self) -> None:
        self._listen_topic: str | None = None

    async def write(self, connection: Connection, lines: Sequence[Line]) -> None:
        """Let channels say these lines, in this order, and wake the replicas when it is committed."""
        if not lines:
            return
        added = Counter(line.channel for line in lines)
        rows = await _channels.advance.tuples(
            connection, names=list(added), added=[added[name] for name in added]
        )
        # The sequences just given are the last `added` ones up to where the channel stands now.
        following = {name: sequence - added[name] for name, sequence in rows}
        sequences = []
        for line in lines:
            following[line.channel] += 1
            sequences.append(following[line.channel])
        await _channels.insert_messages.run(
            connection,
            channels=[line.channel for line in lines],
            sequences=sequences,
            kinds=[line.kind for line in lines],
            data=orjson.dumps([line.data for line in lines]).decode(),
            times=[line.occurred_at for line in lines],
            traceparents=[line.traceparent for line in lines],
        )
        await _channels.tell_replicas.run(
            connection, topic=await self.listen_topic(connection), payloads=payloads(list(added))
        )

    async def listen_topic(self, connection: Connection) -> str:
        """What to listen to for messages of other replicas."""
        if self._listen_topic is None:
            self._listen_topic = str(await _channels.listen_topic.value(connection))
        return self._listen_topic

    async def positions(self, connection: Connection, names: Sequence[str]) -> dict[str, int]:
        """Where channels stand; zero for those that never said anything."""
        known = dict(await _channels.positions.tuples(connection, names=list(names)))
        return {name: known.get(name, 0) for name in names}

    async def after(self, connection: Connection, seen: Mapping[str, int], row_count: int) -> list[Message]:
        """What channels said after a sequence each."""
        return await _channels.messages_after.all(
            connection, Message, channels=list(seen), after=list(seen.values()), row_count=row_count
        )

    async def latest(self, connection: Connection, channel: str) -> list[Message]:
        """The last message of each kind among the newest, oldest first."""
        rows = await _channels.latest_of_each_kind.all(connection, Message, channel=channel)
        return sorted(rows, key=lambda message: message.sequence)

    async def forget(
        self,
        connection: Connection,
        before: datetime,
        *,
        kept_channels: Collection[str],
        kept_before: datetime,
    ) -> int:
        """Drop what is too old to resume from; of channels that are kept for longer, what is older than that."""
        return await _channels.forget_messages.run(
            connection, before=before, kept_channels=list(kept_channels), kept_before=kept_before
        )


class Notices:
    """The inbox."""

    async def write(self, connection: Connection, notices: Sequence[Notice]) -> list[tuple[UUID, Notice]]:
        """Write notices; those that are new, with their ids."""
        if not notices:
            return []
        ids = [uuid7() for _ in notices]
        rows = await _notices.insert_notices.tuples(
            connection,
            ids=ids,
            user_ids=[notice.user_id for notice in notices],
            causes=[notice.cause for notice in notices],
            kinds=[notice.kind for notice in notices],
            titles=[notice.title for notice in notices],
            bodies=[notice.body for notice in notices],
            data=[orjson.dumps(notice.data).decode() for notice in notices],
            times=[notice.occurred_at for notice in notices],
        )
        new = {notification_id for (notification_id,) in rows}
        return [(key, notice) for key, notice in zip(ids, notices, strict=True) if key in new]

    async def page(
        self,
        connection: Connection,
        user_id: UUID,
        *,
        unread_only: bool,
        before: tuple[Any, ...] | None,
        row_count: int,
    ) -> list[StoredNotice]:
        """A page, newest first."""
        return await _notices.page.all(
            connection,
            StoredNotice,
            user_id=user_id,
            unread_only=unread_only,
            before_created_at=before[0] if before else None,
            before_id=before[1] if before else None,
            row_count=row_count,
        )

    async def unread(self, connection: Connection, user_id: UUID) -> int:
        """How many are unread."""
        return int(await _notices.count_unread.value(connection, user_id=user_id))

    async def mark_read(
        self, connection: Connection, notification_id: UUID, user_id: UUID, now: datetime
    ) -> StoredNotice | None:
        """Mark one; None when it is not this person's."""
        return await _notices.mark_read.one(
            connection, StoredNotice, notification_id=notification_id, user_id=user_id, now=now
        )

    async def mark_all_read(self, connection: Connection, user_id: UUID, now: datetime) -> int:
        """Mark everything; how many were unread."""
        return await _notices.mark_all_read.run(connection, user_id=user_id, now=now)


class Gone:
    """Who deleted their account."""

    async def hold(self, connection: Connection, user_ids: Collection[UUID]) -> None:
        """Let nobody else write what these people keep here until the transaction ends."""
        await _gone.hold_people.tuples(connection, user_ids=list(user_ids))

    async def forget(
        self, connection: Connection, user_ids: Sequence[UUID], channels: Sequence[str], now: datetime
    ) -> None:
        """Erase what was theirs, and remember that they are gone."""
        await _gone.note_gone.run(connection, user_ids=list(user_ids), gone_at=now)
        await _gone.forget_notices.run(connection, user_ids=list(user_ids))
        await _gone.forget_preferences.run(connection, user_ids=list(user_ids))
        await _gone.forget_channels.run(connection, channels=list(channels))

    async def among(self, connection: Connection, user_ids: Collection[UUID]) -> set[UUID]:
        """Who of these is gone."""
        rows = await _gone.gone_among.tuples(connection, user_ids=list(user_ids))
        return {user_id for (user_id,) in rows}


class PreferenceRows:
    """What people want to hear."""

    async def of(self, connection: Connection, user_ids: Collection[UUID]) -> list[tuple[Any, ...]]:
        """What some people chose."""
        return await _preferences.preferences_of.tuples(connection, user_ids=list(user_ids))

    async def put(self, connection: Connection, **chosen: object) -> None:
        """Let a person's choices be these."""
        await _preferences.put_preferences.run(connection, **chosen)


class MaintenanceRow:
    """Where maintenance stands."""

    async def put(self, connection: Connection, **wanted: object) -> None:
        """Let it stand here."""
        await _maintenance.put_maintenance.run(connection, **wanted)


def payloads(names: Sequence[str]) -> list[str]:
    """Names of channels in as few notifications as their bound allows; names have no spaces."""
    packed: list[str] = []
    current: list[str] = []
    size = 0
    for name in sorted(names):
        length = len(name.encode()) + 1
        if current and size + length > _PAYLOAD_BYTES_MAX:
            packed.append(" ".join(current))
            current, size = [], 0
        current.append(name)
        size += length
    return [*packed, " ".join(current)] if current else packed
