"""Which accounts are the same person's, as far as name and day of birth tell.

Anybody may say anybody's: only what was approved tells that an account is the person's, and only between such accounts does
anything follow by itself.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from oraculum_kit.db import Connection, queries

_people = queries("oraculum_auth", "sql/people.sql")


@dataclass(frozen=True, slots=True)
class Other:
    """Another account that names the same person."""

    user_id: UUID
    # Whether it was approved as that person's.
    approved: bool
    # Whether it is barred, does not play for a time, or has limits.
    restricted: bool


class People:
    """Asked under the lock of the account that is asked for; of each person by one transaction at a time."""

    async def others(
        self, connection: Connection, person_index: bytes, user_id: UUID, now: datetime
    ) -> list[Other]:
        """The other accounts that name a person; nobody else adds one or excludes themselves as them until this commits."""
        await _people.lock_person.run(connection, person_index=person_index)
        return await _people.others.all(
            connection, Other, person_index=person_index, user_id=user_id, now=now
        )

    async def same_as(self, connection: Connection, user_id: UUID, now: datetime) -> list[UUID]:
        """The other accounts that were approved as whom this one was approved."""
        found: set[UUID] = set()
        for (person_index,) in await _people.indexes_of.tuples(connection, user_id=user_id):
            others = await self.others(connection, bytes(person_index), user_id, now)
            found |= {other.user_id for other in others if other.approved}
        return sorted(found)
