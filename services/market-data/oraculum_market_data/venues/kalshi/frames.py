"""The frames of Kalshi's socket as they come over the wire.

Every frame has a `type`, most a `sid` (the subscription) and many a `seq`, which counts all frames of a subscription
whatever their kind.
"""

from decimal import Decimal

import msgspec

from oraculum_market_data.decoding import Wire
from oraculum_market_data.venues.kalshi.markets_wire import PriceRange

TextPairs = list[tuple[str, str]]
CentPairs = list[tuple[int, int]]


class Frame(Wire, frozen=True, tag_field="type", kw_only=True):
    """A frame; `type` tells which."""

    sid: int | None = None
    seq: int | None = None


class SnapshotMessage(Wire, frozen=True):
    """Both sides of a book; an empty side has no field. In cents until the beginning of 2026."""

    market_ticker: str
    market_id: str | None = None
    yes_dollars_fp: TextPairs | None = None
    no_dollars_fp: TextPairs | None = None
    yes_dollars: list[tuple[Decimal, Decimal]] | None = None
    no_dollars: list[tuple[Decimal, Decimal]] | None = None
    yes: CentPairs | None = None
    no: CentPairs | None = None


class Snapshot(Frame, frozen=True, tag="orderbook_snapshot", kw_only=True):
    """A whole book."""

    msg: SnapshotMessage


class DeltaMessage(Wire, frozen=True):
    """A level grew or shrank by so much."""

    market_ticker: str
    side: str
    market_id: str | None = None
    price_dollars: str | None = None
    delta_fp: str | None = None
    price_cents: int | None = msgspec.field(name="price", default=None)
    delta: int | None = None
    ts: str | int | None = None
    ts_ms: int | None = None


class Delta(Frame, frozen=True, tag="orderbook_delta", kw_only=True):
    """A change of a level."""

    msg: DeltaMessage


class TickerMessage(Wire, frozen=True):
    """The top of the book and the totals of the market."""

    market_ticker: str
    market_id: str | None = None
    price_dollars: str | None = None
    yes_bid_dollars: str | None = None
    yes_ask_dollars: str | None = None
    yes_bid_size_fp: str | None = None
    yes_ask_size_fp: str | None = None
    last_trade_size_fp: str | None = None
    volume_fp: str | None = None
    open_interest_fp: str | None = None
    price_cents: int | None = msgspec.field(name="price", default=None)
    yes_bid_cents: int | None = msgspec.field(name="yes_bid", default=None)
    yes_ask_cents: int | None = msgspec.field(name="yes_ask", default=None)
    volume: int | None = None
    open_interest: int | None = None
    ts: int | None = None
    ts_ms: int | None = None
    time: str | None = None


class Ticker(Frame, frozen=True, tag="ticker", kw_only=True):
    """A quote; it has no sequence number."""

    msg: TickerMessage


class TradeMessage(Wire, frozen=True):
    """Contracts changed hands."""

    market_ticker: str
    trade_id: str = ""
    yes_price_dollars: str | None = None
    no_price_dollars: str | None = None
    count_fp: str | None = None
    yes_price_cents: int | None = msgspec.field(name="yes_price", default=None)
    no_price_cents: int | None = msgspec.field(name="no_price", default=None)
    count: int | None = None
    taker_side: str | None = None
    taker_outcome_side: str | None = None
    taker_book_side: str | None = None
    ts: int | None = None
    ts_ms: int | None = None


class TradeFrame(Frame, frozen=True, tag="trade", kw_only=True):
    """A trade."""

    msg: TradeMessage


class Metadata(Wire, frozen=True):
    """What a new market is about."""

    title: str | None = None
    name: str | None = None
    yes_sub_title: str | None = None
    no_sub_title: str | None = None
    event_ticker: str | None = None
    expected_expiration_ts: int | None = None


class LifecycleMessage(Wire, frozen=True):
    """Something became of a market; `event_type` says what."""

    market_ticker: str
    event_type: str | None = None
    open_ts: int | None = None
    close_ts: int | None = None
    result: str | None = None
    determination_ts: int | None = None
    settlement_value: Decimal | None = None
    settled_ts: int | None = None
    is_deactivated: bool | None = None
    ts_ms: int | None = None
    strike_type: str | None = None
    floor_strike: Decimal | None = None
    cap_strike: Decimal | None = None
    custom_strike: msgspec.Raw = msgspec.Raw()
    price_ranges: list[PriceRange] | None = None
    yes_sub_title: str | None = None
    additional_metadata: Metadata | None = None


class Lifecycle(Frame, frozen=True, tag="market_lifecycle_v2", kw_only=True):
    """A step of a market's life."""

    msg: LifecycleMessage


class CombinedLifecycle(Frame, frozen=True, tag="multivariate_market_lifecycle", kw_only=True):
    """A step of a combined market's life."""

    msg: LifecycleMessage


class EventLifecycleMessage(Wire, frozen=True):
    """An event came to be."""

    event_ticker: str
    title: str | None = None
    subtitle: str | None = None
    sub_title: str | None = None
    series_ticker: str | None = None
    collateral_return_type: str | None = None
    strike_date: int | None = None
    strike_period: str | None = None


class EventLifecycle(Frame, frozen=True, tag="event_lifecycle", kw_only=True):
    """A new event."""

    msg: EventLifecycleMessage


class CombinedEventLifecycle(Frame, frozen=True, tag="multivariate_event_lifecycle", kw_only=True):
    """A new event of combined markets."""

    msg: EventLifecycleMessage


class Head(Wire, frozen=True):
    """What every frame has; `cmd` marks a command of ours in a recording of both directions."""

    type: str | None = None
    cmd: str | None = None
    id: int | None = None
    sid: int | None = None
    seq: int | None = None
    msg: msgspec.Raw = msgspec.Raw()
    params: msgspec.Raw = msgspec.Raw()


AnyFrame = (
    Snapshot
    | Delta
    | Ticker
    | TradeFrame
    | Lifecycle
    | CombinedLifecycle
    | EventLifecycle
    | CombinedEventLifecycle
)
