"""Kafka in: the fills of the topic `bets` move money, in the sequence of each event, once each.

What one poll gives is one transaction. Per event the sequence must go on where it stands: what was applied before is
skipped, what comes too early waits in a table until the missing fill comes, and is never dropped. Applying takes the
event's progress row first, so two replicas that meet (in a rebalance) take turns, and the second finds it done.

What is told of orders that rest is no fill and has no number: it names the fill after which it holds, gives back money
that the order does not need, and waits in a table of its own where that fill is not here yet.

A fill that the ledger refuses can't happen by protocol. When it does, its event halts: the fill and all behind it
wait, settlement is answered BEHIND, other events go on, and an incident is open until the cause is gone.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from oraculum.auth.v1.users_fact_pb2 import UsersFact
from oraculum.prediction.v1.bets_fact_pb2 import BetsFact
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import ServiceError
from oraculum_kit.ids import derived
from oraculum_kit.inbox import InboxConsumer
from oraculum_kit.kafka import Cluster
from oraculum_kit.records import Record
from oraculum_wallet import metrics
from oraculum_wallet.book import Book
from oraculum_wallet.drawing import Drawing, touched_by
from oraculum_wallet.errors import LedgerDisagrees
from oraculum_wallet.fills import Fill, UnreadableFillError, fill_of, recovery_of, transfers_of
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.people import hear
from oraculum_wallet.repository import fills as repository
from oraculum_wallet.repository import reserves as reserves_repository
from oraculum_wallet.repository.fills import Progress
from oraculum_wallet.reserves import Release, release_of
from oraculum_wallet.totals import moved_by
from oraculum_wallet.transfers import Answer, Result, Transfer

_log = structlog.stdlib.get_logger(__name__)

TOPIC: Final = "bets"
GROUP: Final = "wallet"

# Closed by themselves when the event's fills move on; `fill_recovered` is for a person to look at and close.
PASSING_INCIDENTS: Final = ("fill_gap", "fill_refused", "fill_unexpected")

_EVENTS_RESUMED_MAX: Final = 100
# Of one event in one transaction: one that stood still for hours catches up by portions.
FILLS_RESUMED_MAX: Final = 1_000


@dataclass(slots=True)
class _Event:
    """One event's fills while a batch is applied."""

    progress: Progress
    # What is to be applied now, without gaps.
    due: list[Fill]
    # What waits for a fill that is not here.
    early: list[Fill]
    # Whether anything stood in this event's way before, so that its traces must be cleared.
    troubled: bool
    # What is told of its resting orders and not done yet, in the order in which it holds.
    releases: list[Release] = field(default_factory=list)
    released: list[Release] = field(default_factory=list)
    applied: int = 0
    recovered: list[Fill] = field(default_factory=list)
    # Why the next due fill is refused.
    refusal: str | None = None

    @property
    def left(self) -> list[Fill]:
        """What waits after this batch."""
        return [*self.due[self.applied :], *self.early]

    @property
    def after(self) -> Progress:
        """Where the event stands after this batch."""
        sequence = self.progress.sequence + self.applied
        return self.progress._replace(sequence=sequence, halted=self.refusal is not None)


