"""Candles of any period, folded from minutes: those that were lived through and those before the start."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from oraculum_dev.venues.sim import backstory
from oraculum_dev.venues.sim.market import Candle, Market
from oraculum_dev.venues.sim.terms import DAY, HOUR, SECOND
from oraculum_dev.venues.sim.world import World

_NEW_YORK = ZoneInfo("America/New_York")


def minutes(world: World, market: Market, since_ms: int, until_ms: int) -> list[Candle]:
    """Return the minutes of a market between two moments."""
    before = backstory.candles(world.seed, market, since_ms, world.start_ms)
    found = before + [candle for candle in market.lived_minutes() if candle.minute_ms >= since_ms]
    return [candle for candle in found if candle.minute_ms <= until_ms]


def period_start(at_ms: int, period_ms: int) -> int:
    """Return where the period of a moment begins; a day begins at midnight in New York, as Kalshi's do."""
    if period_ms != DAY:
        return at_ms - at_ms % period_ms
    midnight = datetime.fromtimestamp(at_ms / SECOND, tz=_NEW_YORK).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    return int(midnight.timestamp() * SECOND)


def period_end(start_ms: int, period_ms: int) -> int:
    """Return where a period ends; a day in New York may have 23 or 25 hours."""
    if period_ms != DAY:
        return start_ms + period_ms
    return period_start(start_ms + period_ms + 2 * HOUR, period_ms)


def fold(found: Iterable[Candle], period_ms: int) -> list[Candle]:
    """Return candles of a longer period."""
    folded: list[Candle] = []
    end = 0
    for candle in found:
        if not folded or candle.minute_ms >= end:
            start = period_start(candle.minute_ms, period_ms)
            end = period_end(start, period_ms)
            folded.append(_copy(candle, start))
            continue
        last = folded[-1]
        last.volume += candle.volume
        _join(last.bid, candle.bid)
        _join(last.ask, candle.ask)
        if last.price is None:
            last.price = None if candle.price is None else list(candle.price)
        elif candle.price is not None:
            _join(last.price, candle.price)
    return folded


def _copy(candle: Candle, start_ms: int) -> Candle:
    price = None if candle.price is None else list(candle.price)
    return replace(candle, minute_ms=start_ms, bid=list(candle.bid), ask=list(candle.ask), price=price)


def _join(total: list[int], later: list[int]) -> None:
    """Add open, high, low, close of a later candle to those of an earlier one."""
    total[1], total[2], total[3] = max(total[1], later[1]), min(total[2], later[2]), later[3]
