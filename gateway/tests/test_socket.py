"""The socket: who may hear what, sequences, resuming, slow readers, bets."""

import asyncio
import json
from typing import ClassVar

import pytest
import websockets

from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum.prediction.v1 import prediction_service_pb2 as prediction_pb
from oraculum_gateway import socket as socket_module
from oraculum_gateway import subscriptions
from oraculum_kit.errors import FailedPrecondition
from oraculum_kit.ids import uuid7

EVENT = "01890000-0000-7000-8000-0000000000ee"
CHANNEL = f"event.{EVENT}"


def message(sequence: int, *, channel: str = CHANNEL, kind: str = "event.updated") -> pb.ChannelMessage:
    made = pb.ChannelMessage(channel=channel, sequence=sequence, kind=kind, data_json=b'{"n":%d}' % sequence)
    made.occurred_at.FromSeconds(1_780_000_000)
    return made


async def subscribed(gateway, connection, *, at: int = 0, channel: str = CHANNEL) -> dict[str, object]:
    await connection.send(json.dumps({"type": "subscribe", "id": "1", "channels": [channel]}))
    await gateway.positioned(at=at)
    return await connection.hear()


def say(gateway, *messages: pb.ChannelMessage) -> None:
    gateway.backend.said.put_nowait(pb.SubscribeResponse(messages=messages))


class TestChannels:
    async def test_what_is_said_after_the_answer_is_heard(self, gateway) -> None:
        async with gateway.socket() as connection:
            answer = await subscribed(gateway, connection, at=40)
            assert answer == {
                "type": "subscribed", "id": "1", "channels": [{"channel": CHANNEL, "seq": 40}], "rejected": [],
            }  # fmt: skip
            say(gateway, message(41))
            heard = await connection.hear()
        assert heard == {
            "type": "event.updated", "channel": CHANNEL, "seq": 41, "ts": "2026-05-28T20:26:40.000Z", "data": {"n": 41},
        }  # fmt: skip

    async def test_nothing_is_heard_twice(self, gateway) -> None:
        async with gateway.socket() as connection:
            await subscribed(gateway, connection, at=40)
            say(gateway, message(40), message(41), message(41), message(42))
            assert [(await connection.hear())["seq"] for _ in range(2)] == [41, 42]

    async def test_after_the_stream_broke_what_was_missed_comes_first(self, gateway) -> None:
        async with gateway.socket() as connection:
            await subscribed(gateway, connection, at=40)
            gateway.backend.on("Resume", pb.ResumeResponse(messages=[message(41), message(42)], sequence=42))
            gateway.backend.said.put_nowait(None)
            await gateway.positioned(at=42)
            say(gateway, message(43))
            assert [(await connection.hear())["seq"] for _ in range(3)] == [41, 42, 43]

    async def test_a_gap_that_cannot_be_filled_says_so(self, gateway) -> None:
        async with gateway.socket() as connection:
            await subscribed(gateway, connection, at=40)
            gateway.backend.on(
                "Resume", pb.ResumeResponse(messages=[message(2000)], sequence=2000, snapshot=True)
            )
            gateway.backend.said.put_nowait(None)
            await gateway.positioned(at=2000)
            say(gateway, message(2001))
            snapshot, following = await connection.hear(), await connection.hear()
        assert (snapshot["type"], snapshot["channel"], snapshot["seq"]) == ("snapshot", CHANNEL, 2000)
        assert [entry["seq"] for entry in snapshot["messages"]] == [2000]
        assert following["seq"] == 2001

    async def test_a_socket_hears_a_bounded_number_of_channels(self, gateway, monkeypatch) -> None:
        monkeypatch.setattr(subscriptions, "CHANNELS_MAX", 1)
        async with gateway.socket() as connection:
            names = [CHANNEL, "events", "system"]
            await connection.send(json.dumps({"type": "subscribe", "channels": names}))
            await gateway.positioned()
            answer = await connection.hear()
        assert [entry["channel"] for entry in answer["channels"]] == [CHANNEL]
        assert [entry["code"] for entry in answer["rejected"]] == ["too_many_channels"] * 2

    async def test_who_signs_in_as_somebody_else_hears_the_first_no_more(self, gateway) -> None:
        first = uuid7()
        async with gateway.socket(additional_headers=gateway.bearing(first)) as connection:
            await connection.hear()
            await subscribed(gateway, connection, channel=f"user.{first}")
            await connection.ask(type="auth", token=gateway.token())
            say(gateway, message(1, channel=f"user.{first}"))
            assert await connection.ask(type="ping") == {"type": "pong"}
        assert f"user.{first}" not in gateway.hub._channels

    @pytest.mark.parametrize(
        ("channel", "code"),
        [
            ("nonsense", "unknown_channel"),
            ("event.x", "unknown_channel"),
            ("market.nowhere.1", "unknown_channel"),
            # Nobody speaks there: whoever waited would wait for ever.
            ("leaderboard.sports", "unknown_channel"),
            (f"creator.{EVENT}", "unknown_channel"),
            (f"user.{EVENT}", "unauthenticated"),
        ],
    )
    async def test_what_a_stranger_may_not_hear_is_rejected(self, gateway, channel: str, code: str) -> None:
        async with gateway.socket() as connection:
            answer = await connection.ask(type="subscribe", id="1", channels=[channel])
        assert [rejected["code"] for rejected in answer["rejected"]] == [code]

    async def test_my_channel_is_mine_alone(self, gateway) -> None:
        user_id = uuid7()
        async with gateway.socket(additional_headers=gateway.bearing(user_id)) as connection:
            assert (await connection.hear())["user_id"] == str(user_id)
            other = await connection.ask(type="subscribe", channels=[f"user.{uuid7()}"])
            assert other["rejected"][0]["code"] == "permission_denied"
            mine = await subscribed(gateway, connection, channel=f"user.{user_id}")
            assert mine["rejected"] == []

    async def test_resuming_brings_what_was_missed(self, gateway) -> None:
        gateway.backend.on("Resume", pb.ResumeResponse(messages=[message(38), message(39)], sequence=39))
        async with gateway.socket() as connection:
            answer = await connection.ask(type="resume", id="r", channel=CHANNEL, seq=37)
        assert (answer["type"], answer["seq"]) == ("resumed", 39)
        assert [entry["seq"] for entry in answer["messages"]] == [38, 39]


