"""gRPC in, domain out: translates, never decides."""

from dataclasses import asdict
from typing import Final
from uuid import UUID

from oraculum.auth.v1 import auth_service_pb2 as pb
from oraculum.auth.v1 import auth_service_pb2_grpc
from oraculum_auth import showing
from oraculum_auth.accounts import AccountBook, Described
from oraculum_auth.challenges import Chain
from oraculum_auth.devices import device_name
from oraculum_auth.errors import SessionNotFound
from oraculum_auth.records import Codes, Origin, Session, SignedIn, Tokens
from oraculum_auth.sessions import SessionBook
from oraculum_auth.sign_in import SignIn
from oraculum_kit.authorization import ANYONE, SIGNED_IN, Access, require_user
from oraculum_kit.errors import InvalidArgument, Violation
from oraculum_kit.paging import page_size
from oraculum_kit.rpc import Context
from oraculum_kit.timestamps import to_wire
from oraculum_kit.validation import Violations

_SERVICE = "/oraculum.auth.v1.AuthService/"
_ADMINS = frozenset({"admin"})

# They say where somebody comes from, which nobody may say of themselves: waits, codes and closed countries go by it.
FROM_THE_EDGE: Final = Access(services=frozenset({"gateway"}))

ACCESS = {
    _SERVICE + "Register": FROM_THE_EDGE,
    _SERVICE + "CreateChallenge": Access(users=ANYONE),
    _SERVICE + "SignInWithPassword": FROM_THE_EDGE,
    _SERVICE + "SignInWithWallet": FROM_THE_EDGE,
    _SERVICE + "Refresh": FROM_THE_EDGE,
    _SERVICE + "SignOut": Access(users=SIGNED_IN),
    _SERVICE + "ListSessions": Access(users=SIGNED_IN),
    _SERVICE + "RevokeSession": Access(users=SIGNED_IN),
    _SERVICE + "GetJwks": Access(users=ANYONE),
    _SERVICE + "GetMe": Access(users=SIGNED_IN),
    _SERVICE + "UpdateMe": Access(users=SIGNED_IN),
    _SERVICE + "GetPublicUser": Access(users=ANYONE),
    _SERVICE + "CountAccounts": Access(users=_ADMINS),
    _SERVICE + "ListUsers": Access(users=_ADMINS),
    _SERVICE + "SetRoles": Access(users=_ADMINS),
    _SERVICE + "SetTier": Access(users=_ADMINS),
    _SERVICE + "BanUser": Access(users=_ADMINS),
    _SERVICE + "UnbanUser": Access(users=_ADMINS),
}

CHAIN_TO_WIRE = {Chain.EVM.value: pb.CHAIN_KIND_EVM, Chain.SOLANA.value: pb.CHAIN_KIND_SOLANA}
_SHOWN = {
    showing.SETTLED: pb.PREDICTIONS_SHOWN_SETTLED,
    showing.ALL: pb.PREDICTIONS_SHOWN_ALL,
    showing.NONE: pb.PREDICTIONS_SHOWN_NONE,
}
_CHAIN_FROM_WIRE = {wire: Chain(word) for word, wire in CHAIN_TO_WIRE.items()}


