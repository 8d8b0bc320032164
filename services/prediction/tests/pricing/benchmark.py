"""How long a quote and a match take: run it as a script. Tests never assert on time; this prints what this machine does.

Each figure is the processor time of a purchase. Quotes are applied to a market that moves, so nothing is served from a cache
but what the fill before left there; matches start from an empty cache, each from the same market with the same book.
"""

import random
import sys
import time
from uuid import UUID

from oraculum_money import Price, Shares, Units
from oraculum_prediction.pricing import (
    NO_FEE,
    Book,
    Fill,
    LmsrState,
    Match,
    Order,
    OrderKind,
    QuadraticFee,
    Resting,
    Side,
    Taker,
    TimeInForce,
    curve,
    even_odds,
    match,
    quote,
)
from oraculum_prediction.pricing.fees import FeeSchedule

LIQUIDITY = Units(10_000_000_000)
ROUNDS = 5_000


def microseconds_per_fill(outcomes: int, counted: str, fee: FeeSchedule = NO_FEE) -> float:
    """Give the time of one purchase, the making of the order and of the next state included."""
    state = LmsrState.opened(liquidity=LIQUIDITY, odds=even_odds(outcomes), fee=fee)
    numbers = random.Random(1)  # noqa: S311  the same trades every time is the point
    trades = [(numbers.randrange(outcomes), numbers.randrange(1_000_000, 50_000_000)) for _ in range(ROUNDS)]
    begin = time.process_time()
    for outcome, size in trades:
        if counted == "amount":
            order = Order(outcome, Side.BUY, amount=Units(size))
        else:
            order = Order(outcome, Side.BUY, shares=Shares(size))
        fill = quote(state, order)
        if isinstance(fill, Fill):
            state = state.after(fill)
    return (time.process_time() - begin) / ROUNDS * 1_000_000


def resting(count: int, outcomes: int, nearest: int) -> Book:
    """A book of so many bids and sales of every outcome, a millionth apart, the first of them this far from the price."""
    book, price = Book(), 1_000_000 // outcomes
    for number in range(count):
        outcome, side = number % outcomes, (Side.BUY, Side.SELL)[number // outcomes % 2]
        away = nearest + 100 * (number // outcomes // 2)
        limit = Price(min(max(price - away if side is Side.BUY else price + away, 1), 999_999))
        book.add(Resting(UUID(int=number), UUID(int=1), outcome, side, limit, Shares(50_000_000_000), number))
    return book


def microseconds_per_match(outcomes: int, count: int, nearest: int, kind: OrderKind) -> float:
    """Give the time of one purchase that meets a book: matched, put into a fork of the book, the next on the same state."""
    state = LmsrState.opened(liquidity=LIQUIDITY, odds=even_odds(outcomes))
    state = LmsrState(state.liquidity, state.prior, (Shares(10**12),) * outcomes, state.fee)
    book, numbers = resting(count, outcomes, nearest), random.Random(1)  # noqa: S311  the same every time
    takers = [
        Taker(
            UUID(int=10**9 + number),
            UUID(int=2),
            Order(
                numbers.randrange(outcomes),
                Side.BUY,
                shares=Shares(numbers.randrange(1_000_000, 50_000_000)),
                limit=Price(999_000),
            ),
            kind,
            TimeInForce.IOC,
        )
        for number in range(ROUNDS // 5)
    ]
    curve.evaluate.cache_clear()
    begin = time.process_time()
    for taker in takers:
        found = match(state, book, taker)
        if isinstance(found, Match) and found.makers:
            book.fork().apply(found)
    return (time.process_time() - begin) / len(takers) * 1_000_000


def main() -> None:
    """Print one line per shape of market."""
    for outcomes in (2, 3, 10, 50):
        for counted in ("amount", "shares"):
            sys.stdout.write(
                f"{outcomes:3} outcomes, by {counted}: {microseconds_per_fill(outcomes, counted):6.1f} us\n"
            )
    quadratic = microseconds_per_fill(2, "amount", QuadraticFee(70_000))
    sys.stdout.write(f"  2 outcomes, by amount, quadratic fee: {quadratic:6.1f} us\n")
    for outcomes in (2, 3, 10):
        for count in (0, 10, 1_000):
            apart = microseconds_per_match(outcomes, count, 20_000, OrderKind.MARKET)
            meeting = microseconds_per_match(outcomes, count, 0, OrderKind.MARKET)
            limit = microseconds_per_match(outcomes, count, 20_000, OrderKind.LIMIT)
            sys.stdout.write(
                f"{outcomes:3} outcomes, {count:5} resting: {apart:6.1f} us met by none, "
                f"{meeting:6.1f} us met by some, {limit:6.1f} us a limit order met by none\n"
            )


if __name__ == "__main__":
    main()
