"""The ways in which auth says no."""

from oraculum_kit.errors import AlreadyExists, NotFound, PermissionDenied, Unauthenticated


class EmailTaken(AlreadyExists):
    """There is an account with this e-mail address already; sign in instead."""

    reason = "EMAIL_TAKEN"


class BadCredentials(Unauthenticated):
    """E-mail address or password is wrong."""

    reason = "BAD_CREDENTIALS"


class ChallengeUnknown(Unauthenticated):
    """There is no such challenge, or it was used before; ask for a new one."""

    reason = "CHALLENGE_UNKNOWN"


class ChallengeExpired(Unauthenticated):
    """The challenge has expired; ask for a new one."""

    reason = "CHALLENGE_EXPIRED"


class BadSignature(Unauthenticated):
    """The signature was not made by the address of the challenge over its message."""

    reason = "BAD_SIGNATURE"


class RefreshTokenUnknown(Unauthenticated):
    """The refresh token is unknown or expired, or its session has ended; sign in again."""

    reason = "REFRESH_TOKEN_UNKNOWN"


class RefreshTokenReused(Unauthenticated):
    """The refresh token was used before, so somebody may have copied it; the session has been ended."""

    reason = "REFRESH_TOKEN_REUSED"


class AccountBanned(PermissionDenied):
    """The account is barred."""

    reason = "ACCOUNT_BANNED"


class UserNotFound(NotFound):
    """There is no such user."""

    reason = "USER_NOT_FOUND"


class SessionNotFound(NotFound):
    """There is no such session, or it has ended."""

    reason = "SESSION_NOT_FOUND"
