"""Keys of programs: gRPC in, domain out."""

from oraculum.auth.v1 import api_key_service_pb2 as pb
from oraculum.auth.v1 import api_key_service_pb2_grpc
from oraculum_auth.api_keys import ApiKeys
from oraculum_auth.repository.api_keys import StoredKey
from oraculum_kit.authorization import SIGNED_IN, Access, require_user
from oraculum_kit.rpc import Context
from oraculum_kit.timestamps import to_wire, to_wire_optional
from oraculum_kit.validation import Violations

_SERVICE = "/oraculum.auth.v1.ApiKeyService/"

ACCESS = {
    _SERVICE + "CreateApiKey": Access(users=SIGNED_IN),
    _SERVICE + "ListApiKeys": Access(users=SIGNED_IN),
    _SERVICE + "RevokeApiKey": Access(users=SIGNED_IN),
    # The one answer that carries a secret, and to one service alone.
    _SERVICE + "OpenApiKey": Access(services=frozenset({"gateway"})),
}


class ApiKeyServicer(api_key_service_pb2_grpc.ApiKeyServiceServicer):
    """oraculum.auth.v1.ApiKeyService."""

    def __init__(self, keys: ApiKeys) -> None:
        self._keys = keys

    async def CreateApiKey(
        self, request: pb.CreateApiKeyRequest, context: Context
    ) -> pb.CreateApiKeyResponse:
        """Make a key."""
        user = require_user()
        key, secret = await self._keys.create(
            user, request.name, request.scopes, days=request.days, totp_code=request.totp_code
        )
        return pb.CreateApiKeyResponse(key=_key(key, user.tier), secret=secret)

    async def ListApiKeys(self, request: pb.ListApiKeysRequest, context: Context) -> pb.ListApiKeysResponse:
        """The caller's keys."""
        user = require_user()
        return pb.ListApiKeysResponse(keys=[_key(key, user.tier) for key in await self._keys.of(user.id)])

    async def RevokeApiKey(
        self, request: pb.RevokeApiKeyRequest, context: Context
    ) -> pb.RevokeApiKeyResponse:
        """End a key."""
        check = Violations()
        key_id = check.uuid("key_id", request.key_id)
        check.finish()
        await self._keys.revoke(require_user().id, key_id)
        return pb.RevokeApiKeyResponse()

    async def OpenApiKey(self, request: pb.OpenApiKeyRequest, context: Context) -> pb.OpenApiKeyResponse:
        """What the gateway needs to accept a key's requests."""
        check = Violations()
        key_id = check.uuid("key_id", request.key_id)
        check.finish()
        opened = await self._keys.open(key_id)
        return pb.OpenApiKeyResponse(
            secret=opened.secret.encode(),
            scopes=opened.scopes,
            tier=opened.tier,
            access_token=opened.access_token,
            expires_at=to_wire(opened.expires_at),
        )


def _key(key: StoredKey, tier: str) -> pb.ApiKey:
    return pb.ApiKey(
        key_id=str(key.key_id),
        name=key.name,
        scopes=key.scopes,
        tier=tier,
        created_at=to_wire(key.created_at),
        expires_at=to_wire_optional(key.expires_at),
        last_used_at=to_wire_optional(key.last_used_at),
    )
