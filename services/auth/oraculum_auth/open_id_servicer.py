"""Sign-in with a provider of OpenID Connect: gRPC in, domain out."""

from oraculum.auth.v1 import open_id_service_pb2 as pb
from oraculum.auth.v1 import open_id_service_pb2_grpc
from oraculum_auth.open_id import OpenIdSignIn
from oraculum_auth.records import Codes
from oraculum_auth.servicer import FROM_THE_EDGE, origin_of, signed_in_user, tokens_of
from oraculum_kit.authorization import ANYONE, Access
from oraculum_kit.rpc import Context
from oraculum_kit.timestamps import to_wire

_SERVICE = "/oraculum.auth.v1.OpenIdService/"

ACCESS = {
    _SERVICE + "StartOpenId": Access(users=ANYONE),
    _SERVICE + "FinishOpenId": FROM_THE_EDGE,
}


class OpenIdServicer(open_id_service_pb2_grpc.OpenIdServiceServicer):
    """oraculum.auth.v1.OpenIdService."""

    def __init__(self, sign_in: OpenIdSignIn) -> None:
        self._sign_in = sign_in

    async def StartOpenId(self, request: pb.StartOpenIdRequest, context: Context) -> pb.StartOpenIdResponse:
        """Begin a sign-in."""
        begun = await self._sign_in.start(request.provider)
        return pb.StartOpenIdResponse(
            authorization_url=begun.authorization_url,
            browser_secret=begun.browser_secret,
            expires_at=to_wire(begun.expires_at),
        )

    async def FinishOpenId(
        self, request: pb.FinishOpenIdRequest, context: Context
    ) -> pb.FinishOpenIdResponse:
        """End it."""
        signed_in = await self._sign_in.finish(
            request.provider,
            state=request.state,
            code=request.code,
            issuer=request.issuer,
            browser_secret=request.browser_secret,
            origin=origin_of(request.origin),
            codes=Codes(request.totp_code, request.verification_code),
        )
        return pb.FinishOpenIdResponse(
            user=signed_in_user(signed_in), tokens=tokens_of(signed_in.tokens), created=signed_in.created
        )
