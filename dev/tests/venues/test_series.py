"""The scripted series: when its markets open, what they announce, and how each venue shows their end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from oraculum_dev.venues.sim.series import Timing
from oraculum_kit.clock import ManualClock

from .conftest import NOON, Running, Start

EVERY_SIX = Timing(every=6.0, tradable=25.0, resolve_after=35.0, settle=2.0)
LOCK_BEFORE_START = timedelta(minutes=5)


async def scripted(venue: Running) -> list[dict[str, Any]]:
    """Return the scripted markets, oldest first."""
    return list(reversed((await venue.get("/stand-in/control/scripted"))["markets"]))


async def as_listed(venue: Running, market: dict[str, Any]) -> dict[str, Any]:
    """Return a market as its venue's own API shows it."""
    ids = market["ids"]
    if market["venue"] == "polymarket":
        found: dict[str, Any] = await venue.get(f"/polymarket/gamma/markets/{ids['id']}")
    elif market["venue"] == "kalshi":
        found = (await venue.get(f"/kalshi/trade-api/v2/markets/{ids['ticker']}"))["market"]
    else:
        found = await venue.get(f"/manifold/v0/market/{ids['id']}")
    return found


def announced_start(market: dict[str, Any]) -> datetime:
    """Return the start that a venue's market names: its game start, or else its close."""
    if "gameStartTime" in market:
        return datetime.fromisoformat(market["gameStartTime"])
    if "close_time" in market:
        return datetime.fromisoformat(market["close_time"])
    return datetime.fromtimestamp(market["closeTime"] / 1000, tz=UTC)


class TestSeries:
    async def test_opens_on_the_venues_in_turn(self, start: Start) -> None:
        """One market every six seconds, each on the next venue."""
        async with start(mode="script", timing=EVERY_SIX) as venue:
            for _ in range(8):
                venue.pass_time(3)
            markets = await scripted(venue)

        venues = [market["venue"] for market in markets]
        assert venues == ["polymarket", "kalshi", "manifold", "polymarket", "kalshi"]
        opened = [datetime.fromisoformat(market["opens_at"]) - NOON for market in markets]
        assert [moment.total_seconds() for moment in opened] == [0, 6, 12, 18, 24]

    async def test_announces_a_start_that_leaves_time_to_trade(self, start: Start) -> None:
        """Five minutes before the start that each venue names, the tradable seconds have passed."""
        async with start(mode="script", timing=EVERY_SIX) as venue:
            for _ in range(4):
                venue.pass_time(3)
            markets = (await scripted(venue))[:3]
            listed = [await as_listed(venue, market) for market in markets]

        for market, shown in zip(markets, listed, strict=True):
            locks_at = announced_start(shown) - LOCK_BEFORE_START
            assert locks_at - datetime.fromisoformat(market["opens_at"]) == timedelta(seconds=25)

    async def test_ends_as_each_venue_ends_its_markets(self, start: Start) -> None:
        """Nothing is known at 32 s, the result is stated at 33 s, and final at 35 s."""
        async with start(mode="script", timing=EVERY_SIX) as venue:
            venue.pass_time(4)
            for _ in range(2):
                venue.pass_time(4)
            markets = (await scripted(venue))[:3]
            polymarket, kalshi, manifold = markets
            states: dict[str, list[dict[str, Any]]] = {"polymarket": [], "kalshi": [], "manifold": []}
            for market, after in ((polymarket, 0), (kalshi, 6), (manifold, 12)):
                for seconds in (32, 34, 36):
                    passed = (venue.clock.now() - NOON).total_seconds()
                    while passed < after + seconds:
                        step = min(4.0, after + seconds - passed)
                        venue.pass_time(step)
                        passed += step
                    states[market["venue"]].append(await as_listed(venue, market))

        _check_polymarket(*states["polymarket"])
        _check_kalshi(*states["kalshi"])
        _check_manifold(*states["manifold"])

    async def test_ends_the_same_for_the_same_seed(self, start: Start) -> None:
        """The pattern of results is decided by seed and serial, and holds both YES and NO."""
        results: list[list[str]] = []
        for _ in range(2):
            async with start(mode="script", timing=EVERY_SIX, clock=ManualClock(NOON)) as venue:
                for _ in range(30):
                    venue.pass_time(4)
                results.append([market["result"] for market in (await scripted(venue))[:12]])

        assert results[0] == results[1]
        assert set(results[0]) == {"yes", "no"}

    async def test_never_uses_a_name_twice(self, start: Start) -> None:
        """After a restart the series has other ids, so a platform that remembers the old ones is not misled."""
        names: list[str] = []
        for later in (0, 7):
            clock = ManualClock(NOON + timedelta(seconds=later))
            async with start(mode="script", timing=EVERY_SIX, clock=clock) as venue:
                names += [market["key"] for market in await scripted(venue)]

        assert len(set(names)) == len(names) == 2

    async def test_refuses_a_timing_that_cannot_be(self) -> None:
        """A market cannot end before it could have been traded."""
        with pytest.raises(ValueError, match="resolve_after - settle >= tradable"):
            Timing(tradable=25.0, resolve_after=20.0)


