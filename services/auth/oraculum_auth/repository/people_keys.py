"""The keys that people's data is sealed with."""

from collections.abc import Sequence
from datetime import datetime

from oraculum_auth.vault import PersonKey
from oraculum_kit.db import Connection, queries

_keys = queries("oraculum_auth", "sql/people_keys.sql")


class PeopleKeys:
    """All of them, to be wrapped anew."""

    async def lock_others(self, connection: Connection, active: str) -> list[PersonKey]:
        """Some keys that another key than this one wraps, locked until the transaction ends."""
        return await _keys.lock_others.all(connection, PersonKey, active=active)

    async def replace(self, connection: Connection, keys: Sequence[PersonKey]) -> None:
        """Keep these wrappings in the place of the old ones."""
        await _keys.replace_wrappings.run(
            connection,
            user_ids=[key.user_id for key in keys],
            key_ids=[key.key_id for key in keys],
            wrapped=[key.wrapped for key in keys],
        )

    async def now(self, connection: Connection) -> datetime:
        """The time by which the database says when transactions began."""
        now: datetime = await _keys.began_at.value(connection)
        return now

    async def older_transactions(self, connection: Connection, began_at: datetime) -> bool:
        """Whether a transaction of auth's goes on that began before then."""
        return bool(await _keys.older_transactions.value(connection, began_at=began_at))
