"""The table of an event's steps: no way out of an end, somebody for every step, and the database says the same."""

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oraculum_event.transitions import (
    FINAL,
    STEPS,
    Actor,
    NotAStepError,
    State,
    actors,
    check_step,
    stored_pairs,
)

STORED = ["draft", "active", "locked", "resolving", "resolved", "cancelled"]


@given(st.lists(st.tuples(st.sampled_from(State), st.sampled_from(Actor)), max_size=30))
def test_whatever_anybody_tries_an_end_is_an_end(tries: list[tuple[State, Actor]]) -> None:
    """A walk by any actors along any states never leaves a final state, and takes only steps of the table."""
    state, ended = State.DRAFT, False
    for target, actor in tries:
        try:
            check_step(state, target, actor)
        except NotAStepError:
            continue
        assert not ended
        assert any(state in step.sources and step.target is target and actor in step.actors for step in STEPS)
        state, ended = target, target in FINAL


def test_every_step_says_who_may_take_it() -> None:
    """A step that nobody may take, or that leads out of an end, is no step."""
    assert all(step.actors for step in STEPS)
    assert all(step.sources.isdisjoint(FINAL) for step in STEPS)
    assert len({step.name for step in STEPS}) == len(STEPS)


def test_every_state_is_reached_and_only_ends_are_ends() -> None:
    """From a draft one comes everywhere, and from everywhere to an end."""
    reached = {State.DRAFT}
    while grown := {step.target for step in STEPS if step.sources & reached} - reached:
        reached |= grown
    assert reached == set(State)
    assert {state for state in State if any(state in step.sources for step in STEPS)} == set(State) - FINAL


@pytest.mark.parametrize(
    ("source", "target", "actor"),
    [
        (State.DRAFT, State.ACTIVE, Actor.AUTHOR),
        (State.ACTIVE, State.RESOLVED, Actor.AUTHOR),
        (State.LOCKED, State.ACTIVE, Actor.ADMIN),
        (State.RESOLVING, State.RESOLVED, Actor.ADMIN),
        (State.RESOLVING, State.RESOLVED, Actor.VENUE),
        (State.RESOLVING, State.RESOLVING, Actor.ADMIN),
        (State.RESOLVING, State.OVERTURNED, Actor.VENUE),
        (State.RESOLVED, State.CANCELLED, Actor.ADMIN),
    ],
)
def test_what_must_never_happen(source: State, target: State, actor: Actor) -> None:
    """Nobody opens without paying, judges their own event, bets again after the lock, or cuts a challenge short."""
    assert actor not in actors(source, target)


async def test_the_database_lets_through_what_the_table_has_and_nothing_else(service) -> None:
    """Every pair of stored states is tried on a real row."""
    event = await service.create()
    let_through = set()
    async with service.database.connection() as connection:
        await connection.execute("alter table event disable trigger event_transition")
        for source in STORED:
            for target in STORED:
                if source == target:
                    continue
                await connection.execute("alter table event disable trigger event_transition")
                await connection.execute("update event set status = %s", [source])
                await connection.execute("alter table event enable trigger event_transition")
                try:
                    await connection.execute("update event set status = %s", [target])
                except psycopg.errors.IntegrityError:
                    continue
                let_through.add((source, target))
    assert event.event_id
    assert let_through == stored_pairs()
