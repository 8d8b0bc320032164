"""What follows from a decision about a check, in one transaction: row, account, fact, report and audit log."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum.audit.v1 import audit_pb2
from oraculum_auth import events
from oraculum_auth.compliance.repository import Check, Checks
from oraculum_auth.errors import UserNotFound
from oraculum_auth.repository.people import Other
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection

_ACCOUNTS_TOLD: Final = 10


class Decisions:
    """Written under the lock of the account that a check is of."""

    def __init__(self, checks: Checks, clock: Clock) -> None:
        self._checks = checks
        self._clock = clock

    async def decide(
        self,
        connection: Connection,
        check: Check,
        *,
        approved: bool,
        reason: str,
        actor_id: UUID | None = None,
        said_at: datetime | None = None,
    ) -> None:
        """Decide a check, and tell of it."""
        now, status = self._clock.now(), "approved" if approved else "rejected"
        await self._checks.decide(
            connection,
            check.check_id,
            status=status,
            reason=reason,
            now=now,
            said_at=said_at,
            decided_by=actor_id,
        )
        await self.note(connection, check, status)
        details = {
            "check_id": str(check.check_id),
            "reason": reason,
            "by": check.provider if actor_id is None else "admin",
        }
        await self.tell(connection, check, f"kyc.{status}", details=details, actor_id=actor_id)
        if not approved:
            await self.report(connection, check.user_id, "kyc_rejected", check.risk, {"reason": reason})

    async def note(self, connection: Connection, check: Check, kyc: str) -> None:
        """Note it on the account and tell everybody; tokens that say otherwise count no more."""
        jurisdiction = f"{check.country}-{check.region}" if check.region else check.country
        noted = await self._checks.set_kyc(connection, check.user_id, kyc=kyc, jurisdiction=jurisdiction)
        if noted is None:
            raise UserNotFound(user_id=check.user_id)
        stands, tier = noted
        await events.kyc_changed(
            connection,
            check.user_id,
            kyc=kyc,
            jurisdiction=stands,
            risk=check.risk,
            tier=tier,
            now=self._clock.now(),
        )

    async def report(
        self, connection: Connection, user_id: UUID, kind: str, risk: str, details: Mapping[str, str]
    ) -> None:
        """Keep what looked suspicious."""
        now = self._clock.now()
        await self._checks.report(connection, user_id, kind, risk=risk, details=details, now=now)
        await events.audit(
            connection,
            f"compliance.{kind}",
            user_id,
            now=now,
            audit_class=audit_pb2.AUDIT_CLASS_COMPLIANCE,
            details={"risk": risk},
        )

    async def tell(
        self,
        connection: Connection,
        check: Check,
        action: str,
        *,
        details: Mapping[str, str],
        actor_id: UUID | None = None,
    ) -> None:
        """Have the audit log told of a check."""
        await events.audit(
            connection,
            action,
            check.user_id,
            now=self._clock.now(),
            actor_id=actor_id,
            audit_class=audit_pb2.AUDIT_CLASS_COMPLIANCE,
            details=details,
        )


def told_of(others: Sequence[Other]) -> dict[str, str]:
    """What a report says of a person's other accounts, of the first few."""
    some = {
        "accounts": [other.user_id for other in others],
        "restricted": [other.user_id for other in others if other.restricted],
    }
    return {name: ", ".join(map(str, accounts[:_ACCOUNTS_TOLD])) for name, accounts in some.items()}
