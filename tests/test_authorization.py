"""Who may ask for what: each route as each kind of person, key and service, each rpc as each service.

The routes are those that the running gateway's description names; the rules are in `oraculum_dev.fixtures.permissions`.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import grpc
import httpx
import pytest
import pytest_asyncio
from google.protobuf.descriptor import MethodDescriptor

from oraculum_dev.demo.api import UNKNOWN
from oraculum_dev.demo.person import until
from oraculum_dev.fixtures.cast import Cast, Headers, ask, gathered
from oraculum_dev.fixtures.permissions import ADMITTED, PEOPLE, ROUTES, Who, expected
from oraculum_dev.fixtures.permissions_of_rpcs import PEOPLE as CALLERS
from oraculum_dev.fixtures.permissions_of_rpcs import may_call
from oraculum_dev.fixtures.rpcs import DENIED, methods, path_of, refusal
from oraculum_dev.fixtures.suites import Suite
from oraculum_dev.fixtures.surface import UNKNOWN_ID, Operation, operations
from oraculum_dev.project import SERVICES
from oraculum_dev.suite.keys import SIGNERS
from oraculum_kit.keys import private_key
from oraculum_kit.tokens import ServiceIdentity

pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]

AT_ONCE = 8
TIMES = 20
# Their answer ends the session that asks, so they come last.
ENDING = frozenset({"logout"})
# Which row of the user's a route is asked for.
KINDS = {
    "getPrediction": "bet", "getReceipt": "bet", "cancelPrediction": "bet", "editPrediction": "bet",
    "getMyTrade": "trade", "getTrigger": "trigger", "deleteTrigger": "trigger", "getDeposit": "deposit",
    "explainTransaction": "transaction", "markNotificationRead": "notice", "endSession": "session",
    "revokeApiKey": "key", "removeWallet": "wallet", "deleteWebhook": "webhook", "verifyWebhook": "webhook",
}  # fmt: skip
# In the place of examples that would change what others need, or that would take the long way to a refusal.
BODIES: dict[str, dict[str, Any]] = {
    "createEvent": {"title": "Was it?", "category": "custom", "end_time": "2020-01-01T00:00:00Z"},
    "login": {"nonce": "nobody gave it", "signature": "0x00"},
    # What the others do must not wait, and nothing is to be sent anywhere.
    "adminSetMaintenance": {
        "state": "on",
        "message": "to be refused",
        "ends_at": "2020-01-01T00:00:00Z",
        "reason": "none",
    },
    "createWebhook": {"url": "https://10.0.0.1/", "kinds": ["event.resolved"]},
    "adminSetCrawlerRules": {"rules": [], "version": 2**31},
    "adminSetTierLimits": {"tier": "nobody's"},
    "adminSetHouseLimits": {"asset": "no asset", "reason": "to be refused"},
    "adminSetProhibited": {"data": [{"kind": "event", "subject": "no id", "reason": "to be refused"}]},
}
# Asked for an event that trades, which is nobody's but the house's.
OF_THE_HOUSE = frozenset({"updateEvent", "cancelEvent", "publishEvent"})
QUERIES = {
    "quote": "outcome=1&amount=5",
    "cancelEvent": "reason=none",
    "adminListAccountTransfers": "from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z",
    "getStatement": "from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z",
}
# Attempts to show a second factor are counted by auth, which knows already who asks.
BEHIND_THE_GATE = frozenset({"too_many_attempts"})
# What the gate says; a 401 or 403 with another code comes from behind it.
GATE = {
    401: {"unauthenticated", "token_invalid", "token_expired", "token_revoked"},
    403: {"permission_denied", "scope_missing"},
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cast(suite: Suite) -> AsyncIterator[Cast]:
    async with gathered(suite) as everybody:
        yield everybody


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def routes(cast: Cast) -> list[Operation]:
    document = await cast.user.api.ask("GET", f"{cast.suite.url}/openapi.json")
    return sorted(operations(document.body), key=lambda one: (one.id in ENDING, one.path, one.method))


class TestRoutes:
    async def test_every_route_has_a_row_and_every_row_a_route(self, routes: list[Operation]) -> None:
        """Whoever adds a route says here, too, who may ask for it."""
        assert ROUTES.keys() == {route.id for route in routes}, "see oraculum_dev.fixtures.permissions"
        owned = {name for name, row in ROUTES.items() if row.who is Who.OWNER}
        assert KINDS.keys() == owned, "a row of somebody's is asked for by its id: say which in KINDS"

    async def test_who_excluded_themselves_brings_no_money_in(self, cast: Cast) -> None:
        """The gate lets them in, to look and to take out; where money moves they are refused by name."""
        headers = cast.headers["self-excluded"]
        wishes: dict[str, tuple[dict[str, Any], str]] = {
            "/wallet/deposits": ({"rail": "demo", "amount": "5", "asset": "USDC"}, "depositor_excluded"),
            "/predictions": (
                {"event_id": cast.rows["open event"][0], "outcome": 1, "amount": "1"},
                "self_excluded",
            ),
        }
        async with httpx.AsyncClient(base_url=f"{cast.suite.url}/api/v1", timeout=30) as client:
            for path, (body, code) in wishes.items():

                async def refused(path: str = path, body: dict[str, Any] = body) -> str:
                    return str((await ask(client, headers, "POST", path, body)).json().get("code"))

                await until(f"{path} to be closed", refused, code.__eq__, 60)

    async def test_every_cell(self, cast: Cast, routes: list[Operation]) -> None:
        """Each route as each of them: let in, or refused in the right way; what is the user's, only the user's."""
        matrix: dict[str, dict[str, str]] = {route.id: {} for route in routes}
        async with httpx.AsyncClient(base_url=cast.suite.url, timeout=30) as client:
            for person in PEOPLE:
                await _fill(client, cast, routes, person, matrix)
        print(f"\n{_table(routes, matrix)}")  # noqa: T201  for whoever asks for it, with -s
        wrong = [
            f"{name} as {person}: {found}, not {expected(ROUTES[name], person)}"
            for name, cells in matrix.items()
            for person, found in cells.items()
            if found.partition(" ")[0] != expected(ROUTES[name], person)
        ]
        assert not wrong, "\n".join(wrong)


async def _fill(
    client: httpx.AsyncClient,
    cast: Cast,
    routes: list[Operation],
    person: str,
    matrix: Mapping[str, dict[str, str]],
) -> None:
    """Ask for every route as one of them: what takes a row away after all that looks at it, what ends the session last."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def cell(route: Operation) -> None:
        async with gate:
            answer = await _answer(client, _headers(cast, person, route), route, _path(cast, person, route))
            matrix[route.id][person] = _outcome(answer, owned=ROUTES[route.id].who is Who.OWNER)

    for turn in range(3):
        await asyncio.gather(*(cell(route) for route in routes if _turn(route) == turn))


