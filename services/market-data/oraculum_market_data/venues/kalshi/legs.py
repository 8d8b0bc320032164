"""Which leg's prices the NO side of a book is written in.

A subscription with `use_yes_price` gives NO bids as prices of YES (0.99 for a NO bid at 0.01); without it they are
prices of NO. The default is to change and the switch then to vanish, so what came back is read from the book itself: in
the wrong reading it is crossed, or its levels run the wrong way round.
"""

from collections.abc import Sequence

from oraculum_market_data.figures import Price


def are_yes_prices(yes_bids: Sequence[Price], no_side: Sequence[Price]) -> bool | None:
    """Whether the NO side is in prices of YES; None when the book could be read either way."""
    if not no_side:
        return None
    by_crossing = _by_crossing(yes_bids, no_side)
    if by_crossing is not None or len(no_side) == 1:
        return by_crossing
    # Levels come with the best last: NO bids rise, the asks of YES that they are worth fall.
    return no_side[0].exact > no_side[-1].exact


def _by_crossing(yes_bids: Sequence[Price], no_side: Sequence[Price]) -> bool | None:
    if not yes_bids:
        return None
    best_bid = max(bid.exact for bid in yes_bids)
    crossed_as_no_prices = best_bid + max(level.exact for level in no_side) >= 1
    crossed_as_yes_prices = best_bid >= min(level.exact for level in no_side)
    return None if crossed_as_no_prices == crossed_as_yes_prices else crossed_as_no_prices
