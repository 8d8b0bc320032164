"""Shapes of the audit log."""

from typing import Annotated

from pydantic import Field

from oraculum_gateway.shapes.base import PageQuery, TimeIn, TimeOut, Told

Word = Annotated[str, Field(max_length=200)]


class AuditQuery(PageQuery):
    """What to look for; what is absent does not matter."""

    actor: Word = ""
    subject: Word = ""
    # A whole action, or all that begin alike when it ends with a dot.
    action: Annotated[str, Field(max_length=200, examples=["user.banned", "session."])] = ""
    audit_class: Annotated[str, Field(alias="class", max_length=20, examples=["admin"])] = ""
    service: Word = ""
    from_time: Annotated[TimeIn | None, Field(alias="from")] = None
    to_time: Annotated[TimeIn | None, Field(alias="to")] = None


class AuditEntryOut(Told):
    """One act. Its hash covers it and the hash before it in its class."""

    sequence: int
    id: str
    audit_class: str
    service: str
    action: str
    actor: str | None
    subject_kind: str
    subject: str
    details: dict[str, str]
    request_id: str
    occurred_at: TimeOut
    hash: str
