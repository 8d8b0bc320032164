"""Webhooks over real sockets: in order, signed, sent until they are taken, under one id, whatever breaks in between."""

import asyncio
import hashlib
import hmac
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from oraculum.notification.v1 import notification_service_pb2 as notification_pb
from oraculum.notification.v1 import webhook_service_pb2 as pb
from oraculum_kit.ids import uuid7
from oraculum_kit.retries import Backoff
from oraculum_kit.testing.messaging import eventually
from oraculum_notification.records import Line
from oraculum_notification.repository import Channels, Gone
from oraculum_notification.webhooks.addresses import Rules
from oraculum_notification.webhooks.feed import Feed
from oraculum_notification.webhooks.records import Turn
from oraculum_notification.webhooks.repository import Sending
from oraculum_notification.webhooks.sender import Pace
from oraculum_notification.webhooks.signing import Secrets
from oraculum_notification.webhooks.telling import OwnersTeller

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
QUICK = Backoff(first_seconds=0.01, longest_seconds=0.05)


async def told(receiver: Any, count: int) -> None:
    """Wait until a receiver was asked so often."""

    async def so_often() -> bool:
        return len(receiver.received) >= count

    await eventually(so_often)


async def stands(owner: Any, status: pb.SubscriptionStatus.ValueType, delivered: int) -> pb.Subscription:
    """Wait until the owner has one subscription, and it stands there."""
    found: list[pb.Subscription] = []

    async def there() -> bool:
        found[:] = await owner.subscriptions()
        return [(one.status, one.delivered_sequence) for one in found] == [(status, delivered)]

    await eventually(there)
    return found[0]


class TestSending:
    async def test_what_was_asked_for_is_told_in_order_and_signed(
        self, owner, receiver, start_sending
    ) -> None:
        made = await owner.subscribe(f"{receiver.url}/told?by=us", "balance.updated")
        await owner.hear("a", "b", "c")
        async with start_sending(owner.service):
            await stands(owner, pb.SUBSCRIPTION_STATUS_ACTIVE, 3)
        assert (["a", "b", "c"], [1, 2, 3]) == (receiver.words, receiver.sequences)
        first = receiver.received[0]
        assert ("/told?by=us", "balance.updated") == (first.path, first.said["type"])
        assert first.headers["x-oraculum-delivery"] == first.said["id"]
        time, _, signature = first.headers["x-oraculum-signature"].partition(",v1=")
        signed = time.removeprefix("t=").encode() + b"." + first.body
        assert hmac.new(made.secret.encode(), signed, hashlib.sha256).hexdigest() == signature

    async def test_what_is_not_taken_is_sent_again_under_its_id_before_what_follows(
        self, owner, receiver, start_sending
    ) -> None:
        await owner.subscribe(receiver.url)
        receiver.answers = [500, 503]
        await owner.hear("a", "b")
        async with start_sending(owner.service):
            await stands(owner, pb.SUBSCRIPTION_STATUS_ACTIVE, 2)
        assert ["a", "a", "a", "b"] == receiver.words
        assert 1 == len({one.said["id"] for one in receiver.received[:3]})
        assert 1 == len({one.body for one in receiver.received[:3]})

    async def test_who_dies_between_sending_and_remembering_sends_it_again(
        self, owner, receiver, start_sending
    ) -> None:
        """It was sent and taken, and nothing could be written of it: the cursor stays, and the lease ends."""
        await owner.subscribe(receiver.url)

        async def break_off() -> None:
            receiver.before = None
            async with owner.service.database.connection() as connection:
                await connection.execute("alter table webhook add constraint broken check (delivered = 0)")

        receiver.before = break_off
        await owner.hear("a", "b")
        async with start_sending(owner.service, Pace(lease_seconds=0.3, backoff=QUICK)):
            await told(receiver, 2)
            async with owner.service.database.connection() as connection:
                await connection.execute("alter table webhook drop constraint broken")
            await stands(owner, pb.SUBSCRIPTION_STATUS_ACTIVE, 2)
        assert ["a", "b"] == list(dict.fromkeys(receiver.words))
        told_again = {one.body for one in receiver.received if one.said["data"]["word"] == "a"}
        assert (True, 1) == (receiver.words.count("a") > 1, len(told_again))

    async def test_who_was_away_for_longer_than_its_lease_moves_no_cursor(
        self, owner, receiver, start_sending
    ) -> None:
        """Another took it up meanwhile: what the first one sent is sent again, under its id, before what follows."""
        await owner.subscribe(receiver.url)

        async def take_over() -> None:
            receiver.before = None
            async with owner.service.database.connection() as connection:
                await connection.execute(
                    "update webhook set lease = gen_random_uuid(), due_at = clock_timestamp()"
                )

        receiver.before = take_over
        await owner.hear("a", "b")
        async with start_sending(owner.service):
            await stands(owner, pb.SUBSCRIPTION_STATUS_ACTIVE, 2)
        assert ["a", "a", "b"] == receiver.words
        assert receiver.received[0].said == receiver.received[1].said

    async def test_replicas_share_the_work_and_nothing_is_told_twice(
        self, owner, receiver, start_sending
    ) -> None:
        await owner.subscribe(receiver.url)
        async with start_sending(owner.service), start_sending(owner.service):
            for number in range(10):
                await owner.hear(f"{number}", f"{number}+")
            await stands(owner, pb.SUBSCRIPTION_STATUS_ACTIVE, 20)
        assert list(range(1, 21)) == receiver.sequences

    async def test_who_does_not_answer_holds_up_nobody_else(
        self, owner, receiver, start_sending, start_receiving
    ) -> None:
        """One hand for those that answer, one for those that are new, fail or are slow: they take turns at it."""
        pace = Pace(hands=1, troubled_hands=1, backoff=QUICK)
        async with start_receiving() as silent:
            silent.answers = [0] * 1000
            await owner.subscribe(silent.url)
            await owner.hear("a")
            async with start_sending(owner.service, pace, attempt_seconds=0.5):
                await told(silent, 1)
                await owner.subscribe(receiver.url)
                for word in "bcd":
                    await owner.hear(word)

                async def taken() -> bool:
                    newest, _ = await owner.subscriptions()
                    return newest.delivered_sequence == 3

                await eventually(taken)
                # It is tried all the same.
                await told(silent, 2)
        # Half a second may be too short for a busy machine: what was told twice has one id.
        assert ["b", "c", "d"] == list(dict.fromkeys(receiver.words))
        assert {"a"} == set(silent.words)

    async def test_what_everybody_may_hear_is_given_out_and_told_as_it_is_said(
        self, owner, receiver, start_sending
    ) -> None:
        await owner.subscribe(receiver.url, "event.created")
        async with start_sending(owner.service):
            for word in "ab":
                said = [Line("events", "event.created", {"word": word}, NOW)]
                async with owner.service.database.transaction() as connection:
                    await Channels().write(connection, said)
                    await Feed().add(connection, said)
            await stands(owner, pb.SUBSCRIPTION_STATUS_ACTIVE, 2)
        assert (["a", "b"], [1, 2]) == (receiver.words, receiver.sequences)

    async def test_a_redirect_leads_nowhere(self, owner, receiver, start_sending) -> None:
        await owner.subscribe(receiver.url)
        receiver.answers = [302]
        await owner.hear("a")
        async with start_sending(owner.service):
            await stands(owner, pb.SUBSCRIPTION_STATUS_ACTIVE, 1)
        assert ["/", "/"] == [one.path for one in receiver.received]

    async def test_an_address_that_was_allowed_once_is_looked_at_again(
        self, owner, receiver, start_sending
    ) -> None:
        await owner.subscribe(receiver.url)
        await owner.hear("a")
        async with start_sending(owner.service, rules=Rules(development=False)):

            async def refused() -> bool:
                (one,) = await owner.subscriptions()
                return one.last_result == "address_refused"

            await eventually(refused)
        assert [] == receiver.received