def _turn(route: Operation) -> int:
    return 2 if route.id in ENDING else int(route.method == "DELETE")


async def _answer(client: httpx.AsyncClient, headers: Headers, route: Operation, path: str) -> httpx.Response:
    body = BODIES.get(route.id, dict(route.example)) if route.has_body else None
    answer = await ask(client, headers, route.method, path, body)
    for _ in range(TIMES):
        if answer.status_code not in UNKNOWN:
            break
        # A busy machine: what is not known is asked again, as any client does.
        await asyncio.sleep(0.5)
        answer = await ask(client, headers, route.method, path, body)
    return answer


def _headers(cast: Cast, person: str, route: Operation) -> Headers:
    if person in cast.headers:
        return cast.headers[person]
    scope = ROUTES[route.id].scope
    return cast.keys[scope if person == "key without" and scope else "all"].headers


def _path(cast: Cast, person: str, route: Operation) -> str:
    row = UNKNOWN_ID
    if route.id in KINDS:
        rows = cast.rows[KINDS[route.id]]
        # The key takes away the first of them, the user the last, which nobody else may have touched.
        row = rows[0 if person == "key with" else -1]
    if route.id in OF_THE_HOUSE:
        row = cast.rows["event"][0]
    path = re.sub(r"{\w+}", row, route.path.replace("{venue}", "kalshi"))
    query = QUERIES.get(route.id)
    return f"{path}?{query}" if query else path