class TestToken:
    @pytest.mark.parametrize("way", ["header", "subprotocol", "message", "query"])
    async def test_it_may_come_in_four_ways(self, gateway, way: str) -> None:
        user_id = uuid7()
        token = gateway.token(user_id)
        options = {
            "header": {"additional_headers": {"authorization": f"Bearer {token}"}},
            "subprotocol": {"subprotocols": ["bearer", token]},
        }.get(way, {})
        path = f"/ws?token={token}" if way == "query" else "/api/v1/ws"
        async with gateway.socket(path, **options) as connection:
            if way == "message":
                await connection.send(json.dumps({"type": "auth", "token": token}))
            assert (await connection.hear())["user_id"] == str(user_id)

    async def test_a_bad_one_is_rejected_and_the_socket_stays_a_strangers(self, gateway) -> None:
        async with gateway.socket() as connection:
            assert (await connection.ask(type="auth", token="x"))["type"] == "auth.rejected"
            assert await connection.ask(type="ping") == {"type": "pong"}

    async def test_one_that_expires_closes_the_socket(self, gateway) -> None:
        token = gateway.token(minutes=1.5 / 60)
        async with gateway.socket(additional_headers={"authorization": f"Bearer {token}"}) as connection:
            await connection.hear()
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await connection.hear()
        assert closed.value.rcvd.code == 4401


