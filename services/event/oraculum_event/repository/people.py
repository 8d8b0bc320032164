"""What was told of people, and what they have written."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_kit.identity import Identity

_people: Final = queries("oraculum_event", "sql/people.sql")


class Exclusion(NamedTuple):
    """Until when somebody does not play, as they asked, and what they asked for."""

    excluded_until: datetime
    exclusion: str


class People:
    """What was told of authors."""

    async def put_barred(self, connection: Connection, user_id: UUID, *, barred: bool, sequence: int) -> bool:
        """Keep whether a person is barred; False when that, or something later, is known."""
        return bool(
            await _people.put_barred.run(connection, user_id=user_id, barred=barred, sequence=sequence)
        )

    async def is_barred(self, connection: Connection, user_id: UUID) -> bool:
        """Whether a person is barred."""
        return bool(await _people.is_barred.value(connection, user_id=user_id))

    async def put_kyc(
        self, connection: Connection, user_id: UUID, *, kyc: str, jurisdiction: str, sequence: int
    ) -> None:
        """Keep what came of a person's identity check, unless something later is known."""
        await _people.put_kyc.run(
            connection, user_id=user_id, kyc=kyc, jurisdiction=jurisdiction, sequence=sequence
        )

    async def put_exclusion(
        self,
        connection: Connection,
        user_id: UUID,
        revision: int,
        excluded_until: datetime | None,
        exclusion: str,
    ) -> None:
        """Keep until when a person does not play, unless something later is known."""
        await _people.put_exclusion.run(
            connection, user_id=user_id, revision=revision, excluded_until=excluded_until, exclusion=exclusion
        )

    async def told(self, connection: Connection, user_id: UUID) -> Identity | None:
        """What was told of who a person is."""
        return await _people.told_of_person.one(connection, Identity, user_id=user_id)

    async def exclusion(self, connection: Connection, user_id: UUID) -> Exclusion | None:
        """Until when a person does not play; None of who may."""
        return await _people.exclusion_of.one(connection, Exclusion, user_id=user_id)

    async def drafts(self, connection: Connection, user_id: UUID) -> list[UUID]:
        """The drafts of a person that were never published."""
        return [event_id for (event_id,) in await _people.drafts_of.tuples(connection, user_id=user_id)]
