"""Who must go and who wants to go, through the whole suite: what ends a token is in force everywhere, a deleted account is gone.

It is promised within a second. How long each process took is printed, for whoever asks with -s; a test on a busy machine
waits longer.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import httpx
import psycopg
import pytest
import pytest_asyncio
from google.protobuf.descriptor import MethodDescriptor

from oraculum_dev.demo.api import Api, new_key
from oraculum_dev.demo.person import Person, until
from oraculum_dev.demo.wallets import EvmWallet
from oraculum_dev.faults.scene import make_operator
from oraculum_dev.fixtures.crowd import Crowd
from oraculum_dev.fixtures.own_events import own_event, until_it_trades
from oraculum_dev.fixtures.rpcs import methods, refusal
from oraculum_dev.fixtures.suites import Suite
from oraculum_dev.project import SERVICES
from oraculum_dev.suite.replicas import Replicas
from oraculum_money import ASSETS

pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]

PATIENCE_SECONDS = 60
# Far more than the second that is promised, and far less than a token lives.
IN_FORCE_SECONDS = 30
BETTORS = 4
# One of each service that changes nothing; a token is looked at before what is asked.
ASKED = {
    "auth": "GetMe",
    "event": "ListCategories",
    "prediction": "ListPositions",
    "wallet": "GetBalances",
    "market-data": "ListMarkets",
    "notification": "ListNotifications",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def admin(suite: Suite) -> AsyncIterator[Person]:
    api = Api(suite.url)
    operator = Person("admin", await make_operator(suite), api)
    await operator.sign_in()
    yield operator
    await api.close()


async def arrived(admin: Person, name: str, *, dollars: int = 0) -> Person:
    """Somebody new, with money if they bring any."""
    person = Person(name, EvmWallet(), admin.api)
    await person.sign_in()
    if dollars:
        await person.command("/wallet/deposits", {"rail": "demo", "amount": str(dollars), "asset": "USDC"})
        await person.settled_balance("USDC")
    return person


async def answer(suite: Suite, person: Person, method: str, path: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"{suite.url}/api/v1", timeout=30) as client:
        return await client.request(method, path, headers={"authorization": f"Bearer {person.token}"})


async def told(suite: Suite, statement: str, parameters: Any) -> list[tuple[Any, ...]]:
    """What a service keeps, past the service: a person who is gone cannot ask."""
    async with await psycopg.AsyncConnection.connect(suite.superuser_url) as connection:
        rows = await connection.execute(statement.encode(), parameters)
        return await rows.fetchall()


async def taking_nothing_from(suite: Suite, person: Person) -> int:
    """How many of those who move money know that this person brings none any more."""
    ((wallet, prediction),) = await told(
        suite,
        "select (select count(*) from wallet.known_person where user_id = %(id)s and barred),"
        " (select count(*) from prediction.known_person where user_id = %(id)s and barred)",
        {"id": person.user_id},
    )
    return int(wallet + prediction)


@dataclass(frozen=True)
class Verifiers:
    """Every process that looks at tokens, each asked by itself for something that anybody or this person may see."""

    # What each service is asked.
    asked: Mapping[str, MethodDescriptor]
    # Channels that stay open: what is measured is a revocation and not a handshake.
    channels: Mapping[str, grpc.aio.Channel]
    client: httpx.AsyncClient

    @classmethod
    @asynccontextmanager
    async def of(cls, suite: Suite) -> AsyncIterator["Verifiers"]:
        """All of a suite: its services, each replica of them, and its gateway."""
        replicas = Replicas(suite.state.prediction_replicas)
        async with AsyncExitStack() as stack:
            channels = {
                process: await stack.enter_async_context(
                    grpc.aio.insecure_channel(suite.ports.address(process))
                )
                for service in SERVICES
                for process in replicas.of(service)
            }
            client = await stack.enter_async_context(
                httpx.AsyncClient(base_url=f"{suite.url}/api/v1", timeout=30)
            )
            asked = {service: method for service, method in methods() if method.name == ASKED[service]}
            yield cls(asked, channels, client)

    async def refusals(self, token: str) -> dict[str, str]:
        """How each of them refuses a token; nothing where it lets it in."""
        names = [*self.channels, "gateway"]
        return dict(
            zip(names, await asyncio.gather(*(self._ask(name, token) for name in names)), strict=True)
        )

    async def until_all_refuse(self, token: str) -> dict[str, float]:
        """How long each took from now until a token was revoked to it."""
        since = time.monotonic()

        async def took(name: str) -> float:
            async with asyncio.timeout(IN_FORCE_SECONDS):
                while await self._ask(name, token) != "TOKEN_REVOKED":  # noqa: ASYNC110  another process changes it
                    await asyncio.sleep(0.01)
            return time.monotonic() - since

        names = [*self.channels, "gateway"]
        return dict(zip(names, await asyncio.gather(*map(took, names)), strict=True))

    async def _ask(self, name: str, token: str) -> str:
        if name == "gateway":
            said = await self.client.get("/users/me", headers={"authorization": f"Bearer {token}"})
            return "" if said.is_success else str(said.json()["code"]).upper()
        (method,) = [method for service, method in self.asked.items() if name.startswith(service)]
        return await refusal(self.channels[name], method, (("authorization", f"Bearer {token}"),))


async def test_what_ends_a_token_is_in_force_in_every_process_while_people_bet(
    suite: Suite, admin: Person
) -> None:
    """A ban, a role that is taken and a session that is ended; and a ban ends what rests in the person's name."""
    event_id = await own_event(admin, "Does the order of somebody who is barred rest on?")
    await until_it_trades(admin, event_id, PATIENCE_SECONDS)
    banned = await arrived(admin, "to be banned", dollars=100)
    resting = {
        "event_id": event_id, "outcome": 1, "type": "limit", "shares": "10", "max_price": "0.05",
        "time_in_force": "gtc",
    }  # fmt: skip
    order_id = (await banned.command("/predictions", resting)).body["id"]
    demoted = Person("to be demoted", await make_operator(suite), admin.api)
    await demoted.sign_in()
    two_places = await arrived(admin, "signed in twice")
    left_open = two_places.token
    (session,) = (await two_places.get("/auth/sessions"))["data"]
    await two_places.sign_in()
    old_tokens = {"ban": banned.token, "role": demoted.token, "session": left_open}
    async with Verifiers.of(suite) as verifiers, Crowd(admin.api, [event_id], BETTORS) as crowd:
        for token in old_tokens.values():
            assert {""} == set((await verifiers.refusals(token)).values())
        await crowd.until_accepted(BETTORS, PATIENCE_SECONDS)
        before, since = crowd.accepted, time.monotonic()
        took: dict[str, dict[str, float]] = {}
        await admin.command(f"/admin/users/{banned.user_id}/ban", {"reason": "to see who refuses"})
        took["ban"] = await verifiers.until_all_refuse(banned.token)

        async def taken_back() -> bool:
            rows = await told(
                suite, "select status from prediction.trade_order where order_id = %s", [order_id]
            )
            return rows == [(9,)]

        await until("the order to be taken back", taken_back, bool, PATIENCE_SECONDS)
        await admin.command(f"/admin/users/{demoted.user_id}/role", {"roles": ["user"]})
        took["role"] = await verifiers.until_all_refuse(demoted.token)
        path = f"/auth/sessions/{session['id']}"
        await admin.api.ask("DELETE", path, token=two_places.token, key=new_key())
        took["session"] = await verifiers.until_all_refuse(left_open)
        seconds, bets = time.monotonic() - since, crowd.accepted - before
        # The session that was kept goes on, and so do those who bet.
        assert {""} == set((await verifiers.refusals(two_places.token)).values())
        await crowd.until_accepted(1, PATIENCE_SECONDS)
    for what, times in took.items():
        print(json.dumps({what: {name: f"{one * 1000:.0f} ms" for name, one in times.items()}}))  # noqa: T201
    print(json.dumps({"bets a second meanwhile": round(bets / seconds, 1)}))  # noqa: T201
    # A token of now says what the person may now, and no more.
    await demoted.sign_in()
    assert ["user"] == demoted.account["roles"]
    assert 403 == (await answer(suite, demoted, "GET", "/admin/users")).status_code
    assert 2 == await taking_nothing_from(suite, banned)


