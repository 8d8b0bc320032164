"""Candles of any period, folded from minutes: those that were lived through and those before the start."""

from collections.abc import Iterable
from dataclasses import replace

from oraculum_dev.venues.sim import backstory
from oraculum_dev.venues.sim.market import Candle, Market
from oraculum_dev.venues.sim.world import World


def minutes(world: World, market: Market, since_ms: int, until_ms: int) -> list[Candle]:
    """Return the minutes of a market between two moments."""
    before = backstory.candles(world.seed, market, since_ms, world.start_ms)
    found = before + [candle for candle in market.minutes if candle.minute_ms >= since_ms]
    return [candle for candle in found if candle.minute_ms <= until_ms]


def fold(found: Iterable[Candle], period_ms: int, offset_ms: int = 0) -> list[Candle]:
    """Return candles of a longer period; `offset_ms` moves its boundaries, for days that end elsewhere."""
    folded: list[Candle] = []
    for candle in found:
        start = candle.minute_ms - (candle.minute_ms - offset_ms) % period_ms
        if not folded or folded[-1].minute_ms != start:
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
