"""How long a quote takes: run it as a script. Tests never assert on time; this prints what this machine does.

Each figure is a purchase quoted and applied to the state, on a market that moves, so nothing is served from a cache but
what the fill before it left there.
"""

import random
import sys
import time

from oraculum_money import Shares, Units
from oraculum_prediction.pricing import NO_FEE, Fill, LmsrState, Order, QuadraticFee, Side, even_odds, quote
from oraculum_prediction.pricing.fees import FeeSchedule

LIQUIDITY = Units(10_000_000_000)
ROUNDS = 5_000


def microseconds_per_fill(outcomes: int, counted: str, fee: FeeSchedule = NO_FEE) -> float:
    """Give the time of one purchase, the making of the order and of the next state included."""
    state = LmsrState.opened(liquidity=LIQUIDITY, odds=even_odds(outcomes), fee=fee)
    numbers = random.Random(1)  # noqa: S311  the same trades every time is the point
    trades = [(numbers.randrange(outcomes), numbers.randrange(1_000_000, 50_000_000)) for _ in range(ROUNDS)]
    begin = time.perf_counter()
    for outcome, size in trades:
        if counted == "amount":
            order = Order(outcome, Side.BUY, amount=Units(size))
        else:
            order = Order(outcome, Side.BUY, shares=Shares(size))
        fill = quote(state, order)
        if isinstance(fill, Fill):
            state = state.after(fill)
    return (time.perf_counter() - begin) / ROUNDS * 1_000_000


def main() -> None:
    """Print one line per shape of market."""
    for outcomes in (2, 3, 10, 50):
        for counted in ("amount", "shares"):
            sys.stdout.write(
                f"{outcomes:3} outcomes, by {counted}: {microseconds_per_fill(outcomes, counted):6.1f} us\n"
            )
    quadratic = microseconds_per_fill(2, "amount", QuadraticFee(70_000))
    sys.stdout.write(f"  2 outcomes, by amount, quadratic fee: {quadratic:6.1f} us\n")


if __name__ == "__main__":
    main()
