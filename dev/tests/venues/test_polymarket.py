"""The stand-in as Polymarket: listings, books, prices and the market socket."""

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed

from oraculum_dev.venues.polymarket import socket as market_socket

from .conftest import Client, Running, Start

GAMMA, CLOB, DATA = "/polymarket/gamma", "/polymarket/clob", "/polymarket/data"
SOCKET = "/polymarket/ws/market"


async def tokens_of(venue: Running) -> list[str]:
    markets = await venue.get(f"{GAMMA}/markets", limit=500)
    return [token for market in markets for token in msgspec.json.decode(market["clobTokenIds"])]


class Books:
    """Books kept from the socket alone, checked against what the venue says about them."""

    def __init__(self) -> None:
        self.levels: dict[str, dict[str, dict[str, str]]] = {}
        self.compared = 0

    def hear(self, message: object) -> None:
        for part in message if isinstance(message, list) else [message]:
            if part["event_type"] == "book":
                self._book(part)
            elif part["event_type"] == "price_change":
                self._change(part)

    def _book(self, part: dict) -> None:
        told = {
            side: {level["price"]: level["size"] for level in part[name]}
            for side, name in (("BUY", "bids"), ("SELL", "asks"))
        }
        if part["asset_id"] in self.levels:
            self.compared += 1
            assert self.levels[part["asset_id"]] == told
        self.levels[part["asset_id"]] = told

    def _change(self, part: dict) -> None:
        for change in part["price_changes"]:
            side = self.levels[change["asset_id"]][change["side"]]
            if change["size"] == "0":
                del side[change["price"]]
            else:
                side[change["price"]] = change["size"]
        for change in part["price_changes"]:
            book = self.levels[change["asset_id"]]
            assert change["best_bid"] == max(book["BUY"], key=float, default="0")
            assert change["best_ask"] == min(book["SELL"], key=float, default="1")
            self.compared += 1


class TestListings:
    async def test_hide_what_is_closed_unless_it_is_asked_for(self, start: Start) -> None:
        """`closed` is false by default, as in gamma's documents."""
        async with start() as venue:
            event = await venue.post("/stand-in/control/open", {"venue": "polymarket"})
            await venue.post("/stand-in/control/resolve", {"venue": "polymarket", "id": event["key"]})

            by_default = await venue.get(f"{GAMMA}/markets", limit=500)
            closed = await venue.get(f"{GAMMA}/markets", limit=500, closed="true")

        assert event["ids"]["id"] not in [market["id"] for market in by_default]
        assert [market["id"] for market in closed] == [event["ids"]["id"]]

    async def test_ignore_what_they_do_not_know(self, start: Start) -> None:
        """An unknown parameter gets the default page with 200, as was recorded."""
        async with start() as venue:
            plain = await venue.get(f"{GAMMA}/markets")
            odd = await venue.get(f"{GAMMA}/markets", ticker="KX", nonsense="1")

        assert len(plain) == 20
        assert odd == plain

    @pytest.mark.parametrize("name", ["markets", "events"])
    async def test_page_by_cursor_through_everything_once(self, start: Start, name: str) -> None:
        """The pages together are the whole list, and the last one has no cursor."""
        async with start() as venue:
            expected = [item["id"] for item in await venue.get(f"{GAMMA}/{name}", limit=500)]
            page = await venue.get(f"{GAMMA}/{name}/keyset", limit=7)
            found = [item["id"] for item in page[name]]
            while "next_cursor" in page:
                page = await venue.get(f"{GAMMA}/{name}/keyset", limit=7, after_cursor=page["next_cursor"])
                found += [item["id"] for item in page[name]]

        assert found == expected

    async def test_by_cursor_refuse_an_offset(self, start: Start) -> None:
        """The newer listings answer 422 to the old way of paging."""
        async with start() as venue:
            answer = await venue.http.get(f"{GAMMA}/events/keyset", params={"offset": 20})

        assert answer.status_code == 422

    async def test_find_one_by_each_of_its_names(self, start: Start) -> None:
        """Id, slug, condition and token all lead to the same market."""
        async with start() as venue:
            market = (await venue.get(f"{GAMMA}/markets", limit=1))[0]
            token = msgspec.json.decode(market["clobTokenIds"])[0]
            found = [
                await venue.get(f"{GAMMA}/markets/{market['id']}"),
                await venue.get(f"{GAMMA}/markets/slug/{market['slug']}"),
                *await venue.get(f"{GAMMA}/markets", condition_ids=market["conditionId"]),
                *await venue.get(f"{GAMMA}/markets", clob_token_ids=token),
            ]

        assert found == [market] * 4

    async def test_keep_the_quirks_of_the_venue(self, start: Start) -> None:
        """Arrays inside strings, volumes as strings beside numbers, `active` on everything, neg-risk groups."""
        async with start() as venue:
            markets = await venue.get(f"{GAMMA}/markets", limit=500)

        assert all(isinstance(market["outcomePrices"], str) for market in markets)
        assert all(len(msgspec.json.decode(market["clobTokenIds"])) == 2 for market in markets)
        assert all(float(market["volume"]) == market["volumeNum"] for market in markets)
        assert {market["negRisk"] for market in markets} == {True, False}
        assert any(not market["question"].isascii() for market in markets)
        assert any("gameStartTime" in market for market in markets)

    async def test_of_the_clob_end_with_the_end_marker(self, start: Start) -> None:
        """The cursor after the last page is base64 of -1."""
        async with start() as venue:
            page = await venue.get(f"{CLOB}/markets")
            beyond = await venue.get(f"{CLOB}/markets", next_cursor=page["next_cursor"])

        assert page["next_cursor"] == "LTE="
        assert page["count"] == len(page["data"]) > 50
        assert beyond["data"] == []


