"""Frames of Polymarket's market channel, made beforehand.

Only the time is put in when a frame is given, as the venue's clock has it then: frames that come round again must not
look like old ones, for those are dropped or complained of.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from oraculum_kit.clock import SystemClock
from oraculum_market_data.normal import Market, Outcome, Status, Venue

_STAMP = "@stamp@"
# So many levels has each side of a book; those of the recordings have 33 and more on half of theirs.
LEVELS = 30
_BEST_BID, _BEST_ASK = f"0.{LEVELS:02d}", f"0.{100 - LEVELS:02d}"


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
    cents = range(1, LEVELS + 1)
    bids = [{"price": f"0.{cent:02d}", "size": "100"} for cent in cents]
    asks = [{"price": f"0.{100 - cent:02d}", "size": "100"} for cent in cents]
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
    # How many updates are in it, and how many of them are trades.
    updates: int
    trades: int

    def at(self, stamp: bytes) -> bytes:
        """The frame as the venue sends it at a time."""
        return b"%b%b%b" % (self.head, stamp, self.tail)


def change(one: Market, size: str, cent: int = LEVELS) -> Frame:
    """A bid of YES and with it the ask of NO have another size, as the venue mirrors them: the best ones, or deeper ones."""
    said = {"hash": "h", "best_bid": _BEST_BID, "best_ask": _BEST_ASK}
    no, yes = one.outcomes
    changes = [
        {"asset_id": yes.id, "price": f"0.{cent:02d}", "size": size, "side": "BUY", **said},
        {"asset_id": no.id, "price": f"0.{100 - cent:02d}", "size": size, "side": "SELL", **said},
    ]
    told = {"event_type": "price_change", "market": one.id, "timestamp": _STAMP, "price_changes": changes}
    return _frame(told, updates=2, trades=0)


def trade(one: Market, size: str) -> Frame:
    """Somebody bought YES. Size and time are all that tells one trade from another."""
    told = {
        "event_type": "last_trade_price",
        "market": one.id,
        "asset_id": one.outcomes[1].id,
        "price": _BEST_ASK,
        "size": size,
        "side": "BUY",
        "fee_rate_bps": "0",
        "timestamp": _STAMP,
    }
    return _frame(told, updates=1, trades=1)


def _frame(told: Mapping[str, object], *, updates: int, trades: int) -> Frame:
    head, tail = json.dumps(told, separators=(",", ":")).split(_STAMP)
    return Frame(head.encode(), tail.encode(), updates, trades)
