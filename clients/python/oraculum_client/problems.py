"""What the API says when it does not do what was asked."""

from collections.abc import Sequence

import msgspec


class FieldError(msgspec.Struct, frozen=True):
    """A field of the request and what is wrong with it."""

    field: str
    message: str


class Document(msgspec.Struct, frozen=True):
    """A problem document (RFC 9457)."""

    status: int = 0
    code: str = "unknown"
    title: str = ""
    detail: str = ""
    errors: Sequence[FieldError] = ()
    request_id: str = ""


class Problem(Exception):
    """The request was refused: nothing moved."""

    def __init__(self, document: Document) -> None:
        super().__init__(f"{document.status} {document.code}: {document.detail}")
        self.document = document

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.document.status

    @property
    def code(self) -> str:
        """The rule that was broken, for programs."""
        return self.document.code

    @property
    def errors(self) -> Sequence[FieldError]:
        """Every field that is wrong."""
        return self.document.errors


class OutcomeUnknown(Problem):
    """Nobody knows whether it happened: send the same command with the same key to find out."""

    def __init__(self, document: Document, idempotency_key: str | None) -> None:
        super().__init__(document)
        self.idempotency_key = idempotency_key
