"""What proves a person: gRPC in, domain out."""

from oraculum.auth.v1 import auth_service_pb2, credential_service_pb2_grpc
from oraculum.auth.v1 import credential_service_pb2 as pb
from oraculum_auth.mailbox import Mailbox
from oraculum_auth.servicer import CHAIN_TO_WIRE, chain_of
from oraculum_auth.wallets import WalletBook
from oraculum_kit.authorization import ANYONE, SIGNED_IN, Access, require_user
from oraculum_kit.caller import current_caller
from oraculum_kit.rpc import Context
from oraculum_kit.timestamps import to_wire
from oraculum_kit.validation import Violations

_SERVICE = "/oraculum.auth.v1.CredentialService/"

ACCESS = {
    _SERVICE + "VerifyEmail": Access(users=ANYONE),
    _SERVICE + "ResendVerification": Access(users=SIGNED_IN),
    _SERVICE + "RequestPasswordReset": Access(users=ANYONE),
    _SERVICE + "ResetPassword": Access(users=ANYONE),
    _SERVICE + "ChangePassword": Access(users=SIGNED_IN),
    _SERVICE + "CreateWalletChallenge": Access(users=SIGNED_IN),
    _SERVICE + "AddWallet": Access(users=SIGNED_IN),
    _SERVICE + "RemoveWallet": Access(users=SIGNED_IN),
}


class CredentialServicer(credential_service_pb2_grpc.CredentialServiceServicer):
    """oraculum.auth.v1.CredentialService."""

    def __init__(self, mailbox: Mailbox, wallets: WalletBook) -> None:
        self._mailbox = mailbox
        self._wallets = wallets

    async def VerifyEmail(self, request: pb.VerifyEmailRequest, context: Context) -> pb.VerifyEmailResponse:
        """Prove an e-mail address."""
        await self._mailbox.verify(request.token, current_caller().user)
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

    async def CreateWalletChallenge(
        self, request: pb.CreateWalletChallengeRequest, context: Context
    ) -> pb.CreateWalletChallengeResponse:
        """Make a message by which an address is added."""
        challenge = await self._wallets.challenge(
            require_user(), chain_of(request.chain), request.address, request.chain_id
        )
        return pb.CreateWalletChallengeResponse(
            nonce=challenge.nonce, message=challenge.message, expires_at=to_wire(challenge.expires_at)
        )

    async def AddWallet(self, request: pb.AddWalletRequest, context: Context) -> pb.AddWalletResponse:
        """Add the address that signed it."""
        wallet = await self._wallets.add(require_user(), request.nonce, request.signature)
        return pb.AddWalletResponse(
            wallet=auth_service_pb2.WalletAddress(
                chain=CHAIN_TO_WIRE[wallet.chain], address=wallet.address, wallet_id=str(wallet.wallet_id)
            )
        )

    async def RemoveWallet(
        self, request: pb.RemoveWalletRequest, context: Context
    ) -> pb.RemoveWalletResponse:
        """Take an address off."""
        check = Violations()
        wallet_id = check.uuid("wallet_id", request.wallet_id)
        check.finish()
        await self._wallets.remove(require_user().id, wallet_id)
        return pb.RemoveWalletResponse()
