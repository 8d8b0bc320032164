"""A consumer in a process of its own that dies between the database's commit and the commit of its offsets.

Arguments: database URL, Kafka bootstrap, topic, group.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

from google.protobuf.wrappers_pb2 import StringValue

from oraculum_kit.consumer import GroupConsumer
from oraculum_kit.db import Connection, Database
from oraculum_kit.inbox import InboxConsumer, Record
from oraculum_kit.kafka import Cluster


async def die(consumer: GroupConsumer) -> None:
    """Stand in for the commit of offsets."""
    if consumer._next:
        os.kill(os.getpid(), signal.SIGKILL)


async def apply(connection: Connection, records: Sequence[Record[StringValue]]) -> None:
    """Leave the effect."""
    for record in records:
        await connection.execute(
            "insert into effect (key, value) values (%s, %s)", [record.key, record.message.value]
        )


async def main() -> None:
    """Consume until killed."""
    url, bootstrap, topic, group = sys.argv[1:]
    GroupConsumer.commit = die  # type: ignore[method-assign]
    async with Database(url) as database:
        await InboxConsumer(
            cluster=Cluster(bootstrap),
            database=database,
            group=group,
            topics={topic: StringValue},
            handle=apply,
        ).run()


asyncio.run(main())
