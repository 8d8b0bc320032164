"""Identity checks, what providers say of them, and what was found suspicious."""

import binascii
from typing import Final

from oraculum.auth.v1 import compliance_service_pb2 as pb
from oraculum_gateway.bodies import read_body
from oraculum_gateway.problems import Problem
from oraculum_gateway.route import Call, Created, Limit, Route, Who
from oraculum_gateway.shapes import compliance as shapes
from oraculum_gateway.shapes.base import Listed, listed_by_cursor
from oraculum_kit.errors import Violation
from oraculum_kit.timestamps import from_wire


async def my_kyc(call: Call) -> shapes.KycOut:
    """My identity check."""
    return _check((await call.services.compliance.GetKyc(pb.GetKycRequest())).check)


async def start_kyc(call: Call) -> Created:
    """Begin one."""
    body: shapes.StartKycIn = call.body
    response = await call.services.compliance.StartKyc(
        pb.StartKycRequest(
            legal_name=body.legal_name, birth_date=body.birth_date, country=body.country, region=body.region
        )
    )
    return Created(_check(response.check), "/api/v1/users/me/kyc")


async def add_document(call: Call) -> shapes.KycOut:
    """Add a document."""
    body: shapes.KycDocumentIn = call.body
    try:
        content = binascii.a2b_base64(body.content_base64, strict_mode=True)
    except ValueError as error:
        violation = Violation("content_base64", "is not base64")
        raise Problem(422, "invalid_request", "Some fields are not valid.", errors=[violation]) from error
    response = await call.services.compliance.AddKycDocument(
        pb.AddKycDocumentRequest(
            kind=body.kind, country=body.country, media_type=body.media_type, content=content
        )
    )
    return _check(response.check)


async def webhook(call: Call) -> None:
    """Take a provider's word, exactly as it was signed."""
    signed = {
        name: value[:500] for name, value in call.request.headers.items() if name.startswith("x-payload-")
    }
    await call.services.compliance.ReceiveKycWebhook(
        pb.ReceiveKycWebhookRequest(
            provider=call.text("provider"), headers=signed, body=await read_body(call.request)
        )
    )


async def decide_kyc(call: Call) -> shapes.KycOut:
    """Decide as an administrator."""
    body: shapes.DecideKycIn = call.body
    response = await call.services.compliance.DecideKyc(
        pb.DecideKycRequest(check_id=str(call.id("id")), approved=body.approved, reason=body.reason)
    )
    return _check(response.check)


async def reports(call: Call) -> Listed[shapes.ComplianceReportOut]:
    """What looked suspicious."""
    query: shapes.ComplianceReportsQuery = call.query
    response = await call.services.compliance.ListComplianceReports(
        pb.ListComplianceReportsRequest(
            limit=query.limit,
            cursor=query.cursor,
            user_id="" if query.user_id is None else str(query.user_id),
            kind=query.kind,
        )
    )
    return listed_by_cursor([_report(report) for report in response.reports], query, response.next_cursor)


def _check(check: pb.KycCheck) -> shapes.KycOut:
    return shapes.KycOut(
        id=check.check_id or None,
        status=check.status,
        provider=check.provider or None,
        reason=check.reason,
        country=check.country or None,
        documents=list(check.documents),
        created_at=from_wire(check.created_at) if check.HasField("created_at") else None,
        decided_at=from_wire(check.decided_at) if check.HasField("decided_at") else None,
    )


def _report(report: pb.ComplianceReport) -> shapes.ComplianceReportOut:
    return shapes.ComplianceReportOut(
        id=report.report_id,
        user_id=report.user_id,
        kind=report.kind,
        risk=report.risk,
        details=dict(report.details),
        created_at=from_wire(report.created_at),
    )


_AWAY: Final = "kyc_provider_away"

ROUTES: Final = (
    Route(
        method="GET", path="/users/me/kyc", name="getMyKyc", tag="users", handler=my_kyc,
        summary="Where my identity check stands", who=Who.SIGNED_IN, answer=shapes.KycOut,
    ),
    Route(
        method="POST", path="/users/me/kyc", name="startKyc", tag="users", handler=start_kyc,
        summary="Begin an identity check", who=Who.SIGNED_IN, command=True, limit=Limit.SIGN_IN,
        body=shapes.StartKycIn, answer=shapes.KycOut, status=201,
        example={"legal_name": "Ada Lovelace", "birth_date": "1990-12-10", "country": "US", "region": "NY"},
        refusals={403: "under_age or jurisdiction_refused", 409: "kyc_decided"},
    ),
    Route(
        method="POST", path="/users/me/kyc/documents", name="addKycDocument", tag="users",
        handler=add_document, summary="Send a document for it, which goes to the provider", who=Who.SIGNED_IN,
        command=True, limit=Limit.SIGN_IN, body=shapes.KycDocumentIn, answer=shapes.KycOut,
        example={
            "kind": "passport", "country": "FRA", "media_type": "image/png", "content_base64": "iVBORw0KGgo=",
        },
        refusals={409: "kyc_not_pending or kyc_manual", 503: _AWAY},
    ),
    Route(
        method="POST", path="/webhooks/kyc/{provider}", name="receiveKycWebhook", tag="users",
        handler=webhook, summary="For providers of identity checks: a verdict, signed", command=True,
        limit=Limit.COMMAND,
        refusals={
            403: "webhook_refused", 404: "kyc_provider_unknown or kyc_check_not_found", 408: "body_too_slow",
            413: "body_too_large",
        },
    ),
    Route(
        method="POST", path="/admin/kyc/{id}/decide", name="adminDecideKyc", tag="admin", handler=decide_kyc,
        summary="Decide an identity check in the provider's place", who=Who.ADMIN, command=True,
        limit=Limit.COMMAND, body=shapes.DecideKycIn, answer=shapes.KycOut,
        example={"approved": True, "reason": "the passport was seen by video"},
        refusals={404: "kyc_check_not_found"},
    ),
    Route(
        method="GET", path="/admin/compliance/reports", name="adminListComplianceReports", tag="admin",
        handler=reports, summary="What looked suspicious, newest first", who=Who.ADMIN,
        query=shapes.ComplianceReportsQuery, answer=Listed[shapes.ComplianceReportOut],
    ),
)  # fmt: skip