async def test_who_has_something_left_is_told_what_and_stays(suite: Suite, admin: Person) -> None:
    person = await arrived(admin, "rich", dollars=5)
    refused = await answer(suite, person, "DELETE", f"/users/me?confirm={person.user_id}")
    assert (409, "account_not_empty") == (refused.status_code, refused.json()["code"])
    assert "5.00 USDC" in refused.json()["detail"]
    for path, field in (("/users/me", "confirm"), ("/users/me?confirm=me", "confirm")):
        bad = await answer(suite, person, "DELETE", path)
        assert (422, [field]) == (bad.status_code, [error["field"] for error in bad.json()["errors"]])
    assert person.user_id == (await person.get("/users/me"))["id"]
    # Whoever stays goes on at once: the fence that stood while they were asked is lifted.
    await person.command("/wallet/deposits", {"rail": "demo", "amount": "1.00", "asset": "USDC"})


async def test_a_deleted_account_is_gone_everywhere(suite: Suite, admin: Person) -> None:
    person = await arrived(admin, "gone")

    async def welcomed() -> int:
        return len((await person.get("/notifications"))["data"])

    await until("a welcome", welcomed, bool, PATIENCE_SECONDS)
    assert 204 == (await answer(suite, person, "DELETE", f"/users/me?confirm={person.user_id}")).status_code

    async def unknown() -> int:
        return (await answer(suite, person, "GET", "/users/me")).status_code

    await until("the token to count no more", unknown, (401).__eq__, PATIENCE_SECONDS)

    async def erased() -> tuple[int, int]:
        ((notices,),) = await told(
            suite, "select count(*) from notification.notice where user_id = %s", [person.user_id]
        )
        return notices, await taking_nothing_from(suite, person)

    await until("all to have heard of it", erased, (0, 2).__eq__, PATIENCE_SECONDS)
    fenced = "select count(*) from wallet.account where owner_id = %s and kind = 1 and fenced"
    assert [(len(ASSETS),)] == await told(suite, fenced, [person.user_id])
    public = await admin.get(f"/users/{person.user_id}")
    assert "Deleted account" == public["display_name"]
    again = Person("gone", person.wallet, admin.api)
    await again.sign_in()
    assert person.user_id != again.user_id