class TestBook:
    async def test_of_the_second_token_is_the_mirror_of_the_first(self, start: Start) -> None:
        """Who bids for YES at p offers NO at 1 - p, in the same size."""
        async with start() as venue:
            yes, no = (await tokens_of(venue))[:2]
            books = [await venue.get(f"{CLOB}/book", token_id=token) for token in (yes, no)]

        mirrored = [
            {"price": f"{1 - float(level['price']):.3f}".rstrip("0"), "size": level["size"]}
            for level in books[0]["bids"]
        ]
        assert books[1]["asks"] == mirrored

    async def test_has_its_best_level_last(self, start: Start) -> None:
        """Bids rise and asks fall, as in every capture."""
        async with start() as venue:
            book = await venue.get(f"{CLOB}/book", token_id=(await tokens_of(venue))[0])

        bids, asks = ([float(level["price"]) for level in book[side]] for side in ("bids", "asks"))
        assert bids == sorted(bids)
        assert asks == sorted(asks, reverse=True)
        assert bids[-1] < asks[-1]

    async def test_gives_the_prices_of_both_sides(self, start: Start) -> None:
        """`side=BUY` is the best bid, `side=SELL` the best ask."""
        async with start() as venue:
            token = (await tokens_of(venue))[0]
            book = await venue.get(f"{CLOB}/book", token_id=token)
            buy = await venue.get(f"{CLOB}/price", token_id=token, side="BUY")
            sell = await venue.get(f"{CLOB}/price", token_id=token, side="SELL")

        assert buy["price"] == book["bids"][-1]["price"]
        assert sell["price"] == book["asks"][-1]["price"]

    async def test_of_several_tokens_leaves_out_the_unknown(self, start: Start) -> None:
        """A batch answers the books that exist."""
        async with start() as venue:
            token = (await tokens_of(venue))[0]
            books = await venue.post(f"{CLOB}/books", [{"token_id": token}, {"token_id": "1"}])

        assert [book["asset_id"] for book in books] == [token]


class TestHistory:
    async def test_is_the_same_on_every_demand(self, start: Start) -> None:
        """The past of a market is invented, but only once."""
        async with start() as venue:
            token = (await tokens_of(venue))[0]
            first = await venue.get(f"{CLOB}/prices-history", market=token, interval="1d")
            second = await venue.get(f"{CLOB}/prices-history", market=token, interval="1d")

        assert first == second
        times = [point["t"] for point in first["history"]]
        assert len(times) == 1440
        assert times == sorted(times)

    async def test_of_an_unknown_token_is_empty(self, start: Start) -> None:
        """The venue answers an empty history rather than an error."""
        async with start() as venue:
            assert await venue.get(f"{CLOB}/prices-history", market="1", interval="1d") == {"history": []}


class TestWrongPath:
    async def test_is_answered_in_plain_text(self, start: Start) -> None:
        """The CLOB's 404 is no JSON."""
        async with start() as venue:
            answer = await venue.http.get(f"{CLOB}/no-such-thing")

        assert (answer.status_code, answer.text) == (404, "404 page not found\n")


class TestTrades:
    async def test_come_newest_first(self, start: Start) -> None:
        """The data API lists what was traded, with float prices and seconds."""
        async with start(rate=50.0) as venue:
            for _ in range(4):
                venue.pass_time(4)
            trades = await venue.get(f"{DATA}/trades", limit=50)

        times = [trade["timestamp"] for trade in trades]
        assert len(trades) > 10
        assert times == sorted(times, reverse=True)
        assert all(0 < trade["price"] < 1 for trade in trades)


