"""Looks at what comes in and says what is wrong with it: the checks, one by one.

Every quote that is news passes here, and every trade; troubles of books come from whoever keeps them. What takes time
to be wrong (silence, staleness) is looked for by the clock.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from oraculum_market_data import metrics
from oraculum_market_data.board import Board, QuoteKey, Top
from oraculum_market_data.book import Trouble
from oraculum_market_data.catalog import ENDED, Catalog, MarketKey
from oraculum_market_data.figures import Price
from oraculum_market_data.normal import Market, Status, Venue
from oraculum_market_data.quality import Kind, Subject, Watch
from oraculum_market_data.skew import Skew
from oraculum_market_data.trades import Deal

_MILLION: Final = 1_000_000
# The two prices of a spread each may be off; beyond this the prices of what excludes each other do not fit together.
_SUM_TOLERANCE: Final = 60_000
# Trades that are known again: the last so many at least, twice as many at most. Each takes a number, not its texts: two that
# differ and have the same one are as rare as nothing, and would be a false incident.
_SEEN_MAX: Final = 50_000
_SKEW_TOLERATED_SECONDS: Final = 3.0
# Venues' clocks are compared to the millisecond, and answers of one moment overtake each other a little.
_BACKWARDS_TOLERATED: Final = timedelta(milliseconds=500)


class Inspector:
    """The checks of one process."""

    def __init__(self, watch: Watch, catalog: Catalog, board: Board) -> None:
        self.watch = watch
        self.skew = Skew()
        self._catalog = catalog
        self._board = board
        self._times: dict[QuoteKey, datetime] = {}
        # The quotes that moved since the last round; a busy outcome is looked at once a round, as it stands.
        self._fresh: dict[QuoteKey, Top] = {}
        self._deals: set[int] = set()
        self._deals_before: set[int] = set()

    def quote(self, top: Top) -> None:
        """Take a quote that is news. Its time is looked at now, for the next one hides it; the rest with the next round."""
        key = top.key
        self._fresh[key] = top
        told = top.venue_time
        if told is None:
            return
        before = self._times.get(key)
        if before is None or told >= before:
            self._times[key] = told
        elif told < before - _BACKWARDS_TOLERATED:
            detail = f"{told.isoformat()} after {before.isoformat()}"
            self.watch.begin(Kind.TIME_BACKWARDS, Subject(*key), top.received_at or told, detail)

    def inspect(self, now: datetime) -> None:
        """One round: look at all quotes that moved since the last one."""
        fresh, self._fresh = self._fresh, {}
        moved: dict[MarketKey, None] = {}
        for key, top in fresh.items():
            moved[top.venue, top.market_id] = None
            if top.venue_time is not None:
                self.skew.heard(top.venue, top.venue_time, top.received_at or now)
            self._prices(top, Subject(*key), now)
        for venue, market_id in moved:
            self._sum(venue, market_id, now)

    def deal(self, deal: Deal, now: datetime, *, is_live: bool) -> None:
        """Look at a trade. Polls bring what is known already as a matter of course; a socket should not."""
        subject = Subject(Venue(deal.venue), deal.market_id, deal.outcome)
        if not 0 <= deal.price.millionths <= _MILLION:
            self.watch.begin(Kind.OUT_OF_RANGE, subject, now, f"traded at {deal.price}")
        name = hash((deal.venue, deal.market_id, deal.trade_id))
        if name in self._deals or name in self._deals_before:
            if is_live:
                self.watch.begin(Kind.DUPLICATE, Subject(subject.venue), now, f"trade {deal.trade_id[:80]}")
            return
        self._deals.add(name)
        if len(self._deals) >= _SEEN_MAX:
            self._deals_before, self._deals = self._deals, set()

    def troubles(self, venue: Venue, troubles: Iterable[Trouble], now: datetime) -> None:
        """Books that cannot be trusted until their next snapshot."""
        for trouble in troubles:
            detail = f"{trouble.kind.value}: {trouble.detail}"
            self.watch.begin(Kind.GAP, Subject(venue, trouble.market_id), now, detail)

    def missed(self, venue: Venue, market_id: str, now: datetime) -> None:
        """A poll knows what a socket should have told; with that it is repaired, so the gap is over at once."""
        subject = Subject(venue, market_id)
        self.watch.begin(Kind.GAP, subject, now, "a poll knew what the socket had not told")
        self.watch.end(Kind.GAP, subject, now)

    def restored(self, venue: Venue, market_ids: Iterable[str], now: datetime) -> None:
        """Books that can be trusted again."""
        for market_id in market_ids:
            self.watch.end(Kind.GAP, Subject(venue, market_id), now)

    def silence(self, venue: Venue, *, is_silent: bool, now: datetime, detail: str) -> None:
        """Whether a venue says anything at all."""
        self.watch.holds(Kind.SILENT, Subject(venue), wrong=is_silent, at=now, detail=detail)

    def clocks(self, venue: Venue, now: datetime) -> None:
        """Whether a venue's clock and ours agree, as far as one can tell."""
        ahead = self.skew.ahead(venue)
        if ahead is not None:
            metrics.SKEW_SECONDS.labels(venue.value).set(ahead.seconds)
            wrong = ahead.certain_seconds > _SKEW_TOLERATED_SECONDS
            detail = f"the venue's clock and ours are {ahead.certain_seconds:.1f} s apart at least"
            self.watch.holds(Kind.SKEW, Subject(venue), wrong=wrong, at=now, detail=detail)

    def staleness(self, markets: Sequence[Market], stale: Iterable[str], now: datetime) -> None:
        """Of these open markets, which have not been confirmed for too long."""
        names = set(stale)
        for market in markets:
            wrong = market.id in names
            subject = Subject(market.venue, market.id)
            self.watch.holds(
                Kind.STALE, subject, wrong=wrong, at=now, detail="no socket and no poll has told it"
            )

    def over(self, market: Market, now: datetime) -> None:
        """A market has ended."""
        if market.status in ENDED or market.status is Status.CLOSED:
            self.watch.forget(market.venue, market.id, now)

    def _prices(self, top: Top, subject: Subject, now: datetime) -> None:
        prices: list[Price] = [price for price in (top.bid, top.ask, top.last) if price is not None]
        strange = [price for price in prices if not 0 <= price.millionths <= _MILLION]
        if strange:
            self.watch.begin(Kind.OUT_OF_RANGE, subject, now, f"{strange[0]}")
        crossed = top.bid is not None and top.ask is not None and top.bid.exact > top.ask.exact
        locked = top.bid is not None and top.ask is not None and top.bid.exact == top.ask.exact
        detail = f"bid {top.bid}, ask {top.ask}" if crossed or locked else ""
        self.watch.holds(Kind.CROSSED, subject, wrong=crossed, at=now, detail=detail)
        self.watch.holds(Kind.LOCKED, subject, wrong=locked, at=now, detail=detail)

    def _sum(self, venue: Venue, market_id: str, now: datetime) -> None:
        """The prices of outcomes that exclude each other, where all of them are quoted."""
        market = self._catalog.get(venue, market_id)
        if market is None or not market.mutually_exclusive or len(market.outcomes) < 2:
            return
        middles = [_middle(other) for other in self._board.of_market(venue, market_id)]
        told = [middle for middle in middles if middle is not None]
        if len(told) != len(market.outcomes):
            return
        total = sum(told)
        tolerated = _SUM_TOLERANCE + 10_000 * (len(told) - 2)
        wrong = abs(total - _MILLION) > tolerated
        detail = f"prices sum to {total / _MILLION:.4f}"
        self.watch.holds(Kind.SUM, Subject(venue, market_id), wrong=wrong, at=now, detail=detail)


def _middle(top: Top) -> int | None:
    """The middle of a narrow spread; a wide one says nothing of the price."""
    if top.bid is None or top.ask is None:
        return top.last.millionths if top.bid is None and top.ask is None and top.last else None
    spread = top.ask.millionths - top.bid.millionths
    return (top.bid.millionths + top.ask.millionths) // 2 if 0 <= spread <= 2 * _SUM_TOLERANCE else None
