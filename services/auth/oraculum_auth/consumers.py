"""What auth hears: audit facts of every service, kept for ever."""

import json
from collections.abc import Sequence

from oraculum.audit.v1 import audit_pb2
from oraculum_auth.repository import Audit
from oraculum_kit.db import Connection, Database
from oraculum_kit.inbox import InboxConsumer, Record
from oraculum_kit.kafka import Cluster
from oraculum_kit.timestamps import from_wire

_audit = Audit()


def audit_consumer(cluster: Cluster, database: Database) -> InboxConsumer[audit_pb2.AuditFact]:
    """Append what the topic `audit` says. A fact's id is its key, so the inbox need not remember it too."""
    return InboxConsumer(
        cluster=cluster,
        database=database,
        group="auth",
        topics={"audit": audit_pb2.AuditFact},
        handle=append,
        effects_are_unique=True,
    )


async def append(connection: Connection, records: Sequence[Record[audit_pb2.AuditFact]]) -> None:
    """Append facts in one statement, whatever their number."""
    facts = [record.message for record in records]
    await _audit.append(
        connection,
        {
            "audit_id": [fact.audit_id for fact in facts],
            "audit_class": [
                audit_pb2.AuditClass.Name(fact.audit_class).removeprefix("AUDIT_CLASS_").lower()
                for fact in facts
            ],
            "service": [fact.service for fact in facts],
            "action": [fact.action for fact in facts],
            "actor_user_id": [fact.actor_user_id for fact in facts],
            "subject_kind": [fact.subject_kind for fact in facts],
            "subject_id": [fact.subject_id for fact in facts],
            "details": [json.dumps(dict(fact.details)) for fact in facts],
            "request_id": [fact.request_id for fact in facts],
            "occurred_at": [from_wire(fact.occurred_at) for fact in facts],
        },
    )
