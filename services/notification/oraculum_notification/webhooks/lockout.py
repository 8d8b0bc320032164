"""Webhooks end with what shuts a thief out: whoever was in an account may have left an address that is told for ever.

Auth tells of every ban and of every new password; what the account had by then is disabled and its owner told.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from google.protobuf.message import Message

from oraculum.auth.v1.users_fact_pb2 import UsersFact
from oraculum_kit.db import Connection
from oraculum_kit.inbox import Record
from oraculum_notification import metrics
from oraculum_notification.webhooks.repository import Feeding, Subscriptions

_NEW_PASSWORD: Final = frozenset({"password_changed", "password_reset"})


class Lockout:
    """Disables them."""

    def __init__(self) -> None:
        self._rows = Subscriptions()
        self._feeding = Feeding()

    async def hear(self, connection: Connection, records: Sequence[Record[Message]]) -> None:
        """Disable what these facts end. Called after channels were written: so all lock their rows."""
        moments: dict[tuple[UUID, str], datetime] = {}
        for record in records:
            if (ended := _ended(record.message)) is not None:
                moments[ended] = max(record.time, moments.get(ended, record.time))
        for (user_id, reason), moment in sorted(moments.items()):
            there = await self._rows.hold_made_before(connection, user_id, moment)
            if there:
                await self._feeding.disable(connection, there, reason)
                metrics.WEBHOOKS_DISABLED.labels(reason).inc(len(there))


def _ended(message: Message) -> tuple[UUID, str] | None:
    """Whose webhooks end, and why."""
    if not isinstance(message, UsersFact):
        return None
    match message.WhichOneof("fact"):
        case "user_banned":
            return UUID(message.user_banned.user_id), "banned"
        case "password_changed":
            return UUID(message.password_changed.user_id), "password_changed"
        # All that an auth says of it which does not know the fact above yet.
        case "session_revoked" if message.session_revoked.reason in _NEW_PASSWORD:
            return UUID(message.session_revoked.user_id), "password_changed"
    return None
