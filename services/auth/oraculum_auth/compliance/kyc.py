"""Identity checks: begun by the person, made by a provider, decided by its word or an administrator's.

Age, state and sanctions are looked at before anybody else is asked. Who is too young or lives where we may not offer this
is refused at once, and the refusal is reported. Whose name is like a sanctioned one, who was refused and says something else
now, who comes from elsewhere or through a network that hides where, or whose documents name another country than they do,
is checked like everybody, but only an administrator can approve.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from oraculum_auth.compliance.decisions import Decisions, told_of
from oraculum_auth.compliance.errors import (
    JurisdictionRefused,
    KycCheckNotFound,
    KycDecided,
    KycManual,
    KycNotPending,
    KycProviderUnknown,
    UnderAge,
)
from oraculum_auth.compliance.provider import Applicant, Document, KycProvider, Verdict
from oraculum_auth.compliance.repository import Check, Checks, Report
from oraculum_auth.compliance.risk import Findings, rating
from oraculum_auth.compliance.rules import Jurisdictions, age_on
from oraculum_auth.compliance.screening import Networks, Sanctions, identity, in_words
from oraculum_auth.errors import OwnAccount, UserNotFound
from oraculum_auth.locations import Locations
from oraculum_auth.play.book import PlayBook
from oraculum_auth.repository import Accounts
from oraculum_auth.repository.accounts import hold_account
from oraculum_auth.repository.people import People
from oraculum_auth.vault import Vault
from oraculum_kit import jobs
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import InvalidArgument, ServiceError, Violation
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
        play: PlayBook,
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._vault = vault
        self._clock = clock
        self._screens = screens
        self._provider = provider
        self._play = play
        self._checks = Checks()
        self._people = People()
        self._decisions = Decisions(self._checks, clock)

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
        if self._screens.jurisdictions.wants_region(person.country, person.region):
            raise InvalidArgument(violations=[Violation("region", f"must be a state of {person.country}")])
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
            await self._decisions.tell(
                connection, check, "kyc.document_added", details={"kind": document.kind}
            )
            after = await self._checks.one(connection, check.check_id)
        return after or check

    async def hear(self, provider: str, headers: Mapping[str, str], body: bytes) -> None:
        """Take a provider's word. The same word twice, and an older one after a newer, change nothing."""
        if self._provider is None or provider != self._provider.name:
            raise KycProviderUnknown
        verdict = self._provider.verdict(headers, body)
        if verdict is None:
            return
        verified = await self._verified_country(verdict)
        async with self._database.transaction() as connection:
            there = await self._checks.lock_owner(connection, verdict.check_id)
            check = await self._checks.one(connection, verdict.check_id)
            if check is None:
                raise KycCheckNotFound
            if check.said_at is not None and check.said_at >= verdict.said_at:
                return
            if check.status != "pending":
                # A deleted account's checks are pending no more: what is said of them is reported and changes nothing.
                await self._hear_late(
                    connection, check, verdict, takes_back=there and _was_the_providers(check)
                )
                return
            doubt = self._doubt(check, verified) if verdict.approved else ""
            if doubt:
                await self._checks.hold_back(connection, check.check_id)
                details = {"country": check.country, "verified": verified or ""}
                await self._decisions.report(connection, check.user_id, doubt, check.risk, details)
            if verdict.approved is None or (verdict.approved and (check.listed or doubt)):
                reason = verdict.reason or "An administrator looks at it."
                await self._checks.note_wish(connection, check.check_id, reason, verdict.said_at)
                return
            await self._decisions.decide(
                connection, check, approved=verdict.approved, reason=verdict.reason, said_at=verdict.said_at
            )
            await self._play.share(connection, check.user_id)

    async def _verified_country(self, verdict: Verdict) -> str | None:
        """Where the provider found that the person lives, asked before an approval and outside of any transaction.

        Empty where it names none, None where it refuses to tell.
        """
        if not verdict.approved or self._provider is None:
            return ""
        async with self._database.transaction() as connection:
            check = await self._checks.one(connection, verdict.check_id)
        if check is None or check.status != "pending":
            return ""
        return await self._provider.country(await self._submit(check))

    def _doubt(self, check: Check, verified: str | None) -> str:
        """Why nobody but an administrator says where the person lives; empty where the provider does."""
        if verified is None:
            return "country_unknown"
        if verified not in ("", check.country):
            return "country_mismatch"
        # Begun before one had to say in which state, or by rules that asked for none.
        asked = self._screens.jurisdictions.wants_region(check.country, check.region)
        return "region_unknown" if asked else ""

    async def _hear_late(
        self, connection: Connection, check: Check, verdict: Verdict, *, takes_back: bool
    ) -> None:
        """What a provider says of a check that was decided: its approval is taken back, all else is an administrator's."""
        if takes_back and verdict.approved is False:
            await self._decisions.decide(
                connection, check, approved=False, reason=verdict.reason, said_at=verdict.said_at
            )
            return
        await self._checks.note_said(connection, check.check_id, verdict.said_at)
        said = "unclear" if verdict.approved is None else "approved" if verdict.approved else "rejected"
        if said != check.status:
            details = {"check_id": str(check.check_id), "said": said, "reason": verdict.reason}
            await self._decisions.report(connection, check.user_id, "kyc_late_word", check.risk, details)

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
            await self._decisions.decide(
                connection, check, approved=approved, reason=reason, actor_id=actor_id
            )
            await self._play.share(connection, check.user_id)
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
            await self._decisions.report(connection, user_id, "jurisdiction_refused", "medium", details)
            return JurisdictionRefused(country=person.country)
        if age < rule.age:
            await self._decisions.report(connection, user_id, "under_age", "high", details)
            return UnderAge(age=rule.age)
        return None

    async def _begin(self, connection: Connection, user_id: UUID, person: Person, address: str) -> Check:
        key = await self._accounts.key(connection, user_id)
        if key is None:
            raise UserNotFound(user_id=user_id)
        index = self._vault.index(*identity(person.legal_name, person.birth))
        others = await self._people.others(connection, index, user_id, self._clock.now())
        # Nothing is carried over yet: so far it is only said that these are one person's.
        restricted = any(other.restricted for other in others)
        found, matches = await self._findings(connection, user_id, person, address)
        found = replace(found, restricted=restricted)
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
            listed=found.wants_administrator,
            said_at=None,
            screened=self._screens.sanctions.version,
            person_index=index,
            created_at=self._clock.now(),
            decided_at=None,
            decided_by=None,
        )
        await self._checks.insert(connection, check)
        signs = {
            "sanctions_match": found.listed,
            "jurisdiction_mismatch": found.elsewhere,
            "network_refused": found.hidden,
            "refused_before": found.refused_before,
            "same_person": bool(others),
        }
        told = {
            # The name that matched is the list's, not the person's: theirs stays sealed.
            "sanctions_match": {"names": matches},
            "same_person": told_of(others),
        }
        for kind in (kind for kind, there in signs.items() if there):
            details = told.get(kind, {"country": person.country})
            await self._decisions.report(connection, user_id, kind, check.risk, details)
        await self._decisions.note(connection, check, "pending")
        await self._decisions.tell(connection, check, "kyc.started", details={"risk": check.risk})
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
            refused_before=await self._checks.refused_before(connection, user_id),
        )
        return found, in_words(matches)

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
        name, birth = read_person(self._vault.open(key, PERSON_FIELD, check.person_sealed))
        external_id = await self._provider.submit(Applicant(check.check_id, name, birth, check.country))
        async with self._database.transaction() as connection:
            await self._checks.note_external_id(connection, check.check_id, external_id)
        return external_id


def _was_the_providers(check: Check) -> bool:
    """Whether the provider approved; whoever wanted an administrator was approved by one, of before that was noted too."""
    return check.status == "approved" and check.decided_by is None and not check.listed


def _written(person: Person) -> str:
    return json.dumps({"legal_name": person.legal_name, "birth": person.birth.isoformat()})


def read_person(written: str) -> tuple[str, date]:
    """The name and the day of birth of what was sealed."""
    said = json.loads(written)
    return said["legal_name"], date.fromisoformat(said["birth"])
