"""Pages of what must be done, one after the other and then from the beginning: what cannot be done keeps nobody waiting."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

# Before every id that there is.
_FIRST: Final = UUID(int=0)


class Turns:
    """Where to go on: behind the last id that was seen."""

    def __init__(self, page: int) -> None:
        self.page = page
        self.after = _FIRST

    def seen(self, ids: Sequence[UUID]) -> None:
        """Go on behind what was seen, or begin again where there is no more."""
        self.after = ids[-1] if len(ids) == self.page else _FIRST
