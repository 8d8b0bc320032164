"""Sign-in, sessions, profiles."""

import json
from typing import Final

import orjson
from starlette.responses import Response

from oraculum.auth.v1 import auth_service_pb2 as pb
from oraculum_gateway import cookies
from oraculum_gateway.caching import keeping
from oraculum_gateway.edge import Edge
from oraculum_gateway.route import Call, Created, Limit, Route, Who
from oraculum_gateway.shapes import people as shapes
from oraculum_gateway.shapes.base import Listed, listed_by_cursor
from oraculum_kit.timestamps import from_wire

CHAINS: Final = {"evm": pb.CHAIN_KIND_EVM, "solana": pb.CHAIN_KIND_SOLANA}
CHAIN_NAMES: Final[dict[int, shapes.ChainName]] = {
    pb.CHAIN_KIND_EVM: "evm",
    pb.CHAIN_KIND_SOLANA: "solana",
}
# Passwords are compared where that yields to bets: in a busy minute it takes longer than anything else does.
PASSWORD_SECONDS_MAX: Final = 15.0
# What is told of a refusal by whoever adds a way into an account, or deletes it.
SIGN_IN_TOO_OLD: Final = "sign_in_too_old: sign in again and ask within a quarter of an hour"


async def register(call: Call) -> Created:
    """Open an account."""
    body: shapes.RegisterIn = call.body
    response = await call.services.auth.Register(
        pb.RegisterRequest(
            email=body.email, password=body.password, display_name=body.display_name, origin=origin_of(call)
        ),
        timeout=PASSWORD_SECONDS_MAX,
    )
    signed_in = shapes.SignedInOut(user=user_of(response.user), tokens=tokens_of(response.tokens))
    return Created(signed_in, "/api/v1/users/me")


async def challenge(call: Call) -> shapes.ChallengeOut:
    """Make a message to sign."""
    body: shapes.ChallengeIn = call.body
    response = await call.services.auth.CreateChallenge(
        pb.CreateChallengeRequest(chain=CHAINS[body.chain], address=body.address, chain_id=body.chain_id)
    )
    return shapes.ChallengeOut(
        nonce=response.nonce, message=response.message, expires_at=from_wire(response.expires_at)
    )


async def login(call: Call) -> shapes.SignedInOut:
    """Sign in by wallet or by password."""
    body: shapes.LoginIn = call.body
    if body.nonce is not None:
        by_wallet = await call.services.auth.SignInWithWallet(
            pb.SignInWithWalletRequest(
                nonce=body.nonce,
                signature=body.signature or "",
                origin=origin_of(call),
                totp_code=body.totp,
                verification_code=body.verification_code,
            )
        )
        return shapes.SignedInOut(user=user_of(by_wallet.user), tokens=tokens_of(by_wallet.tokens))
    by_password = await call.services.auth.SignInWithPassword(
        pb.SignInWithPasswordRequest(
            email=body.email or "",
            password=body.password or "",
            origin=origin_of(call),
            totp_code=body.totp,
            verification_code=body.verification_code,
        ),
        timeout=PASSWORD_SECONDS_MAX,
    )
    return shapes.SignedInOut(user=user_of(by_password.user), tokens=tokens_of(by_password.tokens))


async def refresh(call: Call) -> shapes.TokensOut:
    """Exchange a refresh token."""
    response = await call.services.auth.Refresh(
        pb.RefreshRequest(
            refresh_token=call.body.refresh_token or cookies.refresh_token(call.request),
            origin=origin_of(call),
        )
    )
    return tokens_of(response.tokens)


async def logout(call: Call) -> Response:
    """End this session."""
    await call.services.auth.SignOut(pb.SignOutRequest())
    response = Response(status_code=204, headers={"cache-control": "no-store"})
    cookies.take(response)
    return response


async def sessions(call: Call) -> shapes.SessionsOut:
    """List live sessions."""
    response = await call.services.auth.ListSessions(pb.ListSessionsRequest())
    return shapes.SessionsOut(
        data=[
            shapes.SessionOut(
                id=session.session_id,
                created_at=from_wire(session.created_at),
                last_used_at=from_wire(session.last_used_at),
                address=session.origin.address,
                user_agent=session.origin.user_agent,
                device_id=session.origin.device_id,
                device_name=session.device_name,
                current=session.current,
            )
            for session in response.sessions
        ]
    )


async def end_session(call: Call) -> None:
    """End one session."""
    await call.services.auth.RevokeSession(pb.RevokeSessionRequest(session_id=str(call.id("id"))))


async def keys(call: Call) -> Response:
    """The public keys of access tokens."""
    response = await call.services.auth.GetJwks(pb.GetJwksRequest())
    headers = {"cache-control": "public, max-age=300"}
    return Response(response.jwks_json, 200, headers, "application/jwk-set+json")


