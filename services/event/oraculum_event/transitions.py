"""What may follow what, and who may make it so: the one table of an event's life.

    draft -> opening -> active -> locked -> resolving -> resolved
      |         |         |         |           |
      +---------+---------+---------+-----------+------> cancelled

A draft is written and shown to nobody but its author; opening is published, and its market is not open yet. Both are
the status `draft` outside. Overturned is resolving with a proposed result against which a dispute was upheld, while no
other is proposed; both are `resolving` outside. The database refuses what is not here, too (check_event_transition).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where an event stands."""

    DRAFT = "draft"
    OPENING = "opening"
    ACTIVE = "active"
    LOCKED = "locked"
    RESOLVING = "resolving"
    OVERTURNED = "overturned"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"


class Actor(StrEnum):
    """Who may take a step."""

    # Who wrote the draft down.
    AUTHOR = "author"
    ADMIN = "admin"
    # The final result of the venue market that the event was opened from.
    VENUE = "venue"
    # The service itself: a time came, or a peer answered.
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Step:
    """A way from some states to one."""

    name: str
    sources: frozenset[State]
    target: State
    actors: frozenset[Actor]


FINAL: Final = frozenset({State.RESOLVED, State.CANCELLED})

# What is no status of its own outside.
_STORED: Final = {State.OPENING: State.DRAFT, State.OVERTURNED: State.RESOLVING}
_TRADED: Final = frozenset({State.ACTIVE, State.LOCKED})
_PEOPLE: Final = frozenset({Actor.AUTHOR, Actor.ADMIN})
_PLATFORM: Final = frozenset({Actor.PLATFORM})
_JUDGES: Final = frozenset({Actor.ADMIN, Actor.VENUE, Actor.PLATFORM})

STEPS: Final[tuple[Step, ...]] = (
    Step("publish", frozenset({State.DRAFT}), State.OPENING, _PEOPLE),
    # By the platform, when their author is barred.
    Step("discard", frozenset({State.DRAFT}), State.CANCELLED, _PEOPLE | _PLATFORM),
    # The author's account has too little: nothing was taken, and the draft may be edited and published again.
    Step("refuse_payment", frozenset({State.OPENING}), State.DRAFT, _PLATFORM),
    # No market opens with these terms: what was taken goes back, and the draft may be edited and published again.
    Step("refuse_terms", frozenset({State.OPENING}), State.DRAFT, _PLATFORM),
    Step("open", frozenset({State.OPENING}), State.ACTIVE, _PLATFORM),
    # Bets would have closed before the market could be opened, or it never can be and nobody is there to mend it.
    Step("give_up", frozenset({State.OPENING}), State.CANCELLED, _PLATFORM),
    Step(
        "lock", frozenset({State.ACTIVE}), State.LOCKED, frozenset({Actor.ADMIN, Actor.VENUE, Actor.PLATFORM})
    ),
    # With a challenge window; without one `resolve` leads straight to the end.
    Step("propose", _TRADED, State.RESOLVING, _JUDGES),
    # A dispute was upheld: another result takes the place of the one that was wrong, whoever says it. What the
    # administrator says who upheld it may be withdrawn, and then a venue or a deadline may come first.
    Step("overturn", frozenset({State.RESOLVING}), State.OVERTURNED, frozenset({Actor.ADMIN})),
    Step("propose_again", frozenset({State.OVERTURNED}), State.RESOLVING, _JUDGES),
    Step("resolve", _TRADED | {State.OVERTURNED}, State.RESOLVED, _JUDGES),
    # The window is over and no dispute is open.
    Step("finalize", frozenset({State.RESOLVING}), State.RESOLVED, _PLATFORM),
    Step("cancel", _TRADED | {State.RESOLVING, State.OVERTURNED}, State.CANCELLED, _JUDGES),
)


class NotAStepError(Exception):
    """No step of the table leads there for this actor: a defect, whoever asks was refused before."""


def actors(source: State, target: State) -> frozenset[Actor]:
    """Who may take an event from the one to the other; nobody where no step leads there."""
    return frozenset().union(
        *(step.actors for step in STEPS if source in step.sources and step.target is target)
    )


def check_step(source: State, target: State, actor: Actor) -> None:
    """Refuse what is no step of this actor."""
    if actor not in actors(source, target):
        raise NotAStepError(f"{actor.value} does not take an event from {source.value} to {target.value}")


def actor_of(source: str) -> Actor:
    """Who says a result, by the word that stands with it."""
    if source == "admin":
        return Actor.ADMIN
    return Actor.VENUE if source.startswith("venue:") else Actor.PLATFORM


def stored_pairs() -> frozenset[tuple[str, str]]:
    """The pairs of stored statuses that the database must let through."""
    stored = {state: _STORED.get(state, state).value for state in State}
    return frozenset(
        (stored[source], stored[step.target])
        for step in STEPS
        for source in step.sources
        if stored[source] != stored[step.target]
    )
