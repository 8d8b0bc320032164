"""What the tests of messaging share: topics of their own, and a table in which handlers leave their effects."""

import pytest
from google.protobuf.wrappers_pb2 import StringValue

from oraculum_kit import outbox
from oraculum_kit.db import Database
from oraculum_kit.kafka import Cluster
from oraculum_kit.records import text_headers
from oraculum_kit.testing.messaging import new_topic, records_of


@pytest.fixture
def cluster(kafka_bootstrap: str) -> Cluster:
    """The broker of this run."""
    return Cluster(kafka_bootstrap, client_id="kit-test")


@pytest.fixture
def topic(cluster: Cluster) -> str:
    """A topic of three partitions."""
    return new_topic(cluster)


class Story:
    """What a test writes into the outbox, finds in Kafka, and finds done in the end."""

    def __init__(self, database: Database, cluster: Cluster, topic: str) -> None:
        self.database = database
        self.cluster = cluster
        self.topic = topic

    async def write(self, *facts: tuple[str, str]) -> None:
        """Store facts, (key, value) each, in one transaction."""
        async with self.database.transaction() as connection:
            await outbox.add_many(
                connection,
                [
                    outbox.Fact(topic=self.topic, key=key, message=StringValue(value=value))
                    for key, value in facts
                ],
            )

    async def told(self, topic: str | None = None) -> list[tuple[str, str]]:
        """The (key, value) pairs of the topic, in order per partition."""
        found = await records_of(self.cluster, topic or self.topic)
        return [
            ((raw.key() or b"").decode(), StringValue.FromString(raw.value() or b"").value) for raw in found
        ]

    async def headers(self, topic: str | None = None) -> list[dict[str, str]]:
        """The headers of the topic's records."""
        return [text_headers(raw) for raw in await records_of(self.cluster, topic or self.topic)]

    async def effects(self) -> list[tuple[str, str]]:
        """What was done, in the order in which it was."""
        async with self.database.connection() as connection:
            cursor = await connection.execute("select key, value from effect order by id")
            return [(key, value) for key, value in await cursor.fetchall()]


@pytest.fixture
async def story(database: Database, cluster: Cluster, topic: str) -> Story:
    """A database, a topic, and a table of effects."""
    async with database.connection() as connection:
        await connection.execute(
            "create table effect (id bigint generated always as identity, key text, value text)"
        )
    return Story(database, cluster, topic)
