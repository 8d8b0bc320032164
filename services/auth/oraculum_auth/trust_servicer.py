"""What services need to know of people's tokens: gRPC in, domain out."""

from collections.abc import AsyncIterator

from oraculum.auth.v1 import trust_service_pb2 as pb
from oraculum.auth.v1 import trust_service_pb2_grpc
from oraculum_auth.repository.revocations import Revoked
from oraculum_auth.revocation_feed import RevocationFeed
from oraculum_kit.authorization import Access
from oraculum_kit.rpc import Context
from oraculum_kit.timestamps import to_wire

_SERVICE = "/oraculum.auth.v1.TrustService/"
_VERIFIERS = frozenset({"auth", "event", "gateway", "market-data", "notification", "prediction", "wallet"})

ACCESS = {
    _SERVICE + "WatchRevocations": Access(services=_VERIFIERS),
}


class TrustServicer(trust_service_pb2_grpc.TrustServiceServicer):
    """oraculum.auth.v1.TrustService."""

    def __init__(self, feed: RevocationFeed) -> None:
        self._feed = feed

    async def WatchRevocations(
        self, request: pb.WatchRevocationsRequest, context: Context
    ) -> AsyncIterator[pb.WatchRevocationsResponse]:
        """Tell what was revoked, and go on telling."""
        async for message in own_revocations(self._feed):
            yield message


def to_message(batch: list[Revoked], *, complete: bool) -> pb.WatchRevocationsResponse:
    """Some revocations as they travel."""
    return pb.WatchRevocationsResponse(
        revocations=[
            pb.Revocation(session_id=one.session_id, version=one.version, expires_at=to_wire(one.expires_at))
            if one.session_id
            else pb.Revocation(user_id=one.user_id, version=one.version, expires_at=to_wire(one.expires_at))
            for one in batch
        ],
        complete=complete,
    )


async def own_revocations(feed: RevocationFeed) -> AsyncIterator[pb.WatchRevocationsResponse]:
    """The same stream without a wire: auth verifies tokens too."""
    async for batch, complete in feed.watch():
        yield to_message(batch, complete=complete)
