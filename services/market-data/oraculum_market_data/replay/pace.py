"""At which speed a recording is played: as fast as it can be read, or by the times at which it was received."""

from collections.abc import Callable
from datetime import datetime
from time import monotonic, sleep

MAX = "max"


class Pace:
    """Waits before each payload until it is due. Payloads without a time are due at once."""

    def __init__(
        self,
        speed: float | None,
        now: Callable[[], float] = monotonic,
        wait: Callable[[float], None] = sleep,
    ) -> None:
        self._speed = speed
        self._now = now
        self._wait = wait
        self._began: tuple[datetime, float] | None = None

    def begin(self) -> None:
        """Another recording begins: its first payload is due now."""
        self._began = None

    def keep(self, received_at: datetime | None) -> None:
        """Wait until a payload is due."""
        if self._speed is None or received_at is None:
            return
        if self._began is None:
            self._began = received_at, self._now()
            return
        first_at, began = self._began
        due = began + (received_at - first_at).total_seconds() / self._speed
        left = due - self._now()
        if left > 0:
            self._wait(left)


def speed_of(text: str) -> float | None:
    """Read what was asked for: a factor, or `max`."""
    if text == MAX:
        return None
    speed = float(text)
    if not 0 < speed < float("inf"):
        raise ValueError("a speed is a factor above zero, or max")
    return speed
