"""Deletion of an account: what was the person's alone is gone, what the law wants kept is there, and nobody comes back."""

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from psycopg import sql

from oraculum.auth.v1 import api_key_service_pb2 as keys_pb
from oraculum.auth.v1 import auth_service_pb2 as auth_pb
from oraculum.auth.v1 import compliance_service_pb2 as compliance_pb
from oraculum.auth.v1 import play_service_pb2 as play_pb
from oraculum.auth.v1 import privacy_service_pb2 as pb
from oraculum.auth.v1.users_fact_pb2 import UsersFact
from oraculum_auth.compliance.kyc import PERSON_FIELD
from oraculum_auth.errors import AccountBanned, SignInTooOld
from oraculum_auth.privacy.belongings import Belongings
from oraculum_auth.privacy.deletion import Deletion
from oraculum_auth.privacy.errors import (
    AccountNotEmpty,
    DeletionOvertaken,
    DeletionWhileExcluded,
)
from oraculum_auth.repository import Accounts
from oraculum_kit import jobs
from oraculum_kit.caller import Caller, calling_as
from oraculum_kit.errors import InvalidArgument, NotFound, ServiceError, Unauthenticated, Unavailable
from oraculum_kit.testing.messaging import eventually

DAY = 24 * 3600
EMAIL, PASSWORD = "ada@example.com", "correct horse battery staple"
# What is kept although an account goes: the pseudonym, its identity checks, its key for them, the log and the reports.
KEPT = {
    "account",
    "kyc_check",
    "person_key",
    "audit_entry",
    "audit_log",
    "compliance_report",
    "revocation",
    "outbox",
}


class Purse:
    """What everybody still has."""

    def __init__(self) -> None:
        self.left = Belongings()
        # What happens while they are asked.
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        # Every word about a fence, in order.
        self.said: list[tuple[str, UUID, int]] = []
        # Whether wallet is away when a fence is to be lifted.
        self.away = False

    async def fence(self, user_id: UUID, fence: int) -> None:
        self.said.append(("raised", user_id, fence))

    async def lift(self, user_id: UUID, fence: int) -> None:
        if self.away:
            raise Unavailable
        self.said.append(("lifted", user_id, fence))

    @property
    def fences(self) -> list[tuple[str, int]]:
        """What was said, of one person."""
        assert len({user_id for _, user_id, _ in self.said}) <= 1
        return [(word, fence) for word, _, fence in self.said]

    async def belongings(self) -> Belongings:
        if self.meanwhile is not None:
            await self.meanwhile()
        return self.left


@pytest.fixture
def purse() -> Purse:
    return Purse()


@pytest.fixture
def outside(purse: Purse) -> dict[str, Any]:
    return {"keepers": purse}


@contextmanager
def signed_in(tokens: auth_pb.Tokens) -> Iterator[None]:
    """As the session that these tokens are of."""
    with calling_as(Caller(request_id="test", user_token=f"Bearer {tokens.access_token}")):
        yield


@pytest.fixture
async def ada(auth) -> SimpleNamespace:
    """A person with all that one can have: a key, a limit, consents, an identity check."""
    made = await auth.stub.Register(
        auth_pb.RegisterRequest(email=EMAIL, password=PASSWORD, display_name="Ada")
    )
    me: Callable[[], AbstractContextManager[None]] = lambda: signed_in(made.tokens)  # noqa: E731
    with me():
        key = await auth.keys.CreateApiKey(keys_pb.CreateApiKeyRequest(name="bot", scopes=["read"]))
        await auth.privacy.SetConsents(
            pb.SetConsentsRequest(consents=[pb.Consent(purpose="terms", granted=True, version="1")])
        )
        await auth.play.SetMyLimits(
            play_pb.SetMyLimitsRequest(changes=[play_pb.PlayLimitChange(kind="deposit_day", value=5)])
        )
        await auth.compliance.StartKyc(
            compliance_pb.StartKycRequest(legal_name="Ada Lovelace", birth_date="1990-12-10", country="FR")
        )
    return SimpleNamespace(
        id=made.user.user_id, uuid=UUID(made.user.user_id), me=me, tokens=made.tokens, key_id=key.key.key_id
    )


