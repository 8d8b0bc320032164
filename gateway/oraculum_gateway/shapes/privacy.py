"""Shapes of what is held about people, and of what they agreed to."""

from typing import Annotated, Any, Literal

from pydantic import Field

from oraculum_gateway.shapes.base import Given, Id, TimeOut, Told

Purpose = Literal["terms", "privacy", "marketing", "analytics"]


class DeletionQuery(Given):
    """A deletion names what goes."""

    confirm: Annotated[Id, Field(description="The id of my account, so that nobody deletes one by a slip")]


class ConsentIn(Given):
    """Agreeing to a purpose, or taking it back."""

    purpose: Purpose
    granted: bool
    # Of the text that the person saw.
    version: Annotated[str, Field(min_length=1, max_length=50, examples=["2026-01"])]


class ConsentsIn(Given):
    """Purposes that are not named stay as they are."""

    consents: Annotated[list[ConsentIn], Field(min_length=1, max_length=4)]


class ConsentOut(Told):
    """One purpose."""

    purpose: str
    granted: bool
    version: str
    since: TimeOut | None


class ConsentsOut(Told):
    """Every purpose."""

    data: list[ConsentOut]


class ExportedOut(Told):
    """A list of mine, newest first; what is further back is read at the address from the cursor on."""

    address: str
    data: list[dict[str, Any]]
    next_cursor: str | None


class ExportOut(Told):
    """Everything held about me."""

    auth: dict[str, Any]
    balances: list[dict[str, Any]]
    # True while nobody can say what is on its way to me: `arriving` is then 0 because it is not known.
    arriving_unknown: bool
    lists: dict[str, ExportedOut]
