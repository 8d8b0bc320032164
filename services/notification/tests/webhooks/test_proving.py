"""No address is told anything before it has shown, over a real socket, that it wants to be."""

import hashlib
import hmac
from typing import Any

import orjson
import pytest

from oraculum.notification.v1 import webhook_service_pb2 as pb
from oraculum_kit.clock import SystemClock
from oraculum_kit.errors import InvalidArgument
from oraculum_kit.ids import uuid7
from oraculum_kit.retries import Backoff
from oraculum_kit.testing.messaging import eventually
from oraculum_notification.errors import SubscriptionDisabled, SubscriptionNotFound, TooManyChallenges
from oraculum_notification.housekeeping import forget
from oraculum_notification.records import Line
from oraculum_notification.repository import Channels
from oraculum_notification.webhooks.addresses import Rules
from oraculum_notification.webhooks.feed import Feed
from oraculum_notification.webhooks.posting import Poster
from oraculum_notification.webhooks.proving import ASKED_MAX, ATTEMPTS, Prover, answers
from oraculum_notification.webhooks.repository import Feeding, Sending

URL = "https://hooks.example/"
CHALLENGE = "s3cret_-"
NOBODY = "01890000-0000-7000-8000-0000000000aa"


async def stands(owner: Any, status: pb.SubscriptionStatus.ValueType, result: str) -> None:
    """Wait until the owner's one subscription is so, after an attempt that ended so."""

    async def there() -> bool:
        (one,) = await owner.subscriptions()
        return (one.status, one.last_result) == (status, result)

    await eventually(there)


async def say(owner: Any, word: str) -> None:
    """Say something to everybody, and something to the owner."""
    said = Line("events", "event.created", {"word": word}, owner.service.parties.clock.now())
    async with owner.service.database.transaction() as connection:
        await Channels().write(connection, [said])
        await Feed().add(connection, [said])
    await owner.hear(f"own {word}")


async def asked_so_often(owner: Any) -> int:
    async with owner.service.database.connection() as connection:
        cursor = await connection.execute("select coalesce(sum(asked), 0)::int from webhook_asking")
        ((count,),) = await cursor.fetchall()
    return int(count)


class TestProving:
    async def test_who_answers_is_told_what_is_said_from_then_on(
        self, owner, receiver, start_sending
    ) -> None:
        made = await owner.subscribe(receiver.url, "event.created", "balance.updated", proved=False)
        assert pb.SUBSCRIPTION_STATUS_PENDING == made.subscription.status
        await say(owner, "before")
        async with start_sending(owner.service):
            await stands(owner, pb.SUBSCRIPTION_STATUS_ACTIVE, "verified")
            await say(owner, "after")
            await stands(owner, pb.SUBSCRIPTION_STATUS_ACTIVE, "delivered")

            async def both() -> bool:
                return len(receiver.received) == 2

            await eventually(both)
        assert (["after", "own after"], [1, 2]) == (sorted(receiver.words), receiver.sequences)
        (question,) = receiver.asked
        assert (0, "webhook.verify") == (question.said["sequence"], question.said["type"])
        time, _, signature = question.headers["x-oraculum-signature"].partition(",v1=")
        signed = time.removeprefix("t=").encode() + b"." + question.body
        assert hmac.new(made.secret.encode(), signed, hashlib.sha256).hexdigest() == signature

    async def test_who_does_not_want_it_is_asked_a_few_times_and_told_nothing(
        self, owner, receiver, start_sending
    ) -> None:
        """A page that takes everything, one that gives everything back, and one that has moved: none has answered."""
        replies = [(200, b"ok"), (404, b""), (302, b""), (500, b"")]
        receiver.to_questions = lambda asked: replies.pop(0) if replies else (200, asked.body)
        made = await owner.subscribe(receiver.url, "event.created", "balance.updated", proved=False)
        async with start_sending(owner.service):

            async def given_up() -> bool:
                (one,) = await owner.subscriptions()
                return one.last_result == "challenge_not_answered" and len(receiver.asked) == ATTEMPTS

            await eventually(given_up)
            await say(owner, "a")
            (one,) = await owner.subscriptions()
            assert (pb.SUBSCRIPTION_STATUS_PENDING, 0) == (one.status, one.sequence)
            assert ATTEMPTS == len({asked.said["data"]["challenge"] for asked in receiver.asked})
            # Its owner has mended it, and has it asked again.
            receiver.to_questions = lambda asked: (
                201,
                orjson.dumps({"challenge": asked.said["data"]["challenge"]}),
            )
            await owner.ask_again(made.subscription.subscription_id)
            await stands(owner, pb.SUBSCRIPTION_STATUS_ACTIVE, "verified")
        assert (ATTEMPTS + 1, []) == (len(receiver.asked), receiver.received)

    async def test_an_answer_that_comes_when_another_has_the_turn_proves_nothing(
        self, owner, receiver
    ) -> None:
        """The lease was lost: whoever has it asks for themselves, with a challenge of their own."""
        await owner.subscribe(receiver.url, "event.created", proved=False)
        database = owner.service.database
        async with database.transaction() as connection:
            (turn,) = await Sending().claim(connection, uuid7(), lease_seconds=60, troubled=True, row_count=1)
        async with database.connection() as connection:
            await connection.execute("update webhook set lease = gen_random_uuid()")
        async with Poster(Rules(development=True)) as poster:
            prover = Prover(database, poster, SystemClock(), Backoff(first_seconds=1, longest_seconds=1))
            assert "delivered" == await prover.ask(turn, "a secret", slow_seconds=60)
        (one,) = await owner.subscriptions()
        assert (pb.SUBSCRIPTION_STATUS_PENDING, "") == (one.status, one.last_result)

    async def test_a_wish_to_be_asked_again_is_kept_while_the_last_question_is_on_its_way(
        self, owner, receiver
    ) -> None:
        """The last one fails and would be followed by none; its owner had mended the receiver a moment before."""
        made = await owner.subscribe(receiver.url, "event.created", proved=False)
        database = owner.service.database
        receiver.to_questions = lambda _: (500, b"")
        async with database.transaction() as connection:
            await connection.execute("update webhook set attempts = %s", [ATTEMPTS - 1])
            (turn,) = await Sending().claim(connection, uuid7(), lease_seconds=60, troubled=True, row_count=1)
        await owner.ask_again(made.subscription.subscription_id)
        async with Poster(Rules(development=True)) as poster:
            prover = Prover(database, poster, SystemClock(), Backoff(first_seconds=1, longest_seconds=1))
            await prover.ask(turn, "a secret", slow_seconds=60)
        async with database.transaction() as connection:
            (again,) = await Sending().claim(
                connection, uuid7(), lease_seconds=60, troubled=True, row_count=1
            )
        assert (turn.subscription_id, 0) == (again.subscription_id, again.attempts)


