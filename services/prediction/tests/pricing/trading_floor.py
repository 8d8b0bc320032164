"""A trading floor for tests: markets with a book, people who trade on them, and what is known to be true of every match."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from oraculum_money import PRICE_ONE, Price, Shares, Units, mul_div_ceil, mul_div_floor
from oraculum_prediction.pricing import (
    PICOUNITS,
    Book,
    LmsrState,
    Match,
    MatchFill,
    Order,
    OrderKind,
    Refusal,
    Resting,
    Role,
    Side,
    Taker,
    TimeInForce,
    least_escrow,
    match,
    reserve_for,
)
from oraculum_prediction.pricing.grounds import BookState

ONE = 1_000_000


def person(number: int) -> UUID:
    """Somebody."""
    return UUID(int=1_000_000 + number)


def order_id(number: int) -> UUID:
    """Some order."""
    return UUID(int=number)


def resting(
    number: int,
    outcome: int,
    side: Side,
    price: int,
    left: int,
    *,
    owner: int | None = None,
    filled: int = 0,
) -> Resting:
    """An order that rests, its number being its place in time; everybody has one unless it is said whose it is."""
    return Resting(
        order_id(number),
        person(number if owner is None else owner),
        outcome,
        side,
        Price(price),
        Shares(left),
        number,
        Shares(filled),
    )


def market_taker(outcome: int, side: Side, number: int = 900, owner: int = 900, **size: int) -> Taker:
    """An order that is to be filled at any price: `shares=` or `amount=`, and `limit=` for the average."""
    return Taker(order_id(number), person(owner), _order(outcome, side, size), priority=number)


def limit_taker(
    outcome: int,
    side: Side,
    number: int = 900,
    owner: int = 900,
    time_in_force: TimeInForce = TimeInForce.GTC,
    **size: int,
) -> Taker:
    """A limit order: `shares=` or `amount=`, and `limit=`."""
    return Taker(
        order_id(number),
        person(owner),
        _order(outcome, side, size),
        OrderKind.LIMIT,
        time_in_force,
        priority=number,
    )


def _order(outcome: int, side: Side, size: dict[str, int]) -> Order:
    amount, shares, limit = (size.get(name) for name in ("amount", "shares", "limit"))
    return Order(
        outcome,
        side,
        None if amount is None else Units(amount),
        None if shares is None else Shares(shares),
        None if limit is None else Price(limit),
    )


def tolerance(state: BookState) -> int:
    """How far a price may be off where markets stand on whole shares, in millionths: two of them move it by 1 / 2b."""
    if isinstance(state, LmsrState):
        return 2 + PRICE_ONE // (2 * state.liquidity)
    return 4 + 2 * PRICE_ONE // min(state.pools)


def covered(state: BookState) -> int:
    """What lies in a market's escrow at least; of a pool, exactly."""
    return least_escrow(state) if isinstance(state, LmsrState) else state.escrow


@dataclass
class Floor:
    """One market with all that its people hold, paid and reserved."""

    state: BookState
    escrow: int
    book: Book = field(default_factory=Book)
    held: defaultdict[tuple[UUID, int], int] = field(default_factory=lambda: defaultdict(int))
    reserved: dict[UUID, int] = field(default_factory=dict)
    # What each resting order was rounded by so far, in millionths of a unit: never to the escrow's loss.
    rounded: defaultdict[UUID, int] = field(default_factory=lambda: defaultdict(int))

    @classmethod
    def opened(cls, state: BookState) -> "Floor":
        """A market with its subsidy in escrow."""
        return cls(state, covered(state))

    def trade(self, taker: Taker) -> Match | Refusal:
        """Match an order, check all that must hold of it, and let it be."""
        reserve = reserve_for(self.state, taker)
        found = match(self.state, self.book, taker)
        if isinstance(found, Refusal):
            return found
        check_match(self.state, self.book, taker, found)
        self.book = self.book.fork()
        self.book.apply(found)
        assert isinstance(found.state, BookState)
        self.state = found.state
        self.reserved[taker.order_id] = reserve
        for fill in found.fills:
            self._take(fill)
        if found.rests is not None and taker.side is Side.BUY:
            assert found.rests.reserve <= self.reserved[taker.order_id]
        assert self.escrow >= covered(self.state)
        assert isinstance(self.state, LmsrState) or self.escrow == covered(self.state)
        assert self.escrow >= max(self.state.sold)
        check_uncrossed(self.state, self.book)
        return found

    def free(self, who: UUID, outcome: int) -> int:
        """What somebody can sell: all that they hold and do not offer already."""
        offered = sum(each.left for each in self.book.ladder(outcome, Side.SELL) if each.user_id == who)
        return self.held[who, outcome] - offered

    def _take(self, fill: MatchFill) -> None:
        sign = 1 if fill.side is Side.BUY else -1
        self.held[fill.user_id, fill.outcome] += sign * fill.shares
        assert self.held[fill.user_id, fill.outcome] >= 0
        # Purchases come first in a group, so that this never fails in the middle of it.
        self.escrow += sign * fill.gross
        assert self.escrow >= 0
        if fill.price is not None:
            self.rounded[fill.order_id] += sign * (fill.gross * PRICE_ONE - fill.shares * fill.price)
            assert 0 <= self.rounded[fill.order_id] < PRICE_ONE
        if fill.side is Side.BUY:
            self.reserved[fill.order_id] -= fill.net
            assert self.reserved[fill.order_id] >= 0


