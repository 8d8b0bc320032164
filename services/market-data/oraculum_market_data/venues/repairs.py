"""Books that have to be asked for again, until they have come: the answer to a repair may be lost like anything else."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

# In turns of whoever asks, half a second each: again after three seconds, and then less and less often.
_FIRST_TURNS: Final = 6
_LONGEST_TURNS: Final = 240


@dataclass(slots=True)
class _Wait:
    turns: int
    following: int
    # What went wrong is not whole again before it was asked for, whatever it looks like.
    was_asked: bool


class Repairs:
    """The books of one connection that are not whole."""

    def __init__(self) -> None:
        self._waits: dict[str, _Wait] = {}

    def now(self, name: str) -> None:
        """A book went wrong: ask for it with the next turn."""
        self._waits[name] = _Wait(0, _FIRST_TURNS, was_asked=False)

    def due(self, followed: Collection[str], is_whole: Callable[[str], bool]) -> list[str]:
        """What to ask for this turn: what went wrong, and what was asked for and has not come by now."""
        for name in followed:
            if name not in self._waits and not is_whole(name):
                # It was asked for a moment ago; a venue may also have no book of it at all.
                self._waits[name] = _Wait(_FIRST_TURNS, 2 * _FIRST_TURNS, was_asked=True)
        due = []
        for name, wait in list(self._waits.items()):
            if name not in followed or (wait.was_asked and is_whole(name)):
                del self._waits[name]
            elif wait.turns > 0:
                wait.turns -= 1
            else:
                due.append(name)
                wait.turns, wait.following = wait.following, min(2 * wait.following, _LONGEST_TURNS)
                wait.was_asked = True
        return due