class TestMessages:
    async def test_what_is_no_text_ends_the_conversation(self, gateway) -> None:
        async with gateway.socket() as connection:
            await connection.send(b"bytes")
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await connection.hear()
        assert closed.value.rcvd.code == 1003

    async def test_a_defect_is_told_as_one_and_ends_nothing(self, gateway) -> None:
        gateway.backend.on("PlaceOrder", prediction_pb.PlaceOrderResponse())
        async with gateway.socket(additional_headers=gateway.bearing()) as connection:
            await connection.hear()
            assert (await connection.ask(**TestOrders.FIELDS))["code"] == "internal"
            assert await connection.ask(type="ping") == {"type": "pong"}

    async def test_one_that_reads_nothing_is_given_up(self, gateway, monkeypatch) -> None:
        monkeypatch.setattr(socket_module, "_CLOSE_SECONDS_MAX", 0.2)
        async with gateway.socket(max_queue=1) as connection:
            await subscribed(gateway, connection)
            connection.transport.pause_reading()
            long = b'"' + b"x" * 20_000 + b'"'
            async with asyncio.timeout(30):
                sequence = 0
                while CHANNEL in gateway.hub._channels:
                    parts = [message(sequence + one) for one in range(1, 51)]
                    for part in parts:
                        part.data_json = long
                    say(gateway, *parts)
                    sequence += 50
                    await asyncio.sleep(0.01)
            # Its end was not read either, and nothing of it stays behind.
            async with asyncio.timeout(10):
                while gateway.sockets._open:  # noqa: ASYNC110  nobody tells
                    await asyncio.sleep(0.02)
            connection.transport.abort()

    @pytest.mark.parametrize(
        "text", ["", "nonsense", "[]", '{"type": "nothing"}', '{"type": "subscribe", "channels": 1}']
    )
    async def test_rubbish_is_answered_and_harms_nothing(self, gateway, text: str) -> None:
        async with gateway.socket() as connection:
            await connection.send(text)
            assert (await connection.hear())["type"] == "error"
            assert await connection.ask(type="ping") == {"type": "pong"}

    async def test_a_flood_ends_the_conversation(self, gateway) -> None:
        async with gateway.socket() as connection:
            with pytest.raises(websockets.ConnectionClosed) as closed:  # noqa: PT012  whichever notices first
                for _ in range(500):
                    await connection.send('{"type": "ping"}')
                while True:
                    await connection.hear()
        assert closed.value.rcvd.code == 1008


def market_not_open() -> FailedPrecondition:
    """What prediction says. The class is prediction's, and a reason has one class in a process that tests both."""
    error = FailedPrecondition()
    error.reason = "MARKET_NOT_OPEN"
    return error


class TestOrders:
    FIELDS: ClassVar = {
        "type": "order.place",
        "id": "o",
        "key": "k",
        "event_id": EVENT,
        "outcome": 1,
        "amount": "5",
    }

    async def test_a_bet_is_placed_with_its_key(self, gateway) -> None:
        order = prediction_pb.Order(
            order_id="x", side=prediction_pb.SIDE_BUY, status=prediction_pb.ORDER_STATUS_FILLED
        )
        order.gross.asset = order.fee.asset = "USDC"
        order.created_at.GetCurrentTime()
        gateway.backend.on("PlaceOrder", prediction_pb.PlaceOrderResponse(order=order))
        async with gateway.socket(additional_headers=gateway.bearing()) as connection:
            await connection.hear()
            answer = await connection.ask(**self.FIELDS)
        assert (answer["type"], answer["key"], answer["prediction"]["status"]) == (
            "order.accepted",
            "k",
            "confirmed",
        )
        assert gateway.backend.asked[-1][1].idempotency_key == "k"

    async def test_a_refusal_says_why(self, gateway) -> None:
        gateway.backend.on("PlaceOrder", market_not_open())
        async with gateway.socket(additional_headers=gateway.bearing()) as connection:
            await connection.hear()
            answer = await connection.ask(**self.FIELDS)
        assert (answer["type"], answer["code"]) == ("order.rejected", "market_not_open")

    @pytest.mark.parametrize("key", ["é", "a\tb", "x" * 129, 7])
    async def test_a_bad_key_is_refused(self, gateway, key: object) -> None:
        async with gateway.socket(additional_headers=gateway.bearing()) as connection:
            await connection.hear()
            answer = await connection.ask(**{**self.FIELDS, "key": key})
        assert (answer["type"], answer["code"]) == ("order.rejected", "malformed_idempotency_key")

    async def test_a_stranger_does_not_bet(self, gateway) -> None:
        async with gateway.socket() as connection:
            assert (await connection.ask(**self.FIELDS))["code"] == "unauthenticated"
