"""The stand-in as Manifold: contracts, bets, and a socket of topics."""

import math
from itertools import pairwise

import pytest
from websockets.exceptions import ConnectionClosed

from .conftest import Start

API = "/manifold/v0"
SOCKET = "/manifold/ws"


class TestContracts:
    async def test_have_the_probability_that_their_pool_says(self, start: Start) -> None:
        """Probability = p·NO / ((1-p)·YES + p·NO), after any number of bets."""
        async with start(rate=60.0) as venue:
            for _ in range(3):
                venue.pass_time(4)
            markets = await venue.get(f"{API}/markets", limit=1000)

        binary = [market for market in markets if market["outcomeType"] == "BINARY"]
        assert len(binary) > 20
        for market in binary:
            p, yes, no = market["p"], market["pool"]["YES"], market["pool"]["NO"]
            assert math.isclose(market["probability"], p * no / ((1 - p) * yes + p * no), rel_tol=1e-12)

    async def test_show_answers_in_the_full_form_only(self, start: Start) -> None:
        """A listing of a multiple choice has neither probability nor pool; the contract itself has answers."""
        async with start() as venue:
            markets = await venue.get(f"{API}/markets", limit=1000)
            lite = next(market for market in markets if market["outcomeType"] == "MULTIPLE_CHOICE")
            full = await venue.get(f"{API}/market/{lite['id']}")
            by_slug = await venue.get(f"{API}/slug/{lite['slug']}")
            probabilities = await venue.get(f"{API}/market/{lite['id']}/prob")

        assert not {"probability", "pool", "answers"} & set(lite)
        assert by_slug == full
        assert math.isclose(sum(answer["probability"] for answer in full["answers"]), 1.0)
        assert set(probabilities["answerProbs"]) == {answer["id"] for answer in full["answers"]}

    async def test_page_by_the_last_row(self, start: Start) -> None:
        """`before` continues behind a contract, newest first."""
        async with start() as venue:
            expected = [market["id"] for market in await venue.get(f"{API}/markets", limit=1000)]
            found: list[str] = []
            page = await venue.get(f"{API}/markets", limit=11)
            while page:
                found += [market["id"] for market in page]
                page = await venue.get(f"{API}/markets", limit=11, before=found[-1])

        assert found == expected
        assert len(found) > 30

    async def test_are_found_by_their_words(self, start: Start) -> None:
        """The search looks at questions and at states."""
        async with start() as venue:
            found = await venue.get(f"{API}/search-markets", term="bitcoin up", filter="open")

        assert ["Bitcoin up or down" in market["question"] for market in found] == [True]

    async def test_that_do_not_exist_are_not_found(self, start: Start) -> None:
        """The message is an object, as the venue's are."""
        async with start() as venue:
            answer = await venue.http.get(f"{API}/market/nobody")

        assert (answer.status_code, answer.json()) == (404, {"message": "Contract not found"})

    async def test_refuse_a_page_that_is_too_large(self, start: Start) -> None:
        """The venue validates, where the others cut."""
        async with start() as venue:
            answer = await venue.http.get(f"{API}/markets", params={"limit": 1001})

        assert answer.status_code == 400


class TestBets:
    async def test_follow_one_another(self, start: Start) -> None:
        """The bets of a contract join up: where one ended, the next began."""
        async with start(rate=60.0) as venue:
            for _ in range(5):
                venue.pass_time(4)
            some = await venue.get(f"{API}/bets", limit=200)
            contract = next(bet["contractId"] for bet in some if "answerId" not in bet)
            bets = await venue.get(f"{API}/bets", contractId=contract, order="asc")

        assert len(bets) > 1
        pairs = pairwise(bets)
        assert all(math.isclose(one["probAfter"], two["probBefore"]) for one, two in pairs)
        assert all((bet["probAfter"] > bet["probBefore"]) == (bet["outcome"] == "YES") for bet in bets)
        assert all(bet["amount"] > 0 and bet["shares"] > bet["amount"] for bet in bets)

    async def test_after_a_known_one_are_only_the_newer(self, start: Start) -> None:
        """That is how a client catches up after a reconnect."""
        async with start(rate=60.0) as venue:
            venue.pass_time(4)
            bets = await venue.get(f"{API}/bets", limit=20)
            newer = await venue.get(f"{API}/bets", after=bets[5]["id"])

        assert [bet["id"] for bet in newer] == [bet["id"] for bet in bets[:5]]


