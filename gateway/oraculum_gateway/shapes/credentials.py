"""Shapes of what proves a person."""

from typing import Annotated, Literal

from pydantic import Field

from oraculum_gateway.shapes.base import Given, Told
from oraculum_gateway.shapes.people import Email, Password

MailedToken = Annotated[str, Field(max_length=100, examples=["kJ3sR0c1..."])]


class VerifyEmailIn(Given):
    """The token of a mail."""

    token: MailedToken


class ForgotPasswordIn(Given):
    """An address whose reader wants a new password."""

    email: Email


class ResetPasswordIn(Given):
    """The token of a mail, and the password from now on."""

    token: MailedToken
    new_password: Password


class ChangePasswordIn(Given):
    """The password of today and the one from now on."""

    current_password: Password
    new_password: Password


class MailOnItsWayOut(Told):
    """A mail will come, if there is somebody to write to."""

    status: Literal["accepted"] = "accepted"
