"""The second factor of an account."""

from typing import Final

from oraculum.auth.v1 import factor_service_pb2 as pb
from oraculum_gateway.route import Call, Limit, Route, Who
from oraculum_gateway.routes.people import SIGN_IN_TOO_OLD
from oraculum_gateway.shapes import credentials as shapes


async def enroll(call: Call) -> shapes.EnrolmentOut:
    """Make a secret."""
    made = await call.services.factors.EnrollTotp(pb.EnrollTotpRequest())
    return shapes.EnrolmentOut(secret=made.secret, otpauth_uri=made.otpauth_uri, qr_svg=made.qr_svg)


async def confirm(call: Call) -> shapes.RecoveryCodesOut:
    """Put it in force."""
    request = pb.ConfirmTotpRequest(code=call.body.code)
    codes = (await call.services.factors.ConfirmTotp(request)).recovery_codes
    return shapes.RecoveryCodesOut(recovery_codes=list(codes))


async def disable(call: Call) -> None:
    """Take it away."""
    await call.services.factors.DisableTotp(pb.DisableTotpRequest(code=call.body.code))


async def renew_recovery_codes(call: Call) -> shapes.RecoveryCodesOut:
    """Make new recovery codes."""
    request = pb.RenewRecoveryCodesRequest(code=call.body.code)
    codes = (await call.services.factors.RenewRecoveryCodes(request)).recovery_codes
    return shapes.RecoveryCodesOut(recovery_codes=list(codes))


_EXAMPLE: Final = {"code": "123456"}
_REFUSALS: Final = {401: "totp_wrong", 409: "totp_not_enrolled or totp_enabled", 429: "too_many_attempts"}

ROUTES: Final = (
    Route(
        method="POST", path="/auth/totp/enroll", name="enrollTotp", tag="auth", handler=enroll,
        summary="Get a secret for an authenticator", who=Who.SIGNED_IN, command=True, limit=Limit.SIGN_IN,
        answer=shapes.EnrolmentOut, refusals={403: SIGN_IN_TOO_OLD, 409: "totp_enabled"},
    ),
    Route(
        method="POST", path="/auth/totp/confirm", name="confirmTotp", tag="auth", handler=confirm,
        summary="Put the second factor in force with its first code; answers with recovery codes",
        who=Who.SIGNED_IN, command=True, limit=Limit.SIGN_IN, body=shapes.CodeIn,
        answer=shapes.RecoveryCodesOut, example=_EXAMPLE, refusals={**_REFUSALS, 403: SIGN_IN_TOO_OLD},
    ),
    Route(
        method="POST", path="/auth/totp/disable", name="disableTotp", tag="auth", handler=disable,
        summary="Take the second factor away", who=Who.SIGNED_IN, command=True, limit=Limit.SIGN_IN,
        body=shapes.CodeIn, example=_EXAMPLE, refusals=_REFUSALS,
    ),
    Route(
        method="POST", path="/auth/totp/recovery", name="renewRecoveryCodes", tag="auth",
        handler=renew_recovery_codes, summary="Make new recovery codes; the old ones serve no more",
        who=Who.SIGNED_IN, command=True, limit=Limit.SIGN_IN, body=shapes.CodeIn,
        answer=shapes.RecoveryCodesOut, example=_EXAMPLE, refusals=_REFUSALS,
    ),
)  # fmt: skip
