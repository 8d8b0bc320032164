"""Maintenance at the gateway: commands wait, reads go on, administrators pass; in force when the channel has said so."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import websockets

from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum_gateway.live import rendered
from oraculum_kit.errors import InvalidArgument, Violation
from oraculum_kit.testing.messaging import eventually

COMMAND = "/api/v1/notifications/read-all"
WORDS = "We move to a larger database."


def word(sequence: int, state: str, **told: str) -> pb.ChannelMessage:
    data = {"state": state, "message": WORDS, "starts_at": None, "ends_at": None, **told}
    said = pb.ChannelMessage(
        channel="system", sequence=sequence, kind="system.maintenance", data_json=json.dumps(data).encode()
    )
    said.occurred_at.FromSeconds(1_780_000_000)
    return said


@asynccontextmanager
async def listening(gateway: Any, *before: pb.ChannelMessage) -> AsyncIterator[None]:
    """A gateway that began to listen after these words had been said."""
    at = before[-1].sequence if before else 0
    gateway.backend.on("Resume", pb.ResumeResponse(messages=before, sequence=at))
    running = asyncio.create_task(gateway.maintenance.run())
    async with asyncio.timeout(10):
        request = await gateway.backend.watched.get()
    assert ["system"] == list(request.add_channels)
    position = pb.ChannelPosition(channel="system", sequence=at)
    gateway.backend.said.put_nowait(pb.SubscribeResponse(positions=[position]))
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def say(gateway: Any, *words: pb.ChannelMessage) -> None:
    gateway.backend.said.put_nowait(pb.SubscribeResponse(messages=words))


async def command(gateway: Any, **who: Any) -> Any:
    return await gateway.http.post(COMMAND, headers=gateway.bearing(**who))


async def until(gateway: Any, status: int) -> Any:
    """Give a command until it is answered so."""
    answers: list[Any] = []

    async def answered() -> bool:
        answers.append(await command(gateway))
        return bool(answers[-1].status_code == status)

    await eventually(answered)
    return answers[-1]


class TestCommands:
    async def test_they_wait_while_it_is_on_and_nothing_is_asked_of_any_service(self, gateway) -> None:
        async with listening(gateway):
            assert 200 == (await command(gateway)).status_code
            say(gateway, word(1, "announced"), word(2, "on", ends_at="2126-01-01T00:00:00.000Z"))
            refused = await until(gateway, 503)
            assert ("maintenance", WORDS, "3600") == (
                refused.json()["code"],
                refused.json()["detail"],
                refused.headers["retry-after"],
            )
            asked = len(gateway.backend.asked)
            assert 503 == (await command(gateway)).status_code
            assert asked == len(gateway.backend.asked)
            say(gateway, word(3, "off"))
            await until(gateway, 200)

    async def test_what_is_announced_changes_nothing(self, gateway) -> None:
        async with listening(gateway, word(1, "announced", starts_at="2020-01-01T00:00:00.000Z")):

            async def heard() -> bool:
                return bool(gateway.maintenance._sequence == 1)

            await eventually(heard)
            assert 200 == (await command(gateway)).status_code

    async def test_a_gateway_that_starts_asks_for_the_last_word(self, gateway) -> None:
        async with listening(gateway, word(6, "off"), word(7, "on")):
            refused = await until(gateway, 503)
            # Nobody said when it ends, or it should have ended by now: come again in a minute.
            assert "60" == refused.headers["retry-after"]
            say(gateway, word(8, "on", ends_at="2020-01-01T00:00:00.000Z"), word(9, "off"))
            await until(gateway, 200)

    async def test_reads_go_on_administrators_pass_and_who_signs_in_may(self, gateway) -> None:
        async with listening(gateway, word(1, "on")):
            await until(gateway, 503)
            read = await gateway.http.get("/api/v1/notifications", headers=gateway.bearing())
            assert 200 == read.status_code
            assert 200 == (await command(gateway, roles=("user", "admin"))).status_code
            logged_out = await gateway.http.post("/api/v1/auth/logout", headers=gateway.bearing())
            assert 204 == logged_out.status_code
            # Nothing that is for good is among them: the account would be back with a database that is moved.
            gone = await gateway.http.request(
                "DELETE", "/api/v1/users/me", headers=gateway.bearing(), json={"confirm": "me"}
            )
            assert 503 == gone.status_code
            # Who may not ask at all hears that, and not that it must wait.
            assert 401 == (await gateway.http.post(COMMAND)).status_code

    async def test_bets_by_socket_wait_too(self, gateway) -> None:
        async with listening(gateway, word(1, "on")):
            await until(gateway, 503)
            address = gateway.url.replace("http", "ws") + "/ws"
            order = {"type": "order.cancel", "id": "1", "key": "k", "prediction_id": "x"}
            async with (
                asyncio.timeout(10),
                websockets.connect(address, additional_headers=gateway.bearing()) as socket,
            ):
                await socket.recv()
                await socket.send(json.dumps(order))
                answer = json.loads(await socket.recv())
        assert ("order.rejected", 503, "maintenance") == (answer["type"], answer["status"], answer["code"])


async def test_after_a_long_absence_the_last_word_counts(gateway) -> None:
    """What was missed is too old to be told: the hub brings the latest of each kind in one message."""
    snapshot = rendered(word(90, "on"))
    gateway.maintenance.hear(rendered(word(3, "off")))
    told = type(snapshot)("system", "snapshot", 90, 90, f'"messages":[{snapshot.text}]}}')
    gateway.maintenance.hear(told)
    assert 503 == (await command(gateway)).status_code
    # What comes twice, or late, takes nothing back.
    gateway.maintenance.hear(rendered(word(89, "off")))
    assert 503 == (await command(gateway)).status_code


class TestRoute:
    BODY = {"state": "announced", "message": WORDS, "starts_at": "2030-05-04T02:00:00Z", "reason": "change"}  # noqa: RUF012

    async def test_an_administrators_word_is_passed_on(self, gateway) -> None:
        told = pb.Maintenance(state=pb.MAINTENANCE_STATE_ANNOUNCED, message=WORDS)
        told.starts_at.FromJsonString("2030-05-04T02:00:00Z")
        told.changed_at.FromJsonString("2030-05-03T02:00:00Z")
        gateway.backend.on("SetMaintenance", pb.SetMaintenanceResponse(maintenance=told))
        response = await gateway.http.post(
            "/api/v1/admin/maintenance", json=self.BODY, headers=gateway.bearing(roles=("admin",))
        )
        assert (200, "announced", None) == (
            response.status_code,
            response.json()["state"],
            response.json()["ends_at"],
        )
        _, request = gateway.backend.asked[-1]
        assert ("change", told.starts_at) == (request.reason, request.maintenance.starts_at)
        assert not request.maintenance.HasField("ends_at")

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"state": "soon"}, "state"),
            ({"message": 5}, "message"),
            ({"message": "x" * 501}, "message"),
            ({"starts_at": "tomorrow"}, "starts_at"),
            ({"ends_at": "2030-05-04T02:00:00"}, "ends_at"),
            ({"reason": ""}, "reason"),
            ({"until": "noon"}, "until"),
        ],
    )
    async def test_a_bad_field_is_named(self, gateway, changes: dict[str, Any], field: str) -> None:
        response = await gateway.http.post(
            "/api/v1/admin/maintenance",
            json={**self.BODY, **changes},
            headers=gateway.bearing(roles=("admin",)),
        )
        assert (422, [field]) == (
            response.status_code,
            [error["field"] for error in response.json()["errors"]],
        )
        assert "SetMaintenance" not in [name for name, _ in gateway.backend.asked]

    async def test_what_notification_refuses_is_passed_on_by_name(self, gateway) -> None:
        gateway.backend.on("SetMaintenance", InvalidArgument(violations=[Violation("ends_at", "is past")]))
        response = await gateway.http.post(
            "/api/v1/admin/maintenance", json=self.BODY, headers=gateway.bearing(roles=("admin",))
        )
        assert (422, "ends_at") == (response.status_code, response.json()["errors"][0]["field"])

    async def test_nobody_else_is_asked(self, gateway) -> None:
        response = await gateway.http.post(
            "/api/v1/admin/maintenance", json=self.BODY, headers=gateway.bearing()
        )
        assert 403 == response.status_code
