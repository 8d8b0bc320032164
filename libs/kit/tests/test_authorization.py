"""The access table, asked by real calls."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import grpc
import grpc.aio
import pytest
from google.protobuf.wrappers_pb2 import StringValue

from oraculum_kit.authorization import (
    ANYONE,
    PASSED_ON_GRACE,
    SIGNED_IN,
    Access,
    require_owner,
    require_user,
)
from oraculum_kit.caller import Caller, calling_as, current_caller
from oraculum_kit.clock import ManualClock
from oraculum_kit.errors import NotFound, PermissionDenied, Unauthenticated
from oraculum_kit.ids import uuid7
from oraculum_kit.testing import Parties, serving
from oraculum_kit.testing.speaking import COUNT, SAY, Speaking, SpeakingStub, add_speaking
from oraculum_kit.tokens import TokenExpired, TokenInvalid

SERVICES_ONLY = Access(services=frozenset({"prediction"}))
SIGNED_IN_ONLY = Access(users=SIGNED_IN)
ADMINS = Access(users=frozenset({"admin", "operator"}))
ADMINS_AND_PREDICTION = Access(users=frozenset({"admin"}), services=frozenset({"prediction"}))


async def answer(_request: StringValue) -> StringValue:
    caller = current_caller()
    return StringValue(value=f"{caller.user.id if caller.user else None} {caller.service}")


@asynccontextmanager
async def asked(parties: Parties, access: Access, service: str | None) -> AsyncIterator[SpeakingStub]:
    table = {SAY: access, COUNT: access}
    async with (
        serving([(add_speaking, Speaking(answer))], table, parties) as served,
        parties.channel(served.target, service=service) as channel,
    ):
        yield SpeakingStub(channel)


async def ask(
    parties: Parties, access: Access, *, service: str | None = None, roles: set[str] | None = None
) -> str:
    async with asked(parties, access, service) as stub:
        if roles is None:
            response = await stub.Say(StringValue())
        else:
            with parties.signed_in(roles=roles):
                response = await stub.Say(StringValue())
        return str(response.value)


class TestAccess:
    @pytest.mark.parametrize(
        ("access", "service", "roles"),
        [
            (SERVICES_ONLY, "prediction", None),
            (SERVICES_ONLY, "prediction", {"user"}),
            (SIGNED_IN_ONLY, None, {"user"}),
            (SIGNED_IN_ONLY, "gateway", {"user"}),
            (ADMINS, "gateway", {"user", "admin"}),
            (ADMINS, None, {"operator"}),
            (ADMINS_AND_PREDICTION, "prediction", None),
            (ADMINS_AND_PREDICTION, "gateway", {"admin"}),
            (Access(users=ANYONE), None, None),
            (Access(users=ANYONE), "gateway", {"user"}),
        ],
    )
    async def test_allows(
        self, parties: Parties, access: Access, service: str | None, roles: set[str] | None
    ) -> None:
        user, named = (await ask(parties, access, service=service, roles=roles)).split()
        assert (user != "None", named) == (roles is not None, str(service))

    @pytest.mark.parametrize(
        ("access", "service", "roles", "error"),
        [
            (SERVICES_ONLY, None, None, Unauthenticated),
            (SERVICES_ONLY, None, {"admin"}, PermissionDenied),
            (SERVICES_ONLY, "gateway", {"admin"}, PermissionDenied),
            (SIGNED_IN_ONLY, None, None, Unauthenticated),
            (SIGNED_IN_ONLY, "gateway", None, Unauthenticated),
            (ADMINS, "gateway", {"user"}, PermissionDenied),
            (ADMINS, "gateway", None, Unauthenticated),
            (ADMINS_AND_PREDICTION, "wallet", {"user"}, PermissionDenied),
            (Access(), "prediction", {"admin"}, PermissionDenied),
        ],
    )
    async def test_refuses(
        self,
        parties: Parties,
        access: Access,
        service: str | None,
        roles: set[str] | None,
        error: type[Exception],
    ) -> None:
        with pytest.raises(error):
            await ask(parties, access, service=service, roles=roles)

    async def test_streams_are_guarded_too(self, parties: Parties) -> None:
        async with asked(parties, SIGNED_IN_ONLY, "gateway") as stub:
            with pytest.raises(Unauthenticated):
                await anext(stub.Count(StringValue(value="1")))


class TestTokens:
    @pytest.mark.parametrize("header", ["authorization", "x-service-authorization"])
    @pytest.mark.parametrize("value", ["Bearer nonsense", "Basic dTpw", "bearer", ""])
    async def test_bad_token_is_refused_even_where_none_is_needed(
        self, parties: Parties, header: str, value: str
    ) -> None:
        table = {SAY: Access(users=ANYONE), COUNT: Access(users=ANYONE)}
        async with (
            serving([(add_speaking, Speaking(answer))], table, parties) as served,
            grpc.aio.insecure_channel(served.target) as bare,
        ):
            with pytest.raises(grpc.aio.AioRpcError) as raised:
                await bare.unary_unary(SAY)(b"", timeout=5, metadata=((header, value),))
        assert raised.value.code() is grpc.StatusCode.UNAUTHENTICATED

    async def test_other_auths_tokens_are_refused(self, parties: Parties) -> None:
        """Both sign with a key id of the same name."""
        async with asked(parties, SIGNED_IN_ONLY, None) as stub:
            with Parties().signed_in(), pytest.raises(TokenInvalid):
                await stub.Say(StringValue())

    async def test_token_may_expire_on_its_way_through_the_services_but_not_before(self) -> None:
        clock = ManualClock()
        parties = Parties(clock)
        async with (
            asked(parties, SIGNED_IN_ONLY, "gateway") as through,
            asked(parties, SIGNED_IN_ONLY, None) as direct,
        ):
            with parties.signed_in():
                clock.advance(seconds=15 * 60 + 1)
                await through.Say(StringValue())
                with pytest.raises(TokenExpired):
                    await direct.Say(StringValue())
                clock.advance(seconds=PASSED_ON_GRACE.total_seconds())
                with pytest.raises(TokenExpired):
                    await through.Say(StringValue())


class TestOwners:
    def owner_is_let_in(self, owner: UUID) -> None:
        require_owner(owner, missing=NotFound("There is no such order."), roles=frozenset({"admin"}))

    def test_owner_admin_and_service_see_the_row(self, parties: Parties) -> None:
        owner = uuid7()
        with parties.signed_in(owner):
            self.owner_is_let_in(owner)
        with parties.signed_in(roles={"admin"}):
            self.owner_is_let_in(owner)
        with calling_as(Caller(request_id="r", service="prediction")):
            self.owner_is_let_in(owner)

    def test_for_others_there_is_no_row(self, parties: Parties) -> None:
        with parties.signed_in(), pytest.raises(NotFound, match="There is no such order"):
            self.owner_is_let_in(uuid7())

    def test_nobody_is_asked_to_sign_in(self) -> None:
        with calling_as(), pytest.raises(Unauthenticated):
            self.owner_is_let_in(uuid7())
        with calling_as(), pytest.raises(Unauthenticated):
            require_user()

    def test_outside_of_a_request_asking_for_the_caller_is_a_defect(self) -> None:
        with pytest.raises(RuntimeError, match="no request"):
            current_caller()
