"""How long to wait for company: a loop that handles what has gathered, and the busier it is the more it lets gather.

Each batch costs round trips, a wait for the disk and a wake-up of several processes, whatever is in it. A loop that turns
as fast as it can takes a few rows at a time and the whole machine with it; one that rests a few times as long as it
worked takes a bounded share, and more rows at a time where there are more. Where little happens a batch is done in a few
milliseconds and the rest is short too.
"""

from typing import Final

# A loop then works a fifth of the time at most, as long as its rests are not cut short.
_REST_PER_WORK: Final = 4.0


class Pace:
    """The rests of one loop, in seconds, within bounds."""

    def __init__(self, shortest_seconds: float, longest_seconds: float) -> None:
        self._shortest_seconds = shortest_seconds
        self._longest_seconds = longest_seconds
        self._rest_seconds = shortest_seconds

    def worked(self, seconds: float) -> None:
        """Say how long the last batch took."""
        self._rest_seconds = min(max(self._shortest_seconds, _REST_PER_WORK * seconds), self._longest_seconds)

    @property
    def rest_seconds(self) -> float:
        """How long to rest before the next batch is taken."""
        return self._rest_seconds
