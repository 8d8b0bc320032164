"""The ways in which event says no."""

from collections.abc import Iterable

from oraculum_kit.errors import (
    Aborted,
    AlreadyExists,
    FailedPrecondition,
    NotFound,
    PermissionDenied,
    Violation,
)


class EventNotFound(NotFound):
    """There is no such event."""

    reason = "EVENT_NOT_FOUND"


class CreationNotAllowed(PermissionDenied):
    """Verified people, creators and administrators create events."""

    reason = "CREATION_NOT_ALLOWED"


class AuthorBarred(FailedPrecondition):
    """The author of the draft is barred, so nobody publishes it."""

    reason = "AUTHOR_BARRED"


class AuthorExcluded(FailedPrecondition):
    """Who wrote the event asked not to play for a time, so nothing is taken from them for it."""

    reason = "AUTHOR_EXCLUDED"


class CreationNotPaid(FailedPrecondition):
    """The account has less than opening the event costs; nothing was taken."""

    reason = "CREATION_NOT_PAID"


class MarketRefused(FailedPrecondition):
    """No market opens with these terms; what was taken for it is returned."""

    reason = "MARKET_REFUSED"


class EventNotADraft(FailedPrecondition):
    """The event is published already."""

    reason = "EVENT_NOT_A_DRAFT"


class EventNotEditable(FailedPrecondition):
    """The event can no longer be changed in this way."""

    reason = "EVENT_NOT_EDITABLE"

    def __init__(
        self, message: str | None = None, /, *, violations: Iterable[Violation] = (), **metadata: object
    ) -> None:
        super().__init__(message, **metadata)
        self._violations = tuple(violations)


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


class NothingToConfirm(FailedPrecondition):
    """No result of this event waits for another administrator."""

    reason = "NOTHING_TO_CONFIRM"


class SameAdministrator(FailedPrecondition):
    """You asked for this result yourself; another administrator must confirm it."""

    reason = "SAME_ADMINISTRATOR"


class NotChallengeable(FailedPrecondition):
    """No result is proposed that may be disputed now."""

    reason = "NOT_CHALLENGEABLE"


class DisputeExists(AlreadyExists):
    """You dispute this result already."""

    reason = "DISPUTE_EXISTS"


class BondNotHeld(FailedPrecondition):
    """Your account has less than the bond of a dispute; nothing was taken."""

    reason = "BOND_NOT_HELD"


class DisputeNotFound(NotFound):
    """There is no such dispute."""

    reason = "DISPUTE_NOT_FOUND"


class DisputeNotOpen(FailedPrecondition):
    """The bond of this dispute is still being held; ask again in a moment."""

    reason = "DISPUTE_NOT_OPEN"


class OwnDispute(FailedPrecondition):
    """Nobody decides disputes of an event that they dispute, with money of theirs behind it; another administrator can."""

    reason = "OWN_DISPUTE"


class DisputeDecided(FailedPrecondition):
    """The dispute is decided already."""

    reason = "DISPUTE_DECIDED"


class CrawlerRulesChanged(Aborted):
    """Somebody changed the rules since you read them; read them again."""

    reason = "CRAWLER_RULES_CHANGED"


class CategoryExists(AlreadyExists):
    """There is a category of this word already."""

    reason = "CATEGORY_EXISTS"
