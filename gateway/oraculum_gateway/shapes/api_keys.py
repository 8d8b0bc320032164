"""Shapes of keys of programs."""

from typing import Annotated, Literal

from pydantic import Field

from oraculum_gateway.shapes.base import Given, TimeOut, Told

Scope = Literal["read", "trade", "events", "wallet", "notifications", "scores:write"]


class ApiKeyIn(Given):
    """A key to be made."""

    name: Annotated[str, Field(min_length=1, max_length=50, examples=["market maker"])]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=6)]
    days: Annotated[int, Field(ge=0, le=3650, description="Days until it ends by itself; 0 for never.")] = 0
    totp: Annotated[str, Field(max_length=20, description="For accounts with a second factor.")] = ""


class ApiKeyOut(Told):
    """A key of a program."""

    id: str
    name: str
    scopes: list[str]
    tier: str
    created_at: TimeOut
    expires_at: TimeOut | None
    last_used_at: TimeOut | None


class NewApiKeyOut(ApiKeyOut):
    """A key with its secret, which is told here and never again."""

    secret: str


class ApiKeysOut(Told):
    """Every key that still serves, newest first."""

    data: list[ApiKeyOut]
