"""One update of one market: its price takes a step, its quotes follow, and sometimes somebody trades."""

from collections.abc import Callable
from random import Random

from oraculum_dev.venues.sim import book as books
from oraculum_dev.venues.sim import walk
from oraculum_dev.venues.sim.book import LevelChange, Side
from oraculum_dev.venues.sim.facts import BookMoved, Fact, StepChanged, Traded
from oraculum_dev.venues.sim.market import Market, Trade, trade_of
from oraculum_dev.venues.sim.pool import Pool
from oraculum_dev.venues.sim.terms import DOLLAR, Venue

_TRADE_SHARE = 0.25
_FINE_STEP = 1
_FINE_BEYOND = 40
_LEAST_BET_MOVE = 0.0005


class Trading:
    """What makes the prices move."""

    def __init__(self, random: Random, tell: Callable[[Fact], None], counts: dict[str, int]) -> None:
        self._random = random
        self._tell = tell
        self._counts = counts

    def update(self, market: Market, at_ms: int) -> None:
        """Let a market live through one update."""
        plan = market.event.plan
        anchor = walk.logit(market.question.chance)
        market.log_odds = walk.step(market.log_odds, anchor, plan.volatility, self._random)
        market.updated_ms = at_ms
        self._counts["updates"] += 1
        if market.pool is not None:
            self._bet(market, market.pool, at_ms)
            return
        self._refine(market, at_ms)
        before = market.best_bid, market.best_ask
        changes = books.requote(market.book, market.fair, market.step, self._random)
        self._tell_changes(market, changes, before, at_ms)
        if self._random.random() < _TRADE_SHARE:
            self._take(market, at_ms)
        market.note_quote(at_ms)

    def _tell_changes(
        self, market: Market, changes: list[LevelChange], before: tuple[int, int], at_ms: int
    ) -> None:
        if changes:
            moved = before != (market.best_bid, market.best_ask)
            self._tell(BookMoved(market, tuple(changes), moved, at_ms))

    def _take(self, market: Market, at_ms: int) -> None:
        before = market.best_bid, market.best_ask
        taken = books.take(market.book, self._random)
        if taken is None:
            return
        fill, change = taken
        self._counts["trades"] += 1
        trade = trade_of(fill, market.trade_count, at_ms)
        market.note_trade(trade)
        self._tell_changes(market, [change], before, at_ms)
        self._tell(Traded(market, trade, at_ms))

    def _refine(self, market: Market, at_ms: int) -> None:
        """Make the grid finer near 0 and 1, as Polymarket does; it does not become coarser again."""
        coarse = market.step
        price = market.fair * DOLLAR
        near_an_end = price < _FINE_BEYOND or price > DOLLAR - _FINE_BEYOND
        if market.event.venue is Venue.POLYMARKET and coarse != _FINE_STEP and near_an_end:
            market.step = _FINE_STEP
            self._tell(StepChanged(market, coarse, at_ms))

    def _bet(self, market: Market, pool: Pool, at_ms: int) -> None:
        """Bet a pool to the fair price. Too small a move is nobody's bet."""
        fair = market.fair
        before = pool.probability
        if abs(fair - before) < _LEAST_BET_MOVE:
            return
        outcome, stake, shares = pool.move_to(fair)
        self._counts["trades"] += 1
        trade = Trade(
            serial=market.trade_count,
            at_ms=at_ms,
            side=Side.BID if outcome == "YES" else Side.ASK,
            price=round(fair * DOLLAR),
            size=round(stake * 100),
            stake=stake,
            shares=shares,
            before=before,
            after=pool.probability,
        )
        market.note_trade(trade)
        self._tell(Traded(market, trade, at_ms))
