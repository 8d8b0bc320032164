"""What event hears of people: drafts of whoever is barred go, and what is published stays."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from oraculum.auth.v1 import users_fact_pb2 as facts
from oraculum.event.v1 import event_service_pb2 as pb
from oraculum_event.authors import Authors
from oraculum_event.errors import AuthorBarred
from oraculum_kit.ids import uuid7


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
