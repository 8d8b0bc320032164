"""Whether the answer at hand was given before.

The server side learns it from `idempotency.once` and says so in the trailers; a client at the edge reads the trailers
and tells the HTTP answer. The mark is an object, so that tasks spawned by the request set the same one.
"""

from contextvars import ContextVar


class Mark:
    """One answer's flag."""

    __slots__ = ("replayed",)

    def __init__(self) -> None:
        self.replayed = False


_mark: ContextVar[Mark | None] = ContextVar("oraculum_replay", default=None)


def begin() -> Mark:
    """Start watching: the edge of a call or request does."""
    mark = Mark()
    _mark.set(mark)
    return mark


def mark() -> None:
    """Say that this answer is a stored one; where nobody watches, nothing happens."""
    current = _mark.get()
    if current is not None:
        current.replayed = True
