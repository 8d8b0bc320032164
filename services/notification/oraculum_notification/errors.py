"""The ways in which notification says no."""

from oraculum_kit.errors import NotFound


class NotificationNotFound(NotFound):
    """There is no such notice."""

    reason = "NOTIFICATION_NOT_FOUND"
