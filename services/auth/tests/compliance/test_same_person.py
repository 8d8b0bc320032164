"""What is held against one account of a person holds for the next one, too."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from oraculum.auth.v1 import auth_service_pb2 as auth_pb
from oraculum.auth.v1 import compliance_service_pb2 as pb
from oraculum.auth.v1 import play_service_pb2 as play_pb
from oraculum_auth.play.limits import Exclusion, Pause
from oraculum_kit import jobs
from oraculum_kit.caller import Caller, calling_as
from oraculum_kit.ids import uuid7
from oraculum_kit.testing.messaging import eventually

SAID = {"legal_name": "Ada Lovelace", "birth_date": "1990-12-10", "country": "FR"}


async def opened(auth, name: str) -> UUID:
    request = auth_pb.RegisterRequest(email=f"{name}@example.com", password="correct horse battery staple")
    return UUID((await auth.stub.Register(request)).user.user_id)


@contextmanager
def acting(auth, person: UUID) -> Iterator[None]:
    """Call with a token that no decision about a check has ended."""
    token, _ = auth.parties.signer.sign_user(
        person,
        uuid7(),
        timedelta(minutes=5),
        roles=frozenset({"user"}),
        tier="basic",
        kyc="none",
        jurisdiction="",
        version=100,
    )
    with calling_as(Caller(request_id=str(uuid7()), user_token=f"Bearer {token}")):
        yield


async def checked(auth, person: UUID, **changes: str) -> str:
    with acting(auth, person):
        return (await auth.compliance.StartKyc(pb.StartKycRequest(**{**SAID, **changes}))).check.check_id


async def decided(auth, check_id: str, *, approved: bool = True) -> None:
    request = pb.DecideKycRequest(check_id=check_id, approved=approved, reason="as the passport says")
    with auth.parties.signed_in(uuid7(), roles={"user", "admin"}):
        await auth.compliance.DecideKyc(request)


async def approved(auth, name: str, **changes: str) -> UUID:
    person = await opened(auth, name)
    await decided(auth, await checked(auth, person, **changes))
    return person


async def excluded(auth, person: UUID, days: int = 365) -> None:
    wish = play_pb.Exclusion(kind="self_exclusion", days=days)
    with acting(auth, person):
        await auth.play.SetMyLimits(play_pb.SetMyLimitsRequest(exclusion=wish))


async def rules(auth, person: UUID) -> play_pb.PlayRules:
    with acting(auth, person):
        return (await auth.play.GetMyLimits(play_pb.GetMyLimitsRequest())).rules


async def wants_administrator(auth, check_id: str) -> bool:
    async with auth.database.connection() as connection:
        rows = await connection.execute("select listed from kyc_check where check_id = %s", [check_id])
        return (await rows.fetchone())[0]


async def kyc(auth, person: UUID) -> str:
    with acting(auth, person):
        return (await auth.compliance.GetKyc(pb.GetKycRequest())).check.status


async def reported(auth) -> list[dict[str, str]]:
    with auth.parties.signed_in(uuid7(), roles={"user", "admin"}):
        request = pb.ListComplianceReportsRequest(kind="same_person")
        return [dict(one.details) for one in (await auth.compliance.ListComplianceReports(request)).reports]


async def carried(auth) -> int:
    """How many exclusions are on their way to another account."""
    async with auth.database.connection() as connection:
        rows = await connection.execute("select count(*) from job where kind = 'play_carry_over'")
        return (await rows.fetchone())[0]


async def test_who_excluded_themselves_does_not_come_back_by_another_account(auth) -> None:
    first, second = await approved(auth, "first"), await opened(auth, "second")
    await excluded(auth, first)
    # In another order and another alphabet it is the same name.
    check_id = await checked(auth, second, legal_name="LOVELACE, Ada")
    assert await wants_administrator(auth, check_id)
    assert [{"accounts": str(first), "restricted": str(first)}] == await reported(auth)
    await decided(auth, check_id)
    theirs, mine = await rules(auth, first), await rules(auth, second)
    assert ("self_exclusion", theirs.excluded_until) == (mine.exclusion, mine.excluded_until)


async def test_what_was_wished_for_before_it_was_known_who_does_holds_from_then_on(auth) -> None:
    first, second = await approved(auth, "first"), await opened(auth, "second")
    check_id = await checked(auth, second)
    await excluded(auth, second)
    assert 0 == await carried(auth)
    await decided(auth, check_id)

    async def heard() -> bool:
        return "self_exclusion" == (await rules(auth, first)).exclusion

    await eventually(heard)


@pytest.mark.parametrize("refused", [False, True])
async def test_who_only_says_somebodys_name_excludes_nobody_and_learns_nothing(
    auth, *, refused: bool
) -> None:
    victim, thief = await approved(auth, "victim"), await opened(auth, "thief")
    check_id = await checked(auth, thief)
    if refused:
        await decided(auth, check_id, approved=False)
        # Whoever they are, they are not the one whose name they said.
        await decided(auth, await checked(auth, thief, legal_name="Grace Hopper"))
    await excluded(auth, thief, days=0)
    # One that was wished for while nobody asked for approvals finds out that it may not.
    async with auth.database.transaction() as connection:
        payload = {"from_id": str(thief), "user_id": str(victim)}
        assert 0 == await carried(auth)
        await jobs.schedule(connection, "play_carry_over", payload, unique_key="of before")

    async def done() -> bool:
        return 0 == await carried(auth)

    await eventually(done)
    assert "" == (await rules(auth, victim)).exclusion
    await excluded(auth, victim)
    assert not (await rules(auth, thief)).HasField("excluded_until")


async def test_who_has_several_accounts_excludes_all_of_them(auth) -> None:
    people = [await approved(auth, name) for name in ("first", "second", "third")]

    async def all_alike() -> bool:
        found = [await rules(auth, person) for person in people]
        return all(
            ("self_exclusion", found[0].excluded_until) == (one.exclusion, one.excluded_until)
            for one in found
        )

    await excluded(auth, people[0])
    await eventually(all_alike)
    # A longer one, for ever, is wished for on another account.
    await excluded(auth, people[2], days=0)

    async def for_ever() -> bool:
        return not any([(await rules(auth, person)).HasField("excluded_until") for person in people])

    await eventually(for_ever)
    assert await all_alike()


def test_what_is_carried_over_only_lengthens_and_makes_graver() -> None:
    soon, late = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    cooling, out = Pause(Exclusion.COOLING_OFF, late), Pause(Exclusion.SELF_EXCLUSION, soon)
    assert Pause(Exclusion.SELF_EXCLUSION, late) == out.at_least(cooling)
    assert cooling == cooling.at_least(out)
    assert out == Pause().at_least(out) == out.at_least(Pause())


@pytest.mark.parametrize("held", ["barred", "limited"])
async def test_what_else_is_held_against_them_is_an_administrators(auth, held: str) -> None:
    first, second = await opened(auth, "first"), await opened(auth, "second")
    await checked(auth, first)
    if held == "barred":
        with auth.parties.signed_in(uuid7(), roles={"user", "admin"}):
            await auth.stub.BanUser(auth_pb.BanUserRequest(user_id=str(first), reason="a cheat"))
    else:
        with acting(auth, first):
            change = play_pb.PlayLimitChange(kind="loss_day", value=5)
            await auth.play.SetMyLimits(play_pb.SetMyLimitsRequest(changes=[change]))
    assert await wants_administrator(auth, await checked(auth, second))
    assert "" == (await rules(auth, second)).exclusion


@pytest.mark.parametrize("changes", [{}, {"legal_name": "Ada Byron"}, {"birth_date": "1990-12-11"}])
async def test_others_are_left_in_peace(auth, changes: dict[str, str]) -> None:
    """Two accounts of somebody against whom nothing is held are told of, and that is all."""
    first, second = await approved(auth, "first"), await opened(auth, "second")
    if changes:
        await excluded(auth, first)
    check_id = await checked(auth, second, **changes)
    assert not await wants_administrator(auth, check_id)
    await decided(auth, check_id)
    assert ([] if changes else [{"accounts": str(first), "restricted": ""}]) == await reported(auth)
    assert "" == (await rules(auth, second)).exclusion


async def test_one_who_does_both_at_once_slips_through_nowhere(auth) -> None:
    """Whichever comes first, the other one sees it: they take turns at the person."""
    first, second = await approved(auth, "first"), await opened(auth, "second")
    check_id = await checked(auth, second)
    async with auth.database.connection() as connection, connection.transaction():
        index = auth.vault.index("person", "ada lovelace\x001990-12-10")
        await connection.execute(
            "select pg_advisory_xact_lock(hashtextextended('person/' || encode(%s, 'hex'), 0))", [index]
        )
        both = asyncio.gather(excluded(auth, first), decided(auth, check_id))
        await auth.lock_waiters(2)
    await both

    async def heard() -> bool:
        return "self_exclusion" == (await rules(auth, second)).exclusion

    await eventually(heard)


async def test_accounts_of_before_are_found_and_left_to_an_administrator(auth, ada) -> None:
    first, second = await approved(auth, "first"), await approved(auth, "second")
    async with auth.database.connection() as connection:
        await connection.execute("update kyc_check set person_index = null, screened = ''")
        await connection.execute(
            "insert into play_state (user_id, revision, exclusion, excluded_until, day_seconds)"
            " values (%s, 1, 'self_exclusion', '9999-12-31', 0)",
            [first],
        )
    before = len(await reported(auth))
    assert [2, 0] == [await ada.listed_by_now(ada.LIST) for _ in range(2)]
    found = await reported(auth)
    assert (before + 1, str(first), "approved") == (
        len(found),
        found[0]["restricted"],
        found[0]["was"],
    )
    assert ("", "approved") == ((await rules(auth, second)).exclusion, await kyc(auth, second))