class TestSocket:
    async def test_acknowledges_every_message(self, start: Start) -> None:
        """Each answer carries the number of what it answers; an unknown type is refused in the same form."""
        async with start() as venue, venue.socket(SOCKET) as client:
            await client.say({"type": "identify", "txid": 1, "uid": "me"})
            await client.say({"type": "subscribe", "txid": 2, "topics": ["global/new-bet"]})
            await client.say({"type": "ping", "txid": 3})
            await client.say({"type": "dance", "txid": 4})
            answers = [await client.hear() for _ in range(4)]

        assert [(answer["type"], answer["txid"], answer["success"]) for answer in answers] == [
            ("ack", 1, True),
            ("ack", 2, True),
            ("ack", 3, True),
            ("ack", 4, False),
        ]

    async def test_broadcasts_bets_as_the_routes_list_them(self, start: Start) -> None:
        """`new-bet` carries a list of bets, the same objects that `/bets` has."""
        async with start(rate=60.0) as venue, venue.socket(SOCKET) as client:
            await client.say({"type": "subscribe", "txid": 1, "topics": ["global/new-bet"]})
            await client.hear()
            venue.pass_time(4)
            told = [await client.hear() for _ in range(10)]
            listed = await venue.get(f"{API}/bets", order="asc", limit=1000)

        assert {message["topic"] for message in told} == {"global/new-bet"}
        bets = [bet for message in told for bet in message["data"]["bets"]]
        assert all(bet in listed for bet in bets)

    async def test_broadcasts_once_for_each_topic_that_is_held(self, start: Start) -> None:
        """A client of two topics hears of a bet twice, and must tell by its id."""
        async with start() as venue, venue.socket(SOCKET) as client:
            event = await venue.post("/stand-in/control/open", {"venue": "manifold"})
            topics = ["global/new-bet", f"contract/{event['ids']['id']}/new-bet"]
            await client.say({"type": "subscribe", "txid": 1, "topics": topics})
            await client.hear()
            venue.stand_in.world.set_rate(400.0)
            venue.pass_time(4)
            own = topics[1]
            heard = await client.hear_until(lambda message: message["topic"] == own)
            bet = heard[-1]["data"]["bets"][0]["id"]
            twin = (await client.hear_until(lambda message: message["data"]["bets"][0]["id"] == bet))[-1]

        assert twin["topic"] == "global/new-bet"

    async def test_tells_of_results(self, start: Start) -> None:
        """A resolution changes a contract: the changed members and the id, no more."""
        async with start() as venue, venue.socket(SOCKET) as client:
            event = await venue.post("/stand-in/control/open", {"venue": "manifold"})
            topic = f"contract/{event['ids']['id']}"
            await client.say({"type": "subscribe", "txid": 1, "topics": [topic]})
            await client.hear()
            order = {"venue": "manifold", "id": event["key"], "result": "void"}
            await venue.post("/stand-in/control/resolve", order)
            changed = (await client.hear())["data"]["contract"]
            listed = await venue.get(f"{API}/market/{event['ids']['id']}")

        assert (changed["isResolved"], changed["resolution"]) == (True, "CANCEL")
        assert {name: listed[name] for name in changed} == changed

    async def test_cuts_off_those_who_say_nothing(self, start: Start) -> None:
        """Only JSON messages count as life; Ping frames do not."""
        async with start(manifold_silence_seconds=0.1) as venue, venue.socket(SOCKET) as client:
            pong = await client.connection.ping()
            await pong
            with pytest.raises(ConnectionClosed):
                await client.hear_text()
