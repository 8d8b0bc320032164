"""The socket: who may hear what, sequences, resuming, slow readers, bets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

import pytest
import websockets

from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum.prediction.v1 import prediction_service_pb2 as prediction_pb
from oraculum_gateway import socket as socket_module
from oraculum_gateway.limits import Allowance
from oraculum_gateway.live import LiveMessage, rendered
from oraculum_gateway.outbound import CONFLATE_FROM, WAITING_MAX, NobodyReadsError, Outbound
from oraculum_kit.errors import FailedPrecondition
from oraculum_kit.ids import uuid7

EVENT = "01890000-0000-7000-8000-0000000000ee"
CHANNEL = f"event.{EVENT}"


def message(sequence: int, *, channel: str = CHANNEL, kind: str = "event.updated") -> pb.ChannelMessage:
    made = pb.ChannelMessage(channel=channel, sequence=sequence, kind=kind, data_json=b'{"n":%d}' % sequence)
    made.occurred_at.FromSeconds(1_780_000_000)
    return made


@asynccontextmanager
async def socket(gateway, path: str = "/ws", **options: object) -> AsyncIterator[websockets.ClientConnection]:
    async with websockets.connect(gateway.url.replace("http", "ws") + path, **options) as connection:
        yield connection


async def ask(connection, **fields: object) -> dict[str, object]:
    await connection.send(json.dumps(fields))
    return await hear(connection)


async def hear(connection) -> dict[str, object]:
    async with asyncio.timeout(10):
        return json.loads(await connection.recv())


async def positioned(gateway, **sequences: int) -> None:
    """Answer what the gateway asks to watch with positions."""
    async with asyncio.timeout(10):
        request = await gateway.backend.watched.get()
    positions = [
        pb.ChannelPosition(channel=name, sequence=sequences.get("at", 0)) for name in request.add_channels
    ]
    gateway.backend.said.put_nowait(pb.SubscribeResponse(positions=positions))


async def subscribed(gateway, connection, *, at: int = 0, channel: str = CHANNEL) -> dict[str, object]:
    await connection.send(json.dumps({"type": "subscribe", "id": "1", "channels": [channel]}))
    await positioned(gateway, at=at)
    return await hear(connection)


def say(gateway, *messages: pb.ChannelMessage) -> None:
    gateway.backend.said.put_nowait(pb.SubscribeResponse(messages=messages))


class TestChannels:
    async def test_what_is_said_after_the_answer_is_heard(self, gateway) -> None:
        async with socket(gateway) as connection:
            answer = await subscribed(gateway, connection, at=40)
            assert answer == {
                "type": "subscribed", "id": "1", "channels": [{"channel": CHANNEL, "seq": 40}], "rejected": [],
            }  # fmt: skip
            say(gateway, message(41))
            heard = await hear(connection)
        assert heard == {
            "type": "event.updated", "channel": CHANNEL, "seq": 41, "ts": "2026-05-28T20:26:40.000Z", "data": {"n": 41},
        }  # fmt: skip

    async def test_nothing_is_heard_twice(self, gateway) -> None:
        async with socket(gateway) as connection:
            await subscribed(gateway, connection, at=40)
            say(gateway, message(40), message(41), message(41), message(42))
            assert [(await hear(connection))["seq"] for _ in range(2)] == [41, 42]

    async def test_after_the_stream_broke_what_was_missed_comes_first(self, gateway) -> None:
        async with socket(gateway) as connection:
            await subscribed(gateway, connection, at=40)
            gateway.backend.on("Resume", pb.ResumeResponse(messages=[message(41), message(42)], sequence=42))
            gateway.backend.said.put_nowait(None)
            await positioned(gateway, at=42)
            say(gateway, message(43))
            assert [(await hear(connection))["seq"] for _ in range(3)] == [41, 42, 43]

    async def test_a_gap_that_cannot_be_filled_says_so(self, gateway) -> None:
        async with socket(gateway) as connection:
            await subscribed(gateway, connection, at=40)
            gateway.backend.on(
                "Resume", pb.ResumeResponse(messages=[message(2000)], sequence=2000, snapshot=True)
            )
            gateway.backend.said.put_nowait(None)
            await positioned(gateway, at=2000)
            say(gateway, message(2001))
            snapshot, following = await hear(connection), await hear(connection)
        assert (snapshot["type"], snapshot["channel"], snapshot["seq"]) == ("snapshot", CHANNEL, 2000)
        assert [entry["seq"] for entry in snapshot["messages"]] == [2000]
        assert following["seq"] == 2001

    async def test_a_socket_hears_a_bounded_number_of_channels(self, gateway, monkeypatch) -> None:
        monkeypatch.setattr(socket_module, "CHANNELS_MAX", 1)
        async with socket(gateway) as connection:
            names = [CHANNEL, "events", "system"]
            await connection.send(json.dumps({"type": "subscribe", "channels": names}))
            await positioned(gateway)
            answer = await hear(connection)
        assert [entry["channel"] for entry in answer["channels"]] == [CHANNEL]
        assert [entry["code"] for entry in answer["rejected"]] == ["too_many_channels"] * 2

    async def test_who_signs_in_as_somebody_else_hears_the_first_no_more(self, gateway) -> None:
        first = uuid7()
        async with socket(gateway, additional_headers=gateway.bearing(first)) as connection:
            await hear(connection)
            await subscribed(gateway, connection, channel=f"user.{first}")
            await ask(connection, type="auth", token=gateway.token())
            say(gateway, message(1, channel=f"user.{first}"))
            assert await ask(connection, type="ping") == {"type": "pong"}
        assert f"user.{first}" not in gateway.hub._channels

    @pytest.mark.parametrize(
        ("channel", "code"),
        [
            ("nonsense", "unknown_channel"),
            ("event.x", "unknown_channel"),
            ("market.nowhere.1", "unknown_channel"),
            (f"user.{EVENT}", "unauthenticated"),
        ],
    )
    async def test_what_a_stranger_may_not_hear_is_rejected(self, gateway, channel: str, code: str) -> None:
        async with socket(gateway) as connection:
            answer = await ask(connection, type="subscribe", id="1", channels=[channel])
        assert [rejected["code"] for rejected in answer["rejected"]] == [code]

    async def test_my_channel_is_mine_alone(self, gateway) -> None:
        user_id = uuid7()
        async with socket(gateway, additional_headers=gateway.bearing(user_id)) as connection:
            assert (await hear(connection))["user_id"] == str(user_id)
            other = await ask(connection, type="subscribe", channels=[f"user.{uuid7()}"])
            assert other["rejected"][0]["code"] == "permission_denied"
            mine = await subscribed(gateway, connection, channel=f"user.{user_id}")
            assert mine["rejected"] == []

    async def test_resuming_brings_what_was_missed(self, gateway) -> None:
        gateway.backend.on("Resume", pb.ResumeResponse(messages=[message(38), message(39)], sequence=39))
        async with socket(gateway) as connection:
            answer = await ask(connection, type="resume", id="r", channel=CHANNEL, seq=37)
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
        async with socket(gateway, path, **options) as connection:
            if way == "message":
                await connection.send(json.dumps({"type": "auth", "token": token}))
            assert (await hear(connection))["user_id"] == str(user_id)

    async def test_a_bad_one_is_rejected_and_the_socket_stays_a_strangers(self, gateway) -> None:
        async with socket(gateway) as connection:
            assert (await ask(connection, type="auth", token="x"))["type"] == "auth.rejected"
            assert await ask(connection, type="ping") == {"type": "pong"}

    async def test_one_that_expires_closes_the_socket(self, gateway) -> None:
        token = gateway.token(minutes=1.5 / 60)
        async with socket(gateway, additional_headers={"authorization": f"Bearer {token}"}) as connection:
            await hear(connection)
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await hear(connection)
        assert closed.value.rcvd.code == 4401


class TestLimits:
    async def test_sockets_are_counted_like_requests(self, start_gateway, redis_url: str) -> None:
        tiers = {"stranger": (Allowance(2, 60),), "basic": (Allowance(100, 60),)}
        async with start_gateway(redis_url, tiers) as gateway:
            await gateway.redis.flushdb()
            for _ in range(2):
                async with socket(gateway):
                    pass
            with pytest.raises(websockets.InvalidStatus) as refused:
                async with socket(gateway):
                    pass
            async with socket(gateway, additional_headers=gateway.bearing()) as connection:
                assert (await hear(connection))["type"] == "authenticated"
        assert refused.value.response.status_code == 429
        assert "retry-after" in refused.value.response.headers

    async def test_tokens_cannot_be_tried_for_ever(self, start_gateway, redis_url: str) -> None:
        async with start_gateway(redis_url, {"stranger": (Allowance(3, 60),)}) as gateway:
            await gateway.redis.flushdb()
            async with socket(gateway) as connection:
                codes = [(await ask(connection, type="auth", token=f"{n}"))["code"] for n in range(3)]
        assert codes == ["token_invalid", "token_invalid", "rate_limited"]

    async def test_resuming_counts(self, start_gateway, redis_url: str) -> None:
        async with start_gateway(redis_url, {"stranger": (Allowance(2, 60),)}) as gateway:
            await gateway.redis.flushdb()
            async with socket(gateway) as connection:
                answers = [await ask(connection, type="resume", channel=CHANNEL, seq=0) for _ in range(2)]
        assert [answer["type"] for answer in answers] == ["resumed", "error"]


class TestMessages:
    async def test_what_is_no_text_ends_the_conversation(self, gateway) -> None:
        async with socket(gateway) as connection:
            await connection.send(b"bytes")
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await hear(connection)
        assert closed.value.rcvd.code == 1003

    async def test_a_defect_is_told_as_one_and_ends_nothing(self, gateway) -> None:
        gateway.backend.on("PlaceOrder", prediction_pb.PlaceOrderResponse())
        async with socket(gateway, additional_headers=gateway.bearing()) as connection:
            await hear(connection)
            assert (await ask(connection, **TestOrders.FIELDS))["code"] == "internal"
            assert await ask(connection, type="ping") == {"type": "pong"}

    async def test_one_that_reads_nothing_is_given_up(self, gateway, monkeypatch) -> None:
        monkeypatch.setattr(socket_module, "_CLOSE_SECONDS_MAX", 0.2)
        async with socket(gateway, max_queue=1) as connection:
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
        async with socket(gateway) as connection:
            await connection.send(text)
            assert (await hear(connection))["type"] == "error"
            assert await ask(connection, type="ping") == {"type": "pong"}

    async def test_a_flood_ends_the_conversation(self, gateway) -> None:
        async with socket(gateway) as connection:
            with pytest.raises(websockets.ConnectionClosed) as closed:  # noqa: PT012  whichever notices first
                for _ in range(500):
                    await connection.send('{"type": "ping"}')
                while True:
                    await hear(connection)
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
        async with socket(gateway, additional_headers=gateway.bearing()) as connection:
            await hear(connection)
            answer = await ask(connection, **self.FIELDS)
        assert (answer["type"], answer["key"], answer["prediction"]["status"]) == (
            "order.accepted",
            "k",
            "confirmed",
        )
        assert gateway.backend.asked[-1][1].idempotency_key == "k"

    async def test_a_refusal_says_why(self, gateway) -> None:
        gateway.backend.on("PlaceOrder", market_not_open())
        async with socket(gateway, additional_headers=gateway.bearing()) as connection:
            await hear(connection)
            answer = await ask(connection, **self.FIELDS)
        assert (answer["type"], answer["code"]) == ("order.rejected", "market_not_open")

    async def test_a_stranger_does_not_bet(self, gateway) -> None:
        async with socket(gateway) as connection:
            assert (await ask(connection, **self.FIELDS))["code"] == "unauthenticated"


class TestSlowReader:
    """What waits for a reader, without the network between."""

    def quote(self, sequence: int) -> LiveMessage:
        return rendered(message(sequence, channel="market.kalshi.X", kind="market.quote"))

    async def taken(self, outbound: Outbound) -> list[dict[str, object]]:
        texts = []
        while True:
            try:
                async with asyncio.timeout(0.05):
                    texts.append(json.loads(await outbound.get()))
            except TimeoutError:
                return texts

    async def test_a_newer_price_takes_the_place_of_an_older_one(self) -> None:
        outbound = Outbound()
        for sequence in range(1, 500):
            outbound.put_message(self.quote(sequence))
        heard = await self.taken(outbound)
        assert len(heard) <= CONFLATE_FROM + 1
        assert heard[-1]["seq"] == 499

    async def test_conflated_prices_leave_no_gap(self) -> None:
        outbound = Outbound()
        for sequence in range(1, 500):
            outbound.put_message(self.quote(sequence))
        following = 1
        for entry in await self.taken(outbound):
            assert entry.get("from_seq", entry["seq"]) == following
            following = entry["seq"] + 1
        assert following == 500

    async def test_what_is_no_price_is_never_left_out(self) -> None:
        outbound = Outbound()
        for sequence in range(1, 500):
            outbound.put_message(rendered(message(sequence)))
        assert [entry["seq"] for entry in await self.taken(outbound)] == list(range(1, 500))

    async def test_whoever_reads_nothing_is_given_up(self) -> None:
        outbound = Outbound()
        with pytest.raises(NobodyReadsError):  # noqa: PT012  the last of many
            for sequence in range(1, WAITING_MAX + 2):
                outbound.put_message(rendered(message(sequence)))

    async def test_prices_alone_never_fill_it(self) -> None:
        outbound = Outbound()
        for sequence in range(1, 20 * WAITING_MAX):
            outbound.put_message(self.quote(sequence))
        assert len(await self.taken(outbound)) <= CONFLATE_FROM + 1
