"""What prediction tells: the topics `bets`, `settlements`, `risk` and `audit`."""

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
from oraculum_prediction.draft import Filled, Maker
from oraculum_prediction.placement import Placement, Ticket
from oraculum_prediction.pricing import Side
from oraculum_prediction.repository.settlements import Payment, Settlement
from oraculum_prediction.wire import OrderRow

BETS_TOPIC: Final = "bets"
SETTLEMENTS_TOPIC: Final = "settlements"
AUDIT_TOPIC: Final = "audit"
RISK_TOPIC: Final = "risk"


def order_placed(row: Filled, asset: str, filled_at: datetime) -> pb.PlaceOrderResponse:
    """The answer to an order that was filled at once and whole, its fill in it.

    Every part is written in its place: one that is made apart is copied, field by field, into what it becomes a part of.
    """
    order, placement = row.fill.order, _placement(row)
    answer = pb.PlaceOrderResponse()
    told = answer.order
    _write_fill(told.fill, row, asset, filled_at)
    told.order_id = told.fill.order_id
    told.user_id = told.fill.user_id
    told.event_id = told.fill.event_id
    told.outcome = order.outcome
    told.side = told.fill.side
    told.status = pb.ORDER_STATUS_FILLED
    wire.write_amount(told.gross, row.fill.gross, asset)
    wire.write_amount(told.fee, row.fill.fee, asset)
    told.shares = row.fill.shares
    told.price_millionths = wire.average_price(told.side, row.fill.gross, row.fill.shares)
    told.created_at.CopyFrom(told.fill.filled_at)
    told.type = pb.ORDER_TYPE_MARKET
    told.time_in_force = pb.TIME_IN_FORCE_FOK
    told.limit_price_millionths = placement.order.limit or 0
    told.asked_units = order.amount or 0
    told.asked_shares = order.shares or 0
    return answer


def fill(row: Filled, asset: str, filled_at: datetime) -> pb.Fill:
    """One fill."""
    told = pb.Fill()
    _write_fill(told, row, asset, filled_at)
    return told


def _write_fill(told: pb.Fill, row: Filled, asset: str, filled_at: datetime) -> None:
    done = row.fill
    told.fill_id = str(row.fill_id)
    told.order_id = str(row.ticket.order_id)
    told.event_id = str(row.ticket.event_id)
    told.user_id = str(row.ticket.user_id)
    told.outcome = done.order.outcome
    told.side = wire.SIDES[done.order.side]
    told.shares = done.shares
    wire.write_amount(told.gross, done.gross, asset)
    wire.write_amount(told.fee, done.fee, asset)
    told.sequence = row.sequence
    told.price_millionths.extend(row.prices)
    told.filled_at.CopyFrom(to_wire(filled_at))
    told.group_first = row.group_first or row.sequence
    told.role = pb.FillRole.ValueType(row.role)


def order_filled(row: Filled, told: pb.Fill, filled_at: datetime) -> Fact:
    """The fact by which wallet moves the money and others tell."""
    message = bets.BetsFact(event_id=told.event_id)
    fact = message.order_filled
    fact.fill.CopyFrom(told)
    fact.volume_units = row.volume_units
    asked, traceparent = row.ticket, None
    if isinstance(asked, Maker):
        fact.from_reserve = asked.reserved
    else:
        if isinstance(asked, Ticket) and row.fill.order.side is Side.BUY:
            if asked.placement.reserves:
                fact.from_reserve = True
            else:
                fact.hold_transfer_id = str(asked.hold_id)
        if asked.received_at is not None:
            fact.received_at.CopyFrom(to_wire(asked.received_at))
        traceparent = asked.traceparent
    return Fact(
        topic=BETS_TOPIC,
        key=told.event_id,
        message=message,
        sequence=row.sequence,
        occurred_at=filled_at,
        traceparent=traceparent,
    )


def order_changed(
    row: OrderRow, why: bets.OrderEnd.ValueType | None, after_sequence: int, at: datetime
) -> Fact:
    """That an order rests now, or ended: what lies behind it and is not needed goes back. It is no fill and not counted."""
    message = bets.BetsFact(event_id=str(row.event_id))
    if why is None:
        message.order_opened.CopyFrom(
            bets.OrderOpened(order=wire.order(row), revision=row.revision, after_sequence=after_sequence)
        )
    else:
        message.order_ended.CopyFrom(
            bets.OrderEnded(order=wire.order(row), why=why, after_sequence=after_sequence)
        )
    return Fact(
        topic=BETS_TOPIC,
        key=message.event_id,
        message=message,
        sequence=outbox.UNCOUNTED,
        occurred_at=at,
    )


def _placement(row: Filled) -> Placement:
    if not isinstance(row.ticket, Ticket):
        raise TypeError("only an order that came is filled at once and whole")
    return row.ticket.placement


async def audit(
    connection: Connection,
    action: str,
    subject_id: UUID | str,
    *,
    now: datetime,
    subject_kind: str = "market",
    audit_class: audit_pb2.AuditClass.ValueType = audit_pb2.AUDIT_CLASS_SYSTEM,
    details: Mapping[str, str] | None = None,
) -> None:
    """Note an act, upon a market unless another kind of thing is named, for the log that nobody edits."""
    caller = caller_or_none()
    actor = str(caller.user.id) if caller and caller.user else ""
    fact = audit_pb2.AuditFact(
        audit_id=str(uuid7()),
        audit_class=audit_class,
        service="prediction",
        action=action,
        actor_user_id=actor,
        subject_kind=subject_kind,
        subject_id=str(subject_id),
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
