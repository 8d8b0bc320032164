"""A live market and the event that holds it: everything that changes while a venue runs."""

import struct
from collections import deque
from dataclasses import dataclass, field

from oraculum_dev.venues.sim import walk
from oraculum_dev.venues.sim.book import Book, Fill, Side
from oraculum_dev.venues.sim.pool import Pool
from oraculum_dev.venues.sim.terms import DOLLAR, MINUTE, EventPlan, Phase, Question, Venue, Verdict

TRADES_KEPT = 200
MINUTES_KEPT = 720
_PACKED = struct.Struct("<q12hq")
_NOTHING_TRADED = (-1, -1, -1, -1)


@dataclass(frozen=True, slots=True)
class Trade:
    """One execution. The stake, the shares and the two probabilities are what only Manifold shows."""

    serial: int
    at_ms: int
    side: Side
    price: int
    size: int
    stake: float = 0.0
    shares: float = 0.0
    before: float = 0.0
    after: float = 0.0


@dataclass(slots=True)
class Candle:
    """A minute of one market: quotes and trades, open, high, low and close of each."""

    minute_ms: int
    bid: list[int]
    ask: list[int]
    price: list[int] | None = None
    volume: int = 0

    def packed(self) -> bytes:
        """Return the candle in the 40 bytes in which hours of them are kept."""
        return _PACKED.pack(
            self.minute_ms, *self.bid, *self.ask, *(self.price or _NOTHING_TRADED), self.volume
        )


def unpacked(packed: bytes) -> Candle:
    """Return the candle that was packed."""
    minute_ms, *prices, volume = _PACKED.unpack(packed)
    price = prices[8:]
    return Candle(
        minute_ms, prices[:4], prices[4:8], None if tuple(price) == _NOTHING_TRADED else price, volume
    )


@dataclass(slots=True)
class Market:
    """One question on sale."""

    event: "Event"
    question: Question
    index: int
    log_odds: float
    step: int
    book: Book = field(default_factory=Book)
    pool: Pool | None = None
    last: int | None = None
    last_size: int = 0
    volume: int = 0
    open_interest: int = 0
    trade_count: int = 0
    verdict: Verdict | None = None
    updated_ms: int = 0
    trades: deque[Trade] = field(default_factory=lambda: deque(maxlen=TRADES_KEPT))
    minute: Candle | None = None
    past_minutes: deque[bytes] = field(default_factory=lambda: deque(maxlen=MINUTES_KEPT))

    @property
    def phase(self) -> Phase:
        """Where the market stands; all questions of an event move together."""
        return self.event.phase

    @property
    def key(self) -> str:
        """The name that identifies the market inside its venue's simulation."""
        return self.question.key

    @property
    def fair(self) -> float:
        """The probability that the quotes follow."""
        if not self.event.plan.exclusive:
            return walk.probability(self.log_odds)
        return self.event.fair_prices()[self.index]

    @property
    def best_bid(self) -> int:
        """The best bid, or 0 where nobody bids, as the venues write it."""
        return self.book.best_bid or 0

    @property
    def best_ask(self) -> int:
        """The best ask, or one dollar where nobody offers, as the venues write it."""
        best = self.book.best_ask
        return DOLLAR if best is None else best

    def note_quote(self, at_ms: int) -> Candle:
        """Remember the quotes of this minute in its candle, and return that."""
        bid, ask = self.best_bid, self.best_ask
        minute = at_ms - at_ms % MINUTE
        candle = self.minute
        if candle is None or candle.minute_ms != minute:
            if candle is not None:
                self.past_minutes.append(candle.packed())
            candle = self.minute = Candle(minute, [bid] * 4, [ask] * 4)
        _widen(candle.bid, bid)
        _widen(candle.ask, ask)
        return candle

    def lived_minutes(self) -> list[Candle]:
        """Return the candles of the minutes since the server started, as far as they are remembered."""
        past = [unpacked(packed) for packed in self.past_minutes]
        return past if self.minute is None else [*past, self.minute]

    def note_trade(self, trade: Trade) -> None:
        """Book a trade: last price, volume, open interest and the candle of its minute."""
        self.trades.append(trade)
        self.trade_count += 1
        self.last, self.last_size = trade.price, trade.size
        self.volume += trade.size
        # Two of three trades open positions, the third closes one: interest grows slower than volume.
        self.open_interest += trade.size if trade.serial % 3 else -min(trade.size, self.open_interest)
        candle = self.note_quote(trade.at_ms)
        candle.volume += trade.size
        if candle.price is None:
            candle.price = [trade.price] * 4
        else:
            _widen(candle.price, trade.price)


def _widen(prices: list[int], price: int) -> None:
    prices[1], prices[2], prices[3] = max(prices[1], price), min(prices[2], price), price


@dataclass(slots=True)
class Event:
    """One listed event, its questions in order, and its place in the life that the plan foresees."""

    plan: EventPlan
    number: int
    phase: Phase = Phase.WAITING
    closes_ms: int = 0
    determined_ms: int | None = None
    finalized_ms: int | None = None
    markets: list[Market] = field(default_factory=list)
    forced: Verdict | None = None
    # How many times it was put on sale: a venue may take a result back.
    listings: int = 1

    @property
    def key(self) -> str:
        """The name that identifies the event inside its venue's simulation."""
        return self.plan.key

    @property
    def venue(self) -> Venue:
        """The venue that lists the event."""
        return self.plan.venue

    def fair_prices(self) -> list[float]:
        """Return what each leg is worth when exactly one of them wins."""
        return walk.shares_of_one([market.log_odds for market in self.markets])


def trade_of(fill: Fill, serial: int, at_ms: int) -> Trade:
    """Return the trade that a fill on an order book makes."""
    return Trade(serial, at_ms, fill.side, fill.price, fill.size)
