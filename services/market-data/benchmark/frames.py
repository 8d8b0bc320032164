"""Frames of Polymarket's market channel, made beforehand: changes that move the top of a book.

Only the time is put in when a frame is given, as the venue's clock has it then: frames that come round again must not
look like old ones, for those are dropped or complained of.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from oraculum_kit.clock import SystemClock
from oraculum_market_data.normal import Market, Outcome, Status, Venue

CHANGES_PER_FRAME = 2
_STAMP = "@stamp@"


def milliseconds() -> int:
    """The time as the venue writes it."""
    return round(SystemClock().now().timestamp() * 1000)


def market(number: int) -> Market:
    """A yes-or-no market; its tokens are numbers of 77 digits, as on chain."""
    return Market(
        venue=Venue.POLYMARKET,
        id=f"0x{number:064x}",
        title=f"Market {number}",
        outcomes=(
            Outcome(index=0, label="No", id=str(10**76 + 2 * number)),
            Outcome(index=1, label="Yes", id=str(10**76 + 2 * number + 1)),
        ),
        status=Status.OPEN,
        mutually_exclusive=True,
    )


def books(markets: Sequence[Market]) -> Iterator[bytes]:
    """A first book of each token."""
    stamp = str(milliseconds())
    bids = [{"price": f"0.{cent:02d}", "size": "100"} for cent in (10, 20, 30)]
    asks = [{"price": f"0.{cent:02d}", "size": "100"} for cent in (90, 80, 70)]
    for one in markets:
        for outcome in one.outcomes:
            book = {
                "event_type": "book",
                "market": one.id,
                "asset_id": outcome.id,
                "timestamp": stamp,
                "hash": "h",
            }
            yield json.dumps({**book, "bids": bids, "asks": asks}).encode()


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame whose time is still to be put in."""

    head: bytes
    tail: bytes

    def at(self, stamp: bytes) -> bytes:
        """The frame as the venue sends it at a time."""
        return b"%b%b%b" % (self.head, stamp, self.tail)


def change(one: Market, size: str) -> Frame:
    """The best bid of YES and with it the best ask of NO have another size, as the venue mirrors them."""
    said = {"hash": "h", "best_bid": "0.3", "best_ask": "0.7"}
    no, yes = one.outcomes
    frame = {
        "event_type": "price_change",
        "market": one.id,
        "timestamp": _STAMP,
        "price_changes": [
            {"asset_id": yes.id, "price": "0.3", "size": size, "side": "BUY", **said},
            {"asset_id": no.id, "price": "0.7", "size": size, "side": "SELL", **said},
        ],
    }
    head, tail = json.dumps(frame, separators=(",", ":")).split(_STAMP)
    return Frame(head.encode(), tail.encode())


def changes(markets: Sequence[Market], count: int) -> list[Frame]:
    """Changes of markets by chance, each to a size of its own."""
    chance = random.Random(7)  # noqa: S311  no secret
    return [
        change(markets[chance.randrange(len(markets))], f"{chance.randrange(1, 100_000) / 100:.2f}")
        for _ in range(count)
    ]
