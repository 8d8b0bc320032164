"""What every item of the normal form shares, and the words that all venues are translated to."""

from enum import StrEnum
from typing import Final

import msgspec

UNNAMED: Final = ""
"""The market id of a payload that does not say which market it is about, where the request is not known either."""


def _kind(class_name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in class_name).lstrip("_")


class Item(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    tag_field="kind",
    tag=_kind,
    omit_defaults=True,
    gc=False,
):
    """One fact in the normal form. Its `kind` is the class's name in snake case."""


class Part(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A piece of an item."""


class Venue(StrEnum):
    """Where a fact comes from."""

    POLYMARKET = "polymarket"
    KALSHI = "kalshi"
    MANIFOLD = "manifold"


class Status(StrEnum):
    """Where a market stands, in our words."""

    UPCOMING = "upcoming"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"
    DETERMINED = "determined"
    DISPUTED = "disputed"
    RESOLVED = "resolved"
    VOID = "void"
    UNKNOWN = "unknown"


class ResolutionKind(StrEnum):
    """How a market came out. `none` is a market that has no result, or whose venue does not name it."""

    NONE = "none"
    WINNER = "winner"
    SPLIT = "split"
    VOID = "void"
    DISPUTED = "disputed"


class Side(StrEnum):
    """The side of a book, and of an order that rests in it."""

    BID = "bid"
    ASK = "ask"


class Direction(StrEnum):
    """What the taker of a trade did."""

    BUY = "buy"
    SELL = "sell"
