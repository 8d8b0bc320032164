"""Published answers for orders that meet a pool and resting orders: Manifold's code, run on these cases.

The walk is the one that LMSR markets use; only the curve under it is another. There a NO order at probability r is a bid for
NO at 1 - r, and meets a purchase of YES as every pinned bid does.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from trading_floor import limit_taker, market_taker, resting

from oraculum_money import Price
from oraculum_prediction.pricing import Book, Ending, Side, TimeInForce
from oraculum_prediction.pricing.cpmm import Side as PoolSide
from oraculum_prediction.pricing.cpmm_track import CpmmTrack
from oraculum_prediction.pricing.track import Stretch
from oraculum_prediction.pricing.walk import Walk, walk

Vectors = Callable[[str], list[dict[str, Any]]]

# Resting orders have whole shares; so many make one of the file.
SCALE = 10**15
MILLION = Decimal(1_000_000)


class Recorded(CpmmTrack):
    """The way of a purchase, with every piece of it: whether a resting order held the price, what was paid and bought."""

    def __init__(self, side: PoolSide) -> None:
        super().__init__(side, Side.BUY)
        self.legs: list[tuple[bool, Decimal, Decimal]] = []
        self.pinned_shares = Decimal(0)

    def advance(self, stretch: Stretch) -> None:
        pinned = self.reach_of_ceiling(999_999) is None
        if stretch.distance > Decimal(SCALE) / 10**12:
            self.legs.append((pinned, stretch.amount, stretch.shares))
        if pinned:
            self.pinned_shares += stretch.shares
        super().advance(stretch)

    def pin(self, outcome: int, millionths: int) -> None:
        self.pinned_shares = Decimal(0)
        super().pin(outcome, millionths)


def number(value: float) -> Decimal:
    return Decimal(repr(value))


def book_of(case: dict[str, Any]) -> tuple[Book, set[str]]:
    """The resting orders with what their owners can pay, and which of them cannot pay all of it."""
    balances = {who: number(balance) for who, balance in case["maker_balances"].items()}
    book, short = Book(), set()
    # The best ones first, as they are met: the lowest for a buyer of YES, the highest for one of NO.
    sign = 1 if case["outcome"] == "YES" else -1
    orders = sorted(case["resting_orders"], key=lambda each: (sign * each["limit_prob"], each["created"]))
    for order in orders:
        outcome = 1 if order["outcome"] == "YES" else 0
        probability = number(order["limit_prob"])
        price = probability if outcome else 1 - probability
        amount = min(number(order["order_amount"]), balances[order["user"]])
        if amount < number(order["order_amount"]):
            short.add(order["id"])
        balances[order["user"]] -= amount
        book.add(
            resting(
                order["created"] * 1_000 + int(order["id"].removeprefix("o")),
                outcome,
                Side.BUY,
                int(price * MILLION),
                int(amount / price * SCALE),
            )
        )
    return book, short


def walked(case: dict[str, Any], book: Book) -> tuple[Recorded, Walk]:
    """The whole way of the taker, the last piece of it too."""
    yes = PoolSide(number(case["pool_yes"]) * SCALE, number(case["pool_no"]) * SCALE, number(case["p"]))
    outcome = 1 if case["outcome"] == "YES" else 0
    track = Recorded(yes if outcome else yes.opposite)
    amount = int(number(case["amount"]) * SCALE)
    if case["limit_prob"] is None:
        taker = market_taker(outcome, Side.BUY, amount=amount)
    else:
        limit = number(case["limit_prob"]) if outcome else 1 - number(case["limit_prob"])
        price = int(limit * MILLION)
        taker = limit_taker(outcome, Side.BUY, time_in_force=TimeInForce.IOC, amount=amount, limit=price)
    found = walk(track, book, taker, 2, Price(999_999), None)
    if found.ending is Ending.FILLED:
        track.advance(track.stretch_of_amount(amount - track.amount))
    return track, found


def test_limit_order_fills(vectors: Vectors) -> None:
    for case in vectors("limit_order_fills"):
        book, short = book_of(case)
        track, found = walked(case, book)
        legs = [(pinned, *(float(size) / SCALE for size in sizes)) for pinned, *sizes in track.legs]
        assert [(each["order"] is not None) for each in case["taker_fills"]] == [leg[0] for leg in legs], case
        for leg, expected in zip(legs, case["taker_fills"], strict=True):
            assert leg[1:] == pytest.approx((expected["amount"], expected["shares"]), rel=1e-9), case
        names = {each.order_id: f"o{each.priority % 1_000}" for each in book}
        met = [names[meeting.resting.order_id] for meeting in found.met]
        assert [each["order"] for each in case["maker_fills"]] == met, case
        for meeting, expected in zip(found.met, case["maker_fills"], strict=True):
            shares = meeting.shares if meeting.shares is not None else track.pinned_shares
            paid = shares * meeting.resting.price / MILLION
            sizes = (float(paid) / SCALE, float(shares) / SCALE)
            assert sizes == pytest.approx((expected["amount"], expected["shares"]), rel=1e-9), case
        used = {names[meeting.resting.order_id] for meeting in found.met if meeting.shares is not None}
        assert set(case["cancelled_orders"]) == used & short, case
        pool = track.bought if case["outcome"] == "YES" else track.bought.opposite
        assert (float(pool.own) / SCALE, float(pool.other) / SCALE) == pytest.approx(
            (case["new_pool_yes"], case["new_pool_no"]), rel=1e-9
        ), case
