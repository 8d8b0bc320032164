"""How much of everything a benchmark has."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How long, how many; what the targets speak of unless told otherwise."""

    warm_up_seconds: float = 10.0
    seconds: float = 60.0
    connections: int = 64
    people: int = 1000
    events: int = 200
    pgbench_scale: int = 50
    # Of `venues`: these alone; all without.
    shapes: Sequence[str] = ()
