"""The rules of the crawler, every version of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from oraculum_kit.db import Connection, queries

_rules: Final = queries("oraculum_event", "sql/crawler_rules.sql")


@dataclass(frozen=True, slots=True)
class StoredRules:
    """A version of the rules."""

    version: int
    content: dict[str, Any]
    set_by: UUID | None
    set_at: datetime


class CrawlerRules:
    """Versions of the rules."""

    async def current(self, connection: Connection) -> StoredRules | None:
        """The rules that hold; none before the first are set."""
        return await _rules.current.one(connection, StoredRules)

    async def insert(
        self,
        connection: Connection,
        version: int,
        content: dict[str, Any],
        *,
        set_by: UUID | None,
        now: datetime,
    ) -> bool:
        """Set rules as this version; False when there is one already."""
        return bool(
            await _rules.insert_rules.run(
                connection, version=version, content=Jsonb(content), set_by=set_by, now=now
            )
        )
