"""Random numbers that a seed decides, so that a run can be had again."""

import hashlib
from random import Random


def seeded(*words: object) -> Random:
    """Return a generator that depends on the words alone."""
    return Random("/".join(map(str, words)))  # noqa: S311 - invented prices are no secret


def digest(*words: object) -> bytes:
    """Return 32 bytes that depend on the words alone: what identifiers are made of."""
    return hashlib.sha256("/".join(map(str, words)).encode()).digest()


def draw(*words: object) -> float:
    """Return a number in 0..1 that depends on the words alone."""
    return int.from_bytes(digest(*words)[:8], "big") / 2**64