async def test_what_fails_or_is_slow_waits_among_its_like(owner) -> None:
    rows = Sending()
    await owner.subscribe("https://hooks.example/")
    await owner.hear("a", "b")

    async def claimed(connection: Any, *, troubled: bool) -> list[Turn]:
        return await rows.claim(connection, uuid7(), lease_seconds=60, troubled=troubled, row_count=5)

    async with owner.service.database.connection() as connection:
        # Nobody knows yet how it fares: it has to take something quickly first.
        assert [] == await claimed(connection, troubled=False)
        (turn,) = await claimed(connection, troubled=True)
        assert await rows.note_failed(connection, turn, "status_500", slow=False, seconds=0) is not None
        assert [] == await claimed(connection, troubled=False)
        (turn,) = await claimed(connection, troubled=True)
        # It takes one at last, and takes its time for it.
        assert await rows.note_delivered(connection, turn, 1, slow=True, lease_seconds=60)
        await rows.release(connection, turn)
        assert [] == await claimed(connection, troubled=False)
        (turn,) = await claimed(connection, troubled=True)
        assert (1, 0) == (len(await rows.waiting(connection, turn, 5)), turn.attempts)
        assert await rows.note_delivered(connection, turn, 2, slow=False, lease_seconds=60)
        await rows.release(connection, turn)
        assert [] == await claimed(connection, troubled=False)
        await owner.hear("c")
        assert 1 == len(await claimed(connection, troubled=False))


