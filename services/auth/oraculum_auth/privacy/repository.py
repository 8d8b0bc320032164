"""What is asked of the database about one person, and what is erased of them."""

from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum_kit.db import Connection, queries

statements: Final = queries("oraculum_auth", "sql/privacy.sql")

_deletion: Final = queries("oraculum_auth", "sql/deletion.sql")


class Deletions:
    """Accounts that go."""

    async def excluded_until(self, connection: Connection, user_id: UUID, now: datetime) -> datetime | None:
        """Until when somebody asked not to play; None when they may."""
        until: datetime | None = await _deletion.excluded_until.value(connection, user_id=user_id, now=now)
        return until

    async def begin(self, connection: Connection, user_id: UUID, now: datetime) -> int:
        """Begin a departure, under the account's lock; the fence that is its own."""
        fence: int = await _deletion.begin_departure.value(connection, user_id=user_id, now=now)
        return fence

    async def end(self, connection: Connection, user_id: UUID, fence: int) -> bool:
        """End a departure; False when it was ended, or another one began since."""
        return bool(await _deletion.end_departure.run(connection, user_id=user_id, fence=fence))

    async def checks(self, connection: Connection, user_id: UUID) -> list[tuple[UUID, bytes]]:
        """A person's identity checks as they are sealed, locked."""
        rows = await _deletion.sealed_checks.tuples(connection, user_id=user_id)
        return [(check_id, bytes(sealed)) for check_id, sealed in rows]

    async def erase(self, connection: Connection, user_id: UUID, now: datetime) -> bool:
        """Erase what was a person's alone, their key with it; False when that was done before."""
        if not await _deletion.pseudonymise.run(connection, user_id=user_id, now=now):
            return False
        await _deletion.erase.run(connection, user_id=user_id)
        return True

    async def keep_check(self, connection: Connection, check_id: UUID, sealed: bytes, now: datetime) -> None:
        """Keep an identity check under another key."""
        await _deletion.keep_check.run(connection, check_id=check_id, person_sealed=sealed, now=now)

    async def forget(self, connection: Connection, before: datetime) -> None:
        """Erase identity checks of accounts that were deleted before then, and their keys."""
        await _deletion.forget_checks.run(connection, before=before)
        await _deletion.forget_keys.run(connection)