class FillsConsumer:
    """Applies fills to the ledger."""

    def __init__(self, ledger: Ledger, *, resumed_max: int = FILLS_RESUMED_MAX) -> None:
        self._ledger = ledger
        self._resumed_max = resumed_max
        # The event that was tried again last, while there are more than one pass tries.
        self._resumed: str | None = None

    async def handle(self, connection: Connection, records: Sequence[Record[BetsFact]]) -> None:
        """Apply what a poll gave; halted events only put theirs aside."""
        fills: list[Fill] = []
        releases: list[Release] = []
        for record in records:
            if record.message.WhichOneof("fact") == "order_filled":
                fills.append(fill_of(record.message))
            elif (release := release_of(record.message)) is not None:
                releases.append(release)
        if fills or releases:
            await self._apply_or_keep(connection, fills, releases)

    async def resume(self, database: Database) -> None:
        """Try again what waits: the missing fill may have come, the reason to halt may be gone."""
        async with database.connection() as connection:
            event_ids = await repository.events_waiting(
                connection, after=self._resumed, limit=_EVENTS_RESUMED_MAX
            )
        self._resumed = event_ids[-1] if len(event_ids) == _EVENTS_RESUMED_MAX else None
        for event_id in event_ids:
            try:
                await self._resume(database, event_id)
            except ServiceError as error:
                # Another batch was in the way. It has its turn again, and those behind it have theirs.
                _log.warning("fills.not_resumed", event_id=event_id, reason=error.reason)

    async def _resume(self, database: Database, event_id: str) -> None:
        applied = self._resumed_max
        while applied == self._resumed_max:
            async with database.transaction() as connection:
                told = await reserves_repository.waiting(connection, [event_id], self._resumed_max)
                applied = await self._apply_or_keep(connection, [], told, resuming=event_id)

    async def _apply_or_keep(
        self,
        connection: Connection,
        arrived: Sequence[Fill],
        told: Sequence[Release],
        *,
        resuming: str | None = None,
    ) -> int:
        """How many fills were applied."""
        event_ids = {fill.event_id for fill in arrived} | {release.event_id for release in told}
        if resuming:
            event_ids.add(resuming)
        try:
            # A savepoint: if ledger and database ever disagree, the fills must still be kept.
            async with connection.transaction():
                events = await self._sort(connection, arrived, event_ids, retry_halted=resuming is not None)
                for event in events:
                    own = [release for release in told if release.event_id == event.progress.event_id]
                    event.releases = sorted(own, key=lambda release: release.after_sequence)
                await self._apply(connection, events)
                if resuming:
                    done = [release for event in events for release in event.released]
                    await reserves_repository.forget_waiting(connection, done)
        except LedgerDisagrees:
            await self._keep_all(connection, arrived, resuming)
            if told:
                await reserves_repository.keep_waiting(connection, told)
            return 0
        return sum(event.applied for event in events)

    async def _sort(
        self, connection: Connection, arrived: Sequence[Fill], event_ids: set[str], *, retry_halted: bool
    ) -> list[_Event]:
        """Tell what is due, what is early and what was applied before."""
        progress = await repository.lock_progress(connection, event_ids)
        waiting = await self._waiting(connection, arrived, progress, retry_halted=retry_halted)
        fills: dict[str, dict[int, Fill]] = {event_id: {} for event_id in event_ids}
        duplicates = 0
        for fill in (*waiting, *arrived):
            if fill.sequence <= progress[fill.event_id].sequence:
                duplicates += 1
                continue
            known = fills[fill.event_id].setdefault(fill.sequence, fill)
            if known.id != fill.id:
                raise UnreadableFillError(f"fills {known.id} and {fill.id} are both number {fill.sequence}")
        metrics.FILLS_DUPLICATE.inc(duplicates)
        troubled = {fill.event_id for fill in waiting} | {p.event_id for p in progress.values() if p.halted}
        return [
            _sorted(progress[id_], fills[id_], troubled=id_ in troubled, retry=retry_halted)
            for id_ in sorted(fills)
        ]

    async def _waiting(
        self,
        connection: Connection,
        arrived: Sequence[Fill],
        progress: Mapping[str, Progress],
        *,
        retry_halted: bool,
    ) -> list[Fill]:
        """What was put aside and matters now.

        That is all of an event only if something of it may be applied: thousands may wait behind a fill that is not
        here or is refused, and reading them with every poll would stop the whole partition.
        """
        moving = (
            set(progress)
            if retry_halted
            else {
                fill.event_id
                for fill in arrived
                if fill.sequence == progress[fill.event_id].sequence + 1
                and not progress[fill.event_id].halted
            }
        )
        still = [fill for fill in arrived if fill.event_id not in moving]
        waiting = await repository.waiting_fills(connection, moving, self._resumed_max) if moving else []
        return waiting + (await repository.same_waiting(connection, still) if still else [])

    async def _apply(self, connection: Connection, events: Sequence[_Event]) -> None:
        if any(event.due or event.releases for event in events):
            await self._move(connection, events)
        moved = [event for event in events if event.after != event.progress]
        if moved:
            applied = [fill for event in moved for fill in event.due[: event.applied]]
            await repository.advance_progress(connection, [event.after for event in moved], moved_by(applied))
        left = [fill for event in events for fill in event.left]
        if left:
            await repository.keep_waiting(connection, left)
        unreleased = [release for event in events for release in event.releases]
        if unreleased:
            await reserves_repository.keep_waiting(connection, unreleased)
        cleared = [event.progress.event_id for event in events if event.troubled and event.applied]
        if cleared:
            await repository.forget_waiting(connection, cleared)
            await repository.close_incidents(connection, cleared, PASSING_INCIDENTS)
        for event in events:
            await _tell(connection, event)
        metrics.FILLS_APPLIED.inc(sum(event.applied for event in events))

    async def _move(self, connection: Connection, events: Sequence[_Event]) -> None:
        """Let the ledger do what is due, as far as it does."""
        shard = self._ledger.shard()
        due = [fill for event in events for fill in event.due]
        chains = {fill.id: transfers_of(fill, shard) for fill in due}
        releases = [release for event in events for release in event.releases]
        drawn = [fill for fill in due if fill.from_reserve]
        recoveries = itertools.chain(*(recovery_of(fill, shard) for fill in drawn))
        book = await self._ledger.load(
            connection, [*itertools.chain(*chains.values()), *recoveries, *touched_by(releases)]
        )
        named = {fill.order_id for fill in drawn} | {release.order_id for release in releases}
        drawing = Drawing(await reserves_repository.reserves(connection, named) if named else {})
        for event in events:
            _decide(book, drawing, event, chains, shard)
        await self._ledger.write(connection, book)
        if named:
            await reserves_repository.confirm(connection, named)
            ended = {
                release.order_id for event in events for release in event.released if not release.revision
            }
            await reserves_repository.forget(connection, ended)

    async def _keep_all(self, connection: Connection, arrived: Sequence[Fill], resuming: str | None) -> None:
        """Halt the events whose fills these are and keep the fills: a defect must not lose them."""
        event_ids = {fill.event_id for fill in arrived} | ({resuming} if resuming else set())
        progress = await repository.lock_progress(connection, event_ids)
        fresh = [fill for fill in arrived if fill.sequence > progress[fill.event_id].sequence]
        if fresh:
            await repository.keep_waiting(connection, fresh)
        # Of an event whose fills only came again nothing waits, so nothing would ever set it going.
        halted = [
            progress[event_id]
            for event_id in sorted({fill.event_id for fill in fresh} | (event_ids & {resuming}))
        ]
        await repository.advance_progress(connection, [each._replace(halted=True) for each in halted], {})
        for each in halted:
            await _open_incident(
                connection, "fill_unexpected", each, reason="the database refused the transfers"
            )