class AuthServicer(auth_service_pb2_grpc.AuthServiceServicer):
    """oraculum.auth.v1.AuthService."""

    def __init__(self, sign_in: SignIn, sessions: SessionBook, accounts: AccountBook, jwks_json: str) -> None:
        self._sign_in = sign_in
        self._sessions = sessions
        self._accounts = accounts
        self._jwks_json = jwks_json

    async def Register(self, request: pb.RegisterRequest, context: Context) -> pb.RegisterResponse:
        """Open an account with e-mail and password and sign it in."""
        signed_in = await self._sign_in.register(
            request.email, request.password, request.display_name, origin_of(request.origin)
        )
        return pb.RegisterResponse(user=signed_in_user(signed_in), tokens=tokens_of(signed_in.tokens))

    async def CreateChallenge(
        self, request: pb.CreateChallengeRequest, context: Context
    ) -> pb.CreateChallengeResponse:
        """Make a message for a wallet to sign."""
        challenge = await self._sign_in.challenge(chain_of(request.chain), request.address, request.chain_id)
        return pb.CreateChallengeResponse(
            nonce=challenge.nonce, message=challenge.message, expires_at=to_wire(challenge.expires_at)
        )

    async def SignInWithPassword(
        self, request: pb.SignInWithPasswordRequest, context: Context
    ) -> pb.SignInWithPasswordResponse:
        """Sign in with e-mail and password."""
        signed_in = await self._sign_in.by_password(
            request.email, request.password, origin_of(request.origin), _codes(request)
        )
        return pb.SignInWithPasswordResponse(
            user=signed_in_user(signed_in), tokens=tokens_of(signed_in.tokens)
        )

    async def SignInWithWallet(
        self, request: pb.SignInWithWalletRequest, context: Context
    ) -> pb.SignInWithWalletResponse:
        """Sign in with a signed challenge."""
        signed_in = await self._sign_in.by_wallet(
            request.nonce, request.signature, origin_of(request.origin), _codes(request)
        )
        return pb.SignInWithWalletResponse(
            user=signed_in_user(signed_in), tokens=tokens_of(signed_in.tokens), created=signed_in.created
        )

    async def Refresh(self, request: pb.RefreshRequest, context: Context) -> pb.RefreshResponse:
        """Exchange a refresh token for new tokens."""
        tokens = await self._sessions.refresh(request.refresh_token, origin_of(request.origin))
        return pb.RefreshResponse(tokens=tokens_of(tokens))

    async def SignOut(self, request: pb.SignOutRequest, context: Context) -> pb.SignOutResponse:
        """End the session of the caller's token; ending it twice is no error."""
        user = require_user()
        try:
            await self._accounts.end_session(user.id, user.session_id, reason="signed_out")
        except SessionNotFound:
            return pb.SignOutResponse()
        return pb.SignOutResponse()

    async def ListSessions(
        self, request: pb.ListSessionsRequest, context: Context
    ) -> pb.ListSessionsResponse:
        """List the caller's live sessions."""
        user = require_user()
        sessions = await self._accounts.sessions(user.id)
        return pb.ListSessionsResponse(
            sessions=[
                _session(session, current=session.session_id == user.session_id) for session in sessions
            ]
        )

    async def RevokeSession(
        self, request: pb.RevokeSessionRequest, context: Context
    ) -> pb.RevokeSessionResponse:
        """End one of the caller's sessions."""
        check = Violations()
        session_id = check.uuid("session_id", request.session_id)
        check.finish()
        await self._accounts.end_session(require_user().id, session_id, reason="revoked")
        return pb.RevokeSessionResponse()

    async def GetJwks(self, request: pb.GetJwksRequest, context: Context) -> pb.GetJwksResponse:
        """The public keys of access tokens."""
        return pb.GetJwksResponse(jwks_json=self._jwks_json)

    async def GetMe(self, request: pb.GetMeRequest, context: Context) -> pb.GetMeResponse:
        """The caller's own account."""
        return pb.GetMeResponse(user=_user(await self._accounts.describe(require_user().id)))

    async def UpdateMe(self, request: pb.UpdateMeRequest, context: Context) -> pb.UpdateMeResponse:
        """Change the caller's profile."""
        described = await self._accounts.update(
            require_user().id,
            display_name=request.display_name if request.HasField("display_name") else None,
            preferences_json=request.preferences_json if request.HasField("preferences_json") else None,
        )
        return pb.UpdateMeResponse(user=_user(described))

    async def GetPublicUser(
        self, request: pb.GetPublicUserRequest, context: Context
    ) -> pb.GetPublicUserResponse:
        """What anybody may know about a user."""
        check = Violations()
        user_id = check.uuid("user_id", request.user_id)
        check.finish()
        account, _ = await self._accounts.describe(user_id)
        return pb.GetPublicUserResponse(
            user_id=str(account.user_id),
            display_name=account.display_name,
            created_at=to_wire(account.created_at),
            roles=[role for role in account.roles if role != "user"],
            predictions_shown=_SHOWN[showing.shown(account)],
        )

    async def CountAccounts(
        self, request: pb.CountAccountsRequest, context: Context
    ) -> pb.CountAccountsResponse:
        """How many accounts there are."""
        counts = await self._accounts.count()
        return pb.CountAccountsResponse(
            tiers=[pb.TierCount(**asdict(row)) for row in counts if row.tier is not None],
            deleted=sum(row.accounts for row in counts if row.tier is None),
        )

    async def ListUsers(self, request: pb.ListUsersRequest, context: Context) -> pb.ListUsersResponse:
        """Accounts, for administrators."""
        check = Violations()
        search = check.text("search", request.search, maximum=200)
        check.finish()
        users, next_cursor = await self._accounts.page(
            search=search, cursor=request.cursor, limit=page_size(request.limit)
        )
        return pb.ListUsersResponse(users=[_user(described) for described in users], next_cursor=next_cursor)

    async def SetRoles(self, request: pb.SetRolesRequest, context: Context) -> pb.SetRolesResponse:
        """Set the roles of an account."""
        described = await self._accounts.set_roles(
            _user_id(request.user_id), request.roles, require_user().id
        )
        return pb.SetRolesResponse(user=_user(described))

    async def SetTier(self, request: pb.SetTierRequest, context: Context) -> pb.SetTierResponse:
        """Set the tier of an account."""
        described = await self._accounts.set_tier(_user_id(request.user_id), request.tier, require_user().id)
        return pb.SetTierResponse(user=_user(described))

    async def BanUser(self, request: pb.BanUserRequest, context: Context) -> pb.BanUserResponse:
        """Bar an account."""
        check = Violations()
        user_id = check.uuid("user_id", request.user_id)
        reason = check.text("reason", request.reason, minimum=1, maximum=500)
        check.finish()
        return pb.BanUserResponse(user=_user(await self._accounts.ban(user_id, reason, require_user().id)))

    async def UnbanUser(self, request: pb.UnbanUserRequest, context: Context) -> pb.UnbanUserResponse:
        """Let an account in again."""
        described = await self._accounts.unban(_user_id(request.user_id), require_user().id)
        return pb.UnbanUserResponse(user=_user(described))


