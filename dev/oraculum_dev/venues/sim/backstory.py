"""The prices of a market before the server was started, invented on demand and the same on every demand.

A walk by the hour runs back from the opening chance; the minutes between two hours are a bridge. Nothing of
it is kept, so a history of a month costs no memory.
"""

from oraculum_dev.venues.sim import walk
from oraculum_dev.venues.sim.chance import draw
from oraculum_dev.venues.sim.market import Candle, Market
from oraculum_dev.venues.sim.terms import DOLLAR, HOUR, MINUTE

_HOURLY = 0.18
_WIGGLE = 0.05
_MOST_HOURS = 24 * 62


def _drawn(*words: object) -> float:
    """Return a number in -1..1 that depends on the words alone."""
    return 2.0 * draw(*words) - 1.0


def _hourly(seed: int, market: Market, since_ms: int, start_ms: int) -> dict[int, float]:
    """Return the log-odds at each full hour from the one before `since_ms` to the one after the start."""
    hour = start_ms - start_ms % HOUR + HOUR
    value = walk.logit(market.question.chance)
    known = {hour: value}
    oldest = max(since_ms - since_ms % HOUR, hour - _MOST_HOURS * HOUR)
    while hour > oldest:
        hour -= HOUR
        value += _HOURLY * _drawn(seed, market.key, hour)
        known[hour] = value
    return known


def candles(seed: int, market: Market, since_ms: int, start_ms: int) -> list[Candle]:
    """Return the minutes of a market from a moment until the server started."""
    since_ms = max(since_ms, market.event.plan.opens_ms)
    if since_ms >= start_ms:
        return []
    hours = _hourly(seed, market, since_ms, start_ms)
    first = max(since_ms - since_ms % MINUTE, min(hours))
    found: list[Candle] = []
    for minute in range(first, start_ms - start_ms % MINUTE, MINUTE):
        hour = minute - minute % HOUR
        share = (minute - hour) / HOUR
        odds = hours[hour] * (1 - share) + hours[hour + HOUR] * share
        odds += _WIGGLE * _drawn(seed, market.key, "m", minute)
        found.append(_candle(seed, market, minute, walk.probability(odds)))
    return found


def _candle(seed: int, market: Market, minute: int, fair: float) -> Candle:
    step = market.event.plan.step
    bid = max(0, min(DOLLAR - 2 * step, int(fair * DOLLAR / step) * step))
    candle = Candle(minute, [bid] * 4, [bid + step] * 4)
    luck = draw(seed, market.key, "v", minute)
    if luck < 0.3:
        candle.price = [bid + step if luck < 0.15 else bid] * 4
        candle.volume = int(luck * 30_000) + 100
    return candle
