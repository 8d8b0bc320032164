"""Quotes, trades, books and the history of prices."""

from datetime import datetime
from decimal import Decimal

from msgspec import field

from oraculum_market_data.figures import Price
from oraculum_market_data.normal.base import Direction, Item, Part, Side, Venue


class Quote(Item, frozen=True, kw_only=True):
    """The top of the book of one outcome, or the probability where a market maker stands in for a book.

    `kept` holds what the venue wrote where it means "no quote" or "never traded": Kalshi's bid of 0 and ask of 1.
    """

    venue: Venue
    market_id: str
    outcome_id: str | None
    bid: Price | None = None
    ask: Price | None = None
    bid_size: Decimal | None = None
    ask_size: Decimal | None = None
    last: Price | None = None
    last_size: Decimal | None = None
    volume: Decimal | None = None
    open_interest: Decimal | None = None
    aliases: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    venue_time: datetime | None = None
    received_at: datetime | None = None


class Fill(Part, frozen=True, kw_only=True):
    """One match of an order that was filled in several."""

    amount: Decimal
    shares: Decimal
    at: datetime
    matched_id: str | None = None
    is_sale: bool = False


class Trade(Item, frozen=True, kw_only=True):
    """Shares changed hands.

    `price` is what a share cost, except on Manifold, where it is the probability after the bet (`price_before` the one
    before it), `amount` the mana paid and `shares` the shares got, both negative in a sale as the venue has them, and `ordered` what was asked for. `is_counted` is false for what a venue books as a trade but nobody made:
    the netting of opposite shares, the seed of a market.
    """

    venue: Venue
    market_id: str
    outcome_id: str | None
    id: str
    price: Price | None
    size: Decimal
    other_price: Price | None = None
    price_before: Price | None = None
    amount: Decimal | None = None
    shares: Decimal | None = None
    ordered: Decimal | None = None
    direction: Direction | None = None
    original_side: str = ""
    is_counted: bool = True
    is_block: bool = False
    trader_id: str | None = None
    transaction: str | None = None
    fee_rate: Decimal | None = None
    fees: dict[str, Decimal] = field(default_factory=dict)
    fills: tuple[Fill, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    venue_time: datetime | None
    received_at: datetime | None = None


class Order(Item, frozen=True, kw_only=True):
    """A limit order that a venue shows one by one. The same id comes again whenever it is filled or cancelled."""

    venue: Venue
    market_id: str
    outcome_id: str | None
    id: str
    original_side: str = ""
    price: Price
    probability: Price | None = None
    amount: Decimal
    filled: Decimal
    shares: Decimal
    is_filled: bool = False
    is_cancelled: bool = False
    trader_id: str | None = None
    expires_at: datetime | None = None
    venue_time: datetime | None
    received_at: datetime | None = None


class Level(Part, frozen=True):
    """So much can be had at that price."""

    price: Price
    size: Decimal


class BookSnapshot(Item, frozen=True, kw_only=True):
    """All levels of one outcome's book, in the order in which the venue sent them.

    Kalshi shows bids only, of both outcomes: the asks here are the other outcome's bids at one less the price.
    """

    venue: Venue
    market_id: str
    outcome_id: str | None
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    hash: str = ""
    tick_size: Price | None = None
    minimum_size: Decimal | None = None
    last: Price | None = None
    aliases: dict[str, str] = field(default_factory=dict)
    stream: int | None = None
    sequence: int | None = None
    venue_time: datetime | None = None
    received_at: datetime | None = None


class BookDelta(Item, frozen=True, kw_only=True):
    """One level of a book changed: to `size` where the venue gives what is left, by `change` where it gives that.

    `best_bid` and `best_ask` are the venue's own word on the top of the book after its change.
    """

    venue: Venue
    market_id: str
    outcome_id: str | None
    side: Side
    price: Price
    size: Decimal | None = None
    change: Decimal | None = None
    best_bid: Price | None = None
    best_ask: Price | None = None
    hash: str = ""
    aliases: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    stream: int | None = None
    sequence: int | None = None
    venue_time: datetime | None = None
    received_at: datetime | None = None


class PricePoint(Item, frozen=True, kw_only=True):
    """One point of the curve of an outcome's price. `line` tells several curves of one market apart."""

    venue: Venue
    market_id: str
    outcome_id: str | None
    price: Price
    line: str = ""
    venue_time: datetime


class Ohlc(Part, frozen=True, kw_only=True):
    """First, highest, lowest and last of a span; absent where there was none."""

    open: Price | None = None
    high: Price | None = None
    low: Price | None = None
    close: Price | None = None
    mean: Price | None = None
    previous: Price | None = None
    least: Price | None = None
    most: Price | None = None


class Candle(Item, frozen=True, kw_only=True):
    """What happened to an outcome in a span of time, as the venue sums it up."""

    venue: Venue
    market_id: str
    outcome_id: str | None
    ends_at: datetime
    period_seconds: int | None = None
    trades: Ohlc = Ohlc()
    bids: Ohlc = Ohlc()
    asks: Ohlc = Ohlc()
    volume: Decimal | None = None
    open_interest: Decimal | None = None
