"""What event tells: the topics `events` and `audit`. Whoever calls holds the event's row lock."""

from datetime import datetime
from uuid import UUID

from oraculum.audit.v1 import audit_pb2
from oraculum.event.v1 import events_fact_pb2 as facts
from oraculum_event.records import Dispute, Event, Proposal
from oraculum_event.wire import dispute_to_wire, event_to_wire, resolution_to_wire
from oraculum_kit import outbox
from oraculum_kit.caller import Caller, caller_or_none
from oraculum_kit.db import Connection
from oraculum_kit.ids import uuid7
from oraculum_kit.timestamps import to_wire


async def opened(connection: Connection, event: Event) -> None:
    """An event became tradable."""
    fact = facts.EventsFact(event_opened=facts.EventOpened(event=event_to_wire(event)))
    await _tell(connection, event, fact, "event.opened")


async def updated(connection: Connection, event: Event) -> None:
    """An event was edited."""
    fact = facts.EventsFact(event_updated=facts.EventUpdated(event=event_to_wire(event)))
    await _tell(connection, event, fact, "event.updated")


async def locked(connection: Connection, event: Event) -> None:
    """Bets closed."""
    locked = facts.EventLocked(locked_at=to_wire(event.updated_at), event=event_to_wire(event))
    await _tell(connection, event, facts.EventsFact(event_locked=locked), "event.locked")


async def resolved(connection: Connection, event: Event, actor_user_id: UUID | None) -> None:
    """The result stands."""
    fact = facts.EventResolved(resolution=resolution_to_wire(event), event=event_to_wire(event))
    await _tell(connection, event, facts.EventsFact(event_resolved=fact), "event.resolved", actor_user_id)


async def cancelled(connection: Connection, event: Event, actor_user_id: UUID | None) -> None:
    """The event was called off."""
    fact = facts.EventCancelled(resolution=resolution_to_wire(event), event=event_to_wire(event))
    await _tell(connection, event, facts.EventsFact(event_cancelled=fact), "event.cancelled", actor_user_id)


async def proposed(
    connection: Connection, event: Event, proposal: Proposal, actor_user_id: UUID | None
) -> None:
    """A result was proposed and may be disputed."""
    fact = facts.EventProposed(event=event_to_wire(event, proposal))
    await _tell(connection, event, facts.EventsFact(event_proposed=fact), "event.proposed", actor_user_id)


async def disputed(
    connection: Connection, event: Event, proposal: Proposal | None, dispute: Dispute, now: datetime
) -> None:
    """Somebody disputes the proposed result."""
    fact = facts.EventsFact(
        event_id=str(event.event_id),
        event_disputed=facts.EventDisputed(
            dispute=dispute_to_wire(dispute), event=event_to_wire(event, proposal)
        ),
    )
    await outbox.add(connection, topic="events", key=fact.event_id, message=fact)
    await audit_dispute(connection, "dispute.opened", dispute.dispute_id, now, dispute.user_id)


async def audit_dispute(
    connection: Connection, action: str, dispute_id: UUID, now: datetime, actor_user_id: UUID | None = None
) -> None:
    """Note an act on a dispute for the log that nobody edits."""
    await audit(connection, action, dispute_id, now, actor_user_id, subject_kind="dispute")


async def audit(
    connection: Connection,
    action: str,
    subject_id: object,
    now: datetime,
    actor_user_id: UUID | None = None,
    *,
    subject_kind: str = "event",
) -> None:
    """Note an act for the log that nobody edits."""
    caller = caller_or_none()
    if actor_user_id is None and caller is not None and caller.user is not None:
        actor_user_id = caller.user.id
    fact = audit_pb2.AuditFact(
        audit_id=str(uuid7()),
        audit_class=_audit_class(actor_user_id, caller),
        service="event",
        action=action,
        actor_user_id=str(actor_user_id) if actor_user_id else "",
        subject_kind=subject_kind,
        subject_id=str(subject_id),
        request_id=caller.request_id if caller else "",
        occurred_at=to_wire(now),
    )
    # What the service does by itself has no order among events: one key for all of it would be one row lock for all.
    await outbox.add(connection, topic="audit", key=fact.actor_user_id or None, message=fact)


def _audit_class(actor_user_id: UUID | None, caller: Caller | None) -> audit_pb2.AuditClass.ValueType:
    if actor_user_id is None:
        return audit_pb2.AUDIT_CLASS_SYSTEM
    if caller is not None and caller.user is not None and "admin" not in caller.user.roles:
        return audit_pb2.AUDIT_CLASS_USER
    return audit_pb2.AUDIT_CLASS_ADMIN


async def _tell(
    connection: Connection,
    event: Event,
    fact: facts.EventsFact,
    action: str,
    actor_user_id: UUID | None = None,
) -> None:
    fact.event_id = str(event.event_id)
    await outbox.add(connection, topic="events", key=fact.event_id, message=fact)
    await audit(connection, action, event.event_id, event.updated_at, actor_user_id)
