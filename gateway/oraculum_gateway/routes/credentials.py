"""What proves a person: their address, their password."""

from typing import Final

from oraculum.auth.v1 import credential_service_pb2 as pb
from oraculum_gateway.route import Call, Limit, Route, Who
from oraculum_gateway.routes.people import PASSWORD_SECONDS_MAX
from oraculum_gateway.shapes import credentials as shapes


async def verify_email(call: Call) -> None:
    """Prove an address."""
    await call.services.credentials.VerifyEmail(pb.VerifyEmailRequest(token=call.body.token))


async def resend_verification(call: Call) -> shapes.MailOnItsWayOut:
    """Send the mail once more."""
    await call.services.credentials.ResendVerification(pb.ResendVerificationRequest())
    return shapes.MailOnItsWayOut()


async def forgot_password(call: Call) -> shapes.MailOnItsWayOut:
    """Offer a new password to whoever reads an address."""
    await call.services.credentials.RequestPasswordReset(
        pb.RequestPasswordResetRequest(email=call.body.email)
    )
    return shapes.MailOnItsWayOut()


async def reset_password(call: Call) -> None:
    """Set a new password with a mailed token."""
    await call.services.credentials.ResetPassword(
        pb.ResetPasswordRequest(token=call.body.token, new_password=call.body.new_password),
        timeout=PASSWORD_SECONDS_MAX,
    )


async def change_password(call: Call) -> None:
    """Set a new password, knowing the present one."""
    body: shapes.ChangePasswordIn = call.body
    await call.services.credentials.ChangePassword(
        pb.ChangePasswordRequest(current_password=body.current_password, new_password=body.new_password),
        timeout=PASSWORD_SECONDS_MAX,
    )


_TOKEN_EXAMPLE: Final = {"token": "kJ3sR0c1..."}
_PASSWORD: Final = "correct horse battery staple"  # noqa: S105  nobody's

ROUTES: Final = (
    Route(
        method="POST", path="/auth/verify-email", name="verifyEmail", tag="auth", handler=verify_email,
        summary="Prove an e-mail address with the token that was mailed to it", command=True,
        limit=Limit.SIGN_IN, body=shapes.VerifyEmailIn, example=_TOKEN_EXAMPLE,
        refusals={401: "mailed_token_unknown", 409: "email_taken"},
    ),
    Route(
        method="POST", path="/auth/verify-email/resend", name="resendVerification", tag="auth",
        handler=resend_verification, summary="Mail me such a token once more", command=True,
        who=Who.SIGNED_IN, limit=Limit.SIGN_IN, answer=shapes.MailOnItsWayOut, status=202,
        refusals={409: "email_verified"},
    ),
    Route(
        method="POST", path="/auth/password/forgot", name="forgotPassword", tag="auth",
        handler=forgot_password, summary="Have a new password offered to an address, if it has an account",
        command=True, limit=Limit.SIGN_IN, body=shapes.ForgotPasswordIn, answer=shapes.MailOnItsWayOut,
        status=202, example={"email": "ada@example.com"},
    ),
    Route(
        method="POST", path="/auth/password/reset", name="resetPassword", tag="auth", handler=reset_password,
        summary="Set a new password with a mailed token; ends all sessions and API keys", command=True,
        limit=Limit.SIGN_IN, body=shapes.ResetPasswordIn,
        example={**_TOKEN_EXAMPLE, "new_password": _PASSWORD},
        refusals={401: "mailed_token_unknown", 409: "email_taken"},
    ),
    Route(
        method="POST", path="/auth/password/change", name="changePassword", tag="auth",
        handler=change_password, summary="Set a new password; ends my other sessions and my API keys", command=True,
        who=Who.SIGNED_IN, limit=Limit.SIGN_IN, body=shapes.ChangePasswordIn,
        example={"current_password": _PASSWORD, "new_password": "another good passphrase"},
        refusals={401: "bad_credentials", 409: "no_password"},
    ),
)  # fmt: skip
