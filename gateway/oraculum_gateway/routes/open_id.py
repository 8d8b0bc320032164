"""Sign-in with a provider of OpenID Connect."""

from typing import Final

from starlette.responses import Response

from oraculum.auth.v1 import open_id_service_pb2 as pb
from oraculum_gateway.problems import Problem
from oraculum_gateway.route import Call, Limit, Route
from oraculum_gateway.routes.people import origin_of, tokens_of, user_of
from oraculum_gateway.shapes import open_id as shapes
from oraculum_gateway.shapes.people import SignedInOut
from oraculum_kit.timestamps import from_wire

# What the browser shows at the end of a sign-in that it began. `Lax`, because the provider sends it back to us.
COOKIE: Final = "__Host-oraculum-sign-in"
_ATTRIBUTES: Final = "Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600"


async def start(call: Call) -> Response:
    """Begin a sign-in."""
    begun = await call.services.open_id.StartOpenId(pb.StartOpenIdRequest(provider=call.text("provider")))
    body = shapes.OpenIdStartOut(
        authorization_url=begun.authorization_url, expires_at=from_wire(begun.expires_at)
    )
    cookie = f"{COOKIE}={begun.browser_secret}; {_ATTRIBUTES}"
    headers = {"cache-control": "no-store", "set-cookie": cookie}
    return Response(body.model_dump_json().encode(), 200, headers, "application/json")


async def callback(call: Call) -> SignedInOut:
    """End it."""
    query: shapes.OpenIdCallbackQuery = call.query
    if query.error:
        raise Problem(401, "open_id_refused", "The provider did not confirm who you are.")
    response = await call.services.open_id.FinishOpenId(
        pb.FinishOpenIdRequest(
            provider=call.text("provider"),
            state=query.state,
            code=query.code,
            issuer=query.iss,
            browser_secret=call.request.cookies.get(COOKIE, "")[:100],
            origin=origin_of(call),
            totp_code=query.totp,
            verification_code=query.verification_code,
        )
    )
    return SignedInOut(user=user_of(response.user), tokens=tokens_of(response.tokens))


_AWAY: Final = "open_id_provider_away"

ROUTES: Final = (
    Route(
        method="GET", path="/auth/oauth/{provider}/start", name="startOpenId", tag="auth", handler=start,
        summary="Begin to sign in with a provider of OpenID Connect: go to `authorization_url`", command=True,
        limit=Limit.SIGN_IN, answer=shapes.OpenIdStartOut,
        refusals={404: "open_id_provider_unknown", 503: _AWAY},
    ),
    Route(
        method="GET", path="/auth/oauth/{provider}/callback", name="finishOpenId", tag="auth",
        handler=callback, summary="End it, with what the provider answered and the cookie of the start",
        command=True, limit=Limit.SIGN_IN, query=shapes.OpenIdCallbackQuery, answer=SignedInOut,
        refusals={
            401: "open_id_state_unknown, open_id_refused, totp_wrong or verification_code_wrong",
            403: "account_banned, or verification_required: send totp or verification_code along",
            404: "open_id_provider_unknown",
            503: _AWAY,
        },
    ),
)  # fmt: skip
