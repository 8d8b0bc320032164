"""Profiles, roles and the administrators' list, over gRPC against a real database."""

import json
from uuid import UUID

import pytest

from oraculum.auth.v1 import auth_service_pb2 as pb
from oraculum_auth.errors import AdministratorsAreMadeBeside, UserNotFound
from oraculum_kit.errors import InvalidArgument, PermissionDenied, Unauthenticated
from oraculum_kit.ids import uuid7

PASSWORD = "correct horse battery staple"


async def register(auth, name: str) -> pb.User:
    request = pb.RegisterRequest(email=f"{name}@example.com", password=PASSWORD, display_name=name)
    auth.clock.advance(seconds=1)
    return (await auth.stub.Register(request)).user


class TestProfile:
    async def test_an_absent_field_stays_as_it_is(self, auth) -> None:
        user = await register(auth, "ada")
        with auth.parties.signed_in(UUID(user.user_id)):
            await auth.stub.UpdateMe(pb.UpdateMeRequest(preferences_json='{"theme": "dark"}'))
            changed = await auth.stub.UpdateMe(pb.UpdateMeRequest(display_name="Ada L."))
        assert (changed.user.display_name, changed.user.preferences_json) == ("Ada L.", '{"theme": "dark"}')

    async def test_strangers_see_the_name_and_nothing_private(self, auth) -> None:
        user = await register(auth, "ada")
        public = await auth.stub.GetPublicUser(pb.GetPublicUserRequest(user_id=user.user_id))
        assert public.display_name == "ada"
        assert "example.com" not in str(public)

    async def test_people_say_what_others_see_of_their_predictions(self, auth) -> None:
        """By default how they came out; what means nothing changes nothing."""
        user = await register(auth, "ada")

        async def shown() -> int:
            answer = await auth.stub.GetPublicUser(pb.GetPublicUserRequest(user_id=user.user_id))
            return answer.predictions_shown

        assert pb.PREDICTIONS_SHOWN_SETTLED == await shown()
        with auth.parties.signed_in(UUID(user.user_id)):
            for word, told in (("all", pb.PREDICTIONS_SHOWN_ALL), ("none", pb.PREDICTIONS_SHOWN_NONE)):
                chosen = json.dumps({"public_predictions": word})
                await auth.stub.UpdateMe(pb.UpdateMeRequest(preferences_json=chosen))
                assert told == await shown()
            for word in ("some", None, True, ["all"]):
                chosen = json.dumps({"public_predictions": word})
                with pytest.raises(InvalidArgument) as caught:
                    await auth.stub.UpdateMe(pb.UpdateMeRequest(preferences_json=chosen))
                assert ["preferences.public_predictions"] == [
                    violation.field for violation in caught.value.violations
                ]
        assert pb.PREDICTIONS_SHOWN_NONE == await shown()

    async def test_an_unknown_user_is_not_found(self, auth) -> None:
        with pytest.raises(UserNotFound):
            await auth.stub.GetPublicUser(pb.GetPublicUserRequest(user_id=str(uuid7())))

    async def test_nobody_has_no_profile(self, auth) -> None:
        with pytest.raises((Unauthenticated, PermissionDenied)):
            await auth.stub.GetMe(pb.GetMeRequest())


class TestAdministration:
    async def test_pages_hold_everybody_once(self, auth) -> None:
        names = [f"user{number}" for number in range(5)]
        for name in names:
            await register(auth, name)
        seen, cursor = [], ""
        with auth.parties.signed_in(roles={"admin"}):
            while True:
                page = await auth.stub.ListUsers(pb.ListUsersRequest(limit=2, cursor=cursor))
                seen += [user.display_name for user in page.users]
                cursor = page.next_cursor
                if not cursor:
                    break
        assert seen == names[::-1]

    @pytest.mark.parametrize("search", ["ADA@example.com", "aD"])
    async def test_search_finds_a_whole_address_and_part_of_a_name(self, auth, search: str) -> None:
        await register(auth, "ada")
        await register(auth, "eve")
        with auth.parties.signed_in(roles={"admin"}):
            found = await auth.stub.ListUsers(pb.ListUsersRequest(search=search))
        assert [user.display_name for user in found.users] == ["ada"]
        assert [user.email for user in found.users] == ["ada@example.com"]

    async def test_accounts_are_counted_by_tier(self, auth) -> None:
        """Those that were opened long ago, too; those that were deleted have no tier."""
        old = await register(auth, "old")
        auth.clock.advance(seconds=3 * 86_400)
        young, banned, gone = [await register(auth, name) for name in ("young", "banned", "gone")]
        async with auth.database.connection() as connection:
            await connection.execute(
                "update account set deleted_at = %s where user_id = %s", (auth.clock.now(), gone.user_id)
            )
        with auth.parties.signed_in(), pytest.raises(PermissionDenied):
            await auth.stub.CountAccounts(pb.CountAccountsRequest())
        with auth.parties.signed_in(roles={"admin"}):
            await auth.stub.SetTier(pb.SetTierRequest(user_id=young.user_id, tier="premium"))
            await auth.stub.BanUser(pb.BanUserRequest(user_id=banned.user_id, reason="because"))
            told = await auth.stub.CountAccounts(pb.CountAccountsRequest())
        assert old.user_id
        basic = pb.TierCount(
            tier="basic", accounts=2, banned=1, registered_within_day=1, registered_within_week=2
        )
        premium = pb.TierCount(tier="premium", accounts=1, registered_within_day=1, registered_within_week=1)
        assert ([basic, premium], 1) == (list(told.tiers), told.deleted)

    async def test_roles_are_set_by_administrators_only(self, auth) -> None:
        user = await register(auth, "ada")
        request = pb.SetRolesRequest(user_id=user.user_id, roles=["creator"])
        with auth.parties.signed_in(), pytest.raises(PermissionDenied):
            await auth.stub.SetRoles(request)
        with auth.parties.signed_in(roles={"admin"}):
            changed = await auth.stub.SetRoles(request)
        assert list(changed.user.roles) == ["user", "creator"]

    async def test_no_administrator_makes_another(self, auth) -> None:
        """Who confirms what one of them did would be an account that this one raised."""
        user = await register(auth, "ada")
        request = pb.SetRolesRequest(user_id=user.user_id, roles=["creator", "admin"])
        with auth.parties.signed_in(roles={"admin"}):
            with pytest.raises(AdministratorsAreMadeBeside):
                await auth.stub.SetRoles(request)
            assert ["user"] == list((await auth.stub.ListUsers(pb.ListUsersRequest())).users[0].roles)
            await auth.raise_administrator(user.user_id)
            # One who is may stay one, and may be one no more.
            assert ["user", "creator", "admin"] == list((await auth.stub.SetRoles(request)).user.roles)
            fewer = pb.SetRolesRequest(user_id=user.user_id, roles=["creator"])
            assert ["user", "creator"] == list((await auth.stub.SetRoles(fewer)).user.roles)
            with pytest.raises(AdministratorsAreMadeBeside):
                await auth.stub.SetRoles(request)

    async def test_a_role_that_does_not_exist_is_named(self, auth) -> None:
        user = await register(auth, "ada")
        with auth.parties.signed_in(roles={"admin"}), pytest.raises(InvalidArgument) as refused:
            await auth.stub.SetRoles(pb.SetRolesRequest(user_id=user.user_id, roles=["god"]))
        assert [violation.field for violation in refused.value.violations] == ["roles"]
