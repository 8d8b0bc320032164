"""The ways in which event says no."""

from oraculum_kit.errors import Aborted, FailedPrecondition, NotFound


class EventNotFound(NotFound):
    """There is no such event."""

    reason = "EVENT_NOT_FOUND"


class EventNotEditable(FailedPrecondition):
    """The event can no longer be changed in this way."""

    reason = "EVENT_NOT_EDITABLE"


class EventChanged(Aborted):
    """Somebody changed the event since you read it; read it again."""

    reason = "EVENT_CHANGED"


class EventNotActive(FailedPrecondition):
    """The event is not open, so it cannot be locked."""

    reason = "EVENT_NOT_ACTIVE"


class EventNotOpened(FailedPrecondition):
    """The event is still being opened; ask again once it is active."""

    reason = "EVENT_NOT_OPENED"


class EventAlreadyResolved(FailedPrecondition):
    """The event has a result already, or was cancelled."""

    reason = "EVENT_ALREADY_RESOLVED"