def check_match(state: BookState, book: Book, taker: Taker, found: Match) -> None:
    """Check what must be true of a match by itself."""
    assert found.state_before == state.state_hash
    check_shares(state, found)
    check_makers(book, taker, found)
    check_prices(state, taker, found)
    paid_in = sum(fill.gross if fill.side is Side.BUY else -fill.gross for fill in found.fills)
    assert paid_in == found.escrow_change
    if isinstance(state, LmsrState) and isinstance(found.state, LmsrState):
        rise = found.state.point.potential - state.point.potential
        assert found.rounding_picounits == paid_in * PICOUNITS - rise
    # One unit back for each maker at most, and what the taker's rounding leaves; see `matches`.
    makers = sum(fill.role is Role.MAKER for fill in found.fills)
    assert -makers * PICOUNITS <= found.rounding_picounits <= (makers + 3) * PICOUNITS


def check_shares(state: BookState, found: Match) -> None:
    """What was traded is what the market has more or less, and purchases stand before sales."""
    sold = list(state.sold)
    for fill in found.fills:
        assert fill.shares > 0
        sold[fill.outcome] += fill.shares if fill.side is Side.BUY else -fill.shares
    assert isinstance(found.state, BookState)
    assert tuple(sold) == found.state.sold
    sides = [fill.side for fill in found.fills]
    assert sides == sorted(sides, key=lambda side: side is Side.SELL)
    assert len({fill.order_id for fill in found.fills}) == len(found.fills)


def check_makers(book: Book, taker: Taker, found: Match) -> None:
    """Nobody trades with themselves, the first in line goes first, and each has what it rested for."""
    traded = {fill.order_id: fill for fill in found.fills if fill.role is Role.MAKER}
    assert all(fill.user_id != taker.user_id for fill in traded.values())
    for maker, fill in traded.items():
        before = book.get(maker)
        assert before is not None
        assert (before.outcome, before.side, before.price) == (fill.outcome, fill.side, fill.price)
        assert fill.gross == before.gross_of(fill.shares)
        assert fill.fee == 0
        for ahead in book.ladder(fill.outcome, fill.side):
            if ahead.rank >= before.rank:
                break
            gone = ahead.user_id == taker.user_id
            assert gone or traded[ahead.order_id].shares == ahead.left


def check_prices(state: BookState, taker: Taker, found: Match) -> None:
    """No fill lies outside the prices before and after of its outcome, nor beyond its own limit."""
    off = tolerance(state)
    for fill in found.fills:
        low, high = sorted([found.prices_before[fill.outcome], found.state.prices[fill.outcome]])
        if fill.price is not None:
            assert low - off <= fill.price <= high + off
        else:
            # A unit for the rounding: the gross of few shares says little about their price.
            assert fill.gross <= mul_div_ceil(fill.shares, high + off, PRICE_ONE) + 1
            assert fill.gross >= mul_div_floor(fill.shares, max(0, low - off), PRICE_ONE) - 1
    mine, limit = found.taker, taker.order.limit
    if mine is None or limit is None:
        return
    if taker.side is Side.BUY:
        assert mine.gross <= mul_div_ceil(mine.shares, limit, PRICE_ONE)
    else:
        assert mine.gross >= mul_div_floor(mine.shares, limit, PRICE_ONE), (taker, found)


def check_uncrossed(state: BookState, book: Book) -> None:
    """Nobody rests who could trade: every bid lies at or below the price of its outcome, every sale at or above."""
    off = tolerance(state)
    for outcome, price in enumerate(state.prices):
        for side, sign in ((Side.BUY, 1), (Side.SELL, -1)):
            ladder: Sequence[Resting] = book.ladder(outcome, side)
            if ladder:
                assert sign * (ladder[0].price - price) <= off, (outcome, side, ladder[0], price)
