"""The second factor: gRPC in, domain out."""

from oraculum.auth.v1 import factor_service_pb2 as pb
from oraculum.auth.v1 import factor_service_pb2_grpc
from oraculum_auth.second_factor import SecondFactor
from oraculum_kit.authorization import SIGNED_IN, Access, require_user
from oraculum_kit.rpc import Context

_SERVICE = "/oraculum.auth.v1.FactorService/"

ACCESS = {
    _SERVICE + "EnrollTotp": Access(users=SIGNED_IN),
    _SERVICE + "ConfirmTotp": Access(users=SIGNED_IN),
    _SERVICE + "DisableTotp": Access(users=SIGNED_IN),
    _SERVICE + "RenewRecoveryCodes": Access(users=SIGNED_IN),
}


class FactorServicer(factor_service_pb2_grpc.FactorServiceServicer):
    """oraculum.auth.v1.FactorService."""

    def __init__(self, factor: SecondFactor) -> None:
        self._factor = factor

    async def EnrollTotp(self, request: pb.EnrollTotpRequest, context: Context) -> pb.EnrollTotpResponse:
        """Make the secret of a second factor."""
        made = await self._factor.enrol(require_user())
        return pb.EnrollTotpResponse(secret=made.secret, otpauth_uri=made.uri, qr_svg=made.qr_svg)

    async def ConfirmTotp(self, request: pb.ConfirmTotpRequest, context: Context) -> pb.ConfirmTotpResponse:
        """Put it in force."""
        codes = await self._factor.confirm(require_user(), request.code)
        return pb.ConfirmTotpResponse(recovery_codes=codes)

    async def DisableTotp(self, request: pb.DisableTotpRequest, context: Context) -> pb.DisableTotpResponse:
        """Take it away."""
        await self._factor.disable(require_user().id, request.code)
        return pb.DisableTotpResponse()

    async def RenewRecoveryCodes(
        self, request: pb.RenewRecoveryCodesRequest, context: Context
    ) -> pb.RenewRecoveryCodesResponse:
        """Make new recovery codes."""
        codes = await self._factor.renew(require_user().id, request.code)
        return pb.RenewRecoveryCodesResponse(recovery_codes=codes)
