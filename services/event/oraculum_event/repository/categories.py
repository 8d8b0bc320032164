"""What events are about."""

from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum_event.records import Category
from oraculum_kit.db import Connection, queries

_categories: Final = queries("oraculum_event", "sql/categories.sql")


class Categories:
    """What events are about."""

    async def all(self, connection: Connection) -> list[Category]:
        """All of them, with what can be bet on in each."""
        return await _categories.categories.all(connection, Category)

    async def words(self, connection: Connection) -> list[str]:
        """The words by which events name them."""
        return [row[0] for row in await _categories.words.tuples(connection)]

    async def insert(
        self, connection: Connection, category: str, label: str, *, created_by: UUID, now: datetime
    ) -> bool:
        """Add one; False when the word is taken."""
        return bool(
            await _categories.insert_category.run(
                connection, category=category, label=label, created_by=created_by, now=now
            )
        )