def fills_consumer(
    cluster: Cluster,
    database: Database,
    fills: FillsConsumer,
    *,
    batch_max: int,
    topic: str = TOPIC,
    group: str = GROUP,
) -> InboxConsumer[BetsFact]:
    """Reads the topic `bets`. Transfer ids and progress make the effects unique, so the inbox needs no rows."""
    return InboxConsumer(
        cluster=cluster,
        database=database,
        group=group,
        topics={topic: BetsFact},
        handle=fills.handle,
        effects_are_unique=True,
        batch_max=batch_max,
    )


def _sorted(progress: Progress, fills: dict[int, Fill], *, troubled: bool, retry: bool) -> _Event:
    """An event's fills, cut where a number is missing; of a halted event nothing is due unless it is tried again."""
    due: list[Fill] = []
    if retry or not progress.halted:
        while (fill := fills.pop(progress.sequence + len(due) + 1, None)) is not None:
            due.append(fill)
    early = [fills[sequence] for sequence in sorted(fills)]
    event = _Event(progress, due, early, troubled)
    if progress.halted and not due:
        # Nothing was tried, so nothing changed: it still stands still.
        event.refusal = "halted before"
    return event


def _decide(
    book: Book, drawing: Drawing, event: _Event, chains: Mapping[str, Sequence[Transfer]], shard: str
) -> None:
    """Apply an event's fills in order, as far as the ledger takes them, and between them what is told of its orders."""
    for fill in event.due:
        _release(book, drawing, event)
        answers = _paid(book, drawing, fill, chains[fill.id])
        refused = next((answer for answer in answers if not _passed(answer.result)), None)
        if refused is not None and refused.result is Result.ALREADY_VOIDED:
            # The shares are the buyer's, so their price is owed, held or not.
            answers = book.apply_linked(recovery_of(fill, shard))
            refused = next((answer for answer in answers if not _passed(answer.result)), refused)
            if all(answer.succeeded for answer in answers):
                event.recovered.append(fill)
                refused = None
        if refused is not None:
            event.refusal = f"{refused.result.name} {refused.message}".rstrip()
            return
        event.applied += 1
    _release(book, drawing, event)