async def delete(auth, who: SimpleNamespace, confirm: str | None = None) -> None:
    with who.me():
        await auth.privacy.DeleteMe(pb.DeleteMeRequest(confirm=who.id if confirm is None else confirm))


async def tables_of(auth, user_id: UUID) -> set[str]:
    """Every table of auth that has a row of this person."""
    async with auth.database.connection() as connection:
        cursor = await connection.execute(
            "select table_name, column_name, data_type from information_schema.columns"
            " where table_schema = current_schema() and column_name in ('user_id', 'owner', 'actor_user_id', 'subject_id')"
        )
        found = set()
        for table, column, _ in await cursor.fetchall():
            asked = sql.SQL("select exists (select from {} where {}::text = %s)").format(
                sql.Identifier(table), sql.Identifier(column)
            )
            rows = await connection.execute(asked, [str(user_id)])
            if (await rows.fetchone())[0]:
                found.add(table)
        return found


async def facts(auth) -> list[str]:
    async with auth.database.connection() as connection:
        rows = await connection.execute("select payload from outbox where topic = 'users' order by id")
        return [UsersFact.FromString(payload).WhichOneof("fact") for (payload,) in await rows.fetchall()]


async def test_what_was_theirs_alone_is_gone_and_what_the_law_wants_kept_is_there(auth, ada) -> None:
    async with auth.database.connection() as connection:
        before = await Accounts(auth.vault).key(connection, ada.uuid)
    await delete(auth, ada)
    assert await tables_of(auth, ada.uuid) <= KEPT
    assert "user_deleted" == (await facts(auth))[-1]
    with auth.parties.signed_in(roles={"admin"}):
        (user,) = (await auth.stub.ListUsers(auth_pb.ListUsersRequest())).users
    assert ("", "Deleted account", True) == (user.email, user.display_name, user.HasField("deleted_at"))
    assert ("rejected", ["user"], 0) == (user.kyc, list(user.roles), len(user.wallets))
    async with auth.database.connection() as connection:
        fresh = await Accounts(auth.vault).key(connection, ada.uuid)
        rows = await connection.execute("select person_sealed, status, person_index from kyc_check")
        ((sealed, status, index),) = await rows.fetchall()
    # The key of old is destroyed; the one that is there opens the check and nothing else that there ever was.
    assert before.wrapped != fresh.wrapped
    assert "Ada Lovelace" == json.loads(auth.vault.open(fresh, PERSON_FIELD, bytes(sealed)))["legal_name"]
    assert ("rejected", None) == (status, index)


async def test_nobody_comes_back(auth, ada) -> None:
    await delete(auth, ada)

    async def refused() -> bool:
        try:
            with ada.me():
                await auth.stub.GetMe(auth_pb.GetMeRequest())
        except Unauthenticated:
            return True
        return False

    await eventually(refused)
    with pytest.raises(ServiceError):
        await auth.stub.Refresh(auth_pb.RefreshRequest(refresh_token=ada.tokens.refresh_token))
    with pytest.raises(ServiceError):
        await auth.stub.SignInWithPassword(auth_pb.SignInWithPasswordRequest(email=EMAIL, password=PASSWORD))
    with pytest.raises(ServiceError):
        await auth.keys.OpenApiKey(keys_pb.OpenApiKeyRequest(key_id=ada.key_id))
    # The address is free: whoever has it may begin anew, as somebody else.
    anew = await auth.stub.Register(auth_pb.RegisterRequest(email=EMAIL, password=PASSWORD))
    assert ada.id != anew.user.user_id


