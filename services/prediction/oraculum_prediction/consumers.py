"""What prediction hears: `events`, by which markets follow their events, and `users`, what holds for people."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from oraculum.auth.v1.users_fact_pb2 import UsersFact
from oraculum.event.v1.event_service_pb2 import Event, Resolution
from oraculum.event.v1.events_fact_pb2 import EventsFact
from oraculum_kit import jobs
from oraculum_kit.db import Connection, Database
from oraculum_kit.inbox import InboxConsumer, Record
from oraculum_kit.kafka import Cluster
from oraculum_kit.timestamps import from_wire
from oraculum_money import Price
from oraculum_prediction.closing import close
from oraculum_prediction.pricing import payout_vector
from oraculum_prediction.repository import markets, settlements
from oraculum_prediction.risk.play import hear
from oraculum_prediction.settlement import SETTLE

_log = structlog.stdlib.get_logger(__name__)

GROUP = "prediction"
TOPIC = "events"


def events_consumer(
    cluster: Cluster, database: Database, *, group: str = GROUP, topic: str = TOPIC
) -> InboxConsumer[EventsFact]:
    """Follow events to their new lock times and to their results."""
    return InboxConsumer(
        cluster=cluster, database=database, group=group, topics={topic: EventsFact}, handle=follow
    )


def people_consumer(
    cluster: Cluster, database: Database, *, topic: str = "users", group: str = "prediction-people"
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


async def follow(connection: Connection, records: Sequence[Record[EventsFact]]) -> None:
    """Do what each fact asks, in order."""
    for record in records:
        await _follow(connection, record.message)


async def _follow(connection: Connection, fact: EventsFact) -> None:
    event_id = UUID(fact.event_id)
    match fact.WhichOneof("fact"):
        case "event_opened":
            await _move_lock(connection, event_id, fact.event_opened.event)
        case "event_updated":
            await _move_lock(connection, event_id, fact.event_updated.event)
        case "event_resolved":
            await _settle(connection, event_id, fact.event_resolved.resolution, refunded=False)
        case "event_cancelled":
            await _settle(connection, event_id, fact.event_cancelled.resolution, refunded=True)
        case _:
            # Locked: the clock has closed the market, or CloseMarket did. What is new to us is not for us.
            pass


async def _move_lock(connection: Connection, event_id: UUID, event: Event) -> None:
    if event.HasField("locks_at"):
        await markets.move_lock(connection, event_id, from_wire(event.locks_at))


async def _settle(connection: Connection, event_id: UUID, resolution: Resolution, *, refunded: bool) -> None:
    """Note the result and ask for the payouts, in the transaction that notes the message."""
    payouts = payout_vector(resolution.payout_millionths)
    market = await markets.market(connection, event_id)
    if market is not None and len(payouts) != len(market.sold):
        # Put aside for a person before anybody is paid by it.
        raise ValueError(f"{len(payouts)} payouts for the {len(market.sold)} outcomes of {event_id}")
    # It is closed by now, for event asked for that before it committed. If it were not, bets on a known result would be
    # worse than a rule that was broken already.
    if await close(connection, event_id, "resolved without being closed"):
        _log.error("market.closed_late", event_id=str(event_id))
    heard = await settlements.hear(
        connection,
        event_id,
        revision=resolution.revision,
        payout_prices=[Price(part) for part in payouts],
        refunded=refunded,
        closing_sequence=resolution.closing_sequence,
    )
    if heard:
        await jobs.schedule(connection, SETTLE, {"event_id": str(event_id)}, unique_key=str(event_id))
    elif market is None:
        # An event may be cancelled before its market was ever opened: nobody holds anything.
        _log.info("settlement.no_market", event_id=str(event_id))
