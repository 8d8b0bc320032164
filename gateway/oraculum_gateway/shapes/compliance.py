"""Shapes of identity checks and of what was found suspicious."""

from typing import Annotated, Literal

from pydantic import Field

from oraculum_gateway.shapes.base import Given, Id, PageQuery, TimeOut, Told

DocumentKind = Literal["passport", "identity_card", "driving_licence", "residence_permit", "utility_bill"]


class StartKycIn(Given):
    """Who a person is and where they live, as their document says."""

    legal_name: Annotated[str, Field(min_length=1, max_length=200, examples=["Ada Lovelace"])]
    birth_date: Annotated[str, Field(max_length=10, pattern=r"^\d{4}-\d{2}-\d{2}$", examples=["1990-12-10"])]
    country: Annotated[str, Field(max_length=2, pattern=r"^[A-Z]{2}$", examples=["US"])]
    # Where the law of a country differs by state.
    region: Annotated[str, Field(max_length=3, pattern=r"^[A-Z0-9]{0,3}$", examples=["NY"])] = ""


class KycDocumentIn(Given):
    """A document, which goes to the provider and is not kept here."""

    kind: DocumentKind
    country: Annotated[str, Field(max_length=3, pattern=r"^[A-Z]{3}$", examples=["FRA"])]
    media_type: Literal["image/jpeg", "image/png", "application/pdf"]
    # At most 700 KiB before it is encoded.
    content_base64: Annotated[
        str, Field(max_length=960_000, pattern=r"^[A-Za-z0-9+/]+={0,2}$", examples=["iVBORw0KGgo="])
    ]


class KycOut(Told):
    """An identity check."""

    id: str | None
    status: str
    provider: str | None
    reason: str
    country: str | None
    documents: list[str]
    created_at: TimeOut | None
    decided_at: TimeOut | None


class DecideKycIn(Given):
    """An administrator's decision."""

    approved: bool
    reason: Annotated[str, Field(min_length=1, max_length=500, examples=["the passport was seen by video"])]


class ComplianceReportsQuery(PageQuery):
    """Reports of a person, of a kind, or of both."""

    user_id: Id | None = None
    kind: Annotated[str, Field(max_length=100)] = ""


class ComplianceReportOut(Told):
    """Something that looked suspicious."""

    id: str
    user_id: str
    kind: str
    risk: str
    details: dict[str, str]
    created_at: TimeOut
