"""What event hears of people: who is barred or gone publishes nothing, and their drafts are thrown away.

What came of somebody's identity check, and until when they do not play, is kept for when they are to pay for an event.
What is published is everybody's: people have bet on it, and an administrator decides what becomes of it.
"""

from collections.abc import Sequence
from datetime import UTC
from uuid import UUID

from oraculum.auth.v1.users_fact_pb2 import PlayRulesChanged, UsersFact
from oraculum_event.opening import Opening
from oraculum_event.repository import Events, People
from oraculum_event.transitions import Actor, State
from oraculum_kit.db import Connection
from oraculum_kit.inbox import Record


class Authors:
    """Follows what becomes of those who write events."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._events = Events()
        self._people = People()

    async def hear(self, connection: Connection, records: Sequence[Record[UsersFact]]) -> None:
        """Keep what was told. A word that comes again, or too late, changes nothing."""
        for record in records:
            match record.message.WhichOneof("fact"):
                case "user_banned":
                    banned_id = UUID(record.message.user_banned.user_id)
                    await self._bar(connection, banned_id, record.sequence or 0)
                case "user_deleted":
                    deleted_id = UUID(record.message.user_deleted.user_id)
                    await self._bar(connection, deleted_id, record.sequence or 0)
                case "user_unbanned":
                    user_id = UUID(record.message.user_unbanned.user_id)
                    sequence = record.sequence or 0
                    await self._people.put_barred(connection, user_id, barred=False, sequence=sequence)
                case "user_kyc_changed":
                    check = record.message.user_kyc_changed
                    await self._people.put_kyc(
                        connection,
                        UUID(check.user_id),
                        kyc=check.kyc,
                        jurisdiction=check.jurisdiction,
                        sequence=record.sequence or 0,
                    )
                case "play_rules_changed":
                    await self._exclude(connection, record.message.play_rules_changed)

    async def _exclude(self, connection: Connection, said: PlayRulesChanged) -> None:
        until = said.excluded_until.ToDatetime(tzinfo=UTC) if said.HasField("excluded_until") else None
        await self._people.put_exclusion(connection, UUID(said.user_id), said.revision, until, said.exclusion)

    async def _bar(self, connection: Connection, user_id: UUID, sequence: int) -> None:
        if not await self._people.put_barred(connection, user_id, barred=True, sequence=sequence):
            return
        for event_id in await self._people.drafts(connection, user_id):
            event = await self._events.locked(connection, event_id)
            if event is not None and event.state is State.DRAFT:
                await self._opening.discard(connection, event, Actor.PLATFORM)
