"""Risk as the engine meets it: one `Risk` per process, a `Desk` per worker, a `Sitting` per round of a batch.

sitting = await desk.look_up(connection, tickets, markets)     a statement or two, whatever the number of orders
gate = sitting.gate(market)                                    while the market is priced: pure
answers = sitting.answers(refusals)                            those that are held are answered as pending
await sitting.write(connection, written, refusals)             last in the transaction
sitting.done()                                                 once it is committed
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection
from oraculum_kit.errors import ServiceError
from oraculum_kit.identity import IdentityRules
from oraculum_prediction import statuses
from oraculum_prediction.batch import Priced
from oraculum_prediction.memory import Market
from oraculum_prediction.placement import Answer, Task, Ticket, tickets_of
from oraculum_prediction.pricing import Side
from oraculum_prediction.repository import risk_reviews
from oraculum_prediction.repository.risk_alerts import AlertRow
from oraculum_prediction.repository.risk_reviews import PENDING, ReviewRow
from oraculum_prediction.repository.risk_triggers import Waiting
from oraculum_prediction.risk import alerts, metrics
from oraculum_prediction.risk.book import Person, RiskBook, Used
from oraculum_prediction.risk.company import Asked, Companies, Sightings
from oraculum_prediction.risk.errors import HouseLimitReached, LimitReached, OrderHeld
from oraculum_prediction.risk.gate import Gate, asker
from oraculum_prediction.risk.placing import request_of
from oraculum_prediction.risk.policy import Policies
from oraculum_prediction.risk.reviews import frozen_limit, pending_order
from oraculum_prediction.risk.triggers import TriggerBook

Refusals = Sequence[tuple[Task, ServiceError]]

_TOLD_MAX: Final = 100_000


class Told:
    """Who was told of which limit today, so that the database is not asked for every refused order."""

    def __init__(self) -> None:
        self._day = date.min
        self._people: set[tuple[UUID, str]] = set()

    def is_new(self, day: date, user_id: UUID, rule: str) -> bool:
        """Whether it is worth a look; the database knows for certain."""
        if day != self._day or len(self._people) > _TOLD_MAX:
            self._day, self._people = day, set()
        if (user_id, rule) in self._people:
            return False
        self._people.add((user_id, rule))
        return True


@dataclass(frozen=True, slots=True)
class Risk:
    """What the workers of a process share."""

    clock: Clock
    policies: Policies
    sightings: Sightings
    triggers: TriggerBook
    told: Told
    identity: IdentityRules

    @classmethod
    def new(cls, clock: Clock, identity: IdentityRules) -> "Risk":
        """Risk that knows nothing yet."""
        return cls(clock, Policies(), Sightings(clock), TriggerBook(), Told(), identity)

    def desk(self) -> "Desk":
        """A desk for one worker."""
        return Desk(self)


class Desk:
    """Where the batches of one worker are checked."""

    def __init__(self, risk: Risk) -> None:
        self._risk = risk
        self._book = RiskBook(risk.policies, risk.clock, risk.identity)

    async def look_up(
        self, connection: Connection, tasks: Iterable[Task], markets: Mapping[UUID, Market]
    ) -> "Sitting":
        """What must be known of the people and companies behind these orders."""
        tickets = [ticket for task in tasks for ticket in tickets_of(task)]
        people = {
            (ticket.user_id, market.asset, market.category)
            for ticket in tickets
            for market in [markets[ticket.event_id]]
        }
        assets = {event_id: market.asset for event_id, market in markets.items()}
        persons = [asker(ticket, assets[ticket.event_id]) for ticket in tickets]
        askers = {(person.user_id, person.asset): person for person in persons}
        used = await self._book.look_up(connection, people, persons)
        companies = await self._risk.sightings.look(
            connection,
            [
                Asked(
                    ticket.user_id,
                    ticket.event_id,
                    ticket.order.outcome,
                    ticket.order.side,
                    ticket.placement.origin,
                )
                for ticket in tickets
            ],
        )
        return Sitting(self._risk, used, companies, askers, assets)


class Sitting:
    """What risk knows and notes of one round of a batch."""

    def __init__(
        self,
        risk: Risk,
        used: Used,
        companies: Companies,
        askers: Mapping[tuple[UUID, str], Person],
        assets: dict[UUID, str],
    ) -> None:
        self._risk = risk
        self._used = used
        self._companies = companies
        self._askers = askers
        self._assets = assets
        self._crossed: list[Waiting] = []
        self._refused: list[ServiceError] = []

    def gate(self, market: Market) -> Gate:
        """The door of a market that is priced now."""
        return Gate(market, self._used, self._companies)

    async def conclude(self, connection: Connection, tickets: Iterable[Ticket]) -> bool:
        """Note that orders which were let pass are decided now; False when somebody else decides or decided one."""
        reviewed = [ticket.order_id for ticket in tickets if ticket.placement.origin.reviewed]
        return not reviewed or await risk_reviews.conclude(connection, reviewed)

    def answers(self, refusals: Refusals) -> list[tuple[Task, Answer]]:
        """What refused orders are answered with: those that are held are pending."""
        now = self._risk.clock.now()
        return [
            (task, pb.PlaceOrderResponse(order=pending_order(self._review(task, error), now)))
            if isinstance(error, OrderHeld) and isinstance(task, Ticket)
            else (task, error)
            for task, error in refusals
        ]

    async def write(self, connection: Connection, written: Sequence[Priced], refusals: Refusals) -> None:
        """Write what risk has to keep of a batch, last in its transaction.

        Raises `LimitsMoved` when others used the same limits meanwhile: the transaction must not commit then.
        """
        self._refused = [error for _, error in refusals]
        held = [
            self._review(task, error)
            for task, error in refusals
            if isinstance(error, OrderHeld) and isinstance(task, Ticket)
        ]
        if held:
            await risk_reviews.insert(connection, held)
        await self._risk.sightings.write(connection)
        self._crossed = [
            trigger
            for part in written
            for last in [*part.filled][-1:]
            for trigger in self._risk.triggers.crossing(part.draft.event_id, last.prices)
        ]
        await alerts.tell(connection, [*map(_held_alert, held), *self._breaches(refusals)])
        await self._used.write(connection, [part.draft.event_id for part in written], self._askers)

    def done(self) -> None:
        """It was committed."""
        self._risk.sightings.written()
        self._risk.triggers.crossed(self._crossed)
        for error in self._refused:
            if isinstance(error, LimitReached | HouseLimitReached):
                metrics.BREACHES.labels(error.metadata["rule"]).inc()
            elif isinstance(error, OrderHeld):
                metrics.HELD.inc()

    def _review(self, ticket: Ticket, held: OrderHeld) -> ReviewRow:
        placement = ticket.placement
        return ReviewRow(
            order_id=ticket.order_id,
            user_id=ticket.user_id,
            event_id=ticket.event_id,
            outcome=placement.order.outcome,
            side=statuses.BUY if placement.order.side is Side.BUY else statuses.SELL,
            amount_units=placement.order.amount,
            asked_shares=placement.order.shares,
            limit_price=frozen_limit(placement.order, held.proposal),
            tier=placement.origin.tier,
            request=request_of(placement).SerializeToString(deterministic=True),
            request_hash=placement.command.request_hash,
            score=held.suspicion.score,
            signals=held.suspicion.signals,
            status=PENDING,
            received_at=placement.received_at,
            asset=self._assets[ticket.event_id],
            kyc=placement.origin.identity.kyc,
            jurisdiction=placement.origin.identity.jurisdiction,
        )

    def _breaches(self, refusals: Refusals) -> Iterable[AlertRow]:
        today = self._risk.clock.now().date()
        for task, error in refusals:
            if not isinstance(error, LimitReached) or task.user_id is None:
                continue
            rule = error.metadata["rule"]
            if self._risk.told.is_new(today, task.user_id, rule):
                yield alerts.alert(
                    alerts.LIMIT_REACHED,
                    task.user_id,
                    rule,
                    error.message,
                    event_id=task.event_id,
                    order_id=task.order_id,
                )


def _held_alert(row: ReviewRow) -> AlertRow:
    return alerts.alert(
        alerts.ORDER_HELD,
        row.user_id,
        "held",
        "Your order is being looked at before it is placed. No money was touched.",
        event_id=row.event_id,
        order_id=row.order_id,
    )