async def test_one_person_keeps_two_hands_busy_and_no_more(owner) -> None:
    """Whichever replica takes them: a third waits for a turn to end, and another person's does not wait for it."""
    rows = Sending()
    other = type(owner)(owner.service)
    for _ in range(4):
        await owner.subscribe("https://hooks.example/")
    await owner.hear("a")
    await other.subscribe("https://hooks.example/")
    await other.hear("a")

    async def claimed() -> list[Turn]:
        async with owner.service.database.transaction() as connection:
            return await rows.claim(connection, uuid7(), lease_seconds=600, troubled=True, row_count=5)

    async def due() -> bool:
        async with owner.service.database.connection() as connection:
            seconds = await rows.seconds_until_due(connection, [True])
        return seconds is not None and seconds <= 0

    first = [turn for turns in await asyncio.gather(*(claimed() for _ in range(4))) for turn in turns]
    assert {owner.id: 2, other.id: 1} == Counter(turn.user_id for turn in first)
    # Those that wait for their owner's other turns are nothing to wake for.
    assert (False, []) == (await due(), await claimed())
    ended = next(turn for turn in first if turn.user_id == owner.id)
    async with owner.service.database.connection() as connection:
        assert await rows.note_failed(connection, ended, "timeout", slow=True, seconds=600) is not None
    assert await due()
    (third,) = await claimed()
    assert third.subscription_id not in {turn.subscription_id for turn in first}


class TestGivingUp:
    async def disabled(self, owner: Any, reason: str) -> None:
        """The subscription is off, its owner knows why, nothing waits any more and nothing comes in."""

        async def off() -> bool:
            (one,) = await owner.subscriptions()
            with owner.service.parties.signed_in(owner.id):
                inbox = await owner.service.stub.ListNotifications(notification_pb.ListNotificationsRequest())
            kinds = [notice.kind for notice in inbox.notifications]
            return (one.disabled_reason, kinds) == (reason, ["webhook.disabled", "webhook.created"])

        await eventually(off)
        await owner.hear("too late")
        async with owner.service.database.connection() as connection:
            cursor = await connection.execute("select count(*) from webhook_message")
            assert (0,) == await cursor.fetchone()

    async def test_what_fails_for_too_long_is_given_up_and_its_owner_is_told(
        self, owner, receiver, start_sending
    ) -> None:
        await owner.subscribe(receiver.url)
        receiver.answers = [500] * 1000
        await owner.hear("a")
        pace = Pace(backoff=QUICK, give_up_seconds=0.0, give_up_attempts=3)
        async with start_sending(owner.service, pace), start_sending(owner.service, pace):
            await self.disabled(owner, "failing")
        assert ["a", "a", "a"] == receiver.words

    async def test_who_went_meanwhile_is_told_nothing(self, owner) -> None:
        """Deleted between the look at what is untold and the writing of it: nothing of theirs is written any more."""
        await owner.subscribe("https://hooks.example/")
        await owner.hear("a", "b", feed=Feed(waiting_max=1))
        database = owner.service.database
        async with database.transaction() as deleting:
            await Gone().hold(deleting, [owner.id])
            telling = asyncio.create_task(OwnersTeller(database).tell())
            await owner.somebody_waits()
            await Gone().forget(deleting, [owner.id], [], NOW)
        await telling
        async with database.connection() as connection:
            cursor = await connection.execute("select count(*) from notice")
            assert (0,) == await cursor.fetchone()

    async def test_a_receiver_that_is_gone_is_believed(self, owner, receiver, start_sending) -> None:
        await owner.subscribe(receiver.url)
        receiver.answers = [410]
        await owner.hear("a")
        async with start_sending(owner.service):
            await self.disabled(owner, "gone")
        assert ["a"] == receiver.words

    async def test_what_takes_nothing_may_leave_so_much_and_no_more(
        self, owner, receiver, start_sending
    ) -> None:
        await owner.subscribe(receiver.url)
        feed = Feed(waiting_max=2)
        await owner.hear("a", "b", feed=feed)
        (one,) = await owner.subscriptions()
        assert (pb.SUBSCRIPTION_STATUS_ACTIVE, 2) == (one.status, one.sequence)
        await owner.hear("c", feed=feed)
        async with start_sending(owner.service):
            await self.disabled(owner, "too_many_waiting")
        assert [] == receiver.received

    async def test_nothing_is_signed_with_a_secret_that_its_owner_does_not_have(
        self, owner, receiver, start_sending
    ) -> None:
        await owner.subscribe(receiver.url)
        await owner.hear("a")
        async with start_sending(owner.service, secrets=Secrets(Ed25519PrivateKey.generate())):
            await self.disabled(owner, "secret_lost")
        assert [] == receiver.received

    async def test_what_is_deleted_while_it_is_sent_stays_deleted(
        self, owner, receiver, start_sending
    ) -> None:
        made = await owner.subscribe(receiver.url)

        async def delete() -> None:
            receiver.before = None
            await owner.end(made.subscription.subscription_id)

        receiver.before = delete
        await owner.hear("a", "b")
        async with start_sending(owner.service):
            await told(receiver, 1)
            await owner.subscribe(receiver.url)
            await owner.hear("c")
            await stands(owner, pb.SUBSCRIPTION_STATUS_ACTIVE, 1)
        assert ["a", "c"] == receiver.words
