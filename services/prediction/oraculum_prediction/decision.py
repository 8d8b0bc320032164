"""How a batch is decided: look up, price, hold, commit, void; and again for what somebody else changed meanwhile.

The steps are those of a bet in ARCHITECTURE.md. A round may end in four ways for an order: answered; left for the next
round because its market was cut out, its commit failed or could not be known; answered with a failure that is not stored,
so that the same key may ask again; or given up for this batch, which says that the outcome is unknown.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Final
from uuid import UUID

import psycopg
import structlog
from google.protobuf.message import Message

from oraculum.prediction.v1.prediction_service_pb2 import CancelOrdersResponse
from oraculum_kit import idempotency
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import DeadlineExceeded, ServiceError, Unavailable
from oraculum_kit.retries import Backoff
from oraculum_prediction import metrics, statuses
from oraculum_prediction.batch import Priced, by_event, price, worst_case
from oraculum_prediction.commit import Committed, DecidedElsewhere, commit
from oraculum_prediction.errors import (
    InsufficientFunds,
    MarketNotFound,
    MarketNotOpen,
    MoneyFrozen,
    OrderAbandoned,
)
from oraculum_prediction.holds import Held, Hold, Holds
from oraculum_prediction.memory import Holdings, Market, Memory
from oraculum_prediction.placement import Act, Outcome, Task, Ticket
from oraculum_prediction.recalling import recall, refuse_edited
from oraculum_prediction.repository import batches, markets
from oraculum_prediction.repository import resting as resting_repository
from oraculum_prediction.risk import metrics as risk_metrics
from oraculum_prediction.risk import reviews
from oraculum_prediction.risk.book import LimitsMoved
from oraculum_prediction.risk.desk import Desk, Sitting

_log = structlog.stdlib.get_logger(__name__)

ROUNDS_MAX: Final = 8
_WAITS: Final = Backoff(first_seconds=0.01, longest_seconds=0.3)

# The connection is gone or was not to be had, or the server ended our transaction: what was sent last may stand or not.
_LOST: Final = (psycopg.OperationalError, psycopg.InterfaceError)


class Decider:
    """Decides batches, one after the other, with a memory of its own."""

    def __init__(
        self, database: Database, holds: Holds, clock: Clock, desk: Desk, memory: Memory | None = None
    ) -> None:
        self._database = database
        self._holds = holds
        self._clock = clock
        self._desk = desk
        self._memory = memory or Memory()

    async def decide(self, tasks: Sequence[Task]) -> None:
        """Answer every task."""
        left: list[Task] = list(tasks)
        attempted = slow = False
        for wait in islice(_WAITS, ROUNDS_MAX):
            batch = _Round(self._database, self._holds, self._clock, self._desk, self._memory)
            try:
                left = await batch.run(left)
            except _LOST as error:
                if isinstance(error, psycopg.errors.QueryCanceled) and not batch.committing:
                    _log.warning("batch.slow", orders=len(left), error=repr(error))
                    if slow:
                        # Hardly by chance: one of these orders asks too much, and all others wait for it.
                        break
                    slow = True
                else:
                    # Nothing that we remember of these markets is sure any more; the next round looks everything up.
                    metrics.UNCERTAIN.inc()
                    _log.warning("batch.uncertain", orders=len(left), error=repr(error))
                    self._memory.drop({task.event_id for task in left})
                    attempted = attempted or batch.committing
                left = [task for task in left if not task.answer.done()]
            except BaseException:
                self._memory.drop({task.event_id for task in left})
                raise
            if not left:
                break
            await asyncio.sleep(wait)
        for task in left:
            task.resolve(DeadlineExceeded() if attempted else Unavailable(retry_after_seconds=1))
        self._memory.trim()


class _Round:
    """One passage of a batch through the five steps."""

    def __init__(self, database: Database, holds: Holds, clock: Clock, desk: Desk, memory: Memory) -> None:
        self._database = database
        self._holds = holds
        self._clock = clock
        self._desk = desk
        self._memory = memory
        self.committing = False
        self._markets: dict[UUID, Market] = {}
        # Answered for this batch without a stored answer.
        self._failed: set[UUID] = set()
        # The database's clock when the batch was looked up: what has expired by then is met by nobody.
        self._now = clock.now()

    async def run(self, tasks: Sequence[Task]) -> list[Task]:
        """Decide what can be decided; the tasks that need another round."""
        with metrics.stage("look up"):
            undecided, refused, sitting = await self._look_up(tasks)
        tasks_by_event = by_event(undecided)
        with metrics.stage("price"):
            parts = self._price(tasks_by_event, tasks_by_event, sitting)
        # Again for orders that fit only since others have dropped out: nothing is filled that has no money behind it.
        while needing := [
            ticket for part in parts.values() for ticket in part.tickets() if ticket.needs_hold
        ]:
            with metrics.stage("hold"):
                dropped = await self._hold(needing, parts, undecided)
            with metrics.stage("price"):
                parts |= self._price(tasks_by_event, {task.event_id for task in dropped}, sitting)
        for part in parts.values():
            _resolve((task, CancelOrdersResponse()) for task in part.idle)
        if not refused and not any(part.steps or part.refused for part in parts.values()):
            return []
        try:
            with metrics.stage("commit"):
                self.committing = True
                done = await commit(self._database, list(parts.values()), refused, sitting, self._clock.now())
        except LimitsMoved:
            # Nothing was written, and what we remember of the markets still holds.
            risk_metrics.MOVED.inc()
            return [task for task in tasks if not task.answer.done()]
        except DecidedElsewhere:
            # Those whose market has closed meanwhile are among them: any row that is there fails the whole batch.
            await self._find_rows([task for task in tasks if not task.answer.done()])
            return [task for task in tasks if not task.answer.done()]
        sitting.done()
        return await self._finish(done, parts, tasks_by_event)

    async def _look_up(
        self, tasks: Sequence[Task]
    ) -> tuple[list[Task], list[tuple[Task, ServiceError]], Sitting]:
        """Answer what was answered before, and get everything into memory that pricing the rest needs."""
        async with self._database.connection() as connection:
            new = await _unanswered(connection, tasks)
            heads = await _heads(connection, new)
            if any(head.any_held for head in heads.values()):
                # The answer that it waits is kept for a day, and it may wait for longer.
                await _answer_from_rows(connection, new)
                new = [task for task in new if not task.answer.done()]
            # Its answer may be forgotten, and what would be refused now was filled then.
            if late := [task for task in new if _is_late(task, heads)]:
                await _answer_from_rows(connection, late)
                new = [task for task in new if not task.answer.done()]
            refused: list[tuple[Task, ServiceError]] = []
            undecided: list[Task] = []
            for task in new:
                head = heads.get(task.event_id)
                if head is None:
                    refused.append((task, MarketNotFound(event_id=task.event_id)))
                elif not (head.trades if task.needs_trading else head.is_open):
                    refused.append((task, MarketNotOpen(event_id=task.event_id)))
                else:
                    self._now = head.now
                    undecided.append(task)
            await self._remember(connection, undecided, heads)
            await refuse_edited(connection, undecided)
            sitting = await self._desk.look_up(connection, undecided, self._markets)
        return undecided, refused, sitting

    async def _remember(
        self,
        connection: Connection,
        tasks: Iterable[Task],
        heads: dict[UUID, batches.Head],
    ) -> None:
        people = {(task.user_id, task.event_id): None for task in tasks if task.user_id is not None}
        for event_id in {task.event_id for task in tasks}:
            known = self._memory.get(event_id, heads[event_id].version)
            if known is not None:
                self._markets[event_id] = known
        unread = list({task.event_id for task in tasks} - self._markets.keys())
        if unread:
            people.update(dict.fromkeys(await self._read(connection, unread)))
        strangers = [pair for pair in people if pair[0] not in self._markets[pair[1]].people]
        found: dict[tuple[UUID, UUID], Holdings] = {pair: {} for pair in strangers}
        if strangers:
            for user_id, event_id, outcome, holding in await batches.holdings(connection, strangers):
                found[user_id, event_id][outcome] = holding
        # From here on nothing is waited for: whoever remembers a market knows everybody whose orders rest in it.
        for event_id in unread:
            self._memory.keep(self._markets[event_id])
        for (user_id, event_id), holdings in found.items():
            self._memory.know(self._markets[event_id], user_id, holdings)

    async def _read(self, connection: Connection, event_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
        """Read markets with all that rests in them; whose that is, as (user, event): they may be met."""
        rows = await markets.markets(connection, event_ids)
        rests = await resting_repository.resting(connection, event_ids)
        for row in rows:
            market = self._markets[row.event_id] = Market.of(row)
            market.rest(rests[row.event_id])
        return [(order.user_id, event_id) for event_id, resting in rests.items() for order in resting]

    def _price(
        self, tasks_by_event: dict[UUID, list[Task]], event_ids: Iterable[UUID], sitting: Sitting
    ) -> dict[UUID, Priced]:
        return {
            event_id: price(
                self._markets[event_id],
                [task for task in tasks_by_event[event_id] if task.order_id not in self._failed],
                self._now,
                sitting.gate(self._markets[event_id]),
            )
            for event_id in event_ids
        }

    async def _hold(
        self, tickets: Sequence[Ticket], parts: dict[UUID, Priced], undecided: Sequence[Task]
    ) -> Sequence[Task]:
        """Hold the worst case of purchases; those that drop out, so that their markets are priced again."""
        holds = [
            Hold(ticket, draft.asset, worst_case(draft, ticket))
            for ticket in tickets
            for draft in [parts[ticket.event_id].draft]
        ]
        try:
            results = await self._holds.take(holds)
        except ServiceError as error:
            # Without wallet no purchase; sales go on. A hold that was made all the same is wallet's to sweep.
            failure = error if isinstance(error, DeadlineExceeded) else Unavailable(retry_after_seconds=1)
            # Those that did not fit are among them: they may fit now, and would only ask in vain once more.
            unheld = [
                task
                for task in undecided
                if not isinstance(task, Act) and task.needs_hold and task.verdict is None
            ]
            for task in unheld:
                self._fail(task, failure)
            return unheld
        dropped: list[Task] = []
        for hold, result in zip(holds, results, strict=True):
            if result is Held.YES:
                hold.ticket.held_units, hold.ticket.held_asset = hold.units, hold.asset
                continue
            whole = hold.ticket.whole
            dropped.append(whole)
            if result is Held.SHORT:
                whole.verdict = InsufficientFunds(needed_units=hold.units, asset=hold.asset)
            elif result is Held.FROZEN:
                whole.verdict = MoneyFrozen()
            elif result is Held.OTHER:
                # An earlier attempt that nobody decided. It never will be: this refusal writes the row that says so.
                hold.ticket.held_units = hold.units
                whole.verdict = OrderAbandoned(order_id=hold.ticket.order_id)
            else:
                self._fail(whole, Unavailable(retry_after_seconds=1))
        return dropped

    def _fail(self, task: Task, error: ServiceError) -> None:
        self._failed.add(task.order_id)
        task.resolve(error)

    async def _finish(
        self, done: Committed, parts: dict[UUID, Priced], tasks_by_event: dict[UUID, list[Task]]
    ) -> list[Task]:
        for event_id, at in done.times.items():
            parts[event_id].draft.adopt(at)
        _count([parts[event_id] for event_id in done.times])
        # Who was filled need not wait for the holds of others; who was refused finds his money free.
        _resolve(pair for pair in done.answers if isinstance(pair[1], Message))
        if done.unneeded:
            with metrics.stage("void"):
                await self._holds.void(done.unneeded)
        for _, outcome in done.answers:
            if isinstance(outcome, ServiceError):
                metrics.REFUSED.labels(outcome.reason).inc()
        _resolve(done.answers)
        self._memory.drop(done.cut_out)
        metrics.CUT_OUT.inc(len(done.cut_out))
        return [
            task for event_id in done.cut_out for task in tasks_by_event[event_id] if not task.answer.done()
        ]

    async def _find_rows(self, tasks: Sequence[Task]) -> None:
        """Something was decided by somebody else: answer what has a row and no stored answer.

        What has a stored answer is found by the next round.
        """
        self._memory.drop(self._markets)
        async with self._database.connection() as connection:
            silent = await _unanswered(connection, tasks, resolve=False)
            await _answer_from_rows(connection, silent)


async def _unanswered(connection: Connection, tasks: Sequence[Task], *, resolve: bool = True) -> list[Task]:
    """The tasks of which no answer is stored but that they wait to be looked at; the others get theirs."""
    let_pass = await reviews.let_pass(connection, tasks)
    commands = [task.command for task in tasks if task.command is not None]
    found = iter(await idempotency.find_many(connection, commands) if commands else ())
    new: list[Task] = []
    for task in tasks:
        answer = next(found) if task.command is not None else None
        if answer is None or task.order_id in let_pass:
            new.append(task)
        elif resolve:
            task.resolve(answer)
    return new


async def _heads(connection: Connection, tasks: Sequence[Task]) -> dict[UUID, batches.Head]:
    order_ids = [task.order_id for task in tasks if isinstance(task, Ticket)]
    return await batches.heads(connection, {task.event_id for task in tasks}, order_ids) if tasks else {}


def _is_late(task: Task, heads: Mapping[UUID, batches.Head]) -> bool:
    """Whether an order comes after the time until which it was to stand."""
    head = heads.get(task.event_id)
    return isinstance(task, Ticket) and head is not None and task.placement.terms.expired(head.now)


async def _answer_from_rows(connection: Connection, tasks: Sequence[Task]) -> None:
    """Answer those of which no answer is stored, and a row tells."""
    known = await recall(connection, tasks, await reviews.same(connection, tasks))
    _resolve(await reviews.answers(connection, [task for task in tasks if task.order_id not in known]))
    _resolve((task, known[task.order_id]) for task in tasks if task.order_id in known)


def _resolve(answers: Iterable[tuple[Task, Outcome]]) -> None:
    for task, outcome in answers:
        task.resolve(outcome)


def _count(written: Iterable[Priced]) -> None:
    """Count what was filled, a batch at a time: a metric takes as long for one fill as for all."""
    fills: Counter[str] = Counter()
    volumes: Counter[str] = Counter()
    for part in written:
        for row in part.filled:
            if row.role != statuses.SUBSIDY:
                fills[row.fill.order.side.value] += 1
                volumes[part.draft.asset] += row.fill.gross
    for side, count in fills.items():
        metrics.FILLS.labels(side).inc(count)
    for asset, units in volumes.items():
        metrics.VOLUME.labels(asset).inc(units)
