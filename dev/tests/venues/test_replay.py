"""The replay: every record goes out as the bytes it had, in the order and with the numbers that a venue would give."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from oraculum_dev.venues.replay.kinds import Kind
from oraculum_dev.venues.replay.library import load
from oraculum_dev.venues.replay.player import Pace
from oraculum_dev.venues.sim.terms import Venue

from .conftest import Running, Start

RECORDINGS = Path(__file__).resolve().parents[3] / "../shared/data/market-data"
needs_recordings = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason="the recordings of the venues do not lie beside this checkout"
)

ODD_MARKET = '{ "id":"7","question":"Ünïcode \\u00e9? ", "conditionId":"0xabc","active":true,"closed":false ,\n"volumeNum":1.50 }'
ODD_BET = '{"id":"b1","contractId":"c1","outcome":"YES","probAfter":0.10000000000000001,"createdTime":1700000000000}'
DELTA = '{"type":"orderbook_delta","sid":9,"seq":41,"msg":{ "market_ticker":"KXA-1","side":"yes","price_dollars":"0.960","delta_fp":"-54.00","ts_ms":2}}'
SNAPSHOT = '{"type":"orderbook_snapshot","sid":9,"seq":40,"msg":{"market_ticker":"KXA-1","yes_dollars_fp":[["0.9600","60.00"]],"ts_ms":1}}'
OK = '{"type":"ok","id":3,"sid":9,"seq":39,"msg":{"market_tickers":["KXA-1"]}}'
BOOKS = '[{"event_type":"book","asset_id":"1", "bids":[],"asks":[],"timestamp":"1000"},{"event_type":"book","asset_id":"2","bids":[],"asks":[],"timestamp":"1000"}]'
CHANGE = '{"event_type":"price_change","price_changes":[{"asset_id":"1","price":"0.50","size":"0.0"}],"timestamp":"1250"}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small folder of recordings, oddly written on purpose."""
    files = {
        "polymarket/rest/wrapped.json": f'{{"fetched_at": 1, "markets": [{ODD_MARKET}]}}',
        "polymarket/rest/broken.json": '{"markets": [',
        "polymarket/ws/session.jsonl": f"{BOOKS}\n{CHANGE}\n",
        "kalshi/ws/session.jsonl": f"{OK}\n{SNAPSHOT}\n{DELTA}\n",
        "manifold/rest/bets.jsonl": f"{ODD_BET}\n",
        "manifold/rest/notes.txt": "no recording",
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path


class TestRoutes:
    async def test_serve_the_bytes_of_a_record(self, start: Start, folder: Path) -> None:
        """White space, escapes and digits stay as they were, in a list and alone."""
        async with start(mode="replay", directory=folder) as venue:
            listed = await venue.http.get("/polymarket/gamma/markets")
            alone = await venue.http.get("/polymarket/gamma/markets/7")
            bets = await venue.http.get("/manifold/v0/bets")

        assert listed.text == f"[{ODD_MARKET}]"
        assert alone.text == ODD_MARKET
        assert bets.text == f"[{ODD_BET}]"

    async def test_name_the_files_that_could_not_be_read(self, start: Start, folder: Path) -> None:
        """A broken file is reported and does not keep the others from being served."""
        async with start(mode="replay", directory=folder) as venue:
            files = await venue.get("/stand-in/files")

        assert "broken.json" in files["polymarket/rest/broken.json"]["problem"]
        assert files["polymarket/rest/wrapped.json"] == {"found": {"gamma market": 1}, "problem": None}
        assert files["kalshi/ws/session.jsonl"]["found"] == {"frame": 2, "not replayed": 1}

    async def test_offer_the_series_beside_the_recordings(self, start: Start, folder: Path) -> None:
        """A scripted market can be opened in this mode too."""
        async with start(mode="replay", directory=folder) as venue:
            opened = await venue.post("/stand-in/control/open", {"venue": "polymarket"})
            listed = await venue.get("/polymarket/gamma/markets")

        assert {market["id"] for market in listed} == {"7", opened["ids"]["id"]}


class TestSockets:
    async def test_play_a_session_in_its_order_and_again(self, start: Start, folder: Path) -> None:
        """Every frame comes as it was, and after the last comes the first."""
        async with (
            start(mode="replay", directory=folder, speed=0, longest_wait_seconds=0.0) as venue,
            venue.socket("/polymarket/ws/market") as client,
        ):
            await client.say({"assets_ids": ["1", "2"], "type": "market"})
            heard = [await client.hear_text() for _ in range(4)]

        assert heard == [BOOKS, CHANGE, BOOKS, CHANGE]

    async def test_leave_out_what_nobody_asked_for(self, start: Start, folder: Path) -> None:
        """Of an array of books come those of the tokens that were named."""
        async with (
            start(mode="replay", directory=folder, speed=0, longest_wait_seconds=0.0) as venue,
            venue.socket("/polymarket/ws/market") as client,
        ):
            await client.say({"assets_ids": ["2"], "type": "market"})
            heard = [await client.hear_text() for _ in range(2)]

        assert heard == ["[" + BOOKS[BOOKS.index('},{"') + 2 :]] * 2

    async def test_number_kalshi_s_messages_anew_and_leave_them_as_they_are(
        self, start: Start, folder: Path
    ) -> None:
        """The envelope is the connection's own, over all rounds; the message keeps its bytes."""
        async with (
            start(mode="replay", directory=folder, speed=0, longest_wait_seconds=0.0) as venue,
            venue.socket("/kalshi/trade-api/ws/v2") as client,
        ):
            parameters = {"channels": ["orderbook_delta"], "market_ticker": "KXA-1"}
            await client.say({"id": 1, "cmd": "subscribe", "params": parameters})
            await client.hear()
            heard = [await client.hear_text() for _ in range(4)]

        messages = [frame[frame.index('"msg":') : -1] for frame in heard]
        recorded = [frame[frame.index('"msg":') : -1] for frame in (SNAPSHOT, DELTA)]
        assert messages == recorded * 2
        assert [json.loads(frame)["seq"] for frame in heard] == [1, 2, 3, 4]
        assert {json.loads(frame)["sid"] for frame in heard} == {1}

    async def test_broadcast_recorded_bets(self, start: Start, folder: Path) -> None:
        """Since no session of Manifold was recorded, its bets are told as `new-bet`."""
        async with (
            start(mode="replay", directory=folder, speed=0, longest_wait_seconds=0.05) as venue,
            venue.socket("/manifold/ws") as client,
        ):
            await client.say({"type": "subscribe", "txid": 1, "topics": ["contract/c1/new-bet"]})
            await client.hear()
            heard = await client.hear_text()

        assert heard == f'{{"type":"broadcast","topic":"contract/c1/new-bet","data":{{"bets":[{ODD_BET}]}}}}'


class TestPace:
    @pytest.mark.parametrize(
        ("speed", "recorded_ms", "seconds"),
        [(1.0, 500, 0.5), (10.0, 500, 0.05), (0.0, 500, 0.0), (1.0, -3_000, 0.0), (1.0, 86_400_000, 2.0)],
    )
    def test_follows_the_recorded_times(self, speed: float, recorded_ms: int, seconds: float) -> None:
        """Faster by the speed, never backwards, and no pause is waited out whole."""
        assert Pace(speed, 2.0).seconds(recorded_ms) == pytest.approx(seconds)


async def all_pages(venue: Running, path: str, size: int, **query: Any) -> bytes:
    """Return all pages of an offset listing, one after the other."""
    pages, offset = b"", 0
    while True:
        answer = await venue.http.get(path, params={"limit": size, "offset": offset, **query})
        if answer.content == b"[]":
            return pages
        pages += answer.content
        offset += size


@needs_recordings
class TestRealRecordings:
    async def test_every_gamma_market_is_served_as_it_was_recorded(self, start: Start) -> None:
        """Open and closed listings together hold the bytes of each market that was recorded by itself."""
        records = load(RECORDINGS).records[Venue.POLYMARKET]
        markets = [r for r in records if r.kind is Kind.GAMMA_MARKET and not r.nested]
        async with start(mode="replay", directory=RECORDINGS) as venue:
            path = "/polymarket/gamma/markets"
            served = b"".join([await all_pages(venue, path, 500, closed=c) for c in ("true", "false")])

        assert len(markets) > 1_500
        assert all(record.raw in served for record in markets)

    async def test_every_record_is_a_slice_of_its_file(self) -> None:
        """No record was decoded and written again on its way, but those that a file keeps inside strings."""
        contents: dict[str, bytes] = {}
        for records in load(RECORDINGS).records.values():
            for record in records:
                if "orderbook_demo_session_rest" not in record.file:
                    content = contents.setdefault(record.file, (RECORDINGS / record.file).read_bytes())
                    assert record.raw in content

    async def test_no_file_is_unreadable(self) -> None:
        """Every recorded document is JSON and is read to its end."""
        reports = load(RECORDINGS).reports

        assert len(reports) > 80
        assert [report.problem for report in reports if report.problem] == []

    async def test_a_long_session_keeps_its_order(self, start: Start) -> None:
        """The 2,890 book frames of the demo session come as they were recorded."""
        lines = (RECORDINGS / "kalshi/ws/orderbook__demo_session_2026-07-01.jsonl").read_text().splitlines()
        recorded = [frame["msg"] for frame in map(json.loads, lines) if frame["type"].startswith("orderbook")]
        tickers = sorted({message["market_ticker"] for message in recorded})
        async with (
            start(mode="replay", directory=RECORDINGS, speed=0) as venue,
            venue.socket("/kalshi/trade-api/ws/v2") as client,
        ):
            parameters = {"channels": ["orderbook_delta"], "market_tickers": tickers}
            await client.say({"id": 1, "cmd": "subscribe", "params": parameters})
            await client.hear()
            heard = [msgspec.json.decode(await client.hear_text()) for _ in recorded]

        assert [frame["msg"] for frame in heard] == recorded
        assert [frame["seq"] for frame in heard] == list(range(1, len(recorded) + 1))
