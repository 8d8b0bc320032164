"""Fences around the accounts of people who are about to leave."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from oraculum_kit.db import Connection, queries

_sql: Final = queries("oraculum_wallet", "sql/leaving.sql")


async def raise_fence(connection: Connection, user_id: UUID, fence: int) -> bool:
    """Note a fence; False when it was lifted, or a later one is known."""
    return bool(await _sql.raise_fence.run(connection, user_id=user_id, fence=fence))


async def lift_fence(connection: Connection, user_id: UUID, fence: int) -> bool:
    """Note that a fence is lifted; False when a later one is known."""
    return bool(await _sql.lift_fence.run(connection, user_id=user_id, fence=fence))


async def mark_accounts(connection: Connection, ids: Collection[str], *, fenced: bool) -> None:
    """Let accounts begin nothing, or let them go on; they must be locked."""
    await _sql.mark_accounts.run(connection, ids=list(ids), fenced=fenced)


async def is_fenced(connection: Connection, user_id: UUID) -> bool:
    """Whether a person is about to leave."""
    return bool(await _sql.is_fenced.value(connection, user_id=user_id))
