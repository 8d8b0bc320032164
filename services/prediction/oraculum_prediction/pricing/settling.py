"""From the real numbers of a walk to whole shares and money.

A walk leaves one number open, the shares of its last piece: on the curve, or of the resting order in whose middle the
taker stops. For each such number everything else follows: what each maker has traded, where the market stands, what the
taker pays. So that number is searched for among the integers, beginning at what the walk says, and judged by the exact
potential, the exact prices and the money that there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from oraculum_money import PRICE_ONE, Shares, Units, mul_div_ceil, mul_div_floor
from oraculum_prediction.pricing.arithmetic import add, divide, floor, multiply, nearest, subtract
from oraculum_prediction.pricing.curve import PICOUNITS
from oraculum_prediction.pricing.fees import uncertainty_at
from oraculum_prediction.pricing.grounds import BookState, Ground, Standing
from oraculum_prediction.pricing.matches import Ending
from oraculum_prediction.pricing.moves import gross_of
from oraculum_prediction.pricing.orders import Side
from oraculum_prediction.pricing.search import last_within
from oraculum_prediction.pricing.takers import Taker
from oraculum_prediction.pricing.track import Stretch
from oraculum_prediction.pricing.walk import Meeting, Walk

# A price in millionths times shares are millionths of a unit.
_PICOUNITS_PER_MILLIONTH = PICOUNITS // PRICE_ONE


@dataclass(frozen=True, slots=True)
class Settled:
    """A group in integers: what each of its members trades, and what it does to the market."""

    shares: Shares
    gross: Units
    # In the order of meeting; nothing for those who were cancelled or only met.
    maker_shares: tuple[Shares, ...]
    steps: tuple[int, ...]
    standing: Standing
    # What the taker owes exactly, less than zero for a sale; its fee's base.
    owed_picounits: int
    uncertainty_picounits: int


class Settler:
    """Settles one walk."""

    def __init__(self, state: BookState, ground: Ground, taker: Taker, walk: Walk) -> None:
        self._state = state
        self._ground = ground
        self._taker = taker
        self._walk = walk
        self._buying = taker.side is Side.BUY
        self._meetings = [*walk.met, walk.last] if walk.last else list(walk.met)
        self._pool = self._whole_pool() if walk.last else None
        self._known: dict[Shares, Settled] = {}

    def _whole_pool(self) -> int:
        """Give what the market maker trades where the last shares come from a resting order.

        The closest whole number; for a sale that shall fetch an amount the one above, so that the order is enough for it.
        """
        shares = self._walk.track.shares
        whole = -floor(shares.copy_negate()) if self._seeks_amount else nearest(shares)
        return max(0, whole)

    @property
    def _seeks_amount(self) -> bool:
        return self._taker.amount is not None and not self._buying

    def settle(self) -> Settled:
        """Give the largest group that keeps limit, ceiling and budget; the smallest that fetches what a sale asked for."""
        guess, most = self._guess()
        if self._seeks_amount and self._walk.ending is Ending.FILLED:
            least = last_within(guess, self._fetches_enough) + 1
            return self._of(
                Shares(least if self._walk.last is None else min(least, self._walk.last.resting.left))
            )

        def exceeds(size: int) -> bool:
            if size <= 0:
                return False
            # No more can be sold than there are, and one too many is refused as such; nothing else need stop a sale whose
            # rivals rest at every price.
            if not self._buying and size > self._state.sold[self._taker.outcome] + 1:
                return True
            return (most is not None and size > most) or self._exceeds(self._of(Shares(size)))

        return self._of(Shares(max(0, last_within(guess, exceeds))))

    def _guess(self) -> tuple[int, int | None]:
        """Give the open number of shares as the walk has it, and what it may not pass where nothing else stops it."""
        track, ordered = self._walk.track, self._taker.shares
        if self._walk.ending is not Ending.FILLED:
            here = floor(track.shares)
            return here, (here if self._walk.ending is Ending.SELF_TRADE else None)
        if ordered is not None:
            whole = ordered - self._walk.transferred - (self._pool or 0)
            return whole, whole
        left = subtract(Decimal(self._taker.order.size), self._amount_before())
        if self._walk.last is not None:
            resting = self._walk.last.resting
            return floor(divide(multiply(left, PRICE_ONE), resting.price)), resting.left
        ahead = track.stretch_of_amount(left)
        outstanding = Decimal(self._state.sold[self._taker.outcome])
        shares = outstanding if ahead is None else add(track.shares, ahead.shares)
        # More than there are is refused, whatever they would be: what is searched from is never larger.
        return floor(shares if self._buying else min(shares, outstanding)), None

    def _amount_before(self) -> Decimal:
        millionths = sum(
            (meeting.shares or 0) * meeting.resting.price for meeting in self._walk.met if not meeting.pinned
        )
        return add(self._walk.track.amount, divide(millionths, PRICE_ONE))

    def _exceeds(self, settled: Settled) -> bool:
        if not settled.standing.within(self._state.price_max):
            return True
        limit, outcome = self._taker.marginal_limit, self._taker.outcome
        at_limit = limit is not None and self._walk.ending is Ending.LIMIT
        if at_limit and limit is not None and settled.standing.passed(outcome, limit, self._taker.side):
            return True
        if not self._buying:
            return limit is not None and settled.gross < mul_div_floor(settled.shares, limit, PRICE_ONE)
        amount = self._taker.amount
        return (amount is not None and settled.gross > amount) or (
            limit is not None and settled.gross > mul_div_ceil(settled.shares, limit, PRICE_ONE)
        )

    def _fetches_enough(self, size: int) -> bool:
        if size <= 0:
            return False
        # More than there are is no use either: the search shall end.
        outstanding = self._state.sold[self._taker.outcome]
        return size > outstanding or self._of(Shares(size)).gross >= self._taker.order.size

    def _of(self, size: Shares) -> Settled:
        if size not in self._known:
            self._known[size] = self._computed(size)
        return self._known[size]

    def _computed(self, size: Shares) -> Settled:
        pool = size if self._pool is None else self._pool
        track = self._walk.track
        ahead = track.stretch_of_shares(subtract(Decimal(pool), track.shares))
        maker_shares = tuple(self._maker_shares(meeting, ahead, size) for meeting in self._meetings)
        steps = self._steps(pool, maker_shares)
        standing = self._ground.at(steps)
        owed = standing.rise_picounits + self._paid_to_makers(maker_shares)
        transferred = sum(
            shares for meeting, shares in zip(self._meetings, maker_shares, strict=True) if not meeting.pinned
        )
        shares = Shares(pool + transferred)
        return Settled(
            shares=shares,
            gross=gross_of(owed, self._taker.side) if shares else Units(0),
            maker_shares=maker_shares,
            steps=steps,
            standing=standing,
            owed_picounits=owed,
            uncertainty_picounits=self._uncertainty(ahead, maker_shares),
        )

    def _maker_shares(self, meeting: Meeting, ahead: Stretch, size: Shares) -> Shares:
        if meeting is self._walk.last:
            return Shares(size)
        if meeting.shares is not None:
            return Shares(meeting.shares)
        # The closest whole number: it costs the taker no more than what the way of the real numbers costs.
        taken = nearest(self._walk.track.taken(meeting.resting.outcome, ahead))
        return Shares(min(max(0, taken), meeting.resting.left))

    def _steps(self, pool: int, maker_shares: Sequence[Shares]) -> tuple[int, ...]:
        direction = 1 if self._buying else -1
        steps = [0] * self._state.outcomes
        steps[self._taker.outcome] = direction * pool
        for meeting, shares in zip(self._meetings, maker_shares, strict=True):
            if meeting.pinned:
                steps[meeting.resting.outcome] += direction * shares
        return tuple(steps)

    def _paid_to_makers(self, maker_shares: Sequence[Shares]) -> int:
        """Give what resting sales are paid less what resting bids pay, exactly."""
        return _PICOUNITS_PER_MILLIONTH * sum(
            shares * meeting.resting.price * (1 if meeting.resting.side is Side.SELL else -1)
            for meeting, shares in zip(self._meetings, maker_shares, strict=True)
        )

    def _uncertainty(self, ahead: Stretch, maker_shares: Sequence[Shares]) -> int:
        transferred = sum(
            uncertainty_at(meeting.resting.price, shares)
            for meeting, shares in zip(self._meetings, maker_shares, strict=True)
            if not meeting.pinned
        )
        return transferred + nearest(multiply(self._walk.track.uncertainty_by(ahead), PICOUNITS))
