"""What proves a person: gRPC in, domain out."""

from oraculum.auth.v1 import credential_service_pb2 as pb
from oraculum.auth.v1 import credential_service_pb2_grpc
from oraculum_auth.mailbox import Mailbox
from oraculum_kit.authorization import ANYONE, SIGNED_IN, Access, require_user
from oraculum_kit.rpc import Context

_SERVICE = "/oraculum.auth.v1.CredentialService/"

ACCESS = {
    _SERVICE + "VerifyEmail": Access(users=ANYONE),
    _SERVICE + "ResendVerification": Access(users=SIGNED_IN),
    _SERVICE + "RequestPasswordReset": Access(users=ANYONE),
    _SERVICE + "ResetPassword": Access(users=ANYONE),
    _SERVICE + "ChangePassword": Access(users=SIGNED_IN),
}


class CredentialServicer(credential_service_pb2_grpc.CredentialServiceServicer):
    """oraculum.auth.v1.CredentialService."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def VerifyEmail(self, request: pb.VerifyEmailRequest, context: Context) -> pb.VerifyEmailResponse:
        """Prove an e-mail address."""
        await self._mailbox.verify(request.token)
        return pb.VerifyEmailResponse()

    async def ResendVerification(
        self, request: pb.ResendVerificationRequest, context: Context
    ) -> pb.ResendVerificationResponse:
        """Mail the caller a token once more."""
        await self._mailbox.ask_again(require_user().id)
        return pb.ResendVerificationResponse()

    async def RequestPasswordReset(
        self, request: pb.RequestPasswordResetRequest, context: Context
    ) -> pb.RequestPasswordResetResponse:
        """Offer a new password to whoever reads an address."""
        await self._mailbox.forgot(request.email)
        return pb.RequestPasswordResetResponse()

    async def ResetPassword(
        self, request: pb.ResetPasswordRequest, context: Context
    ) -> pb.ResetPasswordResponse:
        """Set a new password with a mailed token."""
        await self._mailbox.reset(request.token, request.new_password)
        return pb.ResetPasswordResponse()

    async def ChangePassword(
        self, request: pb.ChangePasswordRequest, context: Context
    ) -> pb.ChangePasswordResponse:
        """Set a new password, knowing the present one."""
        user = require_user()
        await self._mailbox.change(user.id, user.session_id, request.current_password, request.new_password)
        return pb.ChangePasswordResponse()
