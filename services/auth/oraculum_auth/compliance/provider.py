"""What every provider of identity checks can do for us."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from oraculum_kit.errors import PermissionDenied, Unavailable


class KycProviderAway(Unavailable):
    """The provider of identity checks does not answer; try again."""

    reason = "KYC_PROVIDER_AWAY"


class WebhookRefused(PermissionDenied):
    """The signature is not the provider's."""

    reason = "WEBHOOK_REFUSED"


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who wants to be known."""

    check_id: UUID
    legal_name: str
    birth: date
    country: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document on its way to the provider."""

    kind: str
    country: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a provider says of a check."""

    check_id: UUID
    # None while it wants something more of the person.
    approved: bool | None
    reason: str
    said_at: datetime


class KycProvider(Protocol):
    """A provider."""

    @property
    def name(self) -> str:
        """Its name in our routes."""

    async def submit(self, applicant: Applicant) -> str:
        """Make the applicant known; the provider's id of them, the same one however often this is called."""

    async def country(self, external_id: str) -> str | None:
        """Where the applicant lives as documents say, in ISO 3166-1's two letters.

        Empty where they do not say, and None where the provider refuses to tell, as it will when it is asked again.
        """

    async def add_document(self, external_id: str, document: Document) -> None:
        """Pass a document on."""

    def verdict(self, headers: Mapping[str, str], body: bytes) -> Verdict | None:
        """What a webhook says; None where it is about something else. Raises `WebhookRefused`."""