def _paid(book: Book, drawing: Drawing, fill: Fill, chain: Sequence[Transfer]) -> list[Answer]:
    return drawing.draw(book, fill, chain) if fill.from_reserve else book.apply_linked(chain)


def _release(book: Book, drawing: Drawing, event: _Event) -> None:
    """Give back what is told after the fills that are applied."""
    left: list[Release] = []
    for release in event.releases:
        done = release.after_sequence <= event.after.sequence and drawing.release(book, release)
        (event.released if done else left).append(release)
    event.releases = left


def _passed(result: Result) -> bool:
    return result in {Result.CREATED, Result.EXISTS, Result.LINKED_EVENT_FAILED}


async def _tell(connection: Connection, event: _Event) -> None:
    """Open an incident for whatever should not be."""
    for fill in event.recovered:
        await _open_incident(
            connection,
            "fill_recovered",
            event.progress,
            fill=fill,
            reason="the hold of a filled order was voided",
        )
    if event.refusal is not None and event.applied < len(event.due):
        await _open_incident(
            connection, "fill_refused", event.after, fill=event.due[event.applied], reason=event.refusal
        )
    elif event.early and event.refusal is None:
        await _open_incident(connection, "fill_gap", event.after, reason="a fill is missing")


async def _open_incident(
    connection: Connection, kind: str, progress: Progress, *, reason: str, fill: Fill | None = None
) -> None:
    """Write it down, and say it aloud the first time."""
    about = fill.id if fill is not None else progress.sequence + 1
    details = {
        "reason": reason,
        "applied_sequence": progress.sequence,
        "fill_id": fill.id if fill else None,
        "user_id": fill.user_id if fill else None,
        "hold_id": fill.hold_id if fill else None,
    }
    new = await repository.open_incident(
        connection,
        derived("incident", kind, progress.event_id, about),
        kind,
        event_id=progress.event_id,
        reference_id=fill.order_id if fill else None,
        details=details,
    )
    if new:
        metrics.INCIDENTS.labels(kind).inc()
        _log.error("incident.opened", kind=kind, event_id=progress.event_id, **details)


def people_consumer(
    cluster: Cluster, database: Database, *, topic: str = "users", group: str = "wallet-people"
) -> InboxConsumer[UsersFact]:
    """Reads what holds for people. Their numbers make the effects unique."""
    return InboxConsumer(
        cluster=cluster,
        database=database,
        group=group,
        topics={topic: UsersFact},
        handle=hear,
        effects_are_unique=True,
    )
