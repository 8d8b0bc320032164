"""Asking to be told: what is refused by name, whose it is, and that its secret is told once and kept nowhere."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
import structlog

from oraculum.auth.v1 import users_fact_pb2 as users
from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum.notification.v1 import webhook_service_pb2 as pb_webhooks
from oraculum_kit.errors import InvalidArgument
from oraculum_kit.testing.messaging import eventually
from oraculum_notification.consumers import Teller
from oraculum_notification.errors import (
    AccountGone,
    SubscriptionNotFound,
    TooManyPublicSubscriptions,
    TooManySubscriptions,
)
from oraculum_notification.records import Line
from oraculum_notification.repository import Channels
from oraculum_notification.webhooks.feed import Feed
from oraculum_notification.webhooks.public import Public
from oraculum_notification.webhooks.repository import Sending
from oraculum_notification.webhooks.subscriptions import SUBSCRIPTIONS_MAX

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
URL = "https://hooks.example.com/oraculum"


async def sequences(owner: Any) -> dict[str, int]:
    return {one.heard_kinds[0]: one.sequence for one in await owner.subscriptions()}


async def say(owner: Any, lines: list[Line]) -> None:
    """Let channels say these lines, and programs hear of them."""
    async with owner.service.database.transaction() as connection:
        await Channels().write(connection, lines)
        await Feed().add(connection, lines)


async def catch_up(owner: Any, **bounds: int) -> None:
    """Give out what everybody may hear, until nobody is behind who may be given more."""
    public = Public(owner.service.database, **bounds)
    while await public.catch_up():
        pass


def event_line(word: str, kind: str = "event.created") -> Line:
    return Line("events", kind, {"word": word}, NOW)


class TestWhoHears:
    async def test_own_kinds_are_told_to_their_owner_and_public_ones_to_whoever_asked(self, owner) -> None:
        for kind in ("balance.updated", "prediction.settled", "event.resolved", "system.maintenance"):
            await owner.subscribe(URL, kind)
        lines = [
            Line(f"user.{owner.id}", "balance.updated", {}, NOW),
            Line(f"user.{uuid4()}", "balance.updated", {}, NOW),
            Line("events", "event.resolved", {}, NOW),
            # The same step, as other channels say it.
            Line("events.weather", "event.resolved", {}, NOW),
            Line(f"event.{uuid4()}", "event.resolved", {}, NOW),
            Line("events", "event.locked", {}, NOW),
            Line("system", "system.maintenance", {}, NOW),
            # What everybody sees of a bet is not the bettor's own.
            Line("predictions.global", "prediction.settled", {}, NOW),
        ]
        await say(owner, lines)
        await catch_up(owner)
        expected = {
            "balance.updated": 1,
            "prediction.settled": 0,
            "event.resolved": 1,
            "system.maintenance": 1,
        }
        assert expected == await sequences(owner)

    async def test_programs_hear_of_notices_and_of_maintenance_as_they_are_written(self, owner) -> None:
        await owner.subscribe(URL, "notification")
        fact = users.UsersFact(user_registered=users.UserRegistered(user_id=str(owner.id)))
        record: Any = SimpleNamespace(topic="users", message=fact, time=NOW, sampled_trace=None)
        async with owner.service.database.transaction() as connection:
            await Teller().tell(connection, [record])
        assert {"notification": 1} == await sequences(owner)
        await owner.subscribe(URL, "system.maintenance")
        on = pb.SetMaintenanceRequest(
            maintenance=pb.Maintenance(state=pb.MAINTENANCE_STATE_ON, message="We work."), reason="change"
        )
        with owner.service.parties.signed_in(roles={"admin"}, idempotency_key="on"):
            await owner.service.stub.SetMaintenance(on)
        await catch_up(owner)
        assert {"notification": 1, "system.maintenance": 1} == await sequences(owner)

    async def test_writers_at_once_leave_no_gap(self, owner) -> None:
        await owner.subscribe(URL)
        await asyncio.gather(*(owner.hear(f"{number}", f"{number}+") for number in range(10)))
        async with owner.service.database.connection() as connection:
            cursor = await connection.execute("select sequence from webhook_message order by 1")
            assert list(range(1, 21)) == [sequence for (sequence,) in await cursor.fetchall()]


class TestWhatEverybodyHears:
    async def test_a_burst_is_given_out_in_portions_and_disables_nobody(self, owner) -> None:
        """What is too much at once waits in the log; it follows, in order and without gaps, as room is made."""
        await owner.subscribe(URL, "event.created")
        await say(owner, [event_line(f"{number:02}") for number in range(30)])
        database, heard = owner.service.database, []
        while len(heard) < 30:
            at_once = [Public(database, waiting_max=10, portion=4) for _ in range(3)]
            while any(await asyncio.gather(*(public.catch_up() for public in at_once))):
                pass
            async with database.connection() as connection:
                cursor = await connection.execute(
                    "with taken as (delete from webhook_message returning sequence, data::json->>'word' as word),"
                    " moved as (update webhook set delivered = sequence)"
                    " select sequence, word from taken order by 1"
                )
                taken = await cursor.fetchall()
            assert 0 < len(taken) < 14
            heard += taken
        assert [(number + 1, f"{number:02}") for number in range(30)] == heard
        assert [pb_webhooks.SUBSCRIPTION_STATUS_ACTIVE] == [one.status for one in await owner.subscriptions()]

    async def test_who_speaks_to_everybody_waits_for_no_subscription(self, owner) -> None:
        await owner.subscribe(URL, "event.created")
        async with owner.service.database.transaction() as holding:
            await holding.execute("select from webhook for update")
            await say(owner, [event_line("a")])
            await catch_up(owner)
            assert {"event.created": 0} == await sequences(owner)
        await catch_up(owner)
        assert {"event.created": 1} == await sequences(owner)

    async def test_what_waits_in_the_log_is_counted(self, owner) -> None:
        """Whoever looks at how much waits sees it whether or not it was given out yet."""
        await owner.subscribe(URL, "event.created")
        await say(owner, [event_line("a"), event_line("b")])
        await owner.hear("own")
        for _ in range(2):
            async with owner.service.database.connection() as connection:
                assert 2 == (await Sending().measure(connection))[0]
            await catch_up(owner)

    async def test_it_begins_with_what_is_said_after_the_subscription_was_made(self, owner) -> None:
        await say(owner, [event_line("before")])
        await owner.subscribe(URL, "event.created")
        await say(owner, [event_line("x", "event.locked"), event_line("after")])
        await catch_up(owner)
        async with owner.service.database.connection() as connection:
            cursor = await connection.execute("select data::json->>'word' from webhook_message")
            assert [("after",)] == await cursor.fetchall()

    async def test_a_channel_that_leapt_is_caught_up_with(self, owner) -> None:
        """After a restore the log has a gap, and nothing in it stands where the cursor does."""
        await owner.subscribe(URL, "event.created")
        await say(owner, [event_line("a")])
        async with owner.service.database.connection() as connection:
            await connection.execute("update channel set sequence = sequence + 1000000")
        await catch_up(owner)
        await say(owner, [event_line("b")])
        await catch_up(owner)
        assert {"event.created": 2} == await sequences(owner)

    async def test_who_is_so_far_behind_that_the_log_forgets_is_given_up(self, owner) -> None:
        await owner.subscribe(URL, "event.created")
        await say(owner, [event_line("a")])
        public = Public(owner.service.database)
        await public.give_up()
        assert [""] == [one.disabled_reason for one in await owner.subscriptions()]
        async with owner.service.database.connection() as connection:
            await connection.execute("update message set written_at = written_at - interval '97 hours'")
        await public.give_up()
        assert ["too_many_waiting"] == [one.disabled_reason for one in await owner.subscriptions()]
        await catch_up(owner)
        assert {"event.created": 0} == await sequences(owner)

    async def test_a_person_has_two_that_hear_it_and_more_of_their_own(self, owner) -> None:
        for kind in ("event.created", "system.maintenance"):
            await owner.subscribe(URL, kind)
        with pytest.raises(TooManyPublicSubscriptions):
            await owner.subscribe(URL, "balance.updated", "event.resolved")
        await owner.subscribe(URL, "balance.updated")
        assert 3 == len(await owner.subscriptions())


class TestRefusals:
    CASES = (
        ("", ["balance.updated"], ["url"]),
        ("ftp://example.com", ["balance.updated"], ["url"]),
        ("https://user:word@example.com", ["balance.updated"], ["url"]),
        ("https://10.0.0.1/", ["balance.updated"], ["url"]),
        (URL, ["lunch"], ["heard_kinds[0]"]),
        (URL, ["balance.updated", "balance.updated"], ["heard_kinds[1]"]),
        ("https://169.254.169.254/latest", ["lunch"], ["url", "heard_kinds[0]"]),
    )

    async def test_every_bad_field_is_named_and_nothing_is_made(self, owner) -> None:
        for address, kinds, fields in self.CASES:
            with pytest.raises(InvalidArgument) as refused:
                await owner.subscribe(address, *kinds)
            assert fields == [violation.field for violation in refused.value.violations]
        assert [] == await owner.subscriptions()

    async def test_a_person_has_so_many_and_no_more_however_they_are_made(self, owner) -> None:
        made = await asyncio.gather(
            *(owner.subscribe(URL) for _ in range(SUBSCRIPTIONS_MAX + 3)), return_exceptions=True
        )
        refused = [one for one in made if isinstance(one, TooManySubscriptions)]
        assert (3, SUBSCRIPTIONS_MAX) == (len(refused), len(await owner.subscriptions()))

    async def test_only_its_owner_ends_it_and_what_waited_goes_along(self, owner) -> None:
        made = await owner.subscribe(URL)
        await owner.hear("a")
        stranger = type(owner)(owner.service)
        with pytest.raises(SubscriptionNotFound):
            await stranger.end(made.subscription.subscription_id)
        assert ([], 1) == (await stranger.subscriptions(), len(await owner.subscriptions()))
        await owner.end(made.subscription.subscription_id)
        async with owner.service.database.connection() as connection:
            cursor = await connection.execute("select count(*) from webhook_message")
            assert (0,) == await cursor.fetchone()

    async def test_a_deleted_account_is_told_nothing_and_asks_for_nothing(self, owner) -> None:
        await owner.subscribe(URL, "event.resolved")
        fact = users.UsersFact(user_deleted=users.UserDeleted(user_id=str(owner.id)))
        record: Any = SimpleNamespace(topic="users", message=fact, time=NOW, sampled_trace=None)
        async with owner.service.database.transaction() as connection:
            await Teller().tell(connection, [record])
        assert [] == await owner.subscriptions()
        with pytest.raises(AccountGone):
            await owner.subscribe(URL)

    async def test_a_deletion_locks_rows_in_the_order_of_everybody_else(self, owner) -> None:
        """Channels first: otherwise it and a writer who has one, and wants what it ended, wait for each other."""
        await owner.subscribe(URL)
        database, other = owner.service.database, uuid4()
        told: list[Any] = [
            users.UsersFact(user_deleted=users.UserDeleted(user_id=str(owner.id))),
            users.UsersFact(user_registered=users.UserRegistered(user_id=str(other))),
        ]
        records: list[Any] = [
            SimpleNamespace(topic="users", message=fact, time=NOW, sampled_trace=None) for fact in told
        ]

        async def delete() -> None:
            async with database.transaction() as connection:
                await Teller().tell(connection, records)

        async with database.transaction() as writing:
            await Channels().write(writing, [Line(f"user.{other}", "notification", {}, NOW)])
            deleting = asyncio.create_task(delete())
            await owner.somebody_waits()
            await Feed().add(writing, [Line(f"user.{owner.id}", "balance.updated", {}, NOW)])
        await deleting
        assert [] == await owner.subscriptions()


class TestSecrets:
    async def test_a_repeated_command_gives_the_same_subscription_and_secret(self, owner) -> None:
        first, again = [await owner.subscribe(URL, key="once") for _ in range(2)]
        assert first == again
        assert first.secret.startswith("whsec_")
        assert first.secret != (await owner.subscribe(URL)).secret

    async def test_it_is_in_no_table_and_in_no_log(self, owner, receiver, start_sending, capfd) -> None:
        with structlog.testing.capture_logs() as logs:
            made = await owner.subscribe(receiver.url)
            receiver.answers = [500]
            await owner.hear("a")
            async with start_sending(owner.service):

                async def delivered() -> bool:
                    return len(receiver.received) > 1

                await eventually(delivered)
        assert any(entry["event"] == "webhook.not_taken" for entry in logs)
        kept = [repr(logs), *capfd.readouterr()]
        async with owner.service.database.connection() as connection:
            for table in ("webhook", "webhook_message", "idempotency", "outbox", "message", "notice"):
                cursor = await connection.execute(f"select t::text from {table} t")  # noqa: S608
                kept += [text for (text,) in await cursor.fetchall()]
        bare = made.secret.removeprefix("whsec_")
        # As text, and as PostgreSQL shows the same bytes in a bytea.
        assert [] == [text for text in kept for form in (bare, bare.encode().hex()) if form in text]
