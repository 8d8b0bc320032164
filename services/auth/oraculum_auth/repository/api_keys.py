"""Keys of programs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from oraculum_kit.db import Connection, queries

_keys = queries("oraculum_auth", "sql/api_keys.sql")


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as the database keeps it."""

    key_id: UUID
    user_id: UUID
    name: str
    scopes: list[str]
    secret_sealed: bytes
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class ApiKeyRows:
    """Keys kept, found, ended."""

    async def insert(self, connection: Connection, key: StoredKey) -> None:
        """Keep a new key."""
        await _keys.insert_key.run(
            connection,
            key_id=key.key_id,
            user_id=key.user_id,
            name=key.name,
            scopes=key.scopes,
            secret_sealed=key.secret_sealed,
            created_at=key.created_at,
            expires_at=key.expires_at,
        )

    async def of(self, connection: Connection, user_id: UUID, now: datetime) -> list[StoredKey]:
        """A person's keys that still serve, newest first."""
        return await _keys.keys_of.all(connection, StoredKey, user_id=user_id, now=now)

    async def one(self, connection: Connection, key_id: UUID, now: datetime) -> StoredKey | None:
        """A key that still serves."""
        return await _keys.key.one(connection, StoredKey, key_id=key_id, now=now)

    async def touch(self, connection: Connection, key_id: UUID, now: datetime) -> None:
        """Note that a key is in use."""
        await _keys.touch_key.run(connection, key_id=key_id, now=now)

    async def revoke(self, connection: Connection, key_id: UUID, user_id: UUID, now: datetime) -> bool:
        """End a key of this person; False when it is not theirs or has ended."""
        return bool(await _keys.revoke_key.run(connection, key_id=key_id, user_id=user_id, now=now))

    async def revoke_all(self, connection: Connection, user_id: UUID, now: datetime) -> list[UUID]:
        """End all keys of a person; which they were."""
        rows = await _keys.revoke_keys.tuples(connection, user_id=user_id, now=now)
        return [key_id for (key_id,) in rows]