def _check_polymarket(before: dict[str, Any], stated: dict[str, Any], final: dict[str, Any]) -> None:
    assert (before["closed"], before["acceptingOrders"]) == (False, True)
    assert "umaResolutionStatus" not in before
    assert (stated["closed"], stated["umaResolutionStatus"]) == (False, "proposed")
    assert (final["closed"], final["umaResolutionStatus"]) == (True, "resolved")
    assert final["outcomePrices"] in ('["1", "0"]', '["0", "1"]')
    assert final["acceptingOrders"] is False


def _check_kalshi(before: dict[str, Any], stated: dict[str, Any], final: dict[str, Any]) -> None:
    assert (before["status"], before["result"]) == ("active", "")
    assert stated["status"] == "determined"
    assert stated["result"] in ("yes", "no")
    assert stated["close_time"] < before["close_time"]
    assert (final["status"], final["result"]) == ("finalized", stated["result"])
    assert "settlement_ts" in final


def _check_manifold(before: dict[str, Any], stated: dict[str, Any], final: dict[str, Any]) -> None:
    assert before["isResolved"] is False
    assert stated["isResolved"] is False
    assert final["isResolved"] is True
    assert final["resolution"] in ("YES", "NO")
    assert final["closeTime"] == final["resolutionTime"] < before["closeTime"]


class TestControl:
    @pytest.mark.parametrize("result", ["yes", "no", "void"])
    async def test_ends_a_market_as_it_is_told_to(self, start: Start, result: str) -> None:
        """A test may name the result; the market is found by any of its ids."""
        async with start(mode="script") as venue:
            market = await venue.post("/stand-in/control/open", {"venue": "polymarket"})
            order = {"venue": "polymarket", "id": market["ids"]["token_ids"][1], "result": result}
            ended = await venue.post("/stand-in/control/resolve", order)
            listed = await as_listed(venue, market)

        assert (ended["phase"], ended["result"]) == ("final", result)
        prices = {"yes": '["1", "0"]', "no": '["0", "1"]', "void": '["0.5", "0.5"]'}
        assert listed["outcomePrices"] == prices[result]

    async def test_refuses_to_end_a_market_twice(self, start: Start) -> None:
        """What is final stays as it is."""
        async with start(mode="script") as venue:
            market = await venue.post("/stand-in/control/open", {"venue": "kalshi"})
            order = {"venue": "kalshi", "id": market["key"]}
            await venue.post("/stand-in/control/resolve", order)
            again = await venue.http.post("/stand-in/control/resolve", json=order)

        assert again.status_code == 409

    async def test_gives_a_market_another_title_and_takes_its_result_back(self, start: Start) -> None:
        """The names stay; an empty title and a market that goes on are refused."""
        async with start(mode="script") as venue:
            market = await venue.post("/stand-in/control/open", {"venue": "kalshi"})
            order = {"venue": "kalshi", "id": market["key"]}
            too_soon = await venue.http.post("/stand-in/control/relist", json=order)
            empty = await venue.http.post("/stand-in/control/rename", json={**order, "title": " "})
            renamed = await venue.post("/stand-in/control/rename", {**order, "title": "Another?"})
            await venue.post("/stand-in/control/resolve", order)
            again = await venue.post("/stand-in/control/relist", order)

        assert (409, 400) == (too_soon.status_code, empty.status_code)
        assert ("Another?", market["ids"]) == (renamed["title"], renamed["ids"])
        assert ("Another?", "open", None) == (again["title"], again["phase"], again["result"])

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("open", {"venue": "elsewhere"}),
            ("open", {"chance": 1}),
            ("open", {"chances": 0.5}),
            ("resolve", {"venue": "kalshi"}),
            ("rename", {"venue": "kalshi", "id": "K"}),
            ("relist", {"venue": "kalshi"}),
            ("rate", {"updates_per_second": -1}),
            ("faults", {"drop": 0.7, "skip": 0.7}),
        ],
    )
    async def test_refuses_what_it_does_not_understand(
        self, start: Start, path: str, body: dict[str, Any]
    ) -> None:
        """A wrong order is answered with what is wrong about it."""
        async with start(mode="script") as venue:
            answer = await venue.http.post(f"/stand-in/control/{path}", json=body)

        assert answer.status_code == 400
        assert answer.json()["detail"]

    async def test_says_what_runs(self, start: Start) -> None:
        """The status names mode, seed and counts."""
        async with start(mode="sim", seed=7) as venue:
            status = await venue.get("/stand-in/status")

        assert (status["mode"], status["seed"]) == ("sim", 7)
        assert all(venue["markets"] >= 55 for venue in status["venues"].values())

    async def test_is_no_part_of_any_venue(self, start: Start) -> None:
        """The venues' own paths do not have it."""
        async with start(mode="script") as venue:
            answers: list[httpx.Response] = [
                await venue.http.get(f"{path}/stand-in/status") for path in ("/kalshi", "/manifold/v0")
            ]

        assert [answer.status_code for answer in answers] == [404, 404]
