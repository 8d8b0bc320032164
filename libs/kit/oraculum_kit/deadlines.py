"""How long the request at hand may still take.

grpc.aio tells the server the deadline and forgets it in calls that the server makes itself. So the server keeps it
here and the client obeys. A little is shaved off on the way in: the answer has to travel back, and a service that
sees its own deadline first can say which of its peers was slow, where its caller could only say "too late".
"""

from contextvars import ContextVar
from time import monotonic
from typing import Final

from oraculum_kit.errors import DeadlineExceeded

# What it takes to answer a caller.
RETURN_SECONDS: Final = 0.02
# With less than this left nothing useful can be done; work that nobody waits for is not begun.
USEFUL_SECONDS: Final = 0.1

_deadline: ContextVar[float | None] = ContextVar("oraculum_deadline", default=None)


def arrive(remaining_seconds: float | None, *, default_seconds: float | None) -> None:
    """Remember the deadline of a call that has just come in; one that brings none gets the default."""
    remaining = default_seconds if remaining_seconds is None else remaining_seconds
    if remaining is None:
        _deadline.set(None)
        return
    if remaining < USEFUL_SECONDS + RETURN_SECONDS:
        raise DeadlineExceeded("Too little time was left when the call arrived; nothing was done.")
    _deadline.set(monotonic() + remaining - RETURN_SECONDS)


def remaining() -> float | None:
    """Seconds left for the request at hand; None outside of one and where there is no limit."""
    deadline = _deadline.get()
    return None if deadline is None else deadline - monotonic()


def shorten(timeout_seconds: float) -> float:
    """A timeout that also ends in time for the request at hand."""
    left = remaining()
    if left is None:
        return timeout_seconds
    if left <= 0:
        raise DeadlineExceeded
    return min(timeout_seconds, left)
