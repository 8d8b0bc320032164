"""What auth hears: audit facts of every service, kept for ever."""

from collections.abc import Sequence

from oraculum.audit.v1 import audit_pb2
from oraculum_auth.audit_log import AuditLog
from oraculum_kit.db import Connection, Database
from oraculum_kit.inbox import InboxConsumer, Record
from oraculum_kit.kafka import Cluster


def audit_consumer(cluster: Cluster, database: Database, log: AuditLog) -> InboxConsumer[audit_pb2.AuditFact]:
    """Append what the topic `audit` says, each fact once: the inbox remembers them, a chain cannot."""

    async def append(connection: Connection, records: Sequence[Record[audit_pb2.AuditFact]]) -> None:
        await log.append(connection, [record.message for record in records])

    return InboxConsumer(
        cluster=cluster,
        database=database,
        group="auth",
        topics={"audit": audit_pb2.AuditFact},
        handle=append,
    )
