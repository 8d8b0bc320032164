"""Recordings of the real venues, replayed: what is served is what was recorded, digit by digit."""

import contextlib
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

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


@pytest.mark.parametrize("venue", VENUES)
async def test_what_is_served_was_recorded(
    venue, recordings, start_stand_in, running, source_of, until
) -> None:
    known = {figure for value in recorded(recordings / venue) for figure in figures(value)}
    stand_in = start_stand_in(
        "--mode", "replay", "--directory", str(recordings), "--series-every", "0", "--speed", "20"
    )
    async with running(source_of(stand_in, archive_seconds=5)) as world:
        counts: list[int] = []

        async def settled() -> object:
            """No more markets came for a while."""
            counts.append(len(await world.list(venue=venue)))
            return counts[0] < counts[-1] and 1 == len(set(counts[-20:])) and len(counts) > 20

        await until(settled, f"{venue} is listed")
        markets = await world.list(venue=venue)
        assert len(markets) > 50
        changed = [
            (market.venue_market_id, name, text)
            for market in markets
            for name, text in (("volume", market.volume), ("liquidity", market.liquidity))
            if text and not is_figure(text, known)
        ]
        assert [] == changed
        quoted = 0
        for market in markets[:1500]:
            for quote in (await world.market(venue, market.venue_market_id)).quotes:
                quoted += 1
                for text in filter(None, (quote.bid, quote.ask, quote.last)):
                    assert is_figure(text, known), (market.venue_market_id, text)
        print(venue, len(markets), quoted, world.follower.intake._counts)
        assert quoted > 50