@pytest.mark.parametrize(
    ("said", "right"),
    [
        (CHALLENGE.encode(), True),
        (f" {CHALLENGE}\r\n".encode(), True),
        (orjson.dumps({"challenge": CHALLENGE}), True),
        (orjson.dumps({"challenge": CHALLENGE, "type": "webhook.verify"}), False),
        (orjson.dumps({"data": {"challenge": CHALLENGE}}), False),
        (orjson.dumps([CHALLENGE]), False),
        (f"you said {CHALLENGE}".encode(), False),
        (b"", False),
        (b"\xff\xfe{", False),
    ],
)
def test_an_answer_is_the_challenge_and_nothing_else(said: bytes, *, right: bool) -> None:
    """Who gives back what they hear gives back more than that."""
    assert right == answers(said, CHALLENGE)


class TestAskingAgain:
    async def test_one_that_has_answered_is_left_in_peace(self, owner) -> None:
        made = await owner.subscribe(URL)
        again = await owner.ask_again(made.subscription.subscription_id)
        assert (pb.SUBSCRIPTION_STATUS_ACTIVE, 1) == (again.status, await asked_so_often(owner))

    async def test_who_may_not_is_told_why(self, owner) -> None:
        made = await owner.subscribe(URL, proved=False)
        stranger = type(owner)(owner.service)
        for other in (made.subscription.subscription_id, NOBODY):
            with pytest.raises(SubscriptionNotFound):
                await stranger.ask_again(other)
        with pytest.raises(InvalidArgument) as refused:
            await owner.ask_again("no id")
        assert ["subscription_id"] == [violation.field for violation in refused.value.violations]
        async with owner.service.database.connection() as connection:
            await Feeding().disable(connection, [made.subscription.subscription_id], "banned")
        with pytest.raises(SubscriptionDisabled):
            await owner.ask_again(made.subscription.subscription_id)

    async def test_a_person_has_addresses_asked_so_often_and_no_more(self, owner) -> None:
        """Whether by asking again or by making new ones; what is refused is not made, and an hour later it is not."""
        made = await owner.subscribe(URL, proved=False)
        for _ in range(ASKED_MAX - 2):
            await owner.ask_again(made.subscription.subscription_id)
        other = await owner.subscribe(URL, proved=False)
        await owner.end(other.subscription.subscription_id)
        for late in (
            owner.ask_again(made.subscription.subscription_id),
            owner.subscribe(URL, proved=False),
        ):
            with pytest.raises(TooManyChallenges) as refused:
                await late
            assert 3000 < (refused.value.retry_after_seconds or 0) <= 3600
        assert (1, ASKED_MAX) == (len(await owner.subscriptions()), await asked_so_often(owner))
        async with owner.service.database.connection() as connection:
            await forget(connection, owner.service.parties.clock.now())
            assert ASKED_MAX == await asked_so_often(owner)
            await connection.execute("update webhook_asking set began_at = began_at - interval '61 minutes'")
        await owner.ask_again(made.subscription.subscription_id)
        assert 1 == await asked_so_often(owner)
        async with owner.service.database.connection() as connection:
            await connection.execute("update webhook_asking set began_at = began_at - interval '61 minutes'")
            await forget(connection, owner.service.parties.clock.now())
        assert 0 == await asked_so_often(owner)
