"""The ways in which auth says no."""

from oraculum_kit.errors import (
    AlreadyExists,
    FailedPrecondition,
    NotFound,
    PermissionDenied,
    Unauthenticated,
    Unavailable,
)


class EmailTaken(AlreadyExists):
    """Another account has proved this e-mail address; sign in to that one."""

    # Told only to somebody who reads the mails of that address.
    reason = "EMAIL_TAKEN"


class MailedTokenUnknown(Unauthenticated):
    """The code of the mail is wrong, was used before or has expired; ask for a new mail."""

    reason = "MAILED_TOKEN_UNKNOWN"


class NoPassword(FailedPrecondition):
    """The account has no password: it signs in in another way."""

    reason = "NO_PASSWORD"


class EmailVerified(FailedPrecondition):
    """The account has no e-mail address that would have to be confirmed."""

    reason = "EMAIL_VERIFIED"


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


class SecondFactorRequired(PermissionDenied):
    """The account has a second factor; send its code, or a recovery code, along."""

    reason = "VERIFICATION_REQUIRED"


class VerificationCodeWrong(Unauthenticated):
    """The mailed code is wrong, was used before or has expired."""

    reason = "VERIFICATION_CODE_WRONG"


class OpenIdProviderUnknown(NotFound):
    """There is no such provider to sign in with."""

    reason = "OPEN_ID_PROVIDER_UNKNOWN"


class OpenIdStateUnknown(Unauthenticated):
    """This sign-in was not begun here in this browser, has ended, or took too long; begin again."""

    reason = "OPEN_ID_STATE_UNKNOWN"


class OpenIdRefused(Unauthenticated):
    """The provider did not confirm who you are."""

    reason = "OPEN_ID_REFUSED"


class OpenIdProviderAway(Unavailable):
    """The provider does not answer; try again."""

    reason = "OPEN_ID_PROVIDER_AWAY"


class TotpWrong(Unauthenticated):
    """The code is wrong, has expired, or was used before."""

    reason = "TOTP_WRONG"


class TotpNotEnrolled(FailedPrecondition):
    """The account has no second factor; enrol one first."""

    reason = "TOTP_NOT_ENROLLED"


class TotpEnabled(FailedPrecondition):
    """The account has a second factor already; disable it first."""

    reason = "TOTP_ENABLED"


class ApiKeyUnknown(NotFound):
    """There is no such API key, or it has ended."""

    reason = "API_KEY_UNKNOWN"


class TooManyKeys(FailedPrecondition):
    """The account has as many API keys as it may have; end one first."""

    reason = "TOO_MANY_API_KEYS"


class WalletTaken(AlreadyExists):
    """The address signs in to an account already."""

    reason = "WALLET_TAKEN"


class WalletNotFound(NotFound):
    """The account has no such address."""

    reason = "WALLET_NOT_FOUND"


class LastCredential(FailedPrecondition):
    """Nothing else would let you in; add another address or a password first."""

    reason = "LAST_CREDENTIAL"


class SignInTooOld(PermissionDenied):
    """Sign in again, and ask once more within a quarter of an hour."""

    reason = "SIGN_IN_TOO_OLD"


class AdministratorsAreMadeBeside(PermissionDenied):
    """Whoever operates the platform makes administrators, by `oraculum admin create`; no administrator makes another."""

    reason = "ADMINISTRATORS_ARE_MADE_BESIDE"


class OwnAccount(FailedPrecondition):
    """Nobody does this to their own account; another administrator can."""

    reason = "OWN_ACCOUNT"


class UserNotFound(NotFound):
    """There is no such user."""

    reason = "USER_NOT_FOUND"


class SessionNotFound(NotFound):
    """There is no such session, or it has ended."""

    reason = "SESSION_NOT_FOUND"
