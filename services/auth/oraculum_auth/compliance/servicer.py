"""Identity checks and reports: gRPC in, domain out."""

from datetime import date
from typing import Final

import iso3166

from oraculum.auth.v1 import compliance_service_pb2 as pb
from oraculum.auth.v1 import compliance_service_pb2_grpc
from oraculum_auth.compliance.kyc import Kyc, Person
from oraculum_auth.compliance.provider import Document
from oraculum_auth.compliance.repository import Check, Report
from oraculum_kit.authorization import ANYONE, SIGNED_IN, Access, require_user
from oraculum_kit.caller import current_caller
from oraculum_kit.paging import page_size
from oraculum_kit.rpc import Context
from oraculum_kit.timestamps import to_wire
from oraculum_kit.validation import Violations

_SERVICE = "/oraculum.auth.v1.ComplianceService/"
_ADMINS = frozenset({"admin"})

ACCESS = {
    _SERVICE + "GetKyc": Access(users=SIGNED_IN),
    _SERVICE + "StartKyc": Access(users=SIGNED_IN),
    _SERVICE + "AddKycDocument": Access(users=SIGNED_IN),
    # Signed by the provider, which is nobody of ours.
    _SERVICE + "ReceiveKycWebhook": Access(users=ANYONE),
    _SERVICE + "DecideKyc": Access(users=_ADMINS),
    _SERVICE + "ListComplianceReports": Access(users=_ADMINS),
}

DOCUMENT_BYTES_MAX: Final = 700 * 1024
DOCUMENT_KINDS: Final = ("passport", "identity_card", "driving_licence", "residence_permit", "utility_bill")
MEDIA_TYPES: Final = ("image/jpeg", "image/png", "application/pdf")
_BORN_FIRST: Final = date(1900, 1, 1)


class ComplianceServicer(compliance_service_pb2_grpc.ComplianceServiceServicer):
    """oraculum.auth.v1.ComplianceService."""

    def __init__(self, kyc: Kyc) -> None:
        self._kyc = kyc

    async def GetKyc(self, request: pb.GetKycRequest, context: Context) -> pb.GetKycResponse:
        """The caller's identity check."""
        user = require_user()
        check = await self._kyc.newest(user.id)
        if check is None:
            return pb.GetKycResponse(check=pb.KycCheck(user_id=str(user.id), status="none"))
        return pb.GetKycResponse(check=_check(check))

    async def StartKyc(self, request: pb.StartKycRequest, context: Context) -> pb.StartKycResponse:
        """Begin one."""
        form = Violations()
        name = " ".join(form.text("legal_name", request.legal_name, minimum=1, maximum=200).split())
        if name and not (name.isprintable() and any(character.isalpha() for character in name)):
            form.refuse("legal_name", "must be a name")
        birth = _day(form, request.birth_date)
        country, region = _code(form, "country", request.country, 2), request.region
        if region and not (region.isascii() and region.isalnum() and region.isupper() and len(region) <= 3):
            form.refuse("region", "must be an ISO 3166-2 code without its country, such as CA")
        form.finish()
        person = Person(name, birth, country, region)
        check = await self._kyc.start(require_user().id, person, current_caller().address or "")
        return pb.StartKycResponse(check=_check(check))

    async def AddKycDocument(
        self, request: pb.AddKycDocumentRequest, context: Context
    ) -> pb.AddKycDocumentResponse:
        """Add a document."""
        form = Violations()
        if request.kind not in DOCUMENT_KINDS:
            form.refuse("kind", f"is none of {', '.join(DOCUMENT_KINDS)}")
        country = _code(form, "country", request.country, 3)
        if request.media_type not in MEDIA_TYPES:
            form.refuse("media_type", f"is none of {', '.join(MEDIA_TYPES)}")
        if not 0 < len(request.content) <= DOCUMENT_BYTES_MAX:
            form.refuse("content", f"must be 1 to {DOCUMENT_BYTES_MAX} bytes")
        form.finish()
        document = Document(request.kind, country, request.media_type, request.content)
        return pb.AddKycDocumentResponse(
            check=_check(await self._kyc.add_document(require_user().id, document))
        )

    async def ReceiveKycWebhook(
        self, request: pb.ReceiveKycWebhookRequest, context: Context
    ) -> pb.ReceiveKycWebhookResponse:
        """Take a provider's word."""
        await self._kyc.hear(request.provider, request.headers, request.body)
        return pb.ReceiveKycWebhookResponse()

    async def DecideKyc(self, request: pb.DecideKycRequest, context: Context) -> pb.DecideKycResponse:
        """Decide as an administrator."""
        form = Violations()
        check_id = form.uuid("check_id", request.check_id)
        reason = form.text("reason", request.reason, minimum=1, maximum=500)
        form.finish()
        check = await self._kyc.decide(
            check_id, approved=request.approved, reason=reason, actor_id=require_user().id
        )
        return pb.DecideKycResponse(check=_check(check))

    async def ListComplianceReports(
        self, request: pb.ListComplianceReportsRequest, context: Context
    ) -> pb.ListComplianceReportsResponse:
        """What looked suspicious."""
        form = Violations()
        user_id = form.uuid("user_id", request.user_id) if request.user_id else None
        kind = form.text("kind", request.kind, maximum=100) or None
        form.finish()
        reports, next_cursor = await self._kyc.reports(
            user_id=user_id, kind=kind, cursor=request.cursor, limit=page_size(request.limit)
        )
        return pb.ListComplianceReportsResponse(
            reports=[_report(report) for report in reports], next_cursor=next_cursor
        )


def _day(form: Violations, text: str) -> date:
    try:
        day = date.fromisoformat(text)
        if len(text) == 10 and day >= _BORN_FIRST:
            return day
    except ValueError:
        pass
    form.refuse("birth_date", "must be a day such as 1990-12-31")
    return _BORN_FIRST


def _code(form: Violations, field: str, text: str, length: int) -> str:
    """ISO 3166-1: two letters for where people live, three for who made a document, as providers want it."""
    if not (text.isascii() and text.isalpha() and text.isupper() and len(text) == length):
        form.refuse(field, f"must be an ISO 3166-1 code such as {'FRA'[:length]}")
    elif length == 2 and text not in iso3166.countries_by_alpha2:
        form.refuse(field, "is no country of ISO 3166-1")
    return text


def _check(check: Check) -> pb.KycCheck:
    wire = pb.KycCheck(
        check_id=str(check.check_id),
        user_id=str(check.user_id),
        status=check.status,
        provider=check.provider,
        reason=check.reason,
        country=check.country,
        documents=check.documents,
        created_at=to_wire(check.created_at),
    )
    if check.decided_at is not None:
        wire.decided_at.CopyFrom(to_wire(check.decided_at))
    return wire


def _report(report: Report) -> pb.ComplianceReport:
    return pb.ComplianceReport(
        report_id=str(report.report_id),
        user_id=str(report.user_id),
        kind=report.kind,
        risk=report.risk,
        details=report.details,
        created_at=to_wire(report.created_at),
    )