async def subscribed(client: Client, tokens: list[str], **options: bool) -> list:
    await client.say({"assets_ids": tokens, "type": "market", **options})
    first = await client.hear()
    assert isinstance(first, list)
    return first


class TestSocket:
    async def test_begins_with_an_array_of_books(self, start: Start) -> None:
        """The first frame holds the book of every token that was asked for."""
        async with start() as venue, venue.socket(SOCKET) as client:
            tokens = (await tokens_of(venue))[:6]
            books = await subscribed(client, tokens)

        assert [book["asset_id"] for book in books] == tokens
        assert {book["event_type"] for book in books} == {"book"}

    async def test_carries_changes_that_lead_to_the_next_book(self, start: Start) -> None:
        """Absolute sizes applied one by one give the next snapshot, and the tops agree after every batch."""
        kept = Books()
        async with start(rate=60.0) as venue, venue.socket(SOCKET) as client:
            await client.say({"assets_ids": await tokens_of(venue), "type": "market"})
            kept.hear(await client.hear())
            for _ in range(5):
                venue.pass_time(4)
            await client.say({"assets_ids": [], "operation": "subscribe"})
            # An empty subscription answers with an empty array, which marks the end of what was sent.
            for message in await client.hear_until(lambda heard: heard == []):
                kept.hear(message)

        assert kept.compared > 300

    async def test_answers_ping_in_text(self, start: Start) -> None:
        """The heartbeat is no JSON in either direction."""
        async with start() as venue, venue.socket(SOCKET) as client:
            await client.connection.send("PING")

            assert await client.hear_text() == "PONG"

    async def test_tells_tops_only_to_those_who_asked(self, start: Start) -> None:
        """`best_bid_ask` needs `custom_feature_enabled`."""
        async with start(rate=60.0) as venue, venue.socket(SOCKET) as plain, venue.socket(SOCKET) as custom:
            tokens = await tokens_of(venue)
            await subscribed(plain, tokens)
            await subscribed(custom, tokens, custom_feature_enabled=True)
            venue.pass_time(4)
            await plain.say({"assets_ids": []})
            seen = await plain.hear_until(lambda heard: heard == [])
            await custom.hear_until(lambda heard: heard["event_type"] == "best_bid_ask")

        assert all(message["event_type"] != "best_bid_ask" for message in seen[:-1])

    async def test_forgets_what_is_unsubscribed(self, start: Start) -> None:
        """After unsubscribing nothing more comes."""
        async with start(rate=60.0) as venue, venue.socket(SOCKET) as client:
            tokens = await tokens_of(venue)
            await subscribed(client, tokens)
            await client.say({"assets_ids": tokens, "operation": "unsubscribe"})
            await client.say({"assets_ids": [], "operation": "subscribe"})
            await client.hear_until(lambda heard: heard == [])
            venue.pass_time(4)
            await client.connection.send("PING")

            assert await client.hear_text() == "PONG"

    async def test_tells_of_new_markets_and_of_results(self, start: Start) -> None:
        """A market is announced, and its winner is told to those who follow it."""
        async with start() as venue, venue.socket(SOCKET) as client:
            await subscribed(client, [], custom_feature_enabled=True)
            opened = await venue.post("/stand-in/control/open", {"venue": "polymarket"})
            announced = await client.hear()
            await subscribed(client, announced["assets_ids"], custom_feature_enabled=True)
            order = {"venue": "polymarket", "id": announced["market"], "result": "no"}
            await venue.post("/stand-in/control/resolve", order)
            told = await client.hear()

        assert (announced["event_type"], announced["id"]) == ("new_market", opened["ids"]["id"])
        assert (told["event_type"], told["winning_outcome"]) == ("market_resolved", "No")
        assert told["winning_asset_id"] == announced["assets_ids"][1]

    async def test_answers_nonsense_and_lives_on(self, start: Start) -> None:
        """What is no command is refused in text."""
        async with start() as venue, venue.socket(SOCKET) as client:
            await client.connection.send("{nonsense")

            assert await client.hear_text() == "INVALID OPERATION"

    async def test_closes_on_those_who_ask_for_nothing(
        self, start: Start, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A client must subscribe soon after it has connected."""
        monkeypatch.setattr(market_socket, "_UNSUBSCRIBED_SECONDS", 0.05)
        async with start() as venue, venue.socket(SOCKET) as client:
            with pytest.raises(ConnectionClosed):
                await client.hear_text()
