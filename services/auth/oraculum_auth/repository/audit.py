"""The log that nobody edits."""

from oraculum_kit.db import Connection, queries

_audit = queries("oraculum_auth", "sql/audit.sql")


class Audit:
    """The log that nobody edits."""

    async def append(self, connection: Connection, columns: dict[str, list[object]]) -> int:
        """Append facts, given by column; how many were new."""
        return await _audit.insert_audit_entries.run(connection, **columns)
