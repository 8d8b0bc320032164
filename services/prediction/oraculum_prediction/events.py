"""What prediction tells: the topics `bets`, `settlements` and `audit`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum.audit.v1 import audit_pb2
from oraculum.prediction.v1 import bets_fact_pb2 as bets
from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum.prediction.v1 import settlements_fact_pb2 as settlements
from oraculum_kit import outbox
from oraculum_kit.caller import caller_or_none
from oraculum_kit.db import Connection
from oraculum_kit.ids import uuid7
from oraculum_kit.outbox import Fact
from oraculum_kit.timestamps import to_wire
from oraculum_money import Units
from oraculum_prediction import wire
from oraculum_prediction.pricing import Side
from oraculum_prediction.repository.batches import Filled
from oraculum_prediction.repository.settlements import Payment, Settlement

BETS_TOPIC: Final = "bets"
SETTLEMENTS_TOPIC: Final = "settlements"
AUDIT_TOPIC: Final = "audit"


def filled_order(row: Filled, asset: str, filled_at: datetime) -> pb.Order:
    """An order at the moment at which it was filled, with its fill: what its owner is answered."""
    fill, placement = row.fill, row.ticket.placement
    order_id, event_id, user_id = str(placement.order_id), str(placement.event_id), str(placement.user_id)
    side, at = wire.SIDES[fill.order.side], to_wire(filled_at)
    gross, fee = wire.amount(fill.gross, asset), wire.amount(fill.fee, asset)
    return pb.Order(
        order_id=order_id,
        user_id=user_id,
        event_id=event_id,
        outcome=fill.order.outcome,
        side=side,
        status=pb.ORDER_STATUS_FILLED,
        gross=gross,
        fee=fee,
        shares=fill.shares,
        price_millionths=wire.average_price(side, fill.gross, fill.shares),
        created_at=at,
        fill=pb.Fill(
            fill_id=str(row.fill_id),
            order_id=order_id,
            event_id=event_id,
            user_id=user_id,
            outcome=fill.order.outcome,
            side=side,
            shares=fill.shares,
            gross=gross,
            fee=fee,
            sequence=row.sequence,
            price_millionths=row.prices,
            filled_at=at,
        ),
    )


def order_filled(row: Filled, order: pb.Order, filled_at: datetime) -> Fact:
    """The fact by which wallet moves the money and others tell."""
    placement = row.ticket.placement
    bought = row.fill.order.side is Side.BUY
    message = bets.BetsFact(
        event_id=order.event_id,
        order_filled=bets.OrderFilled(
            fill=order.fill,
            hold_transfer_id=str(row.ticket.hold_id) if bought else "",
            volume_units=row.volume_units,
            received_at=to_wire(placement.received_at),
        ),
    )
    return Fact(
        topic=BETS_TOPIC,
        key=order.event_id,
        message=message,
        sequence=row.sequence,
        occurred_at=filled_at,
        traceparent=placement.traceparent,
    )


async def audit(
    connection: Connection,
    action: str,
    event_id: UUID,
    *,
    now: datetime,
    audit_class: audit_pb2.AuditClass.ValueType = audit_pb2.AUDIT_CLASS_SYSTEM,
    details: Mapping[str, str] | None = None,
) -> None:
    """Note an act upon a market for the log that nobody edits."""
    caller = caller_or_none()
    actor = str(caller.user.id) if caller and caller.user else ""
    fact = audit_pb2.AuditFact(
        audit_id=str(uuid7()),
        audit_class=audit_class,
        service="prediction",
        action=action,
        actor_user_id=actor,
        subject_kind="market",
        subject_id=str(event_id),
        details=details or {},
        request_id=caller.request_id if caller else "",
        occurred_at=to_wire(now),
    )
    await outbox.add(connection, topic=AUDIT_TOPIC, key=actor or "prediction", message=fact)


def position_settled(settlement: Settlement, payment: Payment, now: datetime) -> Fact:
    """What one person was paid for all they held."""
    message = settlements.SettlementsFact(
        event_id=str(settlement.event_id),
        position_settled=settlements.PositionSettled(
            user_id=str(payment.person.user_id),
            revision=settlement.revision,
            payout=wire.amount(payment.due_units, settlement.asset),
            profit_loss=wire.amount(Units(payment.person.result_units + payment.due_units), settlement.asset),
            refunded=settlement.refunded,
            settled_at=to_wire(now),
        ),
    )
    return Fact(topic=SETTLEMENTS_TOPIC, key=message.event_id, message=message)


def market_settled(settlement: Settlement, house_result_units: Units, now: datetime) -> Fact:
    """That everybody was paid."""
    message = settlements.SettlementsFact(
        event_id=str(settlement.event_id),
        market_settled=settlements.MarketSettled(
            revision=settlement.revision,
            positions_paid=settlement.people_paid,
            paid=wire.amount(settlement.paid_units, settlement.asset),
            house_result=wire.amount(house_result_units, settlement.asset),
            settled_at=to_wire(now),
        ),
    )
    return Fact(topic=SETTLEMENTS_TOPIC, key=message.event_id, message=message)