async def me(call: Call) -> shapes.UserOut:
    """My account."""
    return user_of((await call.services.auth.GetMe(pb.GetMeRequest())).user)


async def update_me(call: Call) -> shapes.UserOut:
    """Change my profile."""
    body: shapes.ProfileIn = call.body
    request = pb.UpdateMeRequest(display_name=body.display_name)
    if body.preferences is not None:
        request.preferences_json = json.dumps(body.preferences, default=float)
    return user_of((await call.services.auth.UpdateMe(request)).user)


async def public_user(call: Call) -> shapes.PublicUserOut:
    """What anybody may know about a user."""
    response = await call.services.auth.GetPublicUser(pb.GetPublicUserRequest(user_id=str(call.id("id"))))
    return shapes.PublicUserOut(
        id=response.user_id,
        display_name=response.display_name,
        roles=list(response.roles),
        created_at=from_wire(response.created_at),
    )


async def users(call: Call) -> Listed[shapes.UserOut]:
    """Accounts, for administrators."""
    query: shapes.UsersQuery = call.query
    response = await call.services.auth.ListUsers(
        pb.ListUsersRequest(limit=query.limit, cursor=query.cursor, search=query.q)
    )
    return listed_by_cursor([user_of(user) for user in response.users], query, response.next_cursor)


async def set_roles(call: Call) -> shapes.UserOut:
    """Set the roles of an account."""
    response = await call.services.auth.SetRoles(
        pb.SetRolesRequest(user_id=str(call.id("id")), roles=call.body.roles)
    )
    return user_of(response.user)


async def set_tier(call: Call) -> shapes.UserOut:
    """Set the tier of an account."""
    request = pb.SetTierRequest(user_id=str(call.id("id")), tier=call.body.tier)
    return user_of((await call.services.auth.SetTier(request)).user)


async def ban(call: Call) -> shapes.UserOut:
    """Bar an account."""
    request = pb.BanUserRequest(user_id=str(call.id("id")), reason=call.body.reason)
    return user_of((await call.services.auth.BanUser(request)).user)


async def unban(call: Call) -> shapes.UserOut:
    """Let a barred account in again."""
    request = pb.UnbanUserRequest(user_id=str(call.id("id")))
    return user_of((await call.services.auth.UnbanUser(request)).user)


def origin_of(call: Call) -> pb.Origin:
    """Where a request came from."""
    edge: Edge = call.request.scope["edge"]
    return pb.Origin(
        address=edge.address,
        user_agent=call.request.headers.get("user-agent", "")[:300],
        device_id=edge.device_id,
    )


def user_of(user: pb.User) -> shapes.UserOut:
    """An account as its owner sees it."""
    return shapes.UserOut(
        id=user.user_id,
        email=user.email or None,
        email_verified=user.email_verified,
        display_name=user.display_name,
        roles=list(user.roles),
        tier=user.tier,
        kyc=user.kyc,
        jurisdiction=user.jurisdiction or None,
        wallets=[
            shapes.WalletOut(id=wallet.wallet_id, chain=CHAIN_NAMES[wallet.chain], address=wallet.address)
            for wallet in user.wallets
        ],
        preferences=orjson.loads(user.preferences_json or "{}"),
        banned=user.banned,
        totp_enabled=user.totp_enabled,
        created_at=from_wire(user.created_at),
        deleted_at=from_wire(user.deleted_at) if user.HasField("deleted_at") else None,
    )


def tokens_of(tokens: pb.Tokens) -> shapes.TokensOut:
    """What a client keeps of its session."""
    return shapes.TokensOut(
        access_token=tokens.access_token,
        expires_in=tokens.access_expires_in_seconds,
        refresh_token=tokens.refresh_token,
        refresh_expires_in=tokens.refresh_expires_in_seconds,
        session_id=tokens.session_id,
    )


_LOGIN_EXAMPLE: Final = {"email": "ada@example.com", "password": "correct horse battery staple"}

