"""Who is barred, and what they have written."""

from typing import Final
from uuid import UUID

from oraculum_kit.db import Connection, queries

_people: Final = queries("oraculum_event", "sql/people.sql")


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

    async def drafts(self, connection: Connection, user_id: UUID) -> list[UUID]:
        """The drafts of a person that were never published."""
        return [event_id for (event_id,) in await _people.drafts_of.tuples(connection, user_id=user_id)]
