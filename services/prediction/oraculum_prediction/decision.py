"""How a batch is decided: look up, price, hold, commit, void; and again for what somebody else changed meanwhile.

The steps are those of a bet in ARCHITECTURE.md. A round may end in four ways for an order: answered; left for the next
round because its market was cut out, its commit failed or could not be known; answered with a failure that is not stored,
so that the same key may ask again; or given up for this batch, which says that the outcome is unknown.
"""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final
from uuid import UUID

import psycopg
import structlog

from oraculum.prediction.v1.prediction_service_pb2 import PlaceOrderResponse
from oraculum_kit import idempotency
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import DeadlineExceeded, ServiceError, Unavailable
from oraculum_kit.retries import Backoff
from oraculum_prediction import metrics
from oraculum_prediction.batch import Priced, by_event, price, worst_case
from oraculum_prediction.commit import Committed, DecidedElsewhere, commit
from oraculum_prediction.errors import InsufficientFunds, MarketNotFound, MarketNotOpen, OrderAbandoned
from oraculum_prediction.holds import Held, Hold, Holds
from oraculum_prediction.memory import Holdings, Market, Memory
from oraculum_prediction.placement import Outcome, Ticket
from oraculum_prediction.repository import batches, markets, orders
from oraculum_prediction.wire import order as order_message

_log = structlog.stdlib.get_logger(__name__)

ROUNDS_MAX: Final = 8
_WAITS: Final = Backoff(first_seconds=0.01, longest_seconds=0.3)

# The connection is gone or was not to be had, or the server ended our transaction: what was sent last may stand or not.
_LOST: Final = (psycopg.OperationalError, psycopg.InterfaceError)


class Decider:
    """Decides batches, one after the other, with a memory of its own."""

    def __init__(self, database: Database, holds: Holds, clock: Clock, memory: Memory | None = None) -> None:
        self._database = database
        self._holds = holds
        self._clock = clock
        self._memory = memory or Memory()

    async def decide(self, tickets: Sequence[Ticket]) -> None:
        """Answer every ticket."""
        left: list[Ticket] = list(tickets)
        attempted = False
        for wait in islice(_WAITS, ROUNDS_MAX):
            batch = _Round(self._database, self._holds, self._clock, self._memory)
            try:
                left = await batch.run(left)
            except _LOST as error:
                # Nothing that we remember of these markets is sure any more; the next round looks everything up.
                metrics.UNCERTAIN.inc()
                _log.warning("batch.uncertain", orders=len(left), error=repr(error))
                self._memory.drop({ticket.event_id for ticket in left})
                attempted = attempted or batch.committing
                left = [ticket for ticket in left if not ticket.answer.done()]
            except BaseException:
                self._memory.drop({ticket.event_id for ticket in left})
                raise
            if not left:
                break
            await asyncio.sleep(wait)
        for ticket in left:
            ticket.resolve(DeadlineExceeded() if attempted else Unavailable(retry_after_seconds=1))
        self._memory.trim()


