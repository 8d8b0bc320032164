"""From the walk of a taker to the group of fills that is booked, or to the reason why none is."""

from dataclasses import dataclass, replace

from oraculum_money import INT64_MAX, PRICE_ONE, Price, Shares, Units, mul_div_ceil
from oraculum_prediction.pricing.book import Resting
from oraculum_prediction.pricing.cpmm_state import FORMULA_VERSION_CPMM, CpmmState
from oraculum_prediction.pricing.curve import PICOUNITS
from oraculum_prediction.pricing.grounds import BookState, Ground
from oraculum_prediction.pricing.lmsr import FORMULA_VERSION_LMSR, LmsrState
from oraculum_prediction.pricing.market import quote
from oraculum_prediction.pricing.matches import (
    FORMULA_VERSION_MATCH,
    Change,
    Ending,
    MakerChange,
    Match,
    MatchFill,
    Role,
    match_of,
)
from oraculum_prediction.pricing.orders import Reason, Refusal, Side
from oraculum_prediction.pricing.settling import Settled, Settler
from oraculum_prediction.pricing.takers import OrderKind, Taker, TimeInForce
from oraculum_prediction.pricing.walk import Meeting, Walk


def group_of(state: BookState, ground: Ground, taker: Taker, found: Walk) -> Match | Refusal:
    """Settle a walk in integers, and judge what came out by what the order asks for."""
    return _Group(state, ground, taker, found).match()


