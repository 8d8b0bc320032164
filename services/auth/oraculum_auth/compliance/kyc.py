"""Identity checks: begun by the person, made by a provider, decided by its word or an administrator's.

Age, state and sanctions are looked at before anybody else is asked. Who is too young or lives where we may not offer this
is refused at once, and the refusal is reported. Whose name is like a sanctioned one is checked like everybody, but only
an administrator can approve.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from oraculum.audit.v1 import audit_pb2
from oraculum_auth import events
from oraculum_auth.compliance.errors import (
    JurisdictionRefused,
    KycCheckNotFound,
    KycDecided,
    KycManual,
    KycNotPending,
    KycProviderUnknown,
    UnderAge,
)
from oraculum_auth.compliance.provider import Applicant, Document, KycProvider
from oraculum_auth.compliance.repository import Check, Checks, Report
from oraculum_auth.compliance.risk import Findings, rating
from oraculum_auth.compliance.rules import Jurisdictions, age_on
from oraculum_auth.compliance.screening import Networks, Sanctions
from oraculum_auth.errors import OwnAccount, UserNotFound
from oraculum_auth.locations import Locations
from oraculum_auth.repository import Accounts
from oraculum_auth.repository.accounts import hold_account
from oraculum_auth.vault import Vault
from oraculum_kit import jobs
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import ServiceError
from oraculum_kit.ids import uuid7
from oraculum_kit.jobs import Job, Kind
from oraculum_kit.paging import Page, decode_cursor

MANUAL: Final = "manual"
_SUBMIT: Final = "kyc_submit"
PERSON_FIELD: Final = "kyc person"


@dataclass(frozen=True, slots=True)
class Person:
    """What a person says of themselves."""

    legal_name: str
    birth: date
    country: str
    region: str


@dataclass(frozen=True, slots=True)
class Screens:
    """What people and addresses are held against."""

    jurisdictions: Jurisdictions
    sanctions: Sanctions
    networks: Networks
    locations: Locations


class Kyc:
    """Begins, passes on, decides."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        vault: Vault,
        clock: Clock,
        screens: Screens,
        provider: KycProvider | None,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._vault = vault
        self._clock = clock
        self._screens = screens
        self._provider = provider
        self._checks = Checks()

    @property
    def kind(self) -> Kind:
        """The job that makes applicants known to the provider."""
        return Kind(_SUBMIT, self._submit_later, timeout_seconds=60.0)

    async def newest(self, user_id: UUID) -> Check | None:
        """A person's newest check."""
        async with self._database.transaction() as connection:
            return await self._checks.newest(connection, user_id)

    async def start(self, user_id: UUID, person: Person, address: str) -> Check:
        """Begin a check; one that is pending is given as it is."""
        refusal: ServiceError | None = None
        async with self._database.transaction() as connection:
            await hold_account(connection, user_id)
            before = await self._checks.newest(connection, user_id)
            if before is not None and before.status == "approved":
                raise KycDecided
            if before is not None and before.status == "pending":
                return before
            refusal = await self._refusal(connection, user_id, person)
            if refusal is None:
                return await self._begin(connection, user_id, person, address)
        # Raised after the commit: the report of it must stay.
        raise refusal

    async def add_document(self, user_id: UUID, document: Document) -> Check:
        """Pass a document on to the provider; we keep its kind alone."""
        check = await self.newest(user_id)
        if check is None or check.status != "pending":
            raise KycNotPending
        if self._provider is None or check.provider != self._provider.name:
            raise KycManual
        external_id = await self._submit(check)
        # Outside of any transaction. If we die behind it the provider has it twice, which does no harm.
        await self._provider.add_document(external_id, document)
        async with self._database.transaction() as connection:
            await hold_account(connection, check.user_id)
            await self._checks.note_document(connection, check.check_id, document.kind)
            await self._tell(connection, check, "kyc.document_added", details={"kind": document.kind})
            after = await self._checks.one(connection, check.check_id)
        return after or check

    async def hear(self, provider: str, headers: Mapping[str, str], body: bytes) -> None:
        """Take a provider's word. The same word twice, and an older one after a newer, change nothing."""
        if self._provider is None or provider != self._provider.name:
            raise KycProviderUnknown
        verdict = self._provider.verdict(headers, body)
        if verdict is None:
            return
        async with self._database.transaction() as connection:
            # A deleted account's checks are pending no more, so what is said of them changes nothing.
            await self._checks.lock_owner(connection, verdict.check_id)
            check = await self._checks.one(connection, verdict.check_id)
            if check is None:
                raise KycCheckNotFound
            if check.status != "pending" or (check.said_at is not None and check.said_at >= verdict.said_at):
                return
            if verdict.approved is None or (verdict.approved and check.listed):
                reason = verdict.reason or "An administrator looks at it."
                await self._checks.note_wish(connection, check.check_id, reason, verdict.said_at)
                return
            await self._decide(
                connection, check, approved=verdict.approved, reason=verdict.reason, said_at=verdict.said_at
            )

    async def decide(self, check_id: UUID, *, approved: bool, reason: str, actor_id: UUID) -> Check:
        """Decide as an administrator; what was decided may be overruled."""
        async with self._database.transaction() as connection:
            there = await self._checks.lock_owner(connection, check_id)
            check = await self._checks.one(connection, check_id)
            if check is None:
                raise KycCheckNotFound
            if check.user_id == actor_id:
                raise OwnAccount
            if not there:
                raise UserNotFound(user_id=check.user_id)
            await self._decide(connection, check, approved=approved, reason=reason, actor_id=actor_id)
            decided = await self._checks.one(connection, check_id)
        return decided or check

    async def reports(
        self, *, user_id: UUID | None, kind: str | None, cursor: str, limit: int
    ) -> tuple[list[Report], str]:
        """A page of what looked suspicious, and the cursor of the next one."""
        before = decode_cursor(cursor, datetime, UUID)
        async with self._database.connection() as connection:
            rows = await self._checks.reports(
                connection, user_id=user_id, kind=kind, before=before, row_count=limit + 1
            )
        page = Page.cut(rows, limit, lambda report: (report.created_at, report.report_id))
        return page.rows, page.next_cursor

    async def _refusal(self, connection: Connection, user_id: UUID, person: Person) -> ServiceError | None:
        rule = self._screens.jurisdictions.of(person.country, person.region)
        age = age_on(person.birth, self._clock.now().date())
        details = {"country": person.country, "region": person.region}
        if not rule.allowed:
            await self._report(connection, user_id, "jurisdiction_refused", "medium", details)
            return JurisdictionRefused(country=person.country)
        if age < rule.age:
            await self._report(connection, user_id, "under_age", "high", details)
            return UnderAge(age=rule.age)
        return None

    async def _begin(self, connection: Connection, user_id: UUID, person: Person, address: str) -> Check:
        key = await self._accounts.key(connection, user_id)
        if key is None:
            raise UserNotFound(user_id=user_id)
        found, matches = await self._findings(connection, user_id, person, address)
        check = Check(
            check_id=uuid7(),
            user_id=user_id,
            status="pending",
            provider=self._provider.name if self._provider else MANUAL,
            external_id=None,
            reason="",
            country=person.country,
            region=person.region,
            person_sealed=self._vault.seal(key, PERSON_FIELD, _written(person)),
            documents=[],
            risk=rating(found),
            listed=found.listed,
            said_at=None,
            created_at=self._clock.now(),
            decided_at=None,
        )
        await self._checks.insert(connection, check)
        signs = {
            "sanctions_match": found.listed,
            "jurisdiction_mismatch": found.elsewhere,
            "network_refused": found.hidden,
        }
        for kind in (kind for kind, there in signs.items() if there):
            # The name that matched is the list's, not the person's: theirs stays sealed.
            details = {"names": matches} if kind == "sanctions_match" else {"country": person.country}
            await self._report(connection, user_id, kind, check.risk, details)
        await self._set(connection, check, "pending")
        await self._tell(connection, check, "kyc.started", details={"risk": check.risk})
        if self._provider is not None:
            await jobs.schedule(
                connection, _SUBMIT, {"check_id": str(check.check_id)}, unique_key=str(check.check_id)
            )
        return check

    async def _findings(
        self, connection: Connection, user_id: UUID, person: Person, address: str
    ) -> tuple[Findings, str]:
        screens = self._screens
        matches = screens.sanctions.matches(person.legal_name, person.birth)
        seen = screens.locations.place(address).country
        found = Findings(
            listed=bool(matches),
            country_risk=screens.jurisdictions.of(person.country, person.region).risk,
            elsewhere=bool(seen) and seen != person.country,
            hidden=bool(screens.networks.kind(address)),
            age=age_on(person.birth, self._clock.now().date()),
            rejected_before=await self._checks.rejected_before(connection, user_id),
        )
        return found, ", ".join(f"{one.name} ({one.listed_by}, {one.score})" for one in matches)

    async def _submit_later(self, job: Job) -> None:
        async with self._database.transaction() as connection:
            check = await self._checks.one(connection, UUID(job.payload["check_id"]))
        if check is not None and check.status == "pending":
            await self._submit(check)

    async def _submit(self, check: Check) -> str:
        """The provider's id of the applicant, who is made known there if they are not yet."""
        if check.external_id is not None:
            return check.external_id
        if self._provider is None:
            raise KycManual
        async with self._database.connection() as connection:
            key = await self._accounts.key(connection, check.user_id)
        if key is None:
            raise UserNotFound(user_id=check.user_id)
        said = json.loads(self._vault.open(key, PERSON_FIELD, check.person_sealed))
        external_id = await self._provider.submit(
            Applicant(check.check_id, said["legal_name"], date.fromisoformat(said["birth"]), check.country)
        )
        async with self._database.transaction() as connection:
            await self._checks.note_external_id(connection, check.check_id, external_id)
        return external_id

    async def _decide(
        self,
        connection: Connection,
        check: Check,
        *,
        approved: bool,
        reason: str,
        actor_id: UUID | None = None,
        said_at: datetime | None = None,
    ) -> None:
        now, status = self._clock.now(), "approved" if approved else "rejected"
        await self._checks.decide(
            connection, check.check_id, status=status, reason=reason, now=now, said_at=said_at
        )
        await self._set(connection, check, status)
        details = {
            "check_id": str(check.check_id),
            "reason": reason,
            "by": check.provider if actor_id is None else "admin",
        }
        await self._tell(connection, check, f"kyc.{status}", details=details, actor_id=actor_id)
        if not approved:
            await self._report(connection, check.user_id, "kyc_rejected", check.risk, {"reason": reason})

    async def _set(self, connection: Connection, check: Check, kyc: str) -> None:
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

    async def _report(
        self, connection: Connection, user_id: UUID, kind: str, risk: str, details: Mapping[str, str]
    ) -> None:
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

    async def _tell(
        self,
        connection: Connection,
        check: Check,
        action: str,
        *,
        details: Mapping[str, str],
        actor_id: UUID | None = None,
    ) -> None:
        await events.audit(
            connection,
            action,
            check.user_id,
            now=self._clock.now(),
            actor_id=actor_id,
            audit_class=audit_pb2.AUDIT_CLASS_COMPLIANCE,
            details=details,
        )


def _written(person: Person) -> str:
    return json.dumps({"legal_name": person.legal_name, "birth": person.birth.isoformat()})