ROUTES: Final = (
    Route(
        method="POST", path="/auth/register", name="register", tag="auth", handler=register, command=True,
        summary="Open an account with e-mail and password", limit=Limit.SIGN_IN, body=shapes.RegisterIn,
        answer=shapes.SignedInOut, status=201, example=_LOGIN_EXAMPLE,
    ),
    Route(
        method="POST", path="/auth/challenge", name="createChallenge", tag="auth", handler=challenge,
        summary="Get a message for a wallet to sign", limit=Limit.SIGN_IN, body=shapes.ChallengeIn,
        answer=shapes.ChallengeOut, command=True,
        example={"chain": "evm", "address": "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"},
        during_maintenance=True,
    ),
    Route(
        method="POST", path="/auth/login", name="login", tag="auth", handler=login, command=True,
        summary="Sign in with a signed challenge, or with e-mail and password", limit=Limit.SIGN_IN,
        body=shapes.LoginIn, answer=shapes.SignedInOut, example=_LOGIN_EXAMPLE,
        refusals={
            401: "bad_credentials, bad_signature, challenge_unknown, challenge_expired or totp_wrong",
            403: "account_banned, or verification_required: send the code of the second factor along",
        },
        during_maintenance=True,
    ),
    Route(
        method="POST", path="/auth/refresh", name="refresh", tag="auth", handler=refresh, command=True,
        summary="Exchange a refresh token for a new pair", limit=Limit.COMMAND, body=shapes.RefreshIn,
        answer=shapes.TokensOut, example={"refresh_token": "yEUX..."},
        refusals={401: "refresh_token_unknown or refresh_token_reused", 403: "account_banned"},
        during_maintenance=True,
    ),
    Route(
        method="POST", path="/auth/logout", name="logout", tag="auth", handler=logout, command=True,
        summary="End this session", who=Who.SIGNED_IN, limit=Limit.COMMAND,
        during_maintenance=True,
    ),
    Route(
        method="GET", path="/auth/sessions", name="listSessions", tag="auth", handler=sessions,
        summary="List my sessions", who=Who.SIGNED_IN, answer=shapes.SessionsOut,
    ),
    Route(
        method="DELETE", path="/auth/sessions/{id}", name="endSession", tag="auth", handler=end_session,
        summary="End one of my sessions", who=Who.SIGNED_IN, command=True, limit=Limit.COMMAND,
        refusals={404: "session_not_found"},
        during_maintenance=True,
    ),
    Route(
        method="GET", path="/.well-known/jwks.json", name="getJwks", tag="auth", handler=keys, bare=True,
        summary="The public keys of access tokens", media="application/jwk-set+json",
    ),
    Route(
        method="GET", path="/.well-known/jwks.json", name="getJwksUnderBase", tag="auth", handler=keys,
        summary="The same keys under the base address", media="application/jwk-set+json",
    ),
    Route(
        method="GET", path="/users/me", name="getMe", tag="users", handler=me, who=Who.SIGNED_IN,
        summary="My account", answer=shapes.UserOut,
    ),
    Route(
        method="PUT", path="/users/me", name="updateMe", tag="users", handler=update_me, command=True,
        summary="Change my profile", who=Who.SIGNED_IN, limit=Limit.COMMAND, body=shapes.ProfileIn,
        answer=shapes.UserOut, example={"display_name": "Ada"},
    ),
    Route(
        method="GET", path="/users/{id}", name="getUser", tag="users", handler=public_user,
        summary="What anybody may know about a user", answer=shapes.PublicUserOut, shared_seconds=60,
        keep=keeping.a_user(60), refusals={404: "user_not_found"},
    ),
    Route(
        method="GET", path="/admin/users", name="adminListUsers", tag="admin", handler=users, who=Who.ADMIN,
        summary="Accounts, newest first", query=shapes.UsersQuery, answer=Listed[shapes.UserOut],
    ),
    Route(
        method="POST", path="/admin/users/{id}/role", name="adminSetRoles", tag="admin", handler=set_roles,
        summary="Set the roles of an account; the operator alone makes administrators", who=Who.ADMIN, command=True,
        limit=Limit.COMMAND, body=shapes.RolesIn, answer=shapes.UserOut, example={"roles": ["user", "creator"]},
        refusals={403: "administrators_are_made_beside", 404: "user_not_found"},
    ),
    Route(
        method="POST", path="/admin/users/{id}/tier", name="adminSetTier", tag="admin", handler=set_tier,
        summary="Set the tier of an account", who=Who.ADMIN, command=True, limit=Limit.COMMAND,
        body=shapes.TierIn, answer=shapes.UserOut, example={"tier": "verified"},
        refusals={404: "user_not_found"},
    ),
    Route(
        method="POST", path="/admin/users/{id}/ban", name="adminBanUser", tag="admin", handler=ban,
        summary="Bar an account; its sessions end everywhere within a second", who=Who.ADMIN, command=True,
        limit=Limit.COMMAND, body=shapes.BanIn, answer=shapes.UserOut, example={"reason": "several accounts"},
        refusals={404: "user_not_found", 409: "own_account"},
    ),
    Route(
        method="POST", path="/admin/users/{id}/unban", name="adminUnbanUser", tag="admin", handler=unban,
        summary="Let a barred account in again", who=Who.ADMIN, command=True, limit=Limit.COMMAND,
        answer=shapes.UserOut, refusals={404: "user_not_found"},
    ),
)  # fmt: skip
