"""Faults: each does what it is called, and what is no part of the feed is spared."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import msgspec
import pytest
from websockets.exceptions import ConnectionClosed

from .conftest import Client, Running, Start

KALSHI = "/kalshi/trade-api/ws/v2"
MARKETS = "/kalshi/trade-api/v2/markets"


async def subscribed(venue: Running, client: Client) -> None:
    """Follow the books of all open markets and read their snapshots."""
    tickers = [
        market["ticker"] for market in (await venue.get(MARKETS, limit=1000, status="open"))["markets"]
    ]
    parameters = {"channels": ["orderbook_delta"], "market_tickers": tickers}
    await client.say({"id": 1, "cmd": "subscribe", "params": parameters})
    for _ in range(1 + len(tickers)):
        await client.hear()


async def numbers_after(venue: Running, client: Client) -> list[int]:
    """Let the books move and return the numbers of the frames that can be read."""
    venue.stand_in.world.set_rate(100.0)
    venue.pass_time(4)
    venue.stand_in.world.set_rate(0.0)
    await client.say({"id": 2, "cmd": "list_subscriptions"})
    numbers: list[int] = []
    while True:
        text = await client.hear_text()
        try:
            frame: Any = msgspec.json.decode(text)
        except msgspec.DecodeError:
            continue
        if frame.get("id") == 2:
            return numbers
        numbers.append(frame["seq"])


class TestOnSockets:
    async def test_skip_leaves_a_gap_in_the_numbers(self, start: Start) -> None:
        """A frame that is lost takes its number with it."""
        async with start() as venue, venue.socket(KALSHI) as client:
            await subscribed(venue, client)
            await venue.post("/stand-in/control/faults", {"skip": 0.2})
            numbers = await numbers_after(venue, client)

        assert numbers == sorted(set(numbers))
        assert len(numbers) < numbers[-1] - numbers[0]

    async def test_repeat_sends_frames_twice(self, start: Start) -> None:
        """The second copy has the number of the first."""
        async with start() as venue, venue.socket(KALSHI) as client:
            await subscribed(venue, client)
            await venue.post("/stand-in/control/faults", {"repeat": 0.2})
            numbers = await numbers_after(venue, client)

        assert max(Counter(numbers).values()) == 2
        assert sorted(set(numbers)) == list(range(numbers[0], numbers[-1] + 1))

    async def test_rubbish_cannot_be_read(self, start: Start) -> None:
        """Half a frame is no JSON, and it is counted."""
        async with start() as venue, venue.socket(KALSHI) as client:
            await subscribed(venue, client)
            await venue.post("/stand-in/control/faults", {"rubbish": 0.2})
            numbers = await numbers_after(venue, client)
            made = (await venue.get("/stand-in/control/faults"))["made"]["rubbish"]

        assert made > 0
        assert len(numbers) + made >= numbers[-1] - numbers[0]

    async def test_stall_is_silent_on_an_open_socket(self, start: Start) -> None:
        """Nothing of the feed comes, and commands are answered all the same."""
        async with start() as venue, venue.socket(KALSHI) as client:
            await subscribed(venue, client)
            await venue.post("/stand-in/control/faults", {"stall": 1.0, "stall_seconds": 60.0})

            assert await numbers_after(venue, client) == []

    async def test_drop_cuts_the_line(self, start: Start) -> None:
        """There is no closing handshake."""
        async with start() as venue, venue.socket(KALSHI) as client:
            await subscribed(venue, client)
            await venue.post("/stand-in/control/faults", {"drop": 1.0})
            venue.stand_in.world.set_rate(100.0)
            venue.pass_time(1)
            with pytest.raises(ConnectionClosed) as closed:
                await client.hear()

        assert closed.value.rcvd is None

    async def test_all_sockets_can_be_cut_at_once(self, start: Start) -> None:
        """The control route cuts those of one venue and leaves the others."""
        async with (
            start() as venue,
            venue.socket(KALSHI) as cut,
            venue.socket("/manifold/ws") as spared,
        ):
            await subscribed(venue, cut)
            answer = await venue.post("/stand-in/control/drop", {"venue": "kalshi"})
            with pytest.raises(ConnectionClosed):
                await cut.hear()
            await spared.say({"type": "ping", "txid": 1})

            assert await spared.hear() == {"type": "ack", "success": True, "txid": 1}
        assert answer == {"dropped": 1}


class TestOnAnswers:
    @pytest.mark.parametrize(
        ("path", "body"),
        [
            (MARKETS, '{"error":"too many requests"}'),
            ("/manifold/v0/markets", '{"message":"Too many requests"}'),
            ("/polymarket/gamma/markets", "error code: 1015"),
        ],
    )
    async def test_too_many_requests_in_each_venue_s_words(self, start: Start, path: str, body: str) -> None:
        """429 without a time to wait."""
        async with start() as venue:
            await venue.post("/stand-in/control/faults", {"too_many_requests": 1.0})
            answer = await venue.http.get(path)

        assert (answer.status_code, answer.text) == (429, body)
        assert "retry-after" not in answer.headers

    async def test_server_errors_of_several_kinds(self, start: Start) -> None:
        """500, 502, 503 and 504 take turns."""
        async with start() as venue:
            await venue.post("/stand-in/control/faults", {"server_error": 1.0})
            statuses = {(await venue.http.get(MARKETS)).status_code for _ in range(4)}

        assert statuses == {500, 502, 503, 504}

    async def test_rubbish_is_half_an_answer(self, start: Start) -> None:
        """The status says 200 and the body is no JSON."""
        async with start() as venue:
            await venue.post("/stand-in/control/faults", {"rubbish": 1.0})
            answer = await venue.http.get(MARKETS)

        assert answer.status_code == 200
        with pytest.raises(msgspec.DecodeError):
            msgspec.json.decode(answer.content)

    async def test_drop_gives_no_answer(self, start: Start) -> None:
        """The connection ends before anything is said."""
        async with start() as venue:
            await venue.post("/stand-in/control/faults", {"drop": 1.0})
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                await venue.http.get(MARKETS)

    async def test_stall_makes_a_client_wait(self, start: Start) -> None:
        """An answer comes late; a client that waits less does without."""
        async with start() as venue:
            await venue.post("/stand-in/control/faults", {"stall": 1.0, "stall_seconds": 600.0})
            waiting = asyncio.create_task(venue.http.get(MARKETS))
            await venue.get("/stand-in/status")
            made = (await venue.get("/stand-in/control/faults"))["made"]
            while made["stall"] == 0:
                made = (await venue.get("/stand-in/control/faults"))["made"]
            waiting.cancel()

        assert waiting.cancelled() or not waiting.done()

    async def test_only_where_they_are_wanted(self, start: Start) -> None:
        """Faults of one venue leave the others alone, and none can hit the control routes."""
        async with start() as venue:
            await venue.post("/stand-in/control/faults", {"server_error": 1.0, "venues": ["manifold"]})
            statuses = [
                (await venue.http.get(path)).status_code for path in (MARKETS, "/polymarket/gamma/markets")
            ]
            await venue.post("/stand-in/control/faults", {})
            again = await venue.http.get("/manifold/v0/markets")

        assert statuses == [200, 200]
        assert again.status_code == 200
