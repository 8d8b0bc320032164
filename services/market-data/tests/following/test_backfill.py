"""Trades that no socket told are asked for: before we came, and while a line was cut; none is missing, none counts twice."""

import asyncio
import json
import urllib.request
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from oraculum_kit.db import Database
from oraculum_market_data.feed import Reach
from oraculum_market_data.normal import Venue
from oraculum_market_data.repository.backfill import Backfills
from oraculum_market_data.venues.kalshi import connector as kalshi
from oraculum_market_data.venues.manifold import connector as manifold
from oraculum_market_data.venues.polymarket import connector as polymarket

# A socket's trades are written within two seconds; only then may the history be compared with them.
REACH = Reach(depth=timedelta(hours=1), every=timedelta(hours=1), settled=timedelta(seconds=4))
KALSHI_PAGE = 3
ASKED = {
    "polymarket": "/polymarket/data/trades?limit=10000",
    "kalshi": "/kalshi/trade-api/v2/markets/trades?limit=1000",
    "manifold": "/manifold/v0/bets?limit=1000",
}


def of_venue(stand_in: Any, venue: str) -> Counter[str]:
    """How many trades the venue itself knows, by market."""
    told = ask(stand_in.url + ASKED[venue])
    if venue == "polymarket":
        return Counter(trade["conditionId"] for trade in told)
    if venue == "kalshi":
        return Counter(trade["ticker"] for trade in told["trades"])
    made = (bet for bet in told if not bet.get("isRedemption") and not bet.get("isAnte") and bet["amount"])
    return Counter(bet["contractId"] for bet in made)


def ask(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310  ours
        return json.load(response)


async def written(database: Database, venue: str) -> Counter[str]:
    """How many trades are written down, by market."""
    async with database.connection() as connection:
        rows = await connection.execute(
            "select venue_market_id, count(*) from trade where venue = %s group by 1", [venue]
        )
        return Counter(dict(await rows.fetchall()))


async def in_candles(database: Database, venue: str) -> Counter[str]:
    """How many trades the candles of a minute hold, by market."""
    async with database.connection() as connection:
        rows = await connection.execute(
            "select venue_market_id, sum(trades)::bigint from candle where venue = %s and span = 60 group by 1",
            [venue],
        )
        return Counter(dict(await rows.fetchall()))


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Histories of many pages."""
    monkeypatch.setattr(kalshi, "_TRADES_PAGE", KALSHI_PAGE)
    monkeypatch.setattr(manifold, "_BETS_PAGE", 3)
    monkeypatch.setattr(polymarket, "_TRADES_PAGE", 5)
    monkeypatch.setattr(polymarket, "_TRADES_OVERLAP", 2)


@pytest.mark.usefixtures("small_pages")
async def test_every_trade_is_written_down_once_whatever_was_missed(
    start_stand_in, running, source_of, until
) -> None:
    stand_in = start_stand_in("--mode", "sim", "--series-every", "0", "--rate", "400")

    async def traded() -> object:
        return all(sum(of_venue(stand_in, venue).values()) > 30 for venue in ASKED)

    await until(traded, "there are trades before anybody listens")
    async with running(source_of(stand_in, history=REACH)) as world:

        async def live() -> object:
            return world.follower.feeds and all(feed.is_live for feed in world.follower.feeds)

        await until(live, "all sockets stand")
        await stand_in.control("/control/drop", {})
        await stand_in.control("/control/faults", {"rubbish": 0.05, "server_error": 0.1})
        await until(live, "all sockets stand again")
        await stand_in.control("/control/faults", {})
        await stand_in.control("/control/rate", {"updates_per_second": 0})
        for venue in ASKED:
            told = of_venue(stand_in, venue)

            async def whole(venue=venue, told=told) -> object:
                return told == await written(world.database, venue)

            with suppress(TimeoutError):
                await until(whole, "all trades are there", seconds=90)
            assert told == await written(world.database, venue)
            assert told == await in_candles(world.database, venue)


@pytest.mark.usefixtures("small_pages")
async def test_a_restart_goes_on_at_the_page_that_comes_next(
    start_stand_in, running, source_of, until, database_for, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in = start_stand_in("--mode", "sim", "--series-every", "0", "--rate", "400")

    async def traded() -> object:
        return max(of_venue(stand_in, "kalshi").values(), default=0) > 2 * KALSHI_PAGE

    await until(traded, "a market has trades for many pages before anybody listens")
    await stand_in.control("/control/rate", {"updates_per_second": 0})
    url = await database_for("market-data")
    asked: list[tuple[str, str]] = []
    history = kalshi.KalshiConnector.history

    dies = True

    async def counted(self: Any, market: Any, since: Any, reach: Any, cursor: str) -> Any:
        asked.append((market.id, cursor))
        if cursor and dies:
            # The process ends while it waits for this answer.
            await asyncio.Event().wait()
        return await history(self, market, since, reach, cursor)

    monkeypatch.setattr(kalshi.KalshiConnector, "history", counted)
    source = source_of(stand_in, history=Reach(timedelta(hours=1), timedelta(hours=1), timedelta(0)))
    async with running(source, url=url):

        async def begun() -> object:
            return any(cursor for _, cursor in asked)

        await until(begun, "a second page was asked for")
    asked.clear()
    dies = False
    async with Database(url) as database, database.connection() as connection:
        stretches = await Backfills(Venue.KALSHI).all(connection)
    (at_hand,) = [one for one in stretches.values() if not one.is_whole]
    assert at_hand.cursor
    async with running(source, url=url) as world:
        told = of_venue(stand_in, "kalshi")

        async def whole() -> object:
            return told == await written(world.database, "kalshi")

        await until(whole, "every trade is written down once", seconds=90)
    assert at_hand.cursor == next(cursor for market_id, cursor in asked if market_id == at_hand.market_id)
