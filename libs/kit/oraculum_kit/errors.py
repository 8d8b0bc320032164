"""The vocabulary of failures, the same on both sides of a call.

ServiceError
├── InvalidArgument        a field of the request is wrong
├── Unauthenticated        nobody knows who asks
├── PermissionDenied       the asker may not
├── NotFound               no such thing, or not for this asker
├── AlreadyExists          made before
├── FailedPrecondition     right request, wrong state
├── Aborted                lost against a concurrent change
├── ResourceExhausted      too much, later again
├── Unavailable            somebody needed is away
├── DeadlineExceeded       no answer in time: the outcome is unknown
└── Internal               a defect, told without details

A service derives its own failures from these, sets `reason`, and lets the docstring be the message:

    class InsufficientFunds(FailedPrecondition):
        \"\"\"The account has less than the amount asked for.\"\"\"

        reason = "INSUFFICIENT_FUNDS"

    raise InsufficientFunds(account_id=account.id)

The server packs an error as `google.rpc.Status` with `ErrorInfo`, the client unpacks it into the class that its own
process registered for that reason, or into the family above with `reason` and `metadata` kept. What is lost on the
way is the traceback and the cause: they stay in the log of the process that raised.
"""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from grpc import StatusCode

ERROR_DOMAIN = "oraculum"


@dataclass(frozen=True, slots=True)
class Violation:
    """One field of a request and what is wrong with it."""

    field: str
    message: str


class ServiceError(Exception):
    """The request failed."""

    code: ClassVar[StatusCode] = StatusCode.INTERNAL
    reason: str = ""

    # By reason. Families are in it too, so a process that does not know a reason still finds the family by code.
    registered: ClassVar[dict[str, type["ServiceError"]]] = {}

    _violations: tuple[Violation, ...] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "reason" not in cls.__dict__:
            return
        known = ServiceError.registered.get(cls.reason)
        if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"{cls.reason} means {known.__qualname__} already; a reason has one class")
        ServiceError.registered[cls.reason] = cls

    def __init__(self, message: str | None = None, /, **metadata: object) -> None:
        self.message = message if message is not None else _sentence(type(self))
        self.metadata = {name: str(value) for name, value in metadata.items()}
        super().__init__(self.message)

    @property
    def violations(self) -> tuple[Violation, ...]:
        """The fields that are wrong or stand in the way; empty where no field does."""
        return self._violations

    @property
    def retry_after_seconds(self) -> float | None:
        """When to ask again; known only to those that say it."""
        return None


class InvalidArgument(ServiceError):
    """The request is not valid."""

    code = StatusCode.INVALID_ARGUMENT
    reason = "INVALID_ARGUMENT"

    def __init__(
        self, message: str | None = None, /, *, violations: Iterable[Violation] = (), **metadata: object
    ) -> None:
        super().__init__(message, **metadata)
        # Every bad field, so that a person can mend all of them at once.
        self._violations = tuple(violations)


class Unauthenticated(ServiceError):
    """The request carries no valid proof of who asks."""

    code = StatusCode.UNAUTHENTICATED
    reason = "UNAUTHENTICATED"


class PermissionDenied(ServiceError):
    """The caller may not do this."""

    code = StatusCode.PERMISSION_DENIED
    reason = "PERMISSION_DENIED"


class NotFound(ServiceError):
    """There is no such thing."""

    code = StatusCode.NOT_FOUND
    reason = "NOT_FOUND"


class AlreadyExists(ServiceError):
    """It exists already."""

    code = StatusCode.ALREADY_EXISTS
    reason = "ALREADY_EXISTS"


class FailedPrecondition(ServiceError):
    """The state does not allow this now."""

    code = StatusCode.FAILED_PRECONDITION
    reason = "FAILED_PRECONDITION"


class Aborted(ServiceError):
    """A concurrent change came first."""

    code = StatusCode.ABORTED
    reason = "ABORTED"


class _Retryable(ServiceError):
    """It may go well later."""

    def __init__(
        self, message: str | None = None, /, *, retry_after_seconds: float | None = None, **metadata: object
    ) -> None:
        super().__init__(message, **metadata)
        self._retry_after_seconds = retry_after_seconds

    @property
    def retry_after_seconds(self) -> float | None:
        """How long to wait before asking again, if anybody knows."""
        return self._retry_after_seconds


class ResourceExhausted(_Retryable):
    """There is too much of this at the moment."""

    code = StatusCode.RESOURCE_EXHAUSTED
    reason = "RESOURCE_EXHAUSTED"


class Unavailable(_Retryable):
    """A part that this needs is away at the moment."""

    code = StatusCode.UNAVAILABLE
    reason = "UNAVAILABLE"


class DeadlineExceeded(ServiceError):
    """There was no answer in time; whether it happened is not known."""

    code = StatusCode.DEADLINE_EXCEEDED
    reason = "OUTCOME_UNKNOWN"


class Internal(ServiceError):
    """Something went wrong inside."""

    code = StatusCode.INTERNAL
    reason = "INTERNAL"


FAMILIES: tuple[type[ServiceError], ...] = (
    InvalidArgument,
    Unauthenticated,
    PermissionDenied,
    NotFound,
    AlreadyExists,
    FailedPrecondition,
    Aborted,
    ResourceExhausted,
    Unavailable,
    DeadlineExceeded,
    Internal,
)


def _sentence(error: type[ServiceError]) -> str:
    """The first paragraph of the class's docstring, which is the message people read."""
    return " ".join((inspect.getdoc(error) or "").split("\n\n", 1)[0].split())
