"""What event hears: `market-data.markets`, from which it opens events and learns how they came out, `bets` and `users`."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from oraculum.auth.v1.users_fact_pb2 import UsersFact
from oraculum.market_data.v1 import market_data_facts_pb2 as facts
from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum.prediction.v1.bets_fact_pb2 import BetsFact
from oraculum_event import metrics, venue_words
from oraculum_event.authors import Authors
from oraculum_event.crawler import venue_times
from oraculum_event.errors import EventAlreadyResolved, EventNotEditable, EventNotOpened
from oraculum_event.lifecycle import jobs_that_must
from oraculum_event.records import TERMINAL, Changes, Event, Status
from oraculum_event.repository import Events
from oraculum_event.rulebooks import Rulebooks
from oraculum_event.steps import Steps
from oraculum_event.trending import Trending
from oraculum_event.verdicts import venue_verdict
from oraculum_kit import jobs
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import InvalidArgument
from oraculum_kit.inbox import InboxConsumer, Record
from oraculum_kit.kafka import Cluster

_log = structlog.stdlib.get_logger(__name__)

_TRADES_NO_MORE: Final = frozenset(
    {
        pb.VENUE_MARKET_STATUS_CLOSED,
        pb.VENUE_MARKET_STATUS_DETERMINED,
        pb.VENUE_MARKET_STATUS_DISPUTED,
        pb.VENUE_MARKET_STATUS_RESOLVED,
        pb.VENUE_MARKET_STATUS_VOID,
    }
)
_MOVED_AT_LEAST: Final = timedelta(seconds=1)
# How long a venue's word waits for its event's market to open.
_NOT_OPENED_YET: Final = timedelta(seconds=1)


def fills_consumer(cluster: Cluster, database: Database) -> InboxConsumer[BetsFact]:
    """Hear `bets` for what is traded of late. Nobody waits for a trend: what comes within a second is one write."""
    return InboxConsumer(
        cluster=cluster,
        database=database,
        group="event-trending",
        topics={"bets": BetsFact},
        handle=Trending().hear,
        # A fill is counted by its number in its market, and never twice.
        effects_are_unique=True,
        batch_max=5_000,
        apart_seconds=1.0,
    )


def people_consumer(
    cluster: Cluster, database: Database, authors: Authors, *, topic: str = "users"
) -> InboxConsumer[UsersFact]:
    """Hear `users` for what becomes of authors. The numbers of facts make the effects unique.

    The group `event-people` heard of bans alone and passed over the rest, which was told already. Whoever is to know more
    of people than this one takes a new name again, and so hears all that the topic still holds.
    """
    return InboxConsumer(
        cluster=cluster,
        database=database,
        group="event-known-people",
        topics={topic: UsersFact},
        handle=authors.hear,
        effects_are_unique=True,
    )


class VenueMarkets:
    """Turns what the venues say into drafts and verdicts."""

    def __init__(self, database: Database, steps: Steps, rulebooks: Rulebooks, clock: Clock) -> None:
        self._database = database
        self._steps = steps
        self._rulebooks = rulebooks
        self._clock = clock
        self._events = Events()

    def consumer(self, cluster: Cluster) -> InboxConsumer[facts.MarketsFact]:
        """Hear the topic."""
        return InboxConsumer(
            cluster=cluster,
            database=self._database,
            group="event",
            topics={"market-data.markets": facts.MarketsFact},
            handle=self.hear,
        )

    async def hear(self, connection: Connection, records: Sequence[Record[facts.MarketsFact]]) -> None:
        """Handle what a poll gave; the latest word on a market is the one that counts."""
        changes = {
            (change.market.venue, change.market.venue_market_id): change
            for change in (record.message.venue_market_changed for record in records)
        }
        known = await self._events.of_venue_markets(connection, list(changes))
        # In the order of their ids, so that two replicas take row locks in the same order.
        for key, event_id in sorted(known.items(), key=lambda item: item[1]):
            event = await self._events.locked(connection, event_id)
            if event is not None and event.status not in TERMINAL:
                await self._follow(connection, event, changes[key])
        await self._open(connection, [change for key, change in changes.items() if key not in known])

    async def _open(self, connection: Connection, changes: Iterable[facts.VenueMarketChanged]) -> None:
        """Open what the rules want, as far as their bounds allow."""
        now = self._clock.now()
        book = await self._rulebooks.current(connection)
        wanted = [found for change in changes if (found := book.draft(change, now)) is not None]
        tags = {rule.tag for rule, _ in wanted}
        # Usually every rule is full, and nobody needs to wait for anybody.
        stand = await self._events.count_open_by_rule(connection, tags) if wanted else {}
        if any(stand[rule.tag] < rule.open_max for rule, _ in wanted):
            # After all row locks, so that nobody waits in a ring.
            await self._events.hold_crawler(connection)
            stand = await self._events.count_open_by_rule(connection, tags)
        for rule, draft in wanted:
            if stand[rule.tag] >= rule.open_max:
                metrics.CRAWLED.labels(rule.name, "full").inc()
                continue
            opened = await self._steps.opening.draft(connection, draft)
            stand[rule.tag] += opened is not None
            metrics.CRAWLED.labels(rule.name, "known" if opened is None else "opened").inc()

    async def _follow(self, connection: Connection, event: Event, change: facts.VenueMarketChanged) -> None:
        """Take a venue's word. What cannot be taken yet is kept; it is the latest word that counts."""
        kept: bytes | None = None
        try:
            await self._take(connection, event, change)
        except EventAlreadyResolved:
            # Another result waits for an administrator or may be challenged. If it is withdrawn, this is heard again.
            _log.warning("venue_result.disagrees", event_id=str(event.event_id))
            kept = change.SerializeToString()
        except EventNotOpened:
            kept = change.SerializeToString()
            await venue_words.hear_again(connection, event.event_id, self._clock.now() + _NOT_OPENED_YET)
        await self._events.keep_venue_word(connection, event.event_id, kept)

    async def _take(self, connection: Connection, event: Event, change: facts.VenueMarketChanged) -> None:
        verdict = venue_verdict(event, change.market)
        if verdict is None:
            if change.market.HasField("resolution") and change.market.resolution.final:
                _log.warning("venue_result.not_understood", event_id=str(event.event_id))
            await self._move(connection, event, change)
            return
        source = f"venue:{change.market.venue}"
        if verdict.payout is None:
            await self._steps.results.cancel(
                connection, event.event_id, source=source, note=verdict.note, actor_user_id=None
            )
        else:
            await self._steps.results.resolve(
                connection,
                event.event_id,
                verdict.payout,
                source=source,
                note=verdict.note,
                actor_user_id=None,
            )

    async def hear_again_job(self, job: jobs.Job) -> None:
        """Hear a venue's word once more, if it is still its last and could not be taken."""
        event_id = UUID(job.payload["event_id"])
        async with self._database.transaction() as connection:
            event = await self._events.locked(connection, event_id)
            # The code before this kept the word in its job.
            word = await self._events.venue_word(connection, event_id) or bytes.fromhex(
                job.payload.get("change", "")
            )
            if word and event is not None and event.status not in TERMINAL:
                await self._follow(connection, event, facts.VenueMarketChanged.FromString(word))

    def kinds(self) -> list[jobs.Kind]:
        """The jobs that belong to hearing."""
        return jobs_that_must({venue_words.HEAR_AGAIN: self.hear_again_job})

    async def _move(self, connection: Connection, event: Event, change: facts.VenueMarketChanged) -> None:
        """Follow a venue that closes its market or moves its times, as long as bets are open."""
        if event.status not in {Status.ACTIVE, Status.DRAFT}:
            return
        if change.market.status in _TRADES_NO_MORE:
            # Whoever can see why the venue closed before its time must not bet here on what they see.
            await self._steps.lifecycle.ask_to_lock(connection, event.event_id)
            return
        start, end = venue_times(change.market)
        if start is None or end is None:
            return
        if event.start_time is not None and abs(start - event.start_time) < _MOVED_AT_LEAST:
            return
        try:
            await self._steps.editing.update(
                connection, event.event_id, Changes(start_time=start, end_time=end), version=0
            )
        except InvalidArgument:
            # The new start is so close, or past, that bets must stop now: the venue closed early.
            await self._steps.lifecycle.ask_to_lock(connection, event.event_id)
        except EventNotEditable:
            _log.info("venue_times.too_late", event_id=str(event.event_id))
