"""The simulated world: a clock that is told the time, a timeline of what is due, and a stream of updates.

Everything depends on the seed and on the times alone. However coarse or fine the caller's steps are, the
updates fall on the same moments and draw the same numbers, so two runs with one seed send the same frames.
"""

import heapq
import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace

from oraculum_dev.venues.sim import book as books
from oraculum_dev.venues.sim import pool as pools
from oraculum_dev.venues.sim import walk
from oraculum_dev.venues.sim.chance import seeded
from oraculum_dev.venues.sim.facts import CloseMoved, Fact, Listener, PhaseChanged
from oraculum_dev.venues.sim.market import Event, Market
from oraculum_dev.venues.sim.terms import DAY, EventPlan, Phase, Venue, Verdict
from oraculum_dev.venues.sim.trading import Trading
from oraculum_dev.venues.sim.verdicts import verdicts

_LAG_MS = 5_000
_UNSEEN_MARKET = 4


class World:
    """All events of all venues, and what happens to them."""

    def __init__(self, *, seed: int, start_ms: int, updates_per_second: float, keep_seconds: float) -> None:
        self.seed = seed
        self.now_ms = start_ms
        self.start_ms = start_ms
        self.events: dict[Venue, dict[str, Event]] = {venue: {} for venue in Venue}
        self.markets: dict[Venue, dict[str, Market]] = {venue: {} for venue in Venue}
        self.open_markets: list[Market] = []
        self.counts = {"updates": 0, "trades": 0, "opened": 0, "resolved": 0, "skipped": 0}
        self._listeners: list[Listener] = []
        self._random = seeded(seed, "world")
        self._timeline: list[tuple[int, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._numbers = itertools.count(1)
        self._keep_ms = int(keep_seconds * 1000)
        self._rate = updates_per_second
        self._updates_due = 0
        self._rate_since_ms = start_ms
        self._trading = Trading(self._random, self._tell, self.counts)

    def listen(self, listener: Listener) -> None:
        """Tell a listener every fact from now on, in order, before anything else happens."""
        self._listeners.append(listener)

    def _tell(self, fact: Fact) -> None:
        for listener in self._listeners:
            listener(fact)

    def at(self, when_ms: int, action: Callable[[], None]) -> None:
        """Do something when the clock gets there; what is due at one moment happens in the order it was asked."""
        heapq.heappush(self._timeline, (when_ms, next(self._order), action))

    def set_rate(self, updates_per_second: float) -> None:
        """Change how many updates a second all venues make together."""
        self._rate, self._updates_due, self._rate_since_ms = updates_per_second, 0, self.now_ms

    def advance(self, until_ms: int) -> None:
        """Let everything happen that is due until a moment.

        After a long pause of the process the missed updates are left out: a venue does not catch up on them.
        """
        if until_ms - self.now_ms > _LAG_MS:
            self.counts["skipped"] += 1
            self._run_timeline(until_ms - _LAG_MS)
            self.set_rate(self._rate)
        self._run(until_ms)

    def _run_timeline(self, until_ms: int) -> None:
        while self._timeline and self._timeline[0][0] <= until_ms:
            when, _, action = heapq.heappop(self._timeline)
            self.now_ms = max(self.now_ms, when)
            action()
        self.now_ms = max(self.now_ms, until_ms)

    def _run(self, until_ms: int) -> None:
        while self._rate > 0:
            due = self._rate_since_ms + int((self._updates_due + 1) * 1000 / self._rate)
            if due > until_ms:
                break
            self._run_timeline(due)
            self._updates_due += 1
            if self.open_markets:
                # Squaring the draw makes the front of the list busy and its end quiet, as on a real venue.
                place = int(len(self.open_markets) * self._random.random() ** 2)
                self._trading.update(self.open_markets[place], self.now_ms)
        self._run_timeline(until_ms)

    def add(self, plans: Iterable[EventPlan]) -> None:
        """List events. What lies in their past is entered at once, so a venue can start with a history."""
        for plan in plans:
            if plan.key in self.events[plan.venue] or plan.finalizes_ms + self._keep_ms < self.now_ms:
                continue
            self._list(plan)

    def _list(self, plan: EventPlan) -> None:
        event = Event(plan, next(self._numbers), closes_ms=plan.closes_ms)
        event.markets = [self._market(event, index) for index in range(len(plan.questions))]
        self.events[plan.venue][plan.key] = event
        self.markets[plan.venue].update((market.key, market) for market in event.markets)
        self._tell(PhaseChanged(event, event.phase, self.now_ms))
        self._foresee(event)
        self._run_timeline(self.now_ms)

    def _foresee(self, event: Event) -> None:
        """Let the life of an event happen as its plan has it; what an earlier listing of it foresaw does not any more."""
        plan, listing = event.plan, event.listings

        def at(when_ms: int, act: Callable[[Event], None]) -> None:
            self.at(when_ms, lambda: act(event) if event.listings == listing else None)

        at(plan.opens_ms, self._open)
        at(min(plan.closes_ms, plan.determines_ms), self._close)
        at(plan.determines_ms, self._determine)
        at(plan.finalizes_ms, self._finalize)
        at(plan.finalizes_ms + self._keep_ms, self._forget)

    def _market(self, event: Event, index: int) -> Market:
        plan = event.plan
        question = plan.questions[index]
        random = seeded(self.seed, plan.venue, question.key)
        market = Market(event, question, index, walk.logit(question.chance), plan.step)
        market.updated_ms = min(self.now_ms, plan.opens_ms)
        if plan.venue is Venue.MANIFOLD:
            market.pool = pools.opening(question.chance, 100.0 * random.randint(1, 40))
        else:
            market.book = books.opening(question.chance, plan.step, random)
        if not plan.scripted and random.randrange(_UNSEEN_MARKET):
            market.volume = int(random.lognormvariate(11.0, 2.0)) * 100
            market.open_interest = market.volume // random.randint(2, 6)
        return market

    def _enter(self, event: Event, phase: Phase) -> None:
        event.phase = phase
        for market in event.markets:
            market.updated_ms = self.now_ms
        self._tell(PhaseChanged(event, event.phase, self.now_ms))

    def _open(self, event: Event) -> None:
        if event.phase is not Phase.WAITING:
            return
        self.open_markets.extend(event.markets)
        self.counts["opened"] += len(event.markets)
        self._enter(event, Phase.OPEN)

    def _close(self, event: Event) -> None:
        if event.phase is not Phase.OPEN:
            return
        self.open_markets = [market for market in self.open_markets if market.event is not event]
        closed_ms = min(self.now_ms, event.plan.determines_ms)
        if closed_ms < event.closes_ms:
            event.closes_ms = closed_ms
            self._tell(CloseMoved(event, self.now_ms))
        self._enter(event, Phase.CLOSED)

    def _determine(self, event: Event) -> None:
        if event.phase is not Phase.CLOSED:
            return
        for market, verdict in zip(event.markets, verdicts(self.seed, event), strict=True):
            market.verdict = verdict
        event.determined_ms = min(self.now_ms, event.plan.determines_ms)
        self._enter(event, Phase.DETERMINED)

    def _finalize(self, event: Event) -> None:
        if event.phase is not Phase.DETERMINED:
            return
        for market in event.markets:
            market.book.bids.clear()
            market.book.asks.clear()
        event.finalized_ms = min(self.now_ms, event.plan.finalizes_ms)
        self.counts["resolved"] += len(event.markets)
        self._enter(event, Phase.FINAL)

    def _forget(self, event: Event) -> None:
        self.events[event.venue].pop(event.key, None)
        for market in event.markets:
            self.markets[event.venue].pop(market.key, None)

    def resolve_now(self, event: Event, verdict: Verdict | None) -> None:
        """Take an event through the rest of its life at once, with a given verdict where one is named."""
        event.forced = verdict
        self._open(event)
        self._close(event)
        self._determine(event)
        self._finalize(event)

    def rename(self, event: Event, title: str) -> None:
        """Give an event of one market another title; its names in identifiers stay, as on a venue."""
        (market,) = event.markets
        market.question = replace(market.question, title=title)
        event.plan = replace(event.plan, title=title, questions=(market.question,))
        market.updated_ms = self.now_ms

    def relist(self, event: Event) -> None:
        """Take a result back and put the event on sale again under its old names, with a day to go."""
        event.plan = replace(
            event.plan,
            closes_ms=self.now_ms + DAY,
            determines_ms=self.now_ms + DAY,
            finalizes_ms=self.now_ms + DAY,
        )
        event.closes_ms, event.determined_ms, event.finalized_ms = event.plan.closes_ms, None, None
        event.forced = None
        event.listings += 1
        for market in event.markets:
            market.verdict = None
            if market.pool is None:
                random = seeded(self.seed, event.venue, market.key, self.now_ms)
                market.book = books.opening(market.question.chance, market.step, random)
        self.open_markets.extend(event.markets)
        self._enter(event, Phase.OPEN)
        self._foresee(event)
