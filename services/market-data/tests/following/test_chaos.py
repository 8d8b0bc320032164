"""With every fault of the stand-in switched on nothing crashes, and once they are off no wrong book stands.

ORACULUM_CHAOS_SECONDS says how long the faults last; ten minutes tell more than a test has time for.
"""

import asyncio
import json
import os
import urllib.request
from decimal import Decimal
from typing import Any

import pytest

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum_market_data.follower import Follower
from oraculum_market_data.normal import Market, Status, Venue
from oraculum_market_data.venues.dialogue import Shown
from oraculum_market_data.venues.polymarket import dialogue

SECONDS = float(os.environ.get("ORACULUM_CHAOS_SECONDS", "12"))
FAULTS = {
    "drop": 0.001,
    "stall": 0.0005,
    "skip": 0.02,
    "repeat": 0.02,
    "rubbish": 0.003,
    "reorder": 0.02,
    "delay": 0.02,
    "too_many_requests": 0.05,
    "server_error": 0.05,
    "stall_seconds": 3,
    "requests_per_second": 40,
}
Levels = dict[Decimal, Decimal]


def levels(rows: Any) -> Levels:
    """What can be had at each price."""
    return {Decimal(price): Decimal(size) for price, size in rows if Decimal(size)}


def shown(url: str, path: str) -> Any:
    """What the venue itself answers."""
    with urllib.request.urlopen(f"{url}{path}", timeout=10) as response:  # noqa: S310  ours
        return json.load(response)


def of_polymarket(url: str, token: str) -> tuple[Levels, Levels]:
    """The venue's own book of a token."""
    book = shown(url, f"/polymarket/clob/book?token_id={token}")
    bids, asks = (levels((one["price"], one["size"]) for one in book[side]) for side in ("bids", "asks"))
    return bids, asks


def of_kalshi(url: str, ticker: str) -> tuple[Levels, Levels]:
    """The venue's own book of a market, as YES sees it."""
    book = shown(url, f"/kalshi/trade-api/v2/markets/{ticker}/orderbook")["orderbook_fp"]
    bids = levels(book.get("yes_dollars") or ())
    asks = {1 - price: size for price, size in levels(book.get("no_dollars") or ()).items()}
    return bids, asks


def wrong(url: str, follower: Follower) -> list[str]:
    """The books that are kept and are not the venue's."""
    return [
        f"{market.venue} {one.outcome_id}"
        for feed in follower.feeds
        for market in follower.catalog.of_venue(feed.venue)
        if market.status is Status.OPEN
        for one in feed.books(market)
        if not one.is_mirrored and kept(one) != true(url, market, one)
    ]


def kept(one: Shown) -> tuple[Levels, Levels]:
    """A book as it stands here."""
    bids, asks = (
        {level.price.exact: level.size for level in side.rising()} for side in (one.book.bids, one.book.asks)
    )
    return bids, asks


def true(url: str, market: Market, one: Shown) -> tuple[Levels, Levels]:
    """The same book as the venue shows it."""
    return of_kalshi(url, market.id) if market.venue is Venue.KALSHI else of_polymarket(url, one.outcome_id)


async def test_after_every_fault_the_books_are_those_of_the_venue(
    start_stand_in, running, source_of, until, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Books whose venue numbers nothing come anew in turn; a test has no two minutes for that.
    monkeypatch.setattr(dialogue, "_TURNS", 6)
    stand_in = start_stand_in("--mode", "sim", "--series-every", "0", "--rate", "300")
    async with running(source_of(stand_in)) as world:

        async def live() -> object:
            return world.follower.feeds and all(feed.is_live for feed in world.follower.feeds)

        await until(live, "all sockets stand")
        await stand_in.control("/control/faults", FAULTS)
        await asyncio.sleep(SECONDS)
        made = (await stand_in.control("/control/faults", {}))["made"]
        assert all(made[name] for name in ("skip", "repeat", "rubbish", "reorder", "delay"))
        await stand_in.control("/control/rate", {"updates_per_second": 0})
        # Who was cut off again and again waits up to half a minute before it comes back.
        await until(live, "all sockets stand again", seconds=90)

        async def right() -> object:
            return not await asyncio.to_thread(wrong, stand_in.url, world.follower)

        await until(right, "every book is the venue's", seconds=60)

        async def over() -> object:
            told = await world.stub.ListIncidents(pb.ListIncidentsRequest(open_only=True, limit=100))
            return not [one for one in told.incidents if one.kind == pb.QUALITY_KIND_GAP]

        await until(over, "every gap is over")
        told = await world.stub.ListIncidents(pb.ListIncidentsRequest(limit=100))
        assert pb.QUALITY_KIND_GAP in {one.kind for one in told.incidents}
