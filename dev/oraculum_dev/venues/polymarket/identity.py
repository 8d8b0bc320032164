"""The names under which Polymarket knows a market: a number, a slug, two 32-byte ids and two tokens."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from oraculum_dev.venues.sim.chance import digest

_TOKEN_DIGITS = 10**76


@dataclass(frozen=True, slots=True)
class Identity:
    """All names of one market."""

    number: str
    slug: str
    condition: str
    question: str
    tokens: tuple[str, str]


def slug(text: str) -> str:
    """Return the slug of a title: ASCII letters and digits, words joined by hyphens."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")


def _token(seed: int, key: str, outcome: int) -> str:
    """Return a token id: a decimal number of 77 digits, as most of the real ones have."""
    drawn = int.from_bytes(digest(seed, "token", key, outcome), "big")
    return str(_TOKEN_DIGITS + drawn % (9 * _TOKEN_DIGITS))


@lru_cache(maxsize=16_384)
def identity(seed: int, key: str, title: str) -> Identity:
    """Return the names of a market, which depend on its key alone."""
    code = digest(seed, "polymarket", key)
    return Identity(
        number=str(500_000 + int.from_bytes(code[:5], "big")),
        slug=f"{slug(title)}-{int.from_bytes(code[5:7], 'big')}",
        condition=f"0x{digest(seed, 'condition', key).hex()}",
        question=f"0x{digest(seed, 'question', key).hex()}",
        tokens=(_token(seed, key, 0), _token(seed, key, 1)),
    )


@lru_cache(maxsize=2048)
def event_number(seed: int, key: str) -> str:
    """Return the number of an event."""
    return str(10_000 + int.from_bytes(digest(seed, "polymarket-event", key)[:4], "big"))