class _Round:
    """One passage of a batch through the five steps."""

    def __init__(self, database: Database, holds: Holds, clock: Clock, memory: Memory) -> None:
        self._database = database
        self._holds = holds
        self._clock = clock
        self._memory = memory
        self.committing = False
        self._markets: dict[UUID, Market] = {}
        # Answered for this batch without a stored answer.
        self._failed: set[UUID] = set()

    async def run(self, tickets: Sequence[Ticket]) -> list[Ticket]:
        """Decide what can be decided; the tickets that need another round."""
        with metrics.stage("look up"):
            undecided, refused = await self._look_up(tickets)
        tickets_by_event = by_event(undecided)
        with metrics.stage("price"):
            parts = self._price(tickets_by_event, tickets_by_event)
        # Again for orders that fit only since others have dropped out: nothing is filled that has no money behind it.
        while needing := [
            row.ticket for part in parts.values() for row in part.filled if row.ticket.needs_hold
        ]:
            with metrics.stage("hold"):
                dropped = await self._hold(needing, parts, undecided)
            with metrics.stage("price"):
                parts |= self._price(tickets_by_event, {ticket.event_id for ticket in dropped})
        if not refused and not any(part.filled or part.refused for part in parts.values()):
            return []
        try:
            with metrics.stage("commit"):
                self.committing = True
                done = await commit(self._database, list(parts.values()), refused, self._clock.now())
        except DecidedElsewhere:
            # Those whose market has closed meanwhile are among them: any row that is there fails the whole batch.
            await self._find_rows([ticket for ticket in tickets if not ticket.answer.done()])
            return [ticket for ticket in tickets if not ticket.answer.done()]
        return await self._finish(done, parts, tickets_by_event)

    async def _look_up(
        self, tickets: Sequence[Ticket]
    ) -> tuple[list[Ticket], list[tuple[Ticket, ServiceError]]]:
        """Answer what was answered before, and get everything into memory that pricing the rest needs."""
        async with self._database.connection() as connection:
            stored = await idempotency.find_many(connection, [ticket.placement.command for ticket in tickets])
            new: list[Ticket] = []
            for ticket, answer in zip(tickets, stored, strict=True):
                if answer is not None:
                    ticket.resolve(answer)
                else:
                    new.append(ticket)
            heads = await batches.heads(connection, {ticket.event_id for ticket in new}) if new else {}
            refused: list[tuple[Ticket, ServiceError]] = []
            undecided: list[Ticket] = []
            for ticket in new:
                head = heads.get(ticket.event_id)
                if head is None:
                    refused.append((ticket, MarketNotFound(event_id=ticket.event_id)))
                elif not head.trades:
                    refused.append((ticket, MarketNotOpen(event_id=ticket.event_id)))
                else:
                    undecided.append(ticket)
            await self._remember(connection, undecided, heads)
        return undecided, refused

    async def _remember(
        self,
        connection: Connection,
        tickets: Iterable[Ticket],
        heads: dict[UUID, batches.Head],
    ) -> None:
        people = dict.fromkeys((ticket.placement.user_id, ticket.event_id) for ticket in tickets)
        for event_id in {event_id for _, event_id in people}:
            known = self._memory.get(event_id, heads[event_id].version)
            if known is not None:
                self._markets[event_id] = known
        missing = {event_id for _, event_id in people} - self._markets.keys()
        if missing:
            for row in await markets.markets(connection, list(missing)):
                self._markets[row.event_id] = Market.of(row)
                self._memory.keep(self._markets[row.event_id])
        strangers = [pair for pair in people if pair[0] not in self._markets[pair[1]].people]
        if not strangers:
            return
        found: dict[tuple[UUID, UUID], Holdings] = {pair: {} for pair in strangers}
        for user_id, event_id, outcome, holding in await batches.holdings(connection, strangers):
            found[user_id, event_id][outcome] = holding
        for (user_id, event_id), holdings in found.items():
            self._memory.know(self._markets[event_id], user_id, holdings)

    def _price(
        self, tickets_by_event: dict[UUID, list[Ticket]], event_ids: Iterable[UUID]
    ) -> dict[UUID, Priced]:
        return {
            event_id: price(
                self._markets[event_id],
                [ticket for ticket in tickets_by_event[event_id] if ticket.order_id not in self._failed],
            )
            for event_id in event_ids
        }

    async def _hold(
        self, tickets: Sequence[Ticket], parts: dict[UUID, Priced], undecided: Sequence[Ticket]
    ) -> list[Ticket]:
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
            unheld = [ticket for ticket in undecided if ticket.needs_hold and ticket.verdict is None]
            for ticket in unheld:
                self._fail(ticket, failure)
            return unheld
        dropped: list[Ticket] = []
        for hold, result in zip(holds, results, strict=True):
            if result is Held.YES:
                hold.ticket.held_units = hold.units
                continue
            dropped.append(hold.ticket)
            if result is Held.SHORT:
                hold.ticket.verdict = InsufficientFunds(needed_units=hold.units, asset=hold.asset)
            elif result is Held.OTHER:
                # An earlier attempt that nobody decided. It never will be: this refusal writes the row that says so.
                hold.ticket.held_units = hold.units
                hold.ticket.verdict = OrderAbandoned(order_id=hold.ticket.order_id)
            else:
                self._fail(hold.ticket, Unavailable(retry_after_seconds=1))
        return dropped

    def _fail(self, ticket: Ticket, error: ServiceError) -> None:
        self._failed.add(ticket.order_id)
        ticket.resolve(error)

    async def _finish(
        self, done: Committed, parts: dict[UUID, Priced], tickets_by_event: dict[UUID, list[Ticket]]
    ) -> list[Ticket]:
        for event_id, part in parts.items():
            if event_id not in done.cut_out and part.filled:
                part.draft.adopt()
                _count(part)
        # Who was filled need not wait for the holds of others; who was refused finds his money free.
        _resolve(pair for pair in done.answers if isinstance(pair[1], PlaceOrderResponse))
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
            ticket
            for event_id in done.cut_out
            for ticket in tickets_by_event[event_id]
            if not ticket.answer.done()
        ]

    async def _find_rows(self, tickets: Sequence[Ticket]) -> None:
        """Some order was decided by somebody else: answer those that have a row and no stored answer.

        Those with a stored answer are found by the next round.
        """
        self._memory.drop(self._markets)
        async with self._database.connection() as connection:
            stored = await idempotency.find_many(connection, [ticket.placement.command for ticket in tickets])
            silent = [ticket for ticket, answer in zip(tickets, stored, strict=True) if answer is None]
            states = await orders.states(connection, [ticket.order_id for ticket in silent])
            rows = {row.order_id: row for row in await orders.by_ids(connection, list(states))}
            asked = await orders.asked(connection, list(states))
        for ticket in silent:
            if ticket.order_id not in states:
                continue
            row = rows.get(ticket.order_id)
            if row is None or row.fill_sequence is None:
                ticket.resolve(OrderAbandoned(order_id=ticket.order_id))
            elif asked[ticket.order_id] == _asked(ticket):
                # Its stored answer has been forgotten, it is older than a day; the row still knows.
                ticket.resolve(PlaceOrderResponse(order=order_message(row), replayed=True))
            else:
                ticket.resolve(idempotency.IdempotencyConflict())


def _asked(ticket: Ticket) -> orders.Asked:
    """What this ticket asks for, as its row would say it."""
    order = ticket.placement.order
    return orders.Asked(
        ticket.placement.user_id,
        ticket.event_id,
        order.outcome,
        batches.SIDES[order.side],
        order.amount,
        order.shares,
        order.limit,
    )


def _resolve(answers: Iterable[tuple[Ticket, Outcome]]) -> None:
    for ticket, outcome in answers:
        ticket.resolve(outcome)


def _count(part: Priced) -> None:
    for row in part.filled:
        metrics.FILLS.labels(row.fill.order.side.value).inc()
        metrics.VOLUME.labels(part.draft.asset).inc(row.fill.gross)
