"""The ways in which notification says no."""

from oraculum_kit.errors import FailedPrecondition, NotFound, ResourceExhausted


class NotificationNotFound(NotFound):
    """There is no such notice."""

    reason = "NOTIFICATION_NOT_FOUND"


class SubscriptionNotFound(NotFound):
    """There is no such subscription."""

    reason = "SUBSCRIPTION_NOT_FOUND"


class TooManySubscriptions(FailedPrecondition):
    """There are as many subscriptions as a person may have; end one first."""

    reason = "TOO_MANY_SUBSCRIPTIONS"


class TooManyPublicSubscriptions(FailedPrecondition):
    """There are as many subscriptions to what everybody is told as a person may have; let one of them hear more kinds."""

    reason = "TOO_MANY_PUBLIC_SUBSCRIPTIONS"


class TooManyChallenges(ResourceExhausted):
    """Addresses of yours were asked often enough for an hour."""

    reason = "TOO_MANY_CHALLENGES"


class SubscriptionDisabled(FailedPrecondition):
    """Nothing is sent there any more; make a new subscription."""

    reason = "SUBSCRIPTION_DISABLED"


class AccountGone(FailedPrecondition):
    """The account was deleted."""

    reason = "ACCOUNT_GONE"
