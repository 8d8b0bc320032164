"""Counting the messages of a stream: putting back in order what overtook, and telling a real gap."""

from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

Message = TypeVar("Message")

WINDOW: Final = 32
"""How many later messages may come before a missing one counts as lost."""


@dataclass(slots=True)
class Released(Generic[Message]):
    """Messages in order, and the numbers that were lost before them."""

    messages: list[Message] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)


class Sequencer(Generic[Message]):
    """Puts the messages of one stream in order.

    Numbers begin with 1. A stream that is first seen far beyond it is one that was joined on its way, and its first
    number is taken as it comes. A number that has passed is a repetition and is dropped.
    """

    def __init__(self, window: int = WINDOW) -> None:
        self._window = window
        self._next: int | None = None
        self._waiting: dict[int, Message] = {}
        self.repeated = 0

    def offer(self, number: int, message: Message) -> Released[Message]:
        """Take a message and release what is in order now."""
        if self._next is None:
            self._next = 1 if number <= self._window else number
        if number < self._next or number in self._waiting:
            self.repeated += 1
            return Released()
        self._waiting[number] = message
        released: Released[Message] = Released(self._in_order())
        if len(self._waiting) > self._window:
            self._skip(released)
        return released

    def flush(self) -> Released[Message]:
        """Give up what is missing, and release all that waits: the stream has been silent, or has ended."""
        released: Released[Message] = Released()
        while self._waiting:
            self._skip(released)
        return released

    def _skip(self, released: Released[Message]) -> None:
        first = min(self._waiting)
        expected = first if self._next is None else self._next
        released.missing += range(expected, first)
        self._next = first
        released.messages += self._in_order()

    def _in_order(self) -> list[Message]:
        ready: list[Message] = []
        while self._next is not None and self._next in self._waiting:
            ready.append(self._waiting.pop(self._next))
            self._next += 1
        return ready
