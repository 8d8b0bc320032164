"""The ways in which compliance says no."""

from oraculum_kit.errors import FailedPrecondition, NotFound, PermissionDenied


class UnderAge(PermissionDenied):
    """Whoever lives there must be older to play."""

    reason = "UNDER_AGE"


class JurisdictionRefused(PermissionDenied):
    """The law does not let us offer this where you are."""

    reason = "JURISDICTION_REFUSED"


class NetworkRefused(PermissionDenied):
    """Accounts are not opened through a VPN, a proxy or a data centre; use your own connection."""

    reason = "NETWORK_REFUSED"


class KycDecided(FailedPrecondition):
    """Your identity check was decided already."""

    reason = "KYC_DECIDED"


class KycNotPending(FailedPrecondition):
    """There is no identity check under way; begin one first."""

    reason = "KYC_NOT_PENDING"


class KycManual(FailedPrecondition):
    """Documents are not taken here: an administrator decides and will be in touch."""

    reason = "KYC_MANUAL"


class KycCheckNotFound(NotFound):
    """There is no such identity check."""

    reason = "KYC_CHECK_NOT_FOUND"


class KycProviderUnknown(NotFound):
    """There is no such provider of identity checks."""

    reason = "KYC_PROVIDER_UNKNOWN"
