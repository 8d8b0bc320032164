"""The price process: a random walk of log-odds, pulled gently back to where it began."""

import math
from random import Random

_PULL = 0.002
_LIMIT = 6.0


def logit(probability: float) -> float:
    """Return the log-odds of a probability strictly between 0 and 1."""
    return math.log(probability / (1.0 - probability))


def probability(log_odds: float) -> float:
    """Return the probability that log-odds stand for."""
    return 1.0 / (1.0 + math.exp(-log_odds))


def step(log_odds: float, anchor: float, volatility: float, random: Random) -> float:
    """Return the log-odds after one step.

    Without the pull a long run would end with every market at 0 or 1, which no venue looks like.
    """
    moved = log_odds + _PULL * (anchor - log_odds) + random.gauss(0.0, volatility)
    return max(-_LIMIT, min(_LIMIT, moved))


def shares_of_one(log_odds: list[float]) -> list[float]:
    """Return probabilities that sum to one, for legs of which exactly one can win."""
    top = max(log_odds)
    weights = [math.exp(value - top) for value in log_odds]
    total = sum(weights)
    return [weight / total for weight in weights]
