"""Limits that people set themselves, over gRPC against a real database: what is told, when, and what cannot be undone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from oraculum.auth.v1 import auth_service_pb2 as auth_pb
from oraculum.auth.v1 import play_service_pb2 as pb
from oraculum.auth.v1.users_fact_pb2 import PlayRulesChanged, UsersFact
from oraculum_auth.play.limits import ExclusionStands, Limit, Pause, Time
from oraculum_kit import jobs
from oraculum_kit.errors import InvalidArgument
from oraculum_kit.testing.messaging import eventually

DAY = 86400
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
PASSWORD = "correct horse battery staple"


@pytest.fixture
async def person(auth) -> AsyncIterator[UUID]:
    made = await auth.stub.Register(auth_pb.RegisterRequest(email="ada@example.com", password=PASSWORD))
    user_id = UUID(made.user.user_id)
    with auth.parties.signed_in(user_id):
        yield user_id


async def change(auth, *, exclude: tuple[str, int] | None = None, **limits: int | None) -> pb.PlayRules:
    request = pb.SetMyLimitsRequest(
        changes=[pb.PlayLimitChange(kind=kind, value=value) for kind, value in limits.items()]
    )
    if exclude is not None:
        request.exclusion.CopyFrom(pb.Exclusion(kind=exclude[0], days=exclude[1]))
    return (await auth.play.SetMyLimits(request)).rules


def values(rules: pb.PlayRules) -> dict[str, int]:
    return {limit.kind: limit.value for limit in rules.limits if limit.HasField("value")}


async def told(auth) -> list[PlayRulesChanged]:
    async with auth.database.connection() as connection:
        rows = await connection.execute("select payload from outbox where topic = 'users' order by id")
        facts = [UsersFact.FromString(payload) for (payload,) in await rows.fetchall()]
    return [fact.play_rules_changed for fact in facts if fact.WhichOneof("fact") == "play_rules_changed"]


async def until_told(auth, user_id: UUID, count: int) -> list[PlayRulesChanged]:
    """What was told, once the job has run; jobs go by the database's clock, which no test can turn."""
    async with auth.database.transaction() as connection:
        await jobs.schedule(connection, "play_apply", {"user_id": str(user_id)})

    async def enough() -> bool:
        return len(await told(auth)) >= count

    await eventually(enough)
    return await told(auth)


@pytest.mark.usefixtures("person")
class TestLimits:
    async def test_a_lower_one_holds_at_once(self, auth) -> None:
        await change(auth, deposit_day=100, loss_week=50)
        assert {"deposit_day": 60, "loss_week": 50} == values(await change(auth, deposit_day=60))
        first, second = await told(auth)
        assert (1, 2) == (first.revision, second.revision)
        assert (60, 50) == (second.deposit_day_units, second.loss_week_units)
        assert not second.HasField("deposit_week_units")

    @pytest.mark.parametrize("wish", [200, None])
    async def test_a_higher_one_or_none_waits(self, auth, wish: int | None) -> None:
        await change(auth, deposit_day=100)
        rules = await change(auth, deposit_day=wish)
        assert {"deposit_day": 100} == values(rules)
        assert rules.limits[0].HasField("pending_at")
        assert 100 == (await told(auth))[-1].deposit_day_units

    async def test_whoever_asks_again_waits_no_longer_and_whoever_thinks_better_keeps_the_old(
        self, auth
    ) -> None:
        await change(auth, deposit_day=100)
        first = await change(auth, deposit_day=200)
        auth.clock.advance(seconds=600)
        again = await change(auth, deposit_day=200)
        assert first.limits[0].pending_at == again.limits[0].pending_at
        kept = await change(auth, deposit_day=100)
        assert not kept.limits[0].HasField("pending_at")

    async def test_a_job_puts_it_in_force_and_tells(self, auth, person: UUID) -> None:
        await change(auth, deposit_day=100)
        await change(auth, deposit_day=200)
        auth.clock.advance(seconds=DAY)
        facts = await until_told(auth, person, 3)
        assert (3, 200) == (facts[-1].revision, facts[-1].deposit_day_units)
        with auth.parties.signed_in(person):
            assert {"deposit_day": 200} == values(
                (await auth.play.GetMyLimits(pb.GetMyLimitsRequest())).rules
            )

    async def test_two_changes_at_once_are_told_one_after_the_other(self, auth) -> None:
        await asyncio.gather(*(change(auth, deposit_day=100 - number) for number in range(5)))
        assert [1, 2, 3, 4, 5] == [fact.revision for fact in await told(auth)]
        assert 96 <= (await told(auth))[-1].deposit_day_units <= 100

    @pytest.mark.parametrize(
        ("request_", "field"),
        [
            (pb.SetMyLimitsRequest(changes=[pb.PlayLimitChange(kind="beer", value=1)]), "kind"),
            (pb.SetMyLimitsRequest(changes=[pb.PlayLimitChange(kind="loss_day", value=-1)]), "loss_day"),
            (pb.SetMyLimitsRequest(changes=[pb.PlayLimitChange(kind="time_day", value=1441)]), "time_day"),
            (pb.SetMyLimitsRequest(exclusion=pb.Exclusion(kind="holiday", days=1)), "exclusion.kind"),
            (pb.SetMyLimitsRequest(exclusion=pb.Exclusion(kind="cooling_off", days=0)), "exclusion.days"),
            (
                pb.SetMyLimitsRequest(exclusion=pb.Exclusion(kind="self_exclusion", days=179)),
                "exclusion.days",
            ),
        ],
    )
    async def test_a_bad_wish_is_named_and_changes_nothing(
        self, auth, request_: pb.SetMyLimitsRequest, field: str
    ) -> None:
        with pytest.raises(InvalidArgument) as refused:
            await auth.play.SetMyLimits(request_)
        assert [field] == [violation.field for violation in refused.value.violations]
        assert [] == await told(auth)


