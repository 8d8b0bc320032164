"""Who asks: the verified caller of the request that runs now."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from oraculum_kit.ids import uuid7


@dataclass(frozen=True, slots=True)
class User:
    """A person (or a bot of theirs) as their access token describes them."""

    id: UUID
    session_id: UUID
    roles: frozenset[str]
    tier: str
    kyc: str
    jurisdiction: str
    expires_at: datetime
    # Raised when roles change or the account is barred: tokens of an older version count no more.
    version: int = 0


@dataclass(frozen=True, slots=True)
class Caller:
    """What the interceptors verified. `user` and `service` are proved by tokens, both when both are there."""

    request_id: str
    user: User | None = None
    service: str | None = None
    idempotency_key: str | None = None
    device_id: str | None = None
    address: str | None = None
    # Passed on to the next service as it came, so that it can verify for itself. Never logged.
    user_token: str | None = None

    def __repr__(self) -> str:
        user = self.user.id if self.user else None
        return f"Caller(request_id={self.request_id!r}, user={user}, service={self.service!r})"

    @property
    def identity(self) -> str:
        """One word for who acts: the owner of idempotency keys and the actor of audit facts."""
        if self.user is not None:
            return f"user:{self.user.id}"
        if self.service is not None:
            return f"service:{self.service}"
        return f"address:{self.address or 'unknown'}"


_current: ContextVar[Caller | None] = ContextVar("oraculum_caller", default=None)


def current_caller() -> Caller:
    """The caller of this request; outside a request there is none and asking is a defect."""
    caller = _current.get()
    if caller is None:
        raise RuntimeError("there is no request here; use calling_as() for work that nobody asked for")
    return caller


def caller_or_none() -> Caller | None:
    """The caller of this request, or nothing in a background task."""
    return _current.get()


def set_caller(caller: Caller) -> None:
    """Bind the caller to the present task; its end forgets it."""
    _current.set(caller)


@contextmanager
def calling_as(caller: Caller | None = None) -> Iterator[Caller]:
    """Run a block as this caller: the edge of a request, a background task, a test."""
    bound = caller or Caller(request_id=str(uuid7()))
    token = _current.set(bound)
    try:
        yield bound
    finally:
        _current.reset(token)