def _outcome(answer: httpx.Response, *, owned: bool) -> str:
    status = answer.status_code
    if status >= 500 or (status == 429 and answer.json()["code"] not in BEHIND_THE_GATE):
        return f"{status} {answer.text[:200]}"
    code = answer.json()["code"] if status >= 400 else ""
    if code in GATE.get(status, ()) or (owned and status == 404):
        return str(status)
    return f"{ADMITTED} {status} {code}".rstrip()


def _table(routes: list[Operation], matrix: Mapping[str, Mapping[str, str]]) -> str:
    width = max(len(route.id) for route in routes)
    lines = [f"{'':{width}}  {'who':16} {'scope':14}" + "".join(f"{name:>19}" for name in PEOPLE)]
    for route in routes:
        row, cells = ROUTES[route.id], matrix[route.id]
        lines.append(
            f"{route.id:{width}}  {row.who.value:16} {row.scope or '-':14}"
            + "".join(f"{cells[person].partition(' ')[0]:>19}" for person in PEOPLE)
        )
    return "\n".join(lines)


# Their answer ends the session that asks, so they come last.
ENDING_RPCS = frozenset({"SignOut"})


class TestRpcs:
    async def test_every_cell(self, cast: Cast) -> None:
        """Each rpc as each person and as each service with nobody behind it: let in where that is written down."""
        callers = _callers(cast)
        assert callers.keys() == CALLERS.keys() | set(SIGNERS)
        found: dict[str, dict[str, str]] = {}
        # Signing out is auth's, which comes last.
        for service in sorted(SERVICES, key="auth".__eq__):
            async with grpc.aio.insecure_channel(cast.suite.ports.address(service)) as channel:
                mine = [method for owner, method in methods() if owner == service]
                for name, metadata in callers.items():
                    found.setdefault(name, {}).update(await _asked(channel, mine, metadata))
        wrong = [
            f"{path} as {name}: {reason or 'answered'}"
            for name, cells in found.items()
            for path, reason in cells.items()
            if (reason not in DENIED) != may_call(path, name)
        ]
        assert not wrong, "\n".join(wrong)


def _callers(cast: Cast) -> dict[str, tuple[tuple[str, str], ...]]:
    """What each of them shows."""

    def identity(name: str, key_of: str) -> str:
        key = private_key(cast.suite.keys.service_key(key_of).read_text())
        return ServiceIdentity(name, key).authorization()

    by_service = {name: (("x-service-authorization", identity(name, name)),) for name in SIGNERS}
    by_person = {name: (("authorization", f"Bearer {token}"),) for name, token in cast.tokens.items()}
    pretended = {
        "a service's token as a person's": (("authorization", identity("wallet", "wallet")),),
        "a person's token as a service's": (("x-service-authorization", f"Bearer {cast.tokens['user']}"),),
        "a service by another's key": (("x-service-authorization", identity("prediction", "event")),),
    }
    # Those first who must not get in: a person's session ends with the last of their own calls.
    return {"stranger": (), **pretended, **by_service, **by_person}


async def _asked(
    channel: grpc.aio.Channel, asked: list[MethodDescriptor], metadata: tuple[tuple[str, str], ...]
) -> dict[str, str]:
    """How one service refuses this caller each of its methods, if it does."""
    gate = asyncio.Semaphore(AT_ONCE)
    found: dict[str, str] = {}

    async def cell(method: MethodDescriptor) -> None:
        async with gate:
            found[path_of(method)] = await refusal(channel, method, metadata)

    await asyncio.gather(*(cell(method) for method in asked if method.name not in ENDING_RPCS))
    await asyncio.gather(*(cell(method) for method in asked if method.name in ENDING_RPCS))
    return found