@dataclass(frozen=True, slots=True)
class _Group:
    state: BookState
    ground: Ground
    taker: Taker
    walk: Walk

    def match(self) -> Match | Refusal:
        """Settle the walk and judge it by what the order asks for."""
        settled = Settler(self.state, self.ground, self.taker, self.walk).settle()
        refused = self._untenable(settled)
        if refused is not None:
            return refused
        traded = settled.shares > 0
        if traded and self._alone_in_pool(settled):
            return self._quoted(settled)
        fills = self._fills(settled) if traded else ()
        paid_in = sum(fill.gross if fill.side is Side.BUY else -fill.gross for fill in fills)
        after = self.ground.after(settled.steps, paid_in) if traded else self.state
        if after is None:
            return Refusal(Reason.PRICE_CEILING, "the pool would be emptied")
        left, ending = self._left(settled, traded=traded)
        refused = self._unwanted(settled, fills, left, ending)
        if refused is not None:
            return refused
        limit = self.taker.marginal_limit
        rests = self._rests(left, limit) if ending is Ending.RESTS and limit else None
        alone = all(fill.role is Role.TAKER for fill in fills)
        rise = settled.standing.rise_picounits if traded else 0
        return Match(
            fills=fills,
            makers=self._changes(settled, traded=traded),
            state_before=self.state.state_hash,
            state=after,
            ending=ending,
            left=left,
            rests=rests,
            prices_before=self.state.prices,
            rounding_picounits=paid_in * PICOUNITS - rise,
            formula_version=self._formula if alone else FORMULA_VERSION_MATCH,
            blocked_by=self.walk.blocked_by,
        )

    @property
    def _formula(self) -> str:
        return FORMULA_VERSION_LMSR if isinstance(self.state, LmsrState) else FORMULA_VERSION_CPMM

    def _alone_in_pool(self, settled: Settled) -> bool:
        """Tell whether a pool has filled all of it: then it is what `quote` says, as for whoever has no book at all.

        Of the curve that is the same by itself; of a pool two ways to a number that is all but whole might part.
        """
        alone = isinstance(self.state, CpmmState) and not any(settled.maker_shares)
        return alone and self.walk.ending is Ending.FILLED

    def _quoted(self, settled: Settled) -> Match | Refusal:
        quoted = quote(self.state, self.taker.order)
        if isinstance(quoted, Refusal):
            return quoted
        found = match_of(self.state, self.taker, quoted)
        refused = self._unwanted(settled, found.fills, 0, Ending.FILLED)
        return refused or replace(
            found, makers=self._changes(settled, traded=True), blocked_by=self.walk.blocked_by
        )

    def _untenable(self, settled: Settled) -> Refusal | None:
        outstanding = self.state.sold[self.taker.outcome]
        if self.taker.side is Side.SELL and settled.shares > outstanding:
            return Refusal(Reason.NOT_ENOUGH_SHARES, "more shares than are outstanding cannot be sold")
        if settled.shares and settled.standing.escrow > INT64_MAX:
            return Refusal(Reason.TOO_LARGE, "no account could hold the escrow of so many shares")
        if settled.shares and not settled.standing.within(self.state.price_max):
            return Refusal(Reason.PRICE_CEILING, self._ceiling())
        return None

    def _ceiling(self) -> str:
        return f"a price would pass the ceiling of this market, {self.state.price_max} millionths"

    def _left(self, settled: Settled, *, traded: bool) -> tuple[int, Ending]:
        """Give what is left of the size in what it was counted in, and why."""
        if self.taker.shares is not None:
            left = self.taker.shares - settled.shares
        else:
            left = self.taker.order.size - (self._gross(settled) if traded else 0)
        if left == 0:
            return 0, Ending.FILLED
        ending = Ending.LIMIT if self.walk.ending is Ending.FILLED else self.walk.ending
        if ending is Ending.LIMIT and self.taker.time_in_force is TimeInForce.GTC:
            ending = Ending.RESTS
        return left, ending

    def _unwanted(
        self, settled: Settled, fills: tuple[MatchFill, ...], left: int, ending: Ending
    ) -> Refusal | None:
        """Refuse a group that the order did not ask for, though the market could do it."""
        taker = next((fill for fill in fills if fill.role is Role.TAKER), None)
        if taker is not None and taker.net <= 0:
            return Refusal(Reason.TOO_SMALL, "so few shares fetch nothing once rounded and charged")
        if self.taker.post_only and taker is not None:
            return Refusal(Reason.WOULD_TRADE, "it would trade at once, and is only to rest")
        if self.taker.kind is OrderKind.MARKET:
            return self._refused_on_average(settled) if left == 0 else self._not_all(settled, ending)
        if self.taker.time_in_force is TimeInForce.FOK and left:
            return self._not_all(settled, ending)
        if taker is None and ending is Ending.CEILING and self.taker.time_in_force is TimeInForce.GTC:
            return Refusal(Reason.PRICE_CEILING, self._ceiling(), 0)
        return None

    def _refused_on_average(self, settled: Settled) -> Refusal | None:
        gross = self._gross(settled)
        # A share is worth one at most, so without a limit that is the limit, and what is set aside for such an order. Only
        # bids that rest above the price, as none of ours do, could make it cost more.
        sane = self.taker.side is Side.SELL or gross <= settled.shares
        if sane and self.taker.order.within_limit(settled.shares, gross):
            return None
        average = mul_div_ceil(settled.gross, PRICE_ONE, settled.shares)
        limit = self.taker.order.limit or PRICE_ONE
        message = f"the average price of {average} millionths is worse than the limit of {limit}"
        return Refusal(Reason.PRICE_LIMIT, message)

    def _not_all(self, settled: Settled, ending: Ending) -> Refusal:
        fits = settled.shares if self.taker.shares is not None else settled.gross
        if ending is Ending.SELF_TRADE:
            return Refusal(Reason.SELF_TRADE, "it meets an order of the same person", fits)
        if ending is Ending.CEILING:
            return Refusal(Reason.PRICE_CEILING, self._ceiling(), fits)
        return Refusal(Reason.NOT_ALL, "less than all of it can be traded within its limit", fits)

    def _gross(self, settled: Settled) -> Units:
        """An order by amount that was filled has exactly that amount; the part of a unit beyond stays in escrow."""
        amount = self.taker.amount
        if amount is None or self.walk.ending is not Ending.FILLED:
            return settled.gross
        if self.taker.side is Side.SELL:
            return min(amount, settled.gross)
        limit = self.taker.marginal_limit or PRICE_ONE
        return Units(min(amount, mul_div_ceil(settled.shares, limit, PRICE_ONE)))

    def _fills(self, settled: Settled) -> tuple[MatchFill, ...]:
        makers = [
            _maker_fill(meeting.resting, shares)
            for meeting, shares in zip(self._meetings(), settled.maker_shares, strict=True)
            if shares
        ]
        uncertainty = (
            settled.uncertainty_picounits
            if makers
            else self.ground.uncertainty(settled.steps, self.taker.outcome)
        )
        gross = self._gross(settled)
        taker = MatchFill(
            self.taker.order_id,
            self.taker.user_id,
            Role.TAKER,
            self.taker.outcome,
            self.taker.side,
            settled.shares,
            gross,
            self.state.fee.charge(gross, uncertainty),
        )
        # All purchases before all sales; the taker before the makers of its side.
        return tuple(sorted([taker, *makers], key=lambda fill: fill.side is Side.SELL))

    def _meetings(self) -> list[Meeting]:
        return [*self.walk.met, self.walk.last] if self.walk.last else self.walk.met

    def _changes(self, settled: Settled, *, traded: bool) -> tuple[MakerChange, ...]:
        return tuple(
            _change(meeting, shares if traded else Shares(0))
            for meeting, shares in zip(self._meetings(), settled.maker_shares, strict=True)
        )

    def _rests(self, left: int, price: Price) -> Resting:
        shares = left if self.taker.shares is not None else left * PRICE_ONE // price
        return Resting(
            order_id=self.taker.order_id,
            user_id=self.taker.user_id,
            outcome=self.taker.outcome,
            side=self.taker.side,
            price=price,
            left=Shares(shares),
            priority=self.taker.priority,
            expires_at=self.taker.expires_at,
        )


def _maker_fill(resting: Resting, shares: Shares) -> MatchFill:
    return MatchFill(
        resting.order_id,
        resting.user_id,
        Role.MAKER,
        resting.outcome,
        resting.side,
        shares,
        resting.gross_of(shares),
        Units(0),
        resting.price,
    )


def _change(meeting: Meeting, shares: Shares) -> MakerChange:
    before = meeting.resting
    if meeting.cancelled is not None:
        return MakerChange(before, None, meeting.cancelled)
    if shares == 0:
        return MakerChange(before, before, Change.MET)
    after = before.after(shares)
    return MakerChange(before, after, Change.FILLED if after is None else Change.SHRUNK, shares)
