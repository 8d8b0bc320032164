"""Who deleted their account: what was theirs here is erased, and nothing is written for them any more."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from google.protobuf.message import Message

from oraculum.auth.v1.users_fact_pb2 import UsersFact
from oraculum_kit.db import Connection
from oraculum_kit.inbox import Record
from oraculum_notification.errors import AccountGone
from oraculum_notification.records import OWN, Line, Notice, owner_of
from oraculum_notification.repository import Gone
from oraculum_notification.webhooks.repository import Subscriptions


class Gatekeeper:
    """Keeps what is told from those who are gone: a correction may pay them years later, and nobody reads of it."""

    def __init__(self) -> None:
        self._gone = Gone()
        self._subscriptions = Subscriptions()

    async def hear(
        self, connection: Connection, records: Sequence[Record[Message]], told: Sequence[Line | Notice]
    ) -> set[UUID]:
        """Erase inboxes, channels and choices of whoever deleted their account, and remember them; who they are.

        The owners of what is told are held with them, all in one order: nobody whose deletion another replica is writing
        is told anything behind it, and what is held twice here would wait for each other.
        """
        gone = {user_id: record.time for record in records if (user_id := _gone(record.message)) is not None}
        held = _owners(told) | gone.keys()
        if held:
            await self._gone.hold(connection, held)
        if gone:
            channels = [f"{OWN}{user_id}" for user_id in gone]
            await self._gone.forget(connection, list(gone), channels, max(gone.values()))
        return set(gone)

    async def unsubscribe(self, connection: Connection, user_ids: Collection[UUID]) -> None:
        """End webhooks of whoever was heard to be gone. Called after channels were written: so all lock their rows."""
        if user_ids:
            await self._subscriptions.delete_all(connection, user_ids)

    async def hold(self, connection: Connection, told: Sequence[Line | Notice]) -> None:
        """Keep the owners of what is told from going until the transaction ends."""
        await self._gone.hold(connection, _owners(told))

    async def admit(self, connection: Connection, user_id: UUID) -> None:
        """Let a person write what is kept here for them until the transaction ends; raise if they are gone."""
        await self._gone.hold(connection, [user_id])
        if await self._gone.among(connection, [user_id]):
            raise AccountGone

    async def readable(self, connection: Connection, told: Sequence[Line | Notice]) -> list[Line | Notice]:
        """What somebody is there to read; the owners are held, or they might go before it is written."""
        owners = _owners(told)
        if not owners:
            return list(told)
        gone = await self._gone.among(connection, owners)
        return [one for one in told if _owner(one) not in gone] if gone else list(told)


def _owners(told: Iterable[Line | Notice]) -> set[UUID]:
    return {owner for one in told if (owner := _owner(one)) is not None}


def _owner(one: Line | Notice) -> UUID | None:
    """Whose it is; what everybody may hear is nobody's."""
    return one.user_id if isinstance(one, Notice) else owner_of(one.channel)


def _gone(message: Message) -> UUID | None:
    """Who deleted their account, if that is what is told."""
    if isinstance(message, UsersFact) and message.WhichOneof("fact") == "user_deleted":
        return UUID(message.user_deleted.user_id)
    return None
