"""The stand-in as Kalshi: pages, books, candles, and a socket whose numbers leave no gap."""

import asyncio
import base64
from collections import Counter
from contextlib import nullcontext
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from websockets.asyncio.client import ClientConnection
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.protocol import Event

from .conftest import PATIENCE_SECONDS, Client, Running, Start

API = "/kalshi/trade-api/v2"
SOCKET = "/kalshi/trade-api/ws/v2"


async def tickers_of(venue: Running) -> list[str]:
    page = await venue.get(f"{API}/markets", limit=1000, status="open")
    return [market["ticker"] for market in page["markets"]]


async def subscribe(client: Client, channels: list[str], **parameters: Any) -> list[Any]:
    await client.say({"id": 1, "cmd": "subscribe", "params": {"channels": channels, **parameters}})
    return [await client.hear() for _ in channels]


class ListensForPings(ClientConnection):
    """A client that remembers what the server's Ping frames carried."""

    def __init__(self, protocol: ClientProtocol, **options: Any) -> None:
        super().__init__(protocol, **options)
        self.pings: asyncio.Queue[bytes] = asyncio.Queue()

    def process_event(self, event: Event) -> None:
        if isinstance(event, Frame) and event.opcode is Opcode.PING:
            self.pings.put_nowait(bytes(event.data))
        super().process_event(event)


class Books:
    """Books kept from snapshots and increments; a number out of turn or a wrong book fails."""

    def __init__(self) -> None:
        self.levels: dict[str, dict[tuple[str, str], Decimal]] = {}
        self.sequences: Counter[int] = Counter()
        self.compared = 0

    def hear(self, frame: dict[str, Any]) -> None:
        if "seq" in frame:
            self.sequences[frame["sid"]] += 1
            assert frame["seq"] == self.sequences[frame["sid"]]
        if frame["type"] == "orderbook_snapshot":
            self._snapshot(frame["msg"])
        elif frame["type"] == "orderbook_delta":
            self._delta(frame["msg"])

    def _snapshot(self, message: dict[str, Any]) -> None:
        told = {
            (side, price): Decimal(count)
            for side in ("yes", "no")
            for price, count in message.get(f"{side}_dollars_fp", [])
        }
        if message["market_ticker"] in self.levels:
            self.compared += 1
            assert self.levels[message["market_ticker"]] == told
        self.levels[message["market_ticker"]] = told

    def _delta(self, message: dict[str, Any]) -> None:
        book, level = self.levels[message["market_ticker"]], (message["side"], message["price_dollars"])
        size = book.get(level, Decimal(0)) + Decimal(message["delta_fp"])
        assert size >= 0
        if size:
            book[level] = size
        else:
            del book[level]


class TestListings:
    @pytest.mark.parametrize("name", ["markets", "events"])
    async def test_page_by_cursor_to_an_empty_one(self, start: Start, name: str) -> None:
        """The cursor of the last page is an empty string."""
        key = "ticker" if name == "markets" else "event_ticker"
        async with start() as venue:
            page = await venue.get(f"{API}/{name}", limit=9)
            found = [item[key] for item in page[name]]
            while page["cursor"]:
                page = await venue.get(f"{API}/{name}", limit=9, cursor=page["cursor"])
                found += [item[key] for item in page[name]]
            expected = [item[key] for item in (await venue.get(f"{API}/{name}", limit=200))[name]]

        assert found == expected
        assert len(set(found)) == len(found) > 30

    async def test_know_states_by_the_words_of_the_filter(self, start: Start) -> None:
        """`open` finds active markets, `settled` finds finalized ones."""
        async with start() as venue:
            event = await venue.post("/stand-in/control/open", {"venue": "kalshi"})
            await venue.post("/stand-in/control/resolve", {"venue": "kalshi", "id": event["key"]})
            open_ones = (await venue.get(f"{API}/markets", status="open", limit=1000))["markets"]
            settled = (await venue.get(f"{API}/markets", status="settled"))["markets"]

        assert {market["status"] for market in open_ones} == {"active"}
        assert [(market["ticker"], market["status"]) for market in settled] == [(event["key"], "finalized")]

    async def test_nest_markets_where_they_are_asked_for(self, start: Start) -> None:
        """`with_nested_markets` puts the markets inside, and nothing else changes."""
        async with start() as venue:
            bare = (await venue.get(f"{API}/events"))["events"]
            nested = (await venue.get(f"{API}/events", with_nested_markets="true"))["events"]
            one = await venue.get(f"{API}/events/{bare[0]['event_ticker']}")

        assert all("markets" not in event for event in bare)
        assert [{k: v for k, v in event.items() if k != "markets"} for event in nested] == bare
        assert one["markets"] == nested[0]["markets"]

    async def test_refuse_a_status_that_there_is_not(self, start: Start) -> None:
        """The words of the status are none of the filter's."""
        async with start() as venue:
            answer = await venue.http.get(f"{API}/markets", params={"status": "active"})

        assert answer.status_code == 400

    async def test_write_prices_and_counts_in_fixed_strings(self, start: Start) -> None:
        """Four decimals for dollars, two for counts; the four quotes belong together."""
        async with start() as venue:
            markets = (await venue.get(f"{API}/markets", limit=1000))["markets"]

        for market in markets:
            assert len(market["yes_bid_dollars"]) == 6
            assert market["volume_fp"][-3] == "."
            assert Decimal(market["no_ask_dollars"]) == 1 - Decimal(market["yes_bid_dollars"])
            assert Decimal(market["no_bid_dollars"]) == 1 - Decimal(market["yes_ask_dollars"])


