"""What people choose to hear: in force for what is written after, silent at night, and never of what protects them."""

from datetime import UTC, datetime, time
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from oraculum.auth.v1 import users_fact_pb2 as users
from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum_kit.clock import ManualClock
from oraculum_kit.errors import InvalidArgument
from oraculum_notification import alerts
from oraculum_notification.consumers import Teller
from oraculum_notification.errors import AccountGone
from oraculum_notification.preferences import KINDS, Preferences, QuietHours, zone_of

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
NIGHT = datetime(2026, 5, 4, 23, 30, tzinfo=UTC)


def choice(kind: str, *, inbox: bool = True, socket: bool = True) -> pb.ChannelChoice:
    return pb.ChannelChoice(kind=kind, inbox=inbox, socket=socket)


async def choose(
    service: Any, user_id: UUID, *choices: pb.ChannelChoice, quiet: pb.QuietHours | None = None
) -> pb.Preferences:
    wanted = pb.Preferences(choices=choices, quiet_hours=quiet)
    with service.parties.signed_in(user_id, idempotency_key=str(uuid4())):
        answer = await service.stub.SetPreferences(pb.SetPreferencesRequest(preferences=wanted))
    return answer.preferences


async def welcome(service: Any, user_id: UUID, now: datetime = NOON) -> None:
    fact = users.UsersFact(user_registered=users.UserRegistered(user_id=str(user_id)))
    await tell(service, fact, now)


async def tell(service: Any, fact: users.UsersFact, now: datetime = NOON) -> None:
    record: Any = SimpleNamespace(topic="users", message=fact, time=now, sampled_trace=None)
    async with service.database.transaction() as connection:
        await Teller(ManualClock(now)).tell(connection, [record])


async def heard(service: Any, user_id: UUID) -> tuple[list[str], list[str]]:
    """What is in a person's inbox, and what their channel said."""
    with service.parties.signed_in(user_id):
        inbox = await service.stub.ListNotifications(pb.ListNotificationsRequest())
    said = await service.stub.Resume(pb.ResumeRequest(channel=f"user.{user_id}"))
    return [notice.kind for notice in inbox.notifications], [message.kind for message in said.messages]


class TestChoices:
    async def test_who_chose_nothing_hears_everything(self, service) -> None:
        user_id = uuid4()
        with service.parties.signed_in(user_id):
            answer = await service.stub.GetPreferences(pb.GetPreferencesRequest())
        assert list(KINDS) == [one.kind for one in answer.preferences.choices]
        assert all(one.inbox and one.socket for one in answer.preferences.choices)
        assert not answer.preferences.HasField("quiet_hours")
        await welcome(service, user_id)
        assert (["welcome"], ["notification"]) == await heard(service, user_id)

    @pytest.mark.parametrize(
        ("inbox", "socket", "expected"),
        [
            (True, False, (["welcome"], [])),
            (False, True, ([], ["notification"])),
            (False, False, ([], [])),
        ],
    )
    async def test_what_is_written_after_goes_where_it_was_wanted(
        self, service, *, inbox: bool, socket: bool, expected: tuple[list[str], list[str]]
    ) -> None:
        user_id = uuid4()
        await choose(service, user_id, choice("welcome", inbox=inbox, socket=socket))
        await welcome(service, user_id)
        assert expected == await heard(service, user_id)

    async def test_the_last_choice_is_the_one_and_a_repeated_command_is_no_choice(self, service) -> None:
        """A command that is sent again after a later one gives its old answer and changes nothing."""
        user_id = uuid4()
        muted = pb.SetPreferencesRequest(preferences=pb.Preferences(choices=[choice("welcome", inbox=False)]))
        for key, request in (("a", muted), ("b", pb.SetPreferencesRequest()), ("a", muted)):
            with service.parties.signed_in(user_id, idempotency_key=key):
                await service.stub.SetPreferences(request)
        await welcome(service, user_id)
        assert (["welcome"], ["notification"]) == await heard(service, user_id)

    async def test_what_protects_an_account_is_always_told(self, service) -> None:
        user_id = uuid4()
        quiet = pb.QuietHours(from_time="22:00", to_time="07:00", time_zone="UTC")
        await choose(service, user_id, quiet=quiet)
        revoked = users.SessionRevoked(
            user_id=str(user_id), session_id=str(uuid4()), reason="refresh_token_reused"
        )
        await tell(service, users.UsersFact(session_revoked=revoked), NIGHT)
        assert (["session.revoked"], ["notification"]) == await heard(service, user_id)

    async def test_a_deletion_takes_them_along_and_nothing_comes_after_it(self, service) -> None:
        user_id = uuid4()
        await choose(service, user_id, choice("welcome", inbox=False))
        await tell(service, users.UsersFact(user_deleted=users.UserDeleted(user_id=str(user_id))))
        async with service.database.connection() as connection:
            cursor = await connection.execute("select count(*) from preference")
            assert (0,) == await cursor.fetchone()
        with pytest.raises(AccountGone):
            await choose(service, user_id, choice("welcome", inbox=False))


