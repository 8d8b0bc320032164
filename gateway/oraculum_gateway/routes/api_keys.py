"""Keys of programs."""

from typing import Any, Final

from oraculum.auth.v1 import api_key_service_pb2 as pb
from oraculum_gateway.route import Call, Created, Limit, Route, Who
from oraculum_gateway.routes.people import SIGN_IN_TOO_OLD
from oraculum_gateway.shapes import api_keys as shapes
from oraculum_kit.timestamps import from_wire


async def create(call: Call) -> Created:
    """Make a key."""
    body: shapes.ApiKeyIn = call.body
    response = await call.services.api_keys.CreateApiKey(
        pb.CreateApiKeyRequest(name=body.name, scopes=body.scopes, days=body.days, totp_code=body.totp)
    )
    made = shapes.NewApiKeyOut(**_fields(response.key), secret=response.secret)
    return Created(made, "/api/v1/auth/api-keys")


async def keys(call: Call) -> shapes.ApiKeysOut:
    """List my keys."""
    response = await call.services.api_keys.ListApiKeys(pb.ListApiKeysRequest())
    return shapes.ApiKeysOut(data=[shapes.ApiKeyOut(**_fields(key)) for key in response.keys])


async def revoke(call: Call) -> None:
    """End a key."""
    await call.services.api_keys.RevokeApiKey(pb.RevokeApiKeyRequest(key_id=str(call.id("id"))))


def _fields(key: pb.ApiKey) -> dict[str, Any]:
    return {
        "id": key.key_id,
        "name": key.name,
        "scopes": list(key.scopes),
        "tier": key.tier,
        "created_at": from_wire(key.created_at),
        "expires_at": from_wire(key.expires_at) if key.HasField("expires_at") else None,
        "last_used_at": from_wire(key.last_used_at) if key.HasField("last_used_at") else None,
    }


ROUTES: Final = (
    Route(
        method="GET", path="/auth/api-keys", name="listApiKeys", tag="auth", handler=keys,
        summary="List my API keys", who=Who.SIGNED_IN, answer=shapes.ApiKeysOut,
    ),
    Route(
        method="POST", path="/auth/api-keys", name="createApiKey", tag="auth", handler=create,
        summary="Make an API key; its secret is told once", who=Who.SIGNED_IN, command=True,
        limit=Limit.SIGN_IN, body=shapes.ApiKeyIn, answer=shapes.NewApiKeyOut, status=201,
        example={"name": "market maker", "scopes": ["read", "trade"]},
        refusals={401: "totp_wrong", 403: f"verification_required, or {SIGN_IN_TOO_OLD}", 409: "too_many_api_keys"},
    ),
    Route(
        method="DELETE", path="/auth/api-keys/{id}", name="revokeApiKey", tag="auth", handler=revoke,
        summary="End an API key, everywhere within a second", who=Who.SIGNED_IN, command=True,
        limit=Limit.COMMAND, refusals={404: "api_key_unknown"},
        during_maintenance=True,
    ),
)  # fmt: skip
