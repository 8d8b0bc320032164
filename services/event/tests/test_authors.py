"""What event hears of people: drafts of whoever is barred go, and what is published stays."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from confluent_kafka import Consumer, TopicPartition

from oraculum.auth.v1 import users_fact_pb2 as facts
from oraculum.event.v1 import event_service_pb2 as pb
from oraculum_event.authors import Authors
from oraculum_event.consumers import people_consumer
from oraculum_event.errors import AuthorBarred
from oraculum_event.repository import People
from oraculum_kit.ids import uuid7
from oraculum_kit.kafka import Cluster, Producer
from oraculum_kit.records import Outgoing, event_headers, fact_type
from oraculum_kit.testing.messaging import eventually, new_topic, running


async def hear(service: Any, sequence: int, *, banned: UUID | None = None, free: UUID | None = None) -> None:
    fact = (
        facts.UsersFact(user_banned=facts.UserBanned(user_id=str(banned)))
        if banned
        else facts.UsersFact(user_unbanned=facts.UserUnbanned(user_id=str(free)))
    )
    authors = Authors(service.steps.opening)
    async with service.database.transaction() as connection:
        await authors.hear(connection, [SimpleNamespace(message=fact, sequence=sequence)])


async def draft(service: Any, author: UUID) -> str:
    request = pb.CreateEventRequest(
        title="Will it rain tomorrow?", event_type=pb.EVENT_TYPE_BINARY, category="weather", unpublished=True
    )
    request.end_time.FromDatetime(service.clock.now() + timedelta(hours=2))
    with service.parties.signed_in(author, tier="verified", idempotency_key=str(uuid7())):
        return (await service.stub.CreateEvent(request)).event.event_id


async def publish(service: Any, event_id: str) -> None:
    """As an administrator, who may still do so."""
    with service.parties.signed_in(uuid7(), roles={"admin"}, idempotency_key=str(uuid7())):
        await service.stub.PublishEvent(pb.PublishEventRequest(event_id=event_id))


async def statuses(service: Any) -> dict[str, str]:
    async with service.database.connection() as connection:
        cursor = await connection.execute("select event_id::text, status from event")
        return dict(await cursor.fetchall())


async def test_drafts_of_whoever_is_barred_are_thrown_away_once(service) -> None:
    author, other = uuid7(), uuid7()
    mine, theirs, published = (
        await draft(service, author),
        await draft(service, other),
        await service.create(),
    )
    await hear(service, 5, banned=author)
    after = {mine: "cancelled", theirs: "draft", published.event_id: "active"}
    assert after == await statuses(service)
    assert 1 == [action for action, _ in await service.audited()].count("event.discarded")
    await hear(service, 6, free=author)
    later = await draft(service, author)
    # Told once more, as Kafka may.
    await hear(service, 5, banned=author)
    assert {**after, later: "draft"} == await statuses(service)


async def test_what_an_author_wrote_in_the_very_moment_is_not_published(service) -> None:
    author = uuid7()
    await hear(service, 1, banned=author)
    event_id = await draft(service, author)
    with pytest.raises(AuthorBarred):
        await publish(service, event_id)
    assert {event_id: "draft"} == await statuses(service)
    assert [] == service.wallet.calls


async def test_who_excluded_themselves_before_this_was_kept_is_known(service, kafka_bootstrap: str) -> None:
    """A release before passed over what was told of them, and said to the broker that it had read it."""
    cluster, author = Cluster(kafka_bootstrap), uuid7()
    topic = new_topic(cluster, 1)
    said = facts.UsersFact(
        play_rules_changed=facts.PlayRulesChanged(user_id=str(author), revision=1, exclusion="self_exclusion")
    )
    said.play_rules_changed.excluded_until.FromDatetime(service.clock.now() + timedelta(days=30))
    headers = event_headers(
        event_id=uuid7(), type=fact_type(said), source="auth", time=service.clock.now(), sequence=1
    )
    async with Producer(cluster) as producer:
        (
            await producer.send_all(
                [Outgoing(topic, str(author).encode(), said.SerializeToString(), headers)]
            )
        ).require()
    before = Consumer(cluster.settings() | {"group.id": "event-people"})
    before.commit(offsets=[TopicPartition(topic, 0, 1)], asynchronous=False)
    before.close()

    async def known() -> bool:
        async with service.database.connection() as connection:
            return await People().exclusion(connection, author) is not None

    async with running(
        people_consumer(cluster, service.database, Authors(service.steps.opening), topic=topic).run
    ):
        await eventually(known)
