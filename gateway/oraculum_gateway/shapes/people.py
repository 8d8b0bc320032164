"""Shapes of sign-in, accounts and sessions."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from oraculum_gateway.shapes.base import Given, PageQuery, TimeOut, Told

Email = Annotated[
    str, Field(max_length=320, examples=["ada@example.com"], json_schema_extra={"format": "email"})
]
Password = Annotated[str, Field(max_length=200, examples=["correct horse battery staple"])]
# As auth wants it of one that is chosen; one that is known may be older than the rule.
NewPassword = Annotated[Password, Field(json_schema_extra={"minLength": 10})]
ChainName = Literal["evm", "solana"]
# Contract wallets of several owners sign at length.
Signature = Annotated[str, Field(max_length=4200, examples=["0x..."])]


class RegisterIn(Given):
    """An account with e-mail and password; a wallet's account is opened by its first sign-in."""

    email: Email
    password: NewPassword
    display_name: Annotated[str, Field(max_length=200)] = ""


class ChallengeIn(Given):
    """A wallet that wants to sign in."""

    chain: ChainName
    address: Annotated[str, Field(max_length=100, examples=["0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"])]
    chain_id: Annotated[str, Field(max_length=40)] = ""


class ChallengeOut(Told):
    """A message to sign, exactly as it stands."""

    nonce: str
    message: str
    expires_at: TimeOut


class LoginIn(Given):
    """A signed challenge (nonce and signature), or e-mail and password."""

    nonce: Annotated[str, Field(max_length=64)] | None = None
    signature: Signature | None = None
    email: Email | None = None
    password: Password | None = None
    # Of the authenticator, or a recovery code, for accounts that have a second factor.
    totp: Annotated[str, Field(max_length=20, examples=["123456"])] = ""
    # Of the mail that `verification_required` announced, for sign-ins that look unusual.
    verification_code: Annotated[str, Field(max_length=20, examples=["12345678"])] = ""

    @model_validator(mode="after")
    def one_of_two(self) -> "LoginIn":
        """Refuse half of either, and both."""
        wallet = (self.nonce is not None, self.signature is not None)
        mail = (self.email is not None, self.password is not None)
        if (wallet, mail) not in {((True, True), (False, False)), ((False, False), (True, True))}:
            raise ValueError("send nonce and signature, or email and password")
        return self


class RefreshIn(Given):
    """A refresh token; it is used up. A page leaves it out: its cookie has it."""

    refresh_token: Annotated[str, Field(max_length=200)] = ""


class WalletOut(Told):
    """A wallet address that its owner proved."""

    id: str
    chain: ChainName
    address: str


class WalletsOut(Told):
    """Every address that signs in to an account."""

    data: list[WalletOut]


class AddWalletIn(Given):
    """A signed message that adds an address."""

    nonce: Annotated[str, Field(max_length=64)]
    signature: Signature


class UserOut(Told):
    """An account as its owner sees it."""

    id: str
    email: str | None
    email_verified: bool
    display_name: str
    roles: list[str]
    tier: str
    kyc: str
    jurisdiction: str | None
    wallets: list[WalletOut]
    preferences: dict[str, Any]
    banned: bool
    totp_enabled: bool
    created_at: TimeOut
    # When its person deleted it; administrators see the pseudonym that stays.
    deleted_at: TimeOut | None = None


class TokensOut(Told):
    """What a client keeps of its session; both tokens are empty where cookies carry them."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  RFC 6750's word
    expires_in: int
    refresh_token: str
    refresh_expires_in: int
    session_id: str


class SignedInOut(Told):
    """An account and the tokens of its new session."""

    user: UserOut
    tokens: TokensOut


class SessionOut(Told):
    """A device that is signed in.

    Sessions of one device have the same `device_id`: a label of it, and not what it sent as X-Device-Id.
    """

    id: str
    created_at: TimeOut
    last_used_at: TimeOut
    address: str
    user_agent: str
    device_id: str
    device_name: str
    current: bool


class SessionsOut(Told):
    """Every live session, newest first."""

    data: list[SessionOut]


class ProfileIn(Given):
    """Changes of one's own profile; an absent field stays as it is.

    Preferences are the client's own, and written as a whole, but for `public_predictions`, which says what others see of my
    predictions: `settled` (how those came out that are over, which is the default), `all` (what I hold, too) or `none`.
    """

    display_name: Annotated[str, Field(max_length=200)] | None = None
    preferences: dict[str, Any] | None = None


class PublicUserOut(Told):
    """What anybody may know about a user."""

    id: str
    display_name: str
    roles: list[str]
    created_at: TimeOut


class UsersQuery(PageQuery):
    """Accounts by part of an address or name."""

    q: Annotated[str, Field(max_length=200)] = ""


class RolesIn(Given):
    """All roles of an account from now on."""

    roles: Annotated[list[Literal["user", "creator", "admin"]], Field(max_length=3)]


class TierIn(Given):
    """The tier of an account from now on."""

    tier: Literal["basic", "verified", "premium"]


class BanIn(Given):
    """Why an account is barred, for the log."""

    reason: Annotated[str, Field(min_length=1, max_length=500, examples=["several accounts"])]
