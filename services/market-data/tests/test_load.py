"""What the benchmark gives is as it says, so that a figure means something."""

import pytest

from benchmark.frames import books, market, milliseconds
from benchmark.shapes import RECORDED, WORST, Shape, frames
from oraculum_market_data.moments import from_milliseconds
from oraculum_market_data.normal import BookDelta, Trade
from oraculum_market_data.venues.polymarket.dialogue import PolymarketDialogue

FRAMES = 1000
MARKETS = [market(number) for number in range(50)]


@pytest.mark.parametrize(
    ("shape", "moving"), [(RECORDED, range(360, 400)), (WORST, range(1960, 1990))], ids=["recorded", "worst"]
)
def test_frames_are_understood_and_move_as_many_quotes_as_is_said(shape: Shape, moving: range) -> None:
    """Each frame is of the kind that it says, no book goes wrong, and so many of the changes move the top of one."""
    dialogue = PolymarketDialogue()
    dialogue.follow(MARKETS)
    now = milliseconds()
    for frame in books(MARKETS):
        dialogue.hear(frame, from_milliseconds(now, "now"))
    quotes = 0
    for number, frame in enumerate(frames(shape, MARKETS, FRAMES)):
        at = now + number
        heard = dialogue.hear(frame.at(b"%d" % at), from_milliseconds(at, "now"))
        kinds = [type(item) for item in heard.decoded.items]
        assert [Trade] * frame.trades + [BookDelta] * (frame.updates - frame.trades) == kinds
        assert ([], []) == (heard.decoded.refused, heard.applied.troubles)
        quotes += len(heard.applied.quotes)
    assert [] == dialogue.settle().troubles
    assert quotes in moving