async def test_administrators_change_nothing_of_whom_there_is_nothing(auth, ada) -> None:
    await delete(auth, ada)
    told = await facts(auth)
    async with auth.database.connection() as connection:
        ((check_id,),) = await (await connection.execute("select check_id from kyc_check")).fetchall()
    with auth.parties.signed_in(roles={"admin"}):
        for change in (
            auth.stub.SetRoles(auth_pb.SetRolesRequest(user_id=ada.id, roles=["user", "admin"])),
            auth.stub.SetTier(auth_pb.SetTierRequest(user_id=ada.id, tier="premium")),
            auth.stub.BanUser(auth_pb.BanUserRequest(user_id=ada.id, reason="late")),
            auth.stub.UnbanUser(auth_pb.UnbanUserRequest(user_id=ada.id)),
            *(
                auth.compliance.DecideKyc(
                    compliance_pb.DecideKycRequest(check_id=str(check_id), approved=approved, reason="late")
                )
                for approved in (True, False)
            ),
        ):
            with pytest.raises(NotFound) as refused:
                await change
            assert "USER_NOT_FOUND" == refused.value.reason
        (user,) = (await auth.stub.ListUsers(auth_pb.ListUsersRequest())).users
    assert ("rejected", "basic", "") == (user.kyc, user.tier, user.jurisdiction)
    assert told == await facts(auth)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (Belongings(("12.50 USDC", "1.00 USD")), "12.50 USDC, 1.00 USD"),
        (Belongings(positions=1), "1 open position"),
        (Belongings(positions=2, has_orders=True), "2 open positions, open orders"),
    ],
)
async def test_an_account_with_something_left_stays(
    auth, ada, purse: Purse, left: Belongings, words: str
) -> None:
    purse.left = left
    with pytest.raises(AccountNotEmpty) as refused:
        await delete(auth, ada)
    assert words == refused.value.metadata["left"]
    assert {"session", "person_key", "consent"} <= await tables_of(auth, ada.uuid)
    assert "user_deleted" not in await facts(auth)


async def test_who_is_barred_meanwhile_stays_barred(auth, ada, purse: Purse) -> None:
    async def barred() -> None:
        with auth.parties.signed_in(roles={"admin"}):
            await auth.stub.BanUser(auth_pb.BanUserRequest(user_id=ada.id, reason="a thief"))

    purse.meanwhile = barred
    with pytest.raises(AccountBanned):
        await delete(auth, ada)
    assert {"person_key", "consent"} <= await tables_of(auth, ada.uuid)
    assert "user_deleted" not in await facts(auth)