class TestQuietHours:
    QUIET = pb.QuietHours(from_time="22:00", to_time="07:00", time_zone="UTC")

    async def test_at_night_the_inbox_alone_is_written(self, service) -> None:
        user_id = uuid4()
        # Kept out of the inbox, it would be in neither: the inbox keeps what the channel would have said.
        await choose(service, user_id, choice("welcome", inbox=False), quiet=self.QUIET)
        await welcome(service, user_id, NIGHT)
        assert (["welcome"], []) == await heard(service, user_id)

    async def test_what_nobody_wanted_stays_unsaid_at_night(self, service) -> None:
        user_id = uuid4()
        await choose(service, user_id, choice("welcome", inbox=False, socket=False), quiet=self.QUIET)
        await welcome(service, user_id, NIGHT)
        assert ([], []) == await heard(service, user_id)

    @pytest.mark.parametrize(
        ("hours", "now", "quiet"),
        [
            (("22:00", "07:00", "UTC"), "2026-05-04T21:59:59Z", False),
            (("22:00", "07:00", "UTC"), "2026-05-04T22:00:00Z", True),
            (("22:00", "07:00", "UTC"), "2026-05-05T06:59:59Z", True),
            (("22:00", "07:00", "UTC"), "2026-05-05T07:00:00Z", False),
            (("12:00", "14:00", "UTC"), "2026-05-04T13:00:00Z", True),
            (("12:00", "14:00", "UTC"), "2026-05-04T14:00:00Z", False),
            # Summer and winter in Oslo, two hours and one ahead.
            (("22:00", "07:00", "Europe/Oslo"), "2026-07-01T20:30:00Z", True),
            (("22:00", "07:00", "Europe/Oslo"), "2026-01-01T20:30:00Z", False),
            # A zone that was dropped from the database silences nobody.
            (("22:00", "07:00", "Mars/Olympus"), "2026-01-01T23:00:00Z", False),
        ],
    )
    def test_they_are_of_the_zone_and_may_go_over_midnight(
        self, hours: tuple[str, str, str], now: str, *, quiet: bool
    ) -> None:
        begins, ends = (time.fromisoformat(text) for text in hours[:2])
        preferences = Preferences(quiet_hours=QuietHours(begins, ends, hours[2]))
        assert quiet is not preferences.socket("welcome", datetime.fromisoformat(now))


REFUSED: tuple[tuple[list[pb.ChannelChoice], tuple[str, str, str] | None, list[str]], ...] = (
    ([choice("lunch")], None, ["choices[0].kind"]),
    ([choice("welcome"), choice("welcome")], None, ["choices[1].kind"]),
    ([choice("session.revoked", inbox=False)], None, ["choices[0].kind"]),
    ([], ("22", "25:00", "UTC"), ["quiet_hours.from_time", "quiet_hours.to_time"]),
    ([], ("22:00", "22:00", "UTC"), ["quiet_hours.to_time"]),
    ([], ("22:00", "07:00", "Europe"), ["quiet_hours.time_zone"]),
    ([], ("22:00", "07:00", "../../etc/passwd"), ["quiet_hours.time_zone"]),
    ([], ("22:00", "07:00", ""), ["quiet_hours.time_zone"]),
)


async def test_every_bad_field_is_named_and_nothing_changes(service) -> None:
    for choices, quiet, fields in REFUSED:
        hours = None
        if quiet is not None:
            hours = pb.QuietHours(from_time=quiet[0], to_time=quiet[1], time_zone=quiet[2])
        with pytest.raises(InvalidArgument) as refused:
            await choose(service, uuid4(), *choices, quiet=hours)
        assert fields == [violation.field for violation in refused.value.violations]
    async with service.database.connection() as connection:
        cursor = await connection.execute("select count(*) from preference")
        assert (0,) == await cursor.fetchone()


def test_every_kind_of_alert_can_be_chosen() -> None:
    assert {kind for kind, _ in alerts._TITLES.values()} <= set(KINDS)


def test_a_zone_is_one_of_the_database() -> None:
    assert [None, None, None] == [zone_of(name) for name in ("", "Nowhere/Land", "/etc/localtime")]
    assert zone_of("Europe/Oslo") is not None