@pytest.mark.usefixtures("person")
class TestExclusion:
    async def test_it_is_told_and_never_shortened(self, auth) -> None:
        await change(auth, exclude=("self_exclusion", 365))
        (fact,) = await told(auth)
        assert "self_exclusion" == fact.exclusion
        ends = fact.excluded_until.ToDatetime(tzinfo=UTC)
        assert timedelta(days=365) == ends - auth.clock.now().replace(microsecond=ends.microsecond)
        for wish in (("cooling_off", 1), ("self_exclusion", 180)):
            with pytest.raises(ExclusionStands):
                await change(auth, exclude=wish)
        longer = await change(auth, exclude=("self_exclusion", 0))
        assert ("self_exclusion", False) == (longer.exclusion, longer.HasField("excluded_until"))
        with pytest.raises(ExclusionStands):
            await change(auth, exclude=("self_exclusion", 3650))

    async def test_it_ends_by_itself(self, auth) -> None:
        await change(auth, exclude=("cooling_off", 1))
        auth.clock.advance(seconds=DAY + 1)
        with auth.parties.signed_in(UUID((await told(auth))[0].user_id)):
            assert "" == (await auth.play.GetMyLimits(pb.GetMyLimitsRequest())).rules.exclusion


class TestTime:
    async def test_a_used_up_day_is_told_as_a_pause_until_midnight(self, auth, person: UUID) -> None:
        # Six in the morning of the next day: far from any midnight.
        today = auth.clock.now().replace(hour=6, minute=0, second=0, microsecond=0)
        auth.clock.set(today + timedelta(days=1))
        with auth.parties.signed_in(person):
            await change(auth, time_day=20)
        for _ in range(2):
            # Two tokens of a quarter of an hour, one after the other, are more than twenty minutes.
            with auth.parties.signed_in(person):
                await auth.stub.SignInWithPassword(
                    auth_pb.SignInWithPasswordRequest(email="ada@example.com", password=PASSWORD)
                )
            auth.clock.advance(seconds=900)
        fact = (await until_told(auth, person, 2))[-1]
        assert "time_limit" == fact.exclusion
        midnight = auth.clock.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        assert midnight == fact.excluded_until.ToDatetime(tzinfo=UTC)

    def test_each_moment_counts_once(self) -> None:
        life = timedelta(minutes=15)
        time = Time(NOON.replace(hour=0), 0, NOON).with_token(NOON, life)
        both = time.with_token(NOON + timedelta(minutes=5), life)
        assert (900, 1200) == (time.seconds, both.seconds)
        assert 900 == both.with_token(NOON + timedelta(days=1), life).seconds


def test_limits_are_pure() -> None:
    delay = timedelta(days=1)
    raised = Limit(100).changed(200, NOON, delay)
    assert Limit(100, NOON + delay, 200) == raised
    assert Limit(200) == raised.at(NOON + delay)
    assert raised == raised.at(NOON)
    assert Limit(50) == raised.changed(50, NOON, delay)
    assert Pause() == Pause().at(NOON)