def chain_of(wire: pb.ChainKind.ValueType) -> Chain:
    """The kind of chain that a request names."""
    chain = _CHAIN_FROM_WIRE.get(wire)
    if chain is None:
        raise InvalidArgument(violations=[Violation("chain", "must be evm or solana")])
    return chain


def _user_id(text: str) -> UUID:
    check = Violations()
    user_id = check.uuid("user_id", text)
    check.finish()
    return user_id


def _codes(request: pb.SignInWithPasswordRequest | pb.SignInWithWalletRequest) -> Codes:
    return Codes(request.totp_code, request.verification_code)


def origin_of(origin: pb.Origin) -> Origin:
    """Where a request came from, as far as it may be kept."""
    return Origin(
        address=_clean(origin.address, 64),
        user_agent=_clean(origin.user_agent, 300),
        device_id=_clean(origin.device_id, 128),
    )


def _clean(text: str, length_max: int) -> str:
    """Foreign text about the client: kept for people to read, so cut and freed of what no column takes."""
    return text.replace("\0", "")[:length_max]


def signed_in_user(signed_in: SignedIn) -> pb.User:
    """The account that somebody signed in to."""
    return _user((signed_in.account, signed_in.wallets))


def _user(described: Described) -> pb.User:
    account, wallets = described
    user = pb.User(
        user_id=str(account.user_id),
        email=account.email or "",
        email_verified=account.email_verified,
        display_name=account.display_name,
        roles=account.roles,
        tier=account.tier,
        kyc=account.kyc,
        jurisdiction=account.jurisdiction,
        wallets=[
            pb.WalletAddress(
                chain=CHAIN_TO_WIRE[wallet.chain], address=wallet.address, wallet_id=str(wallet.wallet_id)
            )
            for wallet in wallets
        ],
        preferences_json=account.preferences_json,
        created_at=to_wire(account.created_at),
        banned=account.banned_at is not None,
        ban_reason=account.ban_reason,
        totp_enabled=account.totp_enabled,
    )
    if account.deleted_at is not None:
        user.deleted_at.CopyFrom(to_wire(account.deleted_at))
    return user


def tokens_of(tokens: Tokens) -> pb.Tokens:
    """What the client keeps."""
    return pb.Tokens(
        access_token=tokens.access_token,
        access_expires_in_seconds=tokens.access_expires_in_seconds,
        refresh_token=tokens.refresh_token,
        refresh_expires_in_seconds=tokens.refresh_expires_in_seconds,
        session_id=str(tokens.session_id),
    )


def _session(session: Session, *, current: bool) -> pb.Session:
    return pb.Session(
        session_id=str(session.session_id),
        created_at=to_wire(session.created_at),
        last_used_at=to_wire(session.last_used_at),
        origin=pb.Origin(address=session.address, user_agent=session.user_agent, device_id=session.device_id),
        current=current,
        device_name=device_name(session.user_agent),
    )