class TestOrderbook:
    async def test_holds_bids_for_both_sides_with_the_best_last(self, start: Start) -> None:
        """There are no asks: an offer of YES is a bid for NO."""
        async with start() as venue:
            market = (await venue.get(f"{API}/markets", limit=1))["markets"][0]
            book = (await venue.get(f"{API}/markets/{market['ticker']}/orderbook"))["orderbook_fp"]
            top = (await venue.get(f"{API}/markets/{market['ticker']}/orderbook", depth=1))["orderbook_fp"]

        assert book["yes_dollars"][-1][0] == market["yes_bid_dollars"]
        assert book["no_dollars"][-1][0] == market["no_bid_dollars"]
        assert top == {side: levels[-1:] for side, levels in book.items()}


class TestCandlesticks:
    @pytest.mark.parametrize("minutes", [1, 60, 1440])
    async def test_cover_the_range_that_is_asked_for(self, start: Start, minutes: int) -> None:
        """Candles end inside the range, on the period's own boundaries, a day's at midnight in New York."""
        async with start() as venue:
            ticker = (await tickers_of(venue))[0]
            end = venue.stand_in.world.now_ms // 1000
            begin = end - 10 * minutes * 60
            path = f"{API}/series/KXELECT/markets/{ticker}/candlesticks"
            answer = await venue.get(path, start_ts=begin, end_ts=end, period_interval=minutes)

        ends = [candle["end_period_ts"] for candle in answer["candlesticks"]]
        clock = {datetime.fromtimestamp(at, tz=ZoneInfo("America/New_York")).strftime("%H:%M") for at in ends}
        assert 9 <= len(ends) <= 11
        assert all(begin <= at <= end for at in ends)
        if minutes == 1440:
            assert clock == {"00:00"}
        else:
            assert {at % (minutes * 60) for at in ends} == {0}

    async def test_of_an_odd_period_are_refused(self, start: Start) -> None:
        """Only a minute, an hour and a day exist."""
        async with start() as venue:
            query = {"start_ts": 0, "end_ts": 60, "period_interval": 5}
            answer = await venue.http.get(f"{API}/series/A/markets/B/candlesticks", params=query)

        assert answer.status_code == 400


