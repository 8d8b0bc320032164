"""Bad input of every kind, at every route that the OpenAPI document names: the right problem, and nothing changed."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect

from oraculum_dev.demo.api import UNKNOWN, Api, new_key
from oraculum_dev.demo.person import Person
from oraculum_dev.demo.wallets import EvmWallet
from oraculum_dev.fixtures.cases import Case, case
from oraculum_dev.fixtures.forgeries import base64url, forged
from oraculum_dev.fixtures.own_events import own_event, until_it_trades
from oraculum_dev.fixtures.suites import Suite
from oraculum_dev.fixtures.surface import BODIES, NASTY, UNKNOWN_ID, Operation, faults_of_problem, operations
from oraculum_dev.suite.environment import of_service
from oraculum_dev.suite.steps import database_url
from oraculum_kit.ids import uuid7

# One loop for all of them: they share three people and their connections.
pytestmark = [pytest.mark.end_to_end, pytest.mark.asyncio(loop_scope="module")]

AT_ONCE = 8
TIMES = 10
# Ends the session that the tests still need.
ENDS_THE_SESSION = "/auth/logout"
# What stands in its query is for the provider to say, who sends along what they like, and who need not know us.
PROVIDERS_QUERY = "/auth/oauth/{provider}/callback"


@dataclass
class Scene:
    """Who attacks, who must not be harmed, and where."""

    suite: Suite
    api: Api
    surface: list[Operation]
    admin: Person
    attacker: Person
    victim: Person

    async def wrong(self, cases: Iterable[Case]) -> str:
        """Ask all of them, and tell which answers were wrong."""
        gate, found = asyncio.Semaphore(AT_ONCE), []
        async with httpx.AsyncClient(base_url=self.suite.url, timeout=30) as client:

            async def ask(one: Case) -> None:
                async with gate:
                    response = await client.request(one.method, one.path, **one.options)
                    for _ in range(TIMES):
                        if response.status_code not in UNKNOWN:
                            break
                        # A busy machine: what is not known is asked again, as any client does.
                        await asyncio.sleep(1)
                        response = await client.request(one.method, one.path, **one.options)
                if one.may_succeed and response.is_success:
                    return
                if response.status_code not in one.right:
                    found.append(f"{one.name}: {response.status_code} {response.text[:300]}")
                elif fault := faults_of_problem(response):
                    found.append(f"{one.name}: {fault}")

            await asyncio.gather(*map(ask, cases))
        return "\n".join(found)

    async def holdings(self) -> list[Any]:
        """All that must be the same afterwards."""
        paths = ("/wallet/balances", "/wallet/transactions", "/predictions", "/positions")
        rows = [await person.get(path) for person in (self.victim, self.attacker) for path in paths]
        own = ("/users/me", "/notifications", "/auth/sessions")
        sessions = [await self.victim.get(path) for path in own]
        for session in sessions[-1]["data"]:
            session.pop("last_used_at")
        return [*rows, *sessions]


@asynccontextmanager
async def unharmed(scene: Scene) -> AsyncIterator[None]:
    before = await scene.holdings()
    yield
    assert before == await scene.holdings()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(suite: Suite) -> AsyncIterator[Scene]:
    api = Api(suite.url)
    admin, attacker, victim = (Person(name, EvmWallet(), api) for name in ("admin", "attacker", "victim"))
    for person in (admin, attacker, victim):
        await person.sign_in()
    make_admin(suite, admin)
    await admin.sign_in()
    for person in (attacker, victim):
        await person.command("/wallet/deposits", {"rail": "demo", "amount": "100.00", "asset": "USDC"})
    await a_bet(admin, victim)
    for person, notices in ((attacker, 2), (victim, 2)):
        await person.settled_balance("USDC")
        await person.until(
            "notices",
            lambda person=person: person.get("/notifications"),
            lambda seen, notices=notices: len(seen["data"]) >= notices,
            60,
        )
    document = (await api.ask("GET", f"{suite.url}/openapi.json")).body
    yield Scene(suite, api, list(operations(document)), admin, attacker, victim)
    await api.close()


def make_admin(suite: Suite, person: Person) -> None:
    """As the operator does."""
    url = database_url(suite.superuser_url, "auth", suite.keys)
    subprocess.run(
        [sys.executable, "-m", "oraculum_auth.admin", "create", "--evm", person.wallet.address],
        env={
            **os.environ,
            **of_service("auth", "auth", suite.ports, suite.keys, url),
            "ORACULUM_ENV": "development",
        },
        check=True,
        timeout=60,
    )


async def a_bet(admin: Person, person: Person) -> None:
    """Bet on what nobody resolves meanwhile."""
    event_id = await own_event(admin, "Does anything change when nonsense is asked?", subsidy="100")
    await until_it_trades(admin, event_id, 60)
    await person.command("/predictions", {"event_id": event_id, "outcome": 1, "amount": "10.00"})


def bearer(person: Person) -> dict[str, str]:
    return {"authorization": f"Bearer {person.token}"}


class TestTokens:
    async def test_bad_ones_are_refused_everywhere(self, scene: Scene) -> None:
        """Even where none is needed: whoever sends a token means to be somebody."""
        tokens = forged(scene.suite, scene.attacker)
        headers = {name: {"authorization": f"Bearer {token}"} for name, token in tokens.items()}
        headers["another scheme"] = {"authorization": "Basic YTpi"}
        async with unharmed(scene):
            assert not await scene.wrong(
                case(name, operation, {401}, headers=value)
                for operation in scene.surface
                for name, value in headers.items()
            )

    async def test_none_is_refused_where_one_is_needed(self, scene: Scene) -> None:
        assert not await scene.wrong(case("no token", one, {401}) for one in scene.surface if one.secured)

    async def test_roles_that_one_lacks_are_missed(self, scene: Scene) -> None:
        """What is for administrators says so to everybody else."""
        guarded = [one for one in scene.surface if one.secured and "/admin/" in one.path]
        assert guarded
        assert not await scene.wrong(
            case("no admin", one, {403}, headers=bearer(scene.attacker)) for one in guarded
        )


class TestAddresses:
    async def test_ids_that_are_none(self, scene: Scene) -> None:
        values = ("x", "%00", "..%2f..%2fetc", "%F0%9F%8E%B2", "-1", "1" * 3_000, UNKNOWN_ID.upper() + "0")
        async with unharmed(scene):
            assert not await scene.wrong(
                case(
                    value[:20],
                    one,
                    {404, 405, 422},
                    path=one.at(value),
                    json=dict(one.example) if one.has_body else None,
                    headers=bearer(scene.admin),
                )
                for one in scene.surface
                if one.has_parameters
                for value in values
            )

    async def test_what_is_not_there(self, scene: Scene) -> None:
        nowhere = Operation("GET", "/api/v1/nowhere", secured=False, query=())
        wrong_method = Operation("PATCH", "/api/v1/events", secured=False, query=())
        assert not await scene.wrong([case("", nowhere, {404}), case("", wrong_method, {405})])

    async def test_rows_of_somebody_else(self, scene: Scene) -> None:
        """They are not there, for anybody but their owner."""
        victim = scene.victim
        bet = (await victim.get("/predictions"))["data"][0]["id"]
        notice = (await victim.get("/notifications"))["data"][0]["id"]
        session = (await victim.get("/auth/sessions"))["data"][0]["id"]
        deposit = await victim.command(
            "/wallet/deposits", {"rail": "demo", "amount": "1.00", "asset": "USDC"}
        )
        await victim.settled_balance("USDC")
        rows = [
            ("GET", f"/predictions/{bet}"),
            ("GET", f"/wallet/deposits/{deposit.body['id']}"),
            ("POST", f"/notifications/{notice}/read"),
            ("DELETE", f"/auth/sessions/{session}"),
        ]
        assert not await scene.wrong(
            case(
                "",
                Operation(method, f"/api/v1{path}", secured=True, query=()),
                {404},
                headers=bearer(scene.attacker),
            )
            for method, path in rows
        )
        assert (await victim.get("/auth/sessions"))["data"]


class TestQueries:
    async def test_strange_values(self, scene: Scene) -> None:
        """Some are valid, the rest is refused by the name of the field."""
        texts = [value for value in NASTY if isinstance(value, str) and len(value) < 10_000] + ["9" * 40]
        async with unharmed(scene):
            assert not await scene.wrong(
                case(
                    f"{name}={text[:20]!r}",
                    one,
                    {400, 404, 409, 422},
                    params={name: text},
                    headers=bearer(scene.admin),
                    may_succeed=True,
                )
                for one in scene.surface
                if not one.path.endswith(PROVIDERS_QUERY)
                for name in one.query
                for text in texts
            )

    async def test_cursors_that_nobody_gave(self, scene: Scene) -> None:
        cursors = (
            "!!!",
            "YQ==",
            base64url(b"[1, 2]"),
            base64url(b'["x", "y"]'),
            base64url(b"\xff" * 20),
            "a" * 1024,
        )
        assert not await scene.wrong(
            case(
                f"cursor {cursor[:20]}",
                one,
                {404, 422},
                params={"cursor": cursor},
                headers=bearer(scene.admin),
            )
            for one in scene.surface
            if "cursor" in one.query
            for cursor in cursors
        )

    async def test_fields_that_are_unknown_or_stand_twice(self, scene: Scene) -> None:
        safe = [
            one for one in scene.surface if one.method == "GET" and not one.path.endswith(PROVIDERS_QUERY)
        ]
        queries: dict[str, Any] = {
            "unknown": {"no_such_field": "1"},
            "twice": [("limit", "1"), ("limit", "2")],
        }
        assert not await scene.wrong(
            case(name, one, {422}, params=query, headers=bearer(scene.admin))
            for one in safe
            for name, query in queries.items()
        )


class TestBodies:
    async def test_that_cannot_be_read(self, scene: Scene) -> None:
        async with unharmed(scene):
            assert not await scene.wrong(
                case(
                    name,
                    one,
                    {400, 422},
                    content=body,
                    headers=bearer(scene.admin) | {"content-type": "application/json"},
                )
                for one in scene.surface
                if one.has_body
                for name, body in BODIES
            )

    async def test_that_are_too_large_or_of_another_kind(self, scene: Scene) -> None:
        token, as_json = bearer(scene.admin), {"content-type": "application/json"}
        large = b'{"a": "' + b"x" * (1024 * 1024) + b'"}'
        bodies: list[tuple[str, int, dict[str, Any]]] = [
            ("too large", 413, {"content": large, "headers": token | as_json}),
            ("a form", 415, {"data": {"a": "b"}, "headers": token}),
            ("no type", 415, {"content": b"{}", "headers": token}),
        ]
        assert not await scene.wrong(
            case(name, one, {status}, **options)
            for one in scene.surface
            if one.has_body
            for name, status, options in bodies
        )

    async def test_with_one_strange_field(self, scene: Scene) -> None:
        """Every field in turn holds what it should not; where that is valid after all, no harm is done."""
        async with unharmed(scene):
            assert not await scene.wrong(
                case(
                    f"{name}={str(value)[:20]!r}",
                    one,
                    {400, 401, 403, 404, 409, 422},
                    json={**one.example, name: value},
                    headers=bearer(scene.admin) | {"idempotency-key": new_key()},
                    may_succeed=True,
                )
                for one in scene.surface
                if one.has_body
                for name in one.fields
                for value in NASTY
            )


class TestKeys:
    async def test_that_are_malformed(self, scene: Scene) -> None:
        keys: tuple[Any, ...] = ("", "x" * 129, b"\xc3\xa4", b"a\tb")
        commands = [
            one for one in scene.surface if one.method != "GET" and not one.path.endswith(ENDS_THE_SESSION)
        ]
        assert not await scene.wrong(
            case(f"key {key!r}"[:30], one, {400}, headers=bearer(scene.admin) | {"idempotency-key": key})
            for one in commands
            for key in keys
        )

    async def test_that_come_again_with_something_else(self, scene: Scene) -> None:
        one = next(one for one in scene.surface if one.name == "POST /api/v1/wallet/deposits")
        headers = bearer(scene.admin) | {"idempotency-key": str(uuid7())}
        async with httpx.AsyncClient(base_url=scene.suite.url) as client:
            await client.post(one.path, json=one.example, headers=headers)
        other = {**one.example, "amount": "7.00"}
        assert not await scene.wrong([case("other content", one, {409}, json=other, headers=headers)])


class TestSocket:
    async def test_answers_nonsense_and_goes_on(self, scene: Scene) -> None:
        """A message that makes no sense is refused by name, and the next one is read."""
        nonsense = [
            "hello",
            "[]",
            "{}",
            '{"type": 7}',
            '{"type": "nothing"}',
            '{"type": "subscribe", "channels": "x"}',
            '{"type": "resume", "channel": "system", "seq": -1}',
            '{"type": "resume", "channel": "system", "seq": 1e99}',
            '{"type": "order.place", "event_id": "\\u0000"}',
            '{"type": "auth", "token": {"a": 1}}',
            "[" * 10_000,
        ]
        async with connect(scene.suite.socket_url) as socket:
            for text in nonsense:
                await socket.send(text)
                told = json.loads(await asyncio.wait_for(socket.recv(), 10))
                assert told["type"] in {"error", "order.rejected", "auth.rejected"}, (text, told)
                assert 400 <= told["status"] < 500, (text, told)
            await socket.send('{"type": "ping"}')
            assert '{"type":"pong"}' == await asyncio.wait_for(socket.recv(), 10)

    async def test_keeps_private_channels_private(self, scene: Scene) -> None:
        channel = f"user.{scene.victim.user_id}"
        async with connect(scene.suite.socket_url, additional_headers=bearer(scene.attacker)) as socket:
            assert "authenticated" == json.loads(await socket.recv())["type"]
            await socket.send(json.dumps({"type": "subscribe", "channels": [channel, "user.x", "\0"]}))
            told = json.loads(await asyncio.wait_for(socket.recv(), 10))
            codes = {one["channel"]: one["code"] for one in told["rejected"]}
            assert {
                channel: "permission_denied",
                "user.x": "unknown_channel",
                "\0": "unknown_channel",
            } == codes
            await socket.send(json.dumps({"type": "resume", "channel": channel, "seq": 0}))
            assert "error" == json.loads(await asyncio.wait_for(socket.recv(), 10))["type"]
