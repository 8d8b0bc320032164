"""Who must go and who wants to go, through the whole suite: a ban is in force everywhere, a deleted account is gone everywhere.

Nothing here asserts on time; how long a ban took until each service refused is printed, for whoever asks with -s.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc
import httpx
import psycopg
import pytest
import pytest_asyncio

from oraculum_dev.demo.api import Api
from oraculum_dev.demo.person import Person, until
from oraculum_dev.demo.wallets import EvmWallet
from oraculum_dev.faults.scene import make_operator
from oraculum_dev.fixtures.own_events import own_event, until_it_trades
from oraculum_dev.fixtures.rpcs import methods, refusal
from oraculum_dev.fixtures.suites import Suite
from oraculum_dev.project import SERVICES

pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]

PATIENCE_SECONDS = 60
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


def refusing(suite: Suite, service: str, token: str) -> Callable[[], Awaitable[str]]:
    """Asks a service, without the gateway, for something that anybody or this person may see."""
    (method,) = [one for owner, one in methods() if owner == service and one.name == ASKED[service]]

    async def ask() -> str:
        async with grpc.aio.insecure_channel(suite.ports.address(service)) as channel:
            return await refusal(channel, method, (("authorization", f"Bearer {token}"),))

    return ask


async def test_a_ban_is_in_force_in_every_service_and_ends_what_rests(suite: Suite, admin: Person) -> None:
    person = await arrived(admin, "to be banned", dollars=100)
    event_id = await own_event(admin, "Does the order of somebody who is barred rest on?")
    await until_it_trades(admin, event_id, PATIENCE_SECONDS)
    resting = {
        "event_id": event_id, "outcome": 1, "type": "limit", "shares": "10", "max_price": "0.05",
        "time_in_force": "gtc",
    }  # fmt: skip
    order_id = (await person.command("/predictions", resting)).body["id"]
    asks = {service: refusing(suite, service, person.token) for service in SERVICES}
    assert dict.fromkeys(SERVICES, "") == {service: await ask() for service, ask in asks.items()}
    await admin.command(f"/admin/users/{person.user_id}/ban", {"reason": "to see who refuses"})
    since = time.monotonic()
    took: dict[str, float] = {}

    async def refuses(service: str) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await asks[service]() != "TOKEN_REVOKED":  # noqa: ASYNC110  it is another process that changes
                await asyncio.sleep(0.01)
        took[service] = time.monotonic() - since

    async def gateway_refuses() -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await answer(suite, person, "GET", "/users/me")).status_code != 401:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        took["gateway"] = time.monotonic() - since

    await asyncio.gather(gateway_refuses(), *map(refuses, SERVICES))

    async def taken_back() -> bool:
        rows = await told(suite, "select status from prediction.trade_order where order_id = %s", [order_id])
        return rows == [(9,)]

    await until("the order to be taken back", taken_back, bool, PATIENCE_SECONDS)
    took["resting order"] = time.monotonic() - since
    print(json.dumps({name: f"{seconds * 1000:.0f} ms" for name, seconds in took.items()}))  # noqa: T201
    assert 2 == await taking_nothing_from(suite, person)


async def test_who_has_something_left_is_told_what_and_stays(suite: Suite, admin: Person) -> None:
    person = await arrived(admin, "rich", dollars=5)
    refused = await answer(suite, person, "DELETE", f"/users/me?confirm={person.user_id}")
    assert (409, "account_not_empty") == (refused.status_code, refused.json()["code"])
    assert "5.00 USDC" in refused.json()["detail"]
    for path, field in (("/users/me", "confirm"), ("/users/me?confirm=me", "confirm")):
        bad = await answer(suite, person, "DELETE", path)
        assert (422, [field]) == (bad.status_code, [error["field"] for error in bad.json()["errors"]])
    assert person.user_id == (await person.get("/users/me"))["id"]


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
    public = await admin.get(f"/users/{person.user_id}")
    assert "Deleted account" == public["display_name"]
    again = Person("gone", person.wallet, admin.api)
    await again.sign_in()
    assert person.user_id != again.user_id
