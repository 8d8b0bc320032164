"""Which answers are kept, for how long, and what makes them old; and which commands change what.

Never kept: what is one person's, balances above all, quotes and books, on which people decide about money.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from oraculum_gateway.caching.news import EVENTS

# Its market opens, or prediction is away: what is missing may be there in a moment.
_INCOMPLETE_SECONDS: Final = 1.0
_TRADING: Final = frozenset({"active", "locked"})


@dataclass(frozen=True, slots=True)
class Fresh:
    """How long one answer lasts, and what ends it."""

    seconds: float
    tags: tuple[str, ...] = ()
    # As tags, but a moment later: rows of a list.
    members: tuple[str, ...] = ()


# What a kept answer to a request depends on, given the parameters of its path and the answer.
Keep = Callable[[dict[str, str], Any], Fresh]


def for_seconds(seconds: float, *tags: str) -> Keep:
    """Kept for so long, or until one of these changes."""
    return lambda _parameters, _answer: Fresh(seconds, tags)


def an_event(seconds: float) -> Keep:
    """One event."""

    def keep(_parameters: dict[str, str], answer: Any) -> Fresh:
        tags = (f"event:{answer.id}",)
        return Fresh(seconds if _is_whole(answer) else _INCOMPLETE_SECONDS, tags)

    return keep


def of_event(seconds: float) -> Keep:
    """Something of the event that the path names."""
    return lambda parameters, _answer: Fresh(seconds, (f"event:{parameters['id']}",))


def list_of_events(seconds: float) -> Keep:
    """A page of events: another one with every step of any event, newer prices a moment after every trade in it."""

    def keep(_parameters: dict[str, str], answer: Any) -> Fresh:
        whole = all(_is_whole(event) for event in answer.data)
        members = tuple(f"event:{event.id}" for event in answer.data)
        return Fresh(seconds if whole else _INCOMPLETE_SECONDS, (EVENTS,), members)

    return keep


def a_user(seconds: float) -> Keep:
    """What anybody may know about somebody."""
    return lambda parameters, _answer: Fresh(seconds, (f"user:{parameters['id']}",))


def _is_whole(event: Any) -> bool:
    return event.sequence is not None or event.status not in _TRADING


def changed_by(
    path: str, parameters: dict[str, str], body: Any, answer: Any, user_id: str | None
) -> Iterator[str]:
    """The tags of what a command has changed: whoever gave it must see that when they look again."""
    for told in (body, answer, *getattr(body, "predictions", ())):
        event_id = getattr(told, "event_id", None)
        if event_id is not None:
            yield f"event:{event_id}"
    if "event_id" in parameters:
        yield f"event:{parameters['event_id']}"
    if "/events" in path:
        yield EVENTS
        for event_id in (parameters.get("id"), getattr(answer, "id", None)):
            yield f"event:{event_id}"
    if path.endswith("/users/me"):
        yield f"user:{user_id}"
    if "/admin/users/{id}" in path:
        yield f"user:{parameters['id']}"
