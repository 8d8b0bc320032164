"""Shapes of what proves a person."""

from typing import Annotated, Literal

from pydantic import Field

from oraculum_gateway.shapes.base import Given, Told
from oraculum_gateway.shapes.people import Email, NewPassword, Password

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
    new_password: NewPassword


class ChangePasswordIn(Given):
    """The password of today and the one from now on."""

    current_password: Password
    new_password: NewPassword


class MailOnItsWayOut(Told):
    """A mail will come, if there is somebody to write to."""

    status: Literal["accepted"] = "accepted"


class CodeIn(Given):
    """A code of the authenticator, or a recovery code where one will do."""

    code: Annotated[str, Field(max_length=20, examples=["123456"])]


class EnrolmentOut(Told):
    """What an authenticator needs; it counts once `/auth/totp/confirm` has seen its first code."""

    secret: str
    otpauth_uri: str
    qr_svg: str


class RecoveryCodesOut(Told):
    """Codes that each serve once when the authenticator is lost. They are told here and never again."""

    recovery_codes: list[str]
