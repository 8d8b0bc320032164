"""Recordings of the real venues, replayed: what is served is what was recorded, digit by digit."""

import asyncio
import contextlib
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from oraculum.market_data.v1 import market_data_service_pb2 as pb

VENUES = ("polymarket", "kalshi", "manifold")


def recorded(folder: Path) -> Iterator[Any]:
    """Every JSON value of every file, decimals as decimals."""
    for path in sorted(folder.rglob("*.json*")):
        text = path.read_text(encoding="utf-8", errors="replace")
        for line in text.splitlines() if path.suffix == ".jsonl" else [text]:
            try:
                yield json.loads(line, parse_float=Decimal, parse_int=Decimal)
            except ValueError:
                continue


def figures(value: Any) -> Iterator[Decimal]:
    """Every figure in a value, as a number or as a text, and those of lists that are packed into texts."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from figures(inner)
    elif isinstance(value, Decimal):
        yield value
    elif isinstance(value, str) and value[:1] == "[":
        with contextlib.suppress(ValueError):
            yield from figures(json.loads(value, parse_float=Decimal, parse_int=Decimal))
    elif isinstance(value, str) and 0 < len(value) < 40:
        with contextlib.suppress(ArithmeticError):
            yield Decimal(value)


def is_figure(text: str, known: set[Decimal]) -> bool:
    """Whether a figure was recorded: itself, in cents as Kalshi once wrote, or seen from the other side."""
    value = Decimal(text)
    return not {value, 1 - value, value * 100, 100 - value * 100}.isdisjoint(known)


async def test_what_is_served_was_recorded(recordings, start_stand_in, running, source_of, until) -> None:
    stand_in = start_stand_in(
        "--mode", "replay", "--directory", str(recordings), "--series-every", "0", "--speed", "20"
    )
    # Everything is asked for once: to ask again and again would only take the time of those who answer here.
    source = source_of(stand_in, sweep_seconds=600, recent_seconds=600, archive_seconds=600)
    async with running(source) as world:

        async def settled() -> object:
            feeds = world.follower.feeds
            return feeds and all(feed.archives for feed in feeds) and not world.follower.announcer.waiting

        await until(settled, "everything is listed", seconds=150)
        for venue in VENUES:
            known = {figure for value in recorded(recordings / venue) for figure in figures(value)}
            markets = await world.list(venue=venue)
            assert len(markets) > 50
            assert [] == changed(markets, known)
            quotes = await latest(world, [market.venue_market_id for market in markets[:1500]], venue)
            assert len(quotes) > 50
            for quote in quotes:
                for text in filter(None, (quote.bid, quote.ask, quote.last)):
                    assert is_figure(text, known), (venue, quote, text)


async def latest(world: Any, market_ids: list[str], venue: str) -> list[pb.VenueQuote]:
    """The quotes of markets, asked for some at a time."""
    asking = asyncio.Semaphore(16)

    async def of_market(market_id: str) -> pb.GetMarketResponse:
        async with asking:
            return await world.market(venue, market_id)

    answers = await asyncio.gather(*map(of_market, market_ids))
    return [quote for answer in answers for quote in answer.quotes]


def changed(markets: Iterable[pb.VenueMarket], known: set[Decimal]) -> list[tuple[str, str]]:
    """Figures of listed markets that nobody recorded."""
    return [
        (market.venue_market_id, text)
        for market in markets
        for text in (market.volume, market.liquidity)
        if text and not is_figure(text, known)
    ]
