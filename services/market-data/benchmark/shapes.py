"""What the load is like: which markets the updates are of, and what they change."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmark.frames import LEVELS, Frame, change, trade
from oraculum_market_data.normal import Market

# One frame in so many is a trade. The recordings have none in 158 frames of Polymarket's, and two in 2,900 of Kalshi's.
_TRADE_EVERY: Final = 100


@dataclass(frozen=True, slots=True)
class Shape:
    """Of so many frames with changes one moves the top of a book; the market of some rank has 1 / rank ** skew of all."""

    moving_every: int
    skew: float


# As the recordings of Polymarket's market channel are, or harder. There each frame has two changes, as here; 49 of 316
# changes (one in six) moved a quote, and of four markets the busiest had 77 of a hundred frames, the next 16, 5 and 3.
RECORDED: Final = Shape(moving_every=5, skew=1.0)
# Nothing is left to save: each change moves a quote, and no market is busier than another.
WORST: Final = Shape(moving_every=1, skew=0.0)
SHAPES: Final[Mapping[str, Shape]] = {"recorded": RECORDED, "worst": WORST}


def frames(shape: Shape, markets: Sequence[Market], count: int) -> list[Frame]:
    """So many frames, the same ones in every run."""
    chance = random.Random(7)  # noqa: S311  no secret
    weights = [1 / rank**shape.skew for rank in range(1, len(markets) + 1)]
    of = chance.choices(markets, weights, k=count)
    return [_frame(shape, one, number, chance) for number, one in enumerate(of)]


def _frame(shape: Shape, one: Market, number: int, chance: random.Random) -> Frame:
    if number % _TRADE_EVERY == 0:
        return trade(one, f"{number + 1}")
    size = f"{chance.randrange(1, 100_000) / 100:.2f}"
    if number % shape.moving_every == 0:
        return change(one, size)
    # Now and then a deep level goes, and comes again with its next change.
    return change(one, size if chance.random() < 0.8 else "0", chance.randrange(1, LEVELS))
