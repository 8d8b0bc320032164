"""Who deleted their account: their inbox and channel are erased, and nothing comes in any more."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from oraculum.auth.v1 import users_fact_pb2 as facts
from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1.settlements_fact_pb2 import PositionSettled, SettlementsFact
from oraculum_kit.testing.messaging import eventually
from oraculum_notification.consumers import Teller

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


async def tell(service: Any, *messages: Any) -> None:
    async with service.database.transaction() as connection:
        await write(connection, *messages)


async def write(connection: Any, *messages: Any) -> None:
    topics = {facts.UsersFact: "users", SettlementsFact: "settlements"}
    records = [
        SimpleNamespace(topic=topics[type(message)], message=message, time=NOW, sampled_trace=None)
        for message in messages
    ]
    await Teller().tell(connection, records)


def registered(user_id: UUID) -> facts.UsersFact:
    return facts.UsersFact(user_registered=facts.UserRegistered(user_id=str(user_id)))


def deleted(user_id: UUID) -> facts.UsersFact:
    return facts.UsersFact(user_deleted=facts.UserDeleted(user_id=str(user_id)))


def paid(user_id: UUID) -> SettlementsFact:
    settled = PositionSettled(
        user_id=str(user_id),
        revision=2,
        payout=Amount(units=5_000_000, asset="USDC"),
        profit_loss=Amount(units=0, asset="USDC"),
    )
    settled.settled_at.FromDatetime(NOW)
    return SettlementsFact(event_id=str(uuid4()), position_settled=settled)


async def kept(service: Any) -> tuple[set[UUID], set[str]]:
    """Whose notices and which channels' messages there are."""
    async with service.database.connection() as connection:
        notices = await (await connection.execute("select user_id from notice")).fetchall()
        messages = await (await connection.execute("select channel from message")).fetchall()
    return {user_id for (user_id,) in notices}, {channel for (channel,) in messages}


async def test_what_was_theirs_is_erased_and_nothing_comes_any_more(service) -> None:
    gone, other = uuid4(), uuid4()
    await tell(service, registered(gone), registered(other), paid(gone))
    assert ({gone, other}, {f"user.{gone}", f"user.{other}"}) == await kept(service)
    await tell(service, deleted(gone))
    assert ({other}, {f"user.{other}"}) == await kept(service)
    # A corrected result, told years later, and the deletion told once more.
    await tell(service, paid(gone), deleted(gone), paid(other))
    assert ({other}, {f"user.{other}"}) == await kept(service)


async def test_what_is_told_before_the_deletion_in_one_batch_is_not_kept(service) -> None:
    gone = uuid4()
    await tell(service, registered(gone), deleted(gone))
    assert (set(), set()) == await kept(service)


async def test_nothing_is_told_behind_a_deletion_that_another_replica_is_writing(service) -> None:
    """Both are in hand at once: whoever tells waits for the deletion, sees it, and writes nothing."""
    gone, other = uuid4(), uuid4()

    async def somebody_waits() -> bool:
        async with service.database.connection() as connection:
            cursor = await connection.execute(
                "select exists (select from pg_locks where not granted and database = "
                "(select oid from pg_database where datname = current_database()))"
            )
            return (True,) == await cursor.fetchone() or telling.done()

    async with service.database.transaction() as deleting:
        await write(deleting, deleted(gone))
        telling = asyncio.create_task(tell(service, paid(gone), paid(other)))
        await eventually(somebody_waits)
    await telling
    assert ({other}, {f"user.{other}"}) == await kept(service)


async def test_two_replicas_that_tell_the_same_people_wait_for_each_other_in_one_order(service) -> None:
    people = [uuid4() for _ in range(20)]
    payouts = [paid(user_id) for user_id in people]
    await asyncio.gather(tell(service, *payouts), tell(service, *payouts[::-1]))
    assert (set(people), {f"user.{user_id}" for user_id in people}) == await kept(service)
