"""How questions end. Nothing that is listed before the end is computed from this."""

from oraculum_dev.venues.sim.chance import draw
from oraculum_dev.venues.sim.market import Event
from oraculum_dev.venues.sim.terms import Verdict


def verdicts(seed: int, event: Event) -> list[Verdict]:
    """Return the result of each question of an event.

    The last price weighs the draw, so a favourite usually wins; a scripted market ends by its serial alone,
    half of them YES, so that a story can be told again with the same end.
    """
    if event.forced is not None and len(event.markets) == 1:
        return [event.forced]
    if event.plan.scripted:
        return [Verdict.YES if draw(seed, "script", event.key) < 0.5 else Verdict.NO for _ in event.markets]
    if event.plan.exclusive:
        return _one_winner(seed, event)
    return [
        Verdict.YES if draw(seed, event.key, market.key) < market.fair else Verdict.NO
        for market in event.markets
    ]


def _one_winner(seed: int, event: Event) -> list[Verdict]:
    left = draw(seed, event.key)
    winner = len(event.markets) - 1
    for index, price in enumerate(event.fair_prices()):
        left -= price
        if left < 0:
            winner = index
            break
    return [Verdict.YES if index == winner else Verdict.NO for index in range(len(event.markets))]
