"""Events, their drafts and their lists."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from oraculum_event.records import (
    Changes,
    Draft,
    Event,
    Scale,
)
from oraculum_event.transitions import Actor, State, check_step
from oraculum_kit.db import Connection, Statement, queries

_events: Final = queries("oraculum_event", "sql/events.sql")

_proposals: Final = queries("oraculum_event", "sql/proposals.sql")
_trends: Final = queries("oraculum_event", "sql/trends.sql")

# What a list may be filtered by. Only the filters that are asked for enter the statement, so that the planner sees
# conditions it has indexes for instead of "or the parameter is null".
_FILTERS: Final = {
    "statuses": "status = any (%(statuses)s)",
    "published": "not unpublished",
    "unpublished": "unpublished and status = 'draft'",
    "category": "category = %(category)s",
    "event_type": "event_type = %(event_type)s",
    "creator_user_id": "creator_user_id = %(creator_user_id)s",
    "venue": "venue = %(venue)s",
    "venue_market_id": "venue_market_id = %(venue_market_id)s",
    "query": "search_words @@ websearch_to_tsquery('english', %(query)s)",
}
# What a list may be ordered by, each never null; the id makes the order total.
_ORDERS: Final = {
    "created_at": "created_at",
    "start_time": "coalesce(start_time, end_time)",
    "end_time": "end_time",
    "locks_at": "locks_at",
}
TRENDING: Final = "trending"
SORTS: Final = (*_ORDERS, TRENDING)


@dataclass(frozen=True, slots=True)
class Listing:
    """Which events, in which order."""

    filters: Mapping[str, object]
    sort: str = "created_at"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class _VenueEvent:
    venue: str
    venue_market_id: str
    event_id: UUID


class Events:
    """Events, their drafts and their steps."""

    async def insert(self, connection: Connection, event_id: UUID, draft: Draft, now: datetime) -> bool:
        """Write a draft; False when its venue market has an event already."""
        venue = draft.venue
        inserted = await _events.insert_event.run(
            connection,
            event_id=event_id,
            title=draft.title,
            description=draft.description,
            event_type=draft.event_type.value,
            category=draft.category,
            tags=draft.tags,
            outcome_labels=draft.outcome_labels,
            start_time=draft.start_time,
            end_time=draft.end_time,
            resolution_source=draft.resolution_source,
            asset=draft.asset,
            subsidy_units=draft.subsidy,
            prior_millionths=draft.prior,
            creator_user_id=draft.creator_user_id,
            venue=venue.venue if venue else None,
            venue_market_id=venue.venue_market_id if venue else None,
            venue_outcome_ids=venue.outcome_ids if venue else None,
            venue_url=venue.url if venue else None,
            image_url=draft.image_url,
            now=now,
            search_text=search_text(draft.title, draft.description, draft.tags, draft.outcome_labels),
            unpublished=draft.unpublished,
            publication=0 if draft.unpublished else 1,
            creator_pays=draft.creator_pays,
            creation_fee_units=draft.creation_fee,
            **_scale_columns(draft.scale),
            challenge_seconds=draft.challenge_seconds,
            resolve_by=draft.resolve_by,
            deadline_payout=draft.deadline_payout,
            mechanism=draft.mechanism.value,
        )
        return bool(inserted)

    async def one(self, connection: Connection, event_id: UUID) -> Event | None:
        """One event."""
        return await _events.event.one(connection, Event, event_id=event_id)

    async def locked(self, connection: Connection, event_id: UUID) -> Event | None:
        """One event, its row held until the transaction ends."""
        # Two statements: the view joins, and a row lock on a join would lock resolutions too.
        if await _events.lock_event.value(connection, event_id=event_id) is None:
            return None
        return await self.one(connection, event_id)

    async def several(self, connection: Connection, event_ids: Sequence[UUID]) -> list[Event]:
        """Those that exist, in the order asked."""
        rows = await _events.events_by_id.all(connection, Event, event_ids=list(event_ids))
        by_id = {row.event_id: row for row in rows}
        return [by_id[event_id] for event_id in event_ids if event_id in by_id]

    async def of_venue_markets(
        self, connection: Connection, markets: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], UUID]:
        """The events that were opened from these venue markets."""
        rows = await _events.event_ids_by_venue_market.all(
            connection,
            _VenueEvent,
            venues=[venue for venue, _ in markets],
            venue_market_ids=[market_id for _, market_id in markets],
        )
        return {(row.venue, row.venue_market_id): row.event_id for row in rows}

    async def page(
        self,
        connection: Connection,
        listing: Listing,
        *,
        after: tuple[Any, ...] | None,
        row_count: int,
        skip: int = 0,
    ) -> list[Event]:
        """Rows of a list, after a position or after skipping so many."""
        statement = _page(tuple(sorted(listing.filters)), listing.sort, listing.descending, after is not None)
        position = {"after_value": after[0], "after_id": after[1]} if after else {}
        return await statement.all(
            connection, Event, **listing.filters, **position, row_count=row_count, skip=skip
        )

    async def trending(
        self,
        connection: Connection,
        filters: Mapping[str, object],
        *,
        after: tuple[Any, ...] | None,
        row_count: int,
        skip: int = 0,
    ) -> list[tuple[UUID, float]]:
        """Ids and scores of what is traded most of late, after a position or after skipping so many."""
        position = {"after_score": float(after[0]), "after_id": after[1]} if after else {}
        statement = _trending(tuple(sorted(filters)), after is not None)
        return await statement.tuples(connection, **filters, **position, row_count=row_count, skip=skip)

    async def count(self, connection: Connection, listing: Listing) -> int:
        """How many rows a list has in all."""
        return int(await _count(tuple(sorted(listing.filters))).value(connection, **listing.filters))

    async def standing(self, connection: Connection, event: Event) -> State:
        """Where an event stands, with what only its proposals say."""
        if event.state is State.RESOLVING and await _proposals.is_overturned.value(
            connection, event_id=event.event_id
        ):
            return State.OVERTURNED
        return event.state

    async def move(
        self, connection: Connection, event: Event, target: State, actor: Actor, now: datetime
    ) -> None:
        """Take an event a step further; refused unless the table of steps has it for this actor."""
        check_step(await self.standing(connection, event), target, actor)
        await _events.set_status.run(connection, event_id=event.event_id, status=target.value, now=now)

    async def touch(self, connection: Connection, event: Event, now: datetime) -> None:
        """Count a change of something that belongs to an event and leave it where it stands."""
        await _events.set_status.run(connection, event_id=event.event_id, status=event.status, now=now)

    async def is_due(self, connection: Connection, event_id: UUID) -> bool:
        """Whether the time has come at which an event locks, by the database's clock."""
        return bool(await _events.is_due.value(connection, event_id=event_id))

    async def update(self, connection: Connection, event: Event, changes: Changes, now: datetime) -> None:
        """Change what is given."""
        await _events.update_event.run(
            connection,
            event_id=event.event_id,
            title=changes.title,
            description=changes.description,
            category=changes.category,
            image_url=changes.image_url,
            start_time=changes.start_time,
            end_time=changes.end_time,
            resolution_source=changes.resolution_source,
            tags=changes.tags,
            outcome_labels=changes.outcome_labels,
            prior_millionths=changes.prior,
            subsidy_units=changes.subsidy,
            **_scale_columns(changes.scale),
            mechanism=changes.mechanism.value if changes.mechanism else None,
            search_text=search_text(
                changes.title or event.title,
                event.description if changes.description is None else changes.description,
                event.tags if changes.tags is None else changes.tags,
                event.outcome_labels if changes.outcome_labels is None else changes.outcome_labels,
            ),
            now=now,
        )

    async def publish(self, connection: Connection, event_id: UUID, now: datetime) -> None:
        """Show a draft to everybody; each publication has a number."""
        await _events.publish.run(connection, event_id=event_id, now=now)

    async def unpublish(
        self, connection: Connection, event_id: UUID, now: datetime, refusal: str = ""
    ) -> None:
        """Make an event a draft again that only its author sees, and keep why its market was refused, if it was."""
        await _events.unpublish.run(connection, event_id=event_id, now=now, refusal=refusal)

    async def refusal(self, connection: Connection, event_id: UUID) -> str:
        """Why the market of a draft was refused when it was last published; empty where it was not."""
        return str(await _events.refusal.value(connection, event_id=event_id))

    async def keep_venue_word(self, connection: Connection, event_id: UUID, word: bytes | None) -> None:
        """Keep what an event's venue said last where it could not be taken yet; None forgets an earlier word."""
        await _events.keep_venue_word.run(connection, event_id=event_id, venue_word=word)

    async def venue_word(self, connection: Connection, event_id: UUID) -> bytes | None:
        """What an event's venue said last, where it could not be taken yet."""
        word = await _events.venue_word.value(connection, event_id=event_id)
        return None if word is None else bytes(word)

    async def count_open_by_rule(self, connection: Connection, tags: Collection[str]) -> dict[str, int]:
        """How many events are open that crawler rules opened, by their tags."""
        counted = dict(await _events.count_open_by_rule.tuples(connection, tags=sorted(tags)))
        return {tag: counted.get(tag, 0) for tag in tags}

    async def hold_crawler(self, connection: Connection) -> None:
        """Be the only one who opens events by rule, until the transaction ends."""
        await _events.hold_crawler.run(connection)


