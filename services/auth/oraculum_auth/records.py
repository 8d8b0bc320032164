"""What auth keeps, as its database gives it back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum_kit.ids import uuid7


@dataclass(frozen=True, slots=True)
class Wallet:
    """A proved address."""

    user_id: UUID
    chain: str
    address: str
    wallet_id: UUID = field(default_factory=uuid7)


@dataclass(frozen=True, slots=True)
class Account:
    """A person or a bot of theirs."""

    user_id: UUID
    email: str | None
    email_verified: bool
    display_name: str
    roles: list[str]
    tier: str
    kyc: str
    jurisdiction: str
    preferences_json: str
    banned_at: datetime | None
    ban_reason: str
    token_version: int
    totp_enabled: bool
    created_at: datetime
    # When its person deleted it, of whom nothing else is here then.
    deleted_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that is to be opened."""

    user_id: UUID
    display_name: str
    created_at: datetime
    email: str | None = None
    email_verified: bool = False
    password_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a password sign-in compares."""

    user_id: UUID
    password_hash: str | None
    email_verified: bool


@dataclass(frozen=True, slots=True)
class StoredChallenge:
    """A message that was given out."""

    chain: str
    address: str
    message: str
    expires_at: datetime
    used_at: datetime | None
    # Whose account the address is to be added to; a challenge to sign in is nobody's.
    user_id: UUID | None
    # Which chain or cluster the message names.
    chain_id: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in device."""

    session_id: UUID
    user_id: UUID
    address: str
    user_agent: str
    device_id: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    second_factor: bool


@dataclass(frozen=True, slots=True)
class StoredRefreshToken:
    """What is known of a refresh token."""

    session_id: UUID
    user_id: UUID
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from."""

    address: str
    user_agent: str
    device_id: str


@dataclass(frozen=True, slots=True)
class Codes:
    """What somebody shows beside their password or signature."""

    # Of the authenticator, or a recovery code.
    totp: str = ""
    # Mailed because the sign-in looked unusual.
    mailed: str = ""


NO_CODES: Final = Codes()


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a signed-in client is given."""

    access_token: str
    access_expires_in_seconds: int
    refresh_token: str
    refresh_expires_in_seconds: int
    session_id: UUID


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account with the tokens of its new session."""

    account: Account
    wallets: list[Wallet]
    tokens: Tokens
    created: bool
