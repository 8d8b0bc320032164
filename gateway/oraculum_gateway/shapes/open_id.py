"""Shapes of sign-in with a provider of OpenID Connect."""

from typing import Annotated

from pydantic import ConfigDict, Field

from oraculum_gateway.shapes.base import Given, TimeOut, Told


class OpenIdStartOut(Told):
    """Where the browser goes next."""

    authorization_url: str
    expires_at: TimeOut


class OpenIdCallbackQuery(Given):
    """What the provider answers, and beside it the code that an earlier try asked for."""

    # Providers send along what they like.
    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    state: Annotated[str, Field(max_length=200)] = ""
    code: Annotated[str, Field(max_length=4096)] = ""
    iss: Annotated[str, Field(max_length=500)] = ""
    error: Annotated[str, Field(max_length=200)] = ""
    totp: Annotated[str, Field(max_length=20, examples=["123456"])] = ""
    verification_code: Annotated[str, Field(max_length=20, examples=["12345678"])] = ""
