"""What people agreed to: each purpose by itself, with the version of the text that they saw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum.audit.v1 import audit_pb2
from oraculum_auth import events
from oraculum_auth.privacy.repository import statements
from oraculum_auth.repository.accounts import hold_account
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database

PURPOSES: Final = ("terms", "privacy", "marketing", "analytics")


@dataclass(frozen=True, slots=True)
class Consent:
    """One purpose; never asked is not agreed."""

    purpose: str
    granted: bool = False
    version: str = ""
    since: datetime | None = None


class Consents:
    """Keeps them; the audit log remembers each change."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, user_id: UUID) -> list[Consent]:
        """Every purpose, asked or not."""
        async with self._database.connection() as connection:
            return await self._read(connection, user_id)

    async def put(self, user_id: UUID, consents: Sequence[Consent]) -> list[Consent]:
        """Agree to some and take others back; what is said again changes nothing."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            await hold_account(connection, user_id)
            for one in sorted(consents, key=lambda consent: consent.purpose):
                changed = await statements.put_consent.run(
                    connection,
                    user_id=user_id,
                    purpose=one.purpose,
                    granted=one.granted,
                    version=one.version,
                    now=now,
                )
                if changed:
                    await events.audit(
                        connection,
                        "consent.given" if one.granted else "consent.withdrawn",
                        user_id,
                        now=now,
                        audit_class=audit_pb2.AUDIT_CLASS_COMPLIANCE,
                        details={"purpose": one.purpose, "version": one.version},
                    )
            return await self._read(connection, user_id)

    async def _read(self, connection: Connection, user_id: UUID) -> list[Consent]:
        found = {
            one.purpose: one for one in await statements.consents.all(connection, Consent, user_id=user_id)
        }
        return [found.get(purpose, Consent(purpose)) for purpose in PURPOSES]