def _scale_columns(scale: Scale | None) -> dict[str, object]:
    return {
        "scale_lower": scale.lower if scale else None,
        "scale_upper": scale.upper if scale else None,
        "scale_step": scale.step if scale else None,
        "scale_unit": scale.unit if scale else None,
    }


def search_text(title: str, description: str, tags: Sequence[str], outcome_labels: Sequence[str]) -> str:
    """The words that search looks through; the longest descriptions only in part, an index has its bounds."""
    return " ".join([title, *tags, *outcome_labels, description[:5000]])


@lru_cache(maxsize=512)
def _page(filters: tuple[str, ...], sort: str, descending: bool, after: bool) -> Statement:  # noqa: FBT001  a cache key
    order = _ORDERS[sort]
    direction, beyond = ("desc", "<") if descending else ("asc", ">")
    conditions = [_FILTERS[name] for name in filters]
    if after:
        conditions.append(f"({order}, event_id) {beyond} (%(after_value)s, %(after_id)s)")
    return Statement(
        "list_events",
        f"{_events.list_events.sql}\n{_where(conditions)}\n"
        f"order by {order} {direction}, event_id {direction} limit %(row_count)s offset %(skip)s",
    )


@lru_cache(maxsize=128)
def _trending(filters: tuple[str, ...], after: bool) -> Statement:  # noqa: FBT001  a cache key
    conditions = [_FILTERS[name] for name in filters]
    if after:
        conditions.append("(score, event.event_id) < (%(after_score)s, %(after_id)s)")
    return Statement(
        "trending",
        f"{_trends.trending.sql}\n{_where(conditions)}\n"
        "order by score desc, event.event_id desc limit %(row_count)s offset %(skip)s",
    )


@lru_cache(maxsize=128)
def _count(filters: tuple[str, ...]) -> Statement:
    conditions = [_FILTERS[name] for name in filters]
    return Statement("count_events", f"select count(*) from event {_where(conditions)}")  # noqa: S608  ours


def _where(conditions: Sequence[str]) -> str:
    return f"where {' and '.join(conditions)}" if conditions else ""