@pytest.mark.parametrize("confirm", ["", "yes", "00000000-0000-0000-0000-000000000000"])
async def test_who_does_not_name_their_account_keeps_it(auth, ada, confirm: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        await delete(auth, ada, confirm)
    assert ["confirm"] == [violation.field for violation in refused.value.violations]
    assert "session" in await tables_of(auth, ada.uuid)


async def test_an_old_session_and_one_that_is_none_delete_nothing(auth, ada) -> None:
    with auth.parties.signed_in(ada.uuid), pytest.raises(SignInTooOld):
        await auth.privacy.DeleteMe(pb.DeleteMeRequest(confirm=ada.id))
    async with auth.database.connection() as connection:
        await connection.execute("update session set created_at = created_at - interval '16 minutes'")
    with pytest.raises(SignInTooOld):
        await delete(auth, ada)
    assert "session" in await tables_of(auth, ada.uuid)


async def test_who_asked_not_to_play_does_not_come_back_by_another_account(auth, ada) -> None:
    with ada.me():
        await auth.play.SetMyLimits(
            play_pb.SetMyLimitsRequest(exclusion=play_pb.Exclusion(kind="self_exclusion", days=180))
        )
    with pytest.raises(DeletionWhileExcluded):
        await delete(auth, ada)
    assert "play_state" in await tables_of(auth, ada.uuid)


async def test_an_identity_check_goes_when_its_years_are_over(auth, ada, purse: Purse) -> None:
    await delete(auth, ada)
    deletion = Deletion(auth.database, Accounts(auth.vault), auth.vault, auth.clock, purse, 7)
    forget, _ = deletion.kinds
    auth.clock.advance(seconds=7 * 365 * DAY)
    await forget.handle(SimpleNamespace())
    assert {"kyc_check", "person_key"} <= await tables_of(auth, ada.uuid)
    auth.clock.advance(seconds=3 * DAY)
    await forget.handle(SimpleNamespace())
    assert {"kyc_check", "person_key"}.isdisjoint(await tables_of(auth, ada.uuid))


async def departures(auth) -> int:
    async with auth.database.connection() as connection:
        ((count,),) = await (await connection.execute("select count(*) from departure")).fetchall()
    return int(count)


async def jobs_of_fences(auth) -> int:
    async with auth.database.connection() as connection:
        rows = await connection.execute("select count(*) from job where kind = 'deletion_stay'")
        ((count,),) = await rows.fetchall()
    return int(count)


async def due_now(auth, who: SimpleNamespace) -> None:
    """The minute is over in which a first deletion may ask."""
    async with auth.database.transaction() as connection:
        wish = {"user_id": who.id, "fence": 1}
        await jobs.schedule(connection, "deletion_stay", wish, unique_key="1", replace=True)


class TestFence:
    async def test_it_stands_before_the_first_question_and_for_ever_behind_the_erasing(
        self, auth, ada, purse: Purse
    ) -> None:
        asked: list[tuple[str, int]] = []

        async def look() -> None:
            asked.extend(purse.fences)

        purse.meanwhile = look
        await delete(auth, ada)
        assert [("raised", 1)] == asked == purse.fences
        assert (0, 0) == (await departures(auth), await jobs_of_fences(auth))

    async def test_who_stays_goes_on_at_once(self, auth, ada, purse: Purse) -> None:
        purse.left = Belongings(positions=1)
        with pytest.raises(AccountNotEmpty):
            await delete(auth, ada)
        assert [("raised", 1), ("lifted", 1)] == purse.fences
        assert 0 == await departures(auth)

    async def test_a_fence_that_could_not_be_lifted_is_lifted_by_a_job(self, auth, ada, purse: Purse) -> None:
        purse.left, purse.away = Belongings(positions=1), True
        with pytest.raises(AccountNotEmpty):
            await delete(auth, ada)
        assert [("raised", 1)] == purse.fences
        purse.away = False
        await due_now(auth, ada)

        async def lifted() -> bool:
            return ("lifted", 1) in purse.fences

        await eventually(lifted)

    async def test_whoever_comes_too_late_erases_nothing(self, auth, ada, purse: Purse) -> None:
        """A minute goes by between the last question and the erasing: the job has let the person go on."""

        async def a_minute() -> None:
            await due_now(auth, ada)

            async def lifted() -> bool:
                return ("lifted", 1) in purse.fences

            await eventually(lifted)

        purse.meanwhile = a_minute
        with pytest.raises(DeletionOvertaken):
            await delete(auth, ada)
        assert {"session", "person_key", "consent"} <= await tables_of(auth, ada.uuid)
        assert "user_deleted" not in await facts(auth)

    async def test_of_two_at_once_the_later_one_decides(self, auth, ada, purse: Purse) -> None:
        """The earlier one's questions were answered before the later fence stood, so they prove nothing."""

        async def again() -> None:
            purse.meanwhile, purse.left = None, Belongings(positions=1)
            with pytest.raises(AccountNotEmpty):
                await delete(auth, ada)
            purse.left = Belongings()

        purse.meanwhile = again
        with pytest.raises(DeletionOvertaken):
            await delete(auth, ada)
        assert [("raised", 1), ("raised", 2), ("lifted", 2), ("lifted", 1)] == purse.fences
        assert {"session", "person_key"} <= await tables_of(auth, ada.uuid)
        # Nothing of all that is in the way of the next.
        await delete(auth, ada)
        assert "user_deleted" == (await facts(auth))[-1]

    async def test_of_two_at_once_that_both_may_one_erases_and_both_are_told_so(
        self, auth, ada, purse: Purse
    ) -> None:
        async def again() -> None:
            purse.meanwhile = None
            await delete(auth, ada)

        purse.meanwhile = again
        await delete(auth, ada)
        assert [("raised", 1), ("raised", 2)] == purse.fences
        assert 1 == (await facts(auth)).count("user_deleted")
