"""Paying people what an event came to, in chunks, each of them once.

A chunk is paid by wallet first and written down afterwards, in one transaction with how far the settlement is. Whatever
dies between the two, the chunk comes again with the same transfer ids, and wallet says that they exist. Positions do not
change any more, so the same people are due the same.

A corrected resolution is a new revision and moves differences only, in three steps. First it takes back, from those who had
been paid too much, what they still have, free or behind purchases that rest: their account is never overdrawn, and what they
have spent meanwhile the house bears. Then the house puts into the escrow, which the earlier revision had emptied, all that is
yet to be paid. Then those who are due more are paid, and what is left goes back to the house. A revision that pays everybody
the same moves nothing.

Somebody whom wallet refuses to pay or to take from, which must not happen, keeps nobody else waiting. They are left out of
their chunk, and have no payout then; once everybody had their turn, those without one are tried again, by this run and by every
later one, and the settlement goes no further until all of it is done. What wallet refuses to take back is nobody's loss: it is
still owed.

Orders are not touched: that one is settled, and what it won, is read from its event's settlement (the view `shown_order`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import structlog

from oraculum.audit.v1.audit_pb2 import AUDIT_CLASS_MONEY
from oraculum_kit import outbox
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import ServiceError
from oraculum_kit.jobs import Job
from oraculum_money import PRICE_ONE, Price, Shares, Units
from oraculum_prediction import events, metrics
from oraculum_prediction.commands import Commands
from oraculum_prediction.parked import Parked
from oraculum_prediction.payer import Payer
from oraculum_prediction.pricing import payout
from oraculum_prediction.repository import markets, risk
from oraculum_prediction.repository import settlements as repository
from oraculum_prediction.repository.settlements import (
    EMPTYING,
    PAYING,
    TAKING_BACK,
    Payment,
    Person,
    Settlement,
)

_log = structlog.stdlib.get_logger(__name__)

SETTLE: Final = "settle"
PEOPLE_PER_CHUNK: Final = 500


class Settler:
    """Settles events, each revision after the one before it."""

    def __init__(
        self,
        database: Database,
        wallet_stub: Any,
        clock: Clock,
        commands: Commands,
        *,
        people_per_chunk: int = PEOPLE_PER_CHUNK,
    ) -> None:
        self._database = database
        self._payer = Payer(wallet_stub)
        self._parked = Parked(database, wallet_stub, commands)
        self._clock = clock
        self._people_per_chunk = people_per_chunk

    async def settle(self, job: Job) -> None:
        """Do what is left of an event's settlement; the job's payload names the event."""
        event_id = UUID(job.payload["event_id"])
        while True:
            async with self._database.connection() as connection:
                settlement = await repository.next_undone(connection, event_id)
            if settlement is None:
                return
            await self._step(settlement)

    async def _step(self, settlement: Settlement) -> None:
        match settlement.step:
            case repository.TAKING_BACK:
                await self._take_back(settlement)
            case repository.PAYING:
                await self._pay(settlement)
            case _:
                await self._empty(settlement)

    async def _take_back(self, settlement: Settlement) -> None:
        people = await self._next_people(settlement)
        owing = [payment for payment in _payments(settlement, people) if payment.moved_units < 0]
        taken, _ = await self._take(settlement, owing)
        if people:
            await self._record(settlement, taken, TAKING_BACK, people[-1].user_id, _lost(owing, taken))
            return
        async with self._database.transaction() as connection:
            due_units = await repository.still_due(connection, settlement)
            await self._payer.make_good(settlement, due_units)
            await repository.advance(connection, settlement, step=PAYING)

    async def _take(
        self, settlement: Settlement, owing: Sequence[Payment]
    ) -> tuple[list[Payment], dict[UUID, ServiceError]]:
        """Take back what people have, behind orders too; what was taken, and why from others nothing could be."""
        parked = await self._parked.bring_home(settlement, owing)
        at_hand = [payment for payment in owing if payment.person.user_id not in parked]
        taken, refused = await self._payer.take_back(settlement, at_hand)
        not_taken = {**parked, **refused}
        _tell_refused("settlement.take_back_refused", settlement, not_taken)
        return taken, not_taken

    async def _pay(self, settlement: Settlement) -> None:
        people = await self._next_people(settlement)
        if people:
            # Those with a row of this revision owed something and have had their turn.
            waiting = [person for person in people if not person.done]
            await self._pay_people(settlement, waiting, people[-1].user_id)
            return
        await self._pay_refused(settlement)
        async with self._database.transaction() as connection:
            await repository.advance(connection, settlement, step=EMPTYING)

    async def _pay_people(
        self, settlement: Settlement, people: Sequence[Person], after_user_id: UUID | None
    ) -> list[ServiceError]:
        """Settle with people and write it down, but for those whom wallet refuses: why it does.

        Who still owes something here could not be taken from when all were.
        """
        payments = _payments(settlement, people)
        owing = [payment for payment in payments if payment.moved_units < 0]
        taken, not_taken = await self._take(settlement, owing)
        unpaid = await self._payer.pay(settlement, [each for each in payments if each.moved_units > 0])
        _tell_refused("settlement.payout_refused", settlement, unpaid)
        done = [
            payment
            for payment in payments
            if payment.moved_units >= 0 and payment.person.user_id not in unpaid
        ] + taken
        if done or after_user_id != settlement.after_user_id:
            await self._record(settlement, done, PAYING, after_user_id, _lost(owing, taken))
        return [*not_taken.values(), *unpaid.values()]

    async def _pay_refused(self, settlement: Settlement) -> None:
        """Try again those whom wallet had refused, each once; raises while it refuses any."""
        refusals: list[ServiceError] = []
        tried: UUID | None = None
        while True:
            async with self._database.connection() as connection:
                people = await repository.unpaid(connection, settlement, tried, self._people_per_chunk)
            if not people:
                break
            refusals += await self._pay_people(settlement, people, settlement.after_user_id)
            tried = people[-1].user_id
        if refusals:
            raise refusals[0]

    async def _empty(self, settlement: Settlement) -> None:
        """Give what is left in the escrow to the house, dust to the account for rounding, and say that all is done."""
        rounding_units = _dust(settlement)
        left_units = await self._payer.empty(settlement, rounding_units)
        expected_units = _expected_rest(settlement, rounding_units)
        if left_units != expected_units:
            metrics.HOUSE_RESULT_OFF.inc()
            _log.error(
                "settlement.house_result_off",
                event_id=str(settlement.event_id),
                left_units=left_units,
                expected_units=expected_units,
            )
        async with self._database.transaction() as connection:
            finished = await repository.finish(
                connection, settlement, rounding_units=rounding_units, house_result_units=left_units
            )
            await markets.settle(connection, settlement.event_id)
            if finished:
                await self._tell(connection, settlement, left_units)

    async def _next_people(self, settlement: Settlement) -> list[Person]:
        async with self._database.connection() as connection:
            return await repository.people(connection, settlement, self._people_per_chunk)

    async def _record(
        self,
        settlement: Settlement,
        payments: Sequence[Payment],
        step: int,
        after_user_id: UUID | None,
        lost_units: Units = Units(0),
    ) -> None:
        now = self._clock.now()
        facts = [events.position_settled(settlement, payment, now) for payment in payments]
        async with self._database.transaction() as connection:
            released = await repository.record(connection, settlement, payments) if payments else []
            await outbox.add_many(connection, facts)
            await repository.advance(
                connection,
                settlement,
                step=step,
                after_user_id=after_user_id,
                payments=payments,
                lost_units=lost_units,
            )
            if released:
                await risk.settle(connection, settlement.event_id, released)
        metrics.SETTLED.inc(len(payments))

    async def _tell(self, connection: Connection, settlement: Settlement, left_units: Units) -> None:
        now = self._clock.now()
        await outbox.add_many(connection, [events.market_settled(settlement, left_units, now)])
        await events.audit(
            connection,
            "market.settled",
            settlement.event_id,
            now=now,
            audit_class=AUDIT_CLASS_MONEY,
            details={
                "revision": str(settlement.revision),
                "paid_units": str(settlement.paid_units),
                "taken_back_units": str(settlement.taken_back_units),
                "lost_units": str(settlement.lost_units),
                "house_result_units": str(left_units),
                "asset": settlement.asset,
            },
        )


def _tell_refused(what: str, settlement: Settlement, refused: Mapping[UUID, ServiceError]) -> None:
    for user_id, refusal in refused.items():
        _log.error(what, event_id=str(settlement.event_id), user_id=str(user_id), error=repr(refusal))


def _lost(owing: Sequence[Payment], taken: Sequence[Payment]) -> Units:
    """What those from whom something could be taken owed beyond what they had."""
    took = {payment.person.user_id: payment.moved_units for payment in taken}
    return Units(
        sum(took[owed.person.user_id] - owed.moved_units for owed in owing if owed.person.user_id in took)
    )


def _payments(settlement: Settlement, people: Sequence[Person]) -> list[Payment]:
    """What each is due, and what is to be moved for it: negative where more was moved before."""
    payments = []
    for person in people:
        parts = _parts(person, settlement.payout_prices)
        due_units = Units(sum(parts))
        payments.append(Payment(person, due_units, Units(due_units - person.moved_units), parts))
    return payments


def _parts(person: Person, payout_prices: Sequence[Price]) -> list[Units]:
    """What each position of a person is paid. Rounded down once, over all of them: the parts are steps of that sum."""
    parts: list[Units] = []
    before = Units(0)
    for count in range(1, len(person.outcomes) + 1):
        held = [Shares(shares) for shares in person.shares[:count]]
        vector = tuple(payout_prices[outcome] for outcome in person.outcomes[:count])
        so_far = payout(held, vector)
        parts.append(Units(so_far - before))
        before = so_far
    return parts


def _dust(settlement: Settlement) -> Units:
    """Whole units that rounding everybody down has left; what corrects another has none of its own."""
    if settlement.corrects:
        return Units(0)
    owed = sum(
        shares * price for shares, price in zip(settlement.sold, settlement.payout_prices, strict=True)
    )
    return Units(owed // PRICE_ONE - settlement.paid_units)


def _expected_rest(settlement: Settlement, rounding_units: Units) -> Units:
    if settlement.corrects:
        return settlement.taken_back_units
    return Units(settlement.escrow_units - settlement.paid_units - rounding_units)