class TestSocket:
    async def test_numbers_every_frame_and_keeps_its_books(self, start: Start) -> None:
        """Increments lead to the next snapshot, and the sequence has no gap over all markets and answers."""
        kept = Books()
        async with start(rate=60.0) as venue, venue.socket(SOCKET) as client:
            tickers = await tickers_of(venue)
            await subscribe(client, ["orderbook_delta"], market_tickers=tickers[:30], use_yes_price=False)
            more = {"sid": 1, "action": "add_markets", "market_tickers": tickers[30:]}
            await client.say({"id": 2, "cmd": "update_subscription", "params": more})
            for _ in range(5):
                venue.pass_time(4)
            again = {"sid": 1, "action": "get_snapshot", "market_tickers": tickers}
            await client.say({"id": 3, "cmd": "update_subscription", "params": again})
            await client.say({"id": 4, "cmd": "list_subscriptions"})
            heard = await client.hear_until(lambda frame: frame.get("id") == 4)
            for frame in heard[:-1]:
                kept.hear(frame)

        assert kept.compared == len(tickers)
        assert [frame["msg"]["market_tickers"] for frame in heard if frame.get("id") == 2] == [
            sorted(tickers)
        ]

    async def test_prices_the_no_side_on_the_leg_that_is_asked_for(self, start: Start) -> None:
        """`use_yes_price` shows the same NO bids as offers of YES."""
        async with start() as venue, venue.socket(SOCKET) as on_no, venue.socket(SOCKET) as on_yes:
            ticker = (await tickers_of(venue))[0]
            await subscribe(on_no, ["orderbook_delta"], market_ticker=ticker, use_yes_price=False)
            await subscribe(on_yes, ["orderbook_delta"], market_ticker=ticker, use_yes_price=True)
            no_leg, yes_leg = (await on_no.hear())["msg"], (await on_yes.hear())["msg"]

        assert no_leg["yes_dollars_fp"] == yes_leg["yes_dollars_fp"]
        flipped = [(1 - Decimal(price), count) for price, count in no_leg["no_dollars_fp"]]
        assert [(Decimal(price), count) for price, count in yes_leg["no_dollars_fp"]] == flipped

    async def test_merges_a_second_subscription_to_a_channel(self, start: Start) -> None:
        """New markets join the first subscription with an `ok`; the same ones again are refused."""
        async with start() as venue, venue.socket(SOCKET) as client:
            first, second = (await tickers_of(venue))[:2]
            subscribed = await subscribe(client, ["orderbook_delta"], market_ticker=first)
            await client.hear()
            joined = await subscribe(client, ["orderbook_delta"], market_ticker=second)
            await client.hear()
            refused = await subscribe(client, ["orderbook_delta"], market_ticker=second)

        assert subscribed[0] == {
            "type": "subscribed",
            "id": 1,
            "msg": {"channel": "orderbook_delta", "sid": 1},
        }
        tickers = {"market_tickers": sorted([first, second])}
        assert joined[0] == {"type": "ok", "id": 1, "sid": 1, "seq": 2, "msg": tickers}
        assert refused[0]["msg"]["code"] == 6

    async def test_tells_the_whole_life_of_a_market(self, start: Start) -> None:
        """Created, closed early, determined, settled, in this order and with the result at the end."""
        async with start() as venue, venue.socket(SOCKET) as client:
            await subscribe(client, ["market_lifecycle_v2"])
            event = await venue.post("/stand-in/control/open", {"venue": "kalshi"})
            order = {"venue": "kalshi", "id": event["key"], "result": "yes"}
            await venue.post("/stand-in/control/resolve", order)
            told = await client.hear_until(lambda frame: frame["msg"].get("event_type") == "settled")
            market = (await venue.get(f"{API}/markets/{event['key']}"))["market"]

        steps = [frame["msg"]["event_type"] for frame in told if frame["type"] == "market_lifecycle_v2"]
        assert told[0]["type"] == "event_lifecycle"
        assert steps == ["created", "close_date_updated", "determined", "settled"]
        assert [frame["seq"] for frame in told] == [1, 2, 3, 4, 5]
        assert told[3]["msg"]["result"] == market["result"] == "yes"
        assert market["settlement_value_dollars"] == "1.0000"

    async def test_does_not_number_tickers(self, start: Start) -> None:
        """`ticker` frames carry a subscription and no sequence; trades carry both."""
        async with start(rate=60.0) as venue, venue.socket(SOCKET) as client:
            await subscribe(client, ["ticker", "trade"])
            for _ in range(3):
                venue.pass_time(4)
            ticker = (await client.hear_until(lambda frame: frame["type"] == "ticker"))[-1]
            trade = (await client.hear_until(lambda frame: frame["type"] == "trade"))[-1]

        assert "seq" not in ticker
        assert "seq" in trade

    @pytest.mark.parametrize(
        ("command", "code"),
        [
            ({"cmd": "subscribe"}, 2),
            ({"cmd": "subscribe", "params": {}}, 3),
            ({"cmd": "unsubscribe", "params": {}}, 4),
            ({"cmd": "dance"}, 5),
            ({"cmd": "unsubscribe", "params": {"sids": [9]}}, 7),
            ({"cmd": "subscribe", "params": {"channels": ["gossip"]}}, 8),
            ({"cmd": "update_subscription", "params": {"action": "add_markets"}}, 12),
            ({"cmd": "subscribe", "params": {"channels": ["orderbook_delta"]}}, 14),
            ({"cmd": "subscribe", "params": {"channels": ["trade"], "market_ticker": "KXNO"}}, 16),
        ],
    )
    async def test_refuses_by_number(self, start: Start, command: dict[str, Any], code: int) -> None:
        """Each mistake has the number that the venue's documents give it."""
        async with start() as venue, venue.socket(SOCKET) as client:
            await client.say({"id": 5} | command)
            answer = await client.hear()

        assert (answer["type"], answer["id"], answer["msg"]["code"]) == ("error", 5, code)

    async def test_pings_with_its_heartbeat(self, start: Start) -> None:
        """The server's Ping frames carry the word that the venue's carry."""
        async with (
            start(kalshi_heartbeat_seconds=0.05) as venue,
            venue.socket(SOCKET, create_connection=ListensForPings) as client,
        ):
            connection = client.connection
            assert isinstance(connection, ListensForPings)
            async with asyncio.timeout(PATIENCE_SECONDS):
                body = await connection.pings.get()

        assert body == b"heartbeat"

    async def test_wants_a_key_where_it_is_told_to(self, start: Start) -> None:
        """The venue refuses the handshake itself to a client without a key."""
        headers = {f"KALSHI-ACCESS-{name}": "x" for name in ("KEY", "TIMESTAMP", "SIGNATURE")}
        async with start(require_kalshi_key=True) as venue:
            with pytest.raises(InvalidStatus) as refused:
                async with venue.socket(SOCKET):
                    pass
            async with venue.socket(SOCKET, additional_headers=headers) as client:
                answers = await subscribe(client, ["ticker"])

        assert refused.value.response.status_code == 401
        assert answers[0]["type"] == "subscribed"

    @pytest.mark.parametrize("late_ms", [0, 60_000])
    async def test_checks_what_was_signed_with_the_key(
        self, start: Start, tmp_path: Path, late_ms: int
    ) -> None:
        """A right and fresh signature over time, method and path is let in; an old one is not."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = tmp_path / "public.pem"
        encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        public.write_bytes(key.public_key().public_bytes(encoding, form))
        async with start(kalshi_public_key=public) as venue:
            at = str(venue.stand_in.world.now_ms - late_ms)
            salted = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
            signature = key.sign(f"{at}GET/trade-api/ws/v2".encode(), salted, hashes.SHA256())
            signed = {"TIMESTAMP": at, "SIGNATURE": base64.b64encode(signature).decode(), "KEY": "mine"}
            headers = {f"KALSHI-ACCESS-{name}": value for name, value in signed.items()}
            refusing = pytest.raises(InvalidStatus) if late_ms else nullcontext()
            with refusing:
                async with venue.socket(SOCKET, additional_headers=headers) as client:
                    assert (await subscribe(client, ["ticker"]))[0]["type"] == "subscribed"

    async def test_ends_the_subscriptions_of_a_slow_reader(self, start: Start) -> None:
        """Past the buffer's bound comes error 25, and the feed ends until the client subscribes again."""
        async with start(rate=4000.0) as venue, venue.socket(SOCKET) as client:
            tickers = await tickers_of(venue)
            await subscribe(client, ["orderbook_delta"], market_tickers=tickers)
            for _ in range(3):
                venue.pass_time(4)
            ended = (await client.hear_until(lambda frame: frame["type"] == "error"))[-1]
            await client.say({"id": 2, "cmd": "list_subscriptions"})
            held = (await client.hear_until(lambda frame: frame.get("id") == 2))[-1]

        assert (ended["sid"], ended["msg"]["code"]) == (1, 25)
        assert held["msg"] == []
