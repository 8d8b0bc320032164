"""The market channel's frames as they come over the wire, in all three ages of `price_change`."""

import msgspec

from oraculum_market_data.decoding import Wire
from oraculum_market_data.venues.polymarket.clob_wire import ClobBook, ClobLevel

Stamp = str | int


class Frame(Wire, frozen=True, tag_field="event_type"):
    """A frame; `event_type` tells which."""


class LevelChange(Wire, frozen=True):
    """A level as it is now, in the present form: `size` is what is left, 0 removes the level."""

    asset_id: str
    price: str
    size: str
    side: str
    hash: str = ""
    best_bid: str = ""
    best_ask: str = ""


class OldLevelChange(Wire, frozen=True):
    """A level as it is now, in the form of 2024 and 2025, where the frame names the token."""

    price: str
    size: str
    side: str


class PriceChange(Frame, frozen=True, tag="price_change"):
    """Levels changed. `price_changes` is the present form, `changes` the one until 2025-09, `price` that of 2024."""

    market: str
    timestamp: Stamp
    price_changes: list[LevelChange] | None = None
    changes: list[OldLevelChange] | None = None
    asset_id: str = ""
    hash: str = ""
    price: str | None = None
    size: str | None = None
    side: str | None = None


class PriceChangeEntries(Wire, frozen=True):
    """The entries of a `price_change` one by one, for a frame of which not all can be taken."""

    market: str
    timestamp: Stamp
    price_changes: list[msgspec.Raw]


class BookFrame(Frame, frozen=True, tag="book"):
    """A whole book, on subscription and after trades."""

    market: str
    asset_id: str
    timestamp: Stamp
    bids: list[ClobLevel] | None = None
    asks: list[ClobLevel] | None = None
    # The oldest frames call the two sides so.
    buys: list[ClobLevel] | None = None
    sells: list[ClobLevel] | None = None
    hash: str = ""
    tick_size: str | None = None
    min_order_size: str | None = None
    last_trade_price: str | None = None

    def as_book(self) -> ClobBook:
        """The same book as the REST service would give it."""
        return ClobBook(
            market=self.market,
            asset_id=self.asset_id,
            bids=self.bids if self.bids is not None else self.buys,
            asks=self.asks if self.asks is not None else self.sells,
            timestamp=self.timestamp,
            hash=self.hash,
            tick_size=self.tick_size,
            min_order_size=self.min_order_size,
            last_trade_price=self.last_trade_price,
        )


class LastTradePrice(Frame, frozen=True, tag="last_trade_price"):
    """A trade. `transaction_hash` came with 2025."""

    market: str
    asset_id: str
    price: str
    size: str
    side: str
    timestamp: Stamp
    fee_rate_bps: str | None = None
    transaction_hash: str | None = None


class TickSizeChange(Frame, frozen=True, tag="tick_size_change"):
    """Prices near 0 or 1 move in smaller steps from now on, or in larger ones again."""

    market: str
    asset_id: str
    old_tick_size: str
    new_tick_size: str
    timestamp: Stamp


class BestBidAsk(Frame, frozen=True, tag="best_bid_ask"):
    """The top of a book."""

    market: str
    asset_id: str
    timestamp: Stamp
    best_bid: str = ""
    best_ask: str = ""


class EventMessage(Wire, frozen=True):
    """The event of a new market."""

    id: str | int
    ticker: str | None = None
    slug: str | None = None
    title: str | None = None
    description: str | None = None


class NewMarket(Frame, frozen=True, tag="new_market"):
    """A market was opened."""

    market: str
    timestamp: Stamp
    question: str
    id: str | int = ""
    slug: str = ""
    description: str = ""
    assets_ids: list[str] = msgspec.field(default_factory=list)
    asset_ids: list[str] = msgspec.field(default_factory=list)
    clob_token_ids: list[str] = msgspec.field(default_factory=list)
    outcomes: list[str] = msgspec.field(default_factory=list)
    event_message: EventMessage | None = None
    tags: list[str] | None = None
    active: bool | None = None
    group_item_title: str | None = None
    sports_market_type: str | None = None
    game_start_time: str | None = None
    order_price_min_tick_size: str | None = None


class MarketResolved(Frame, frozen=True, tag="market_resolved"):
    """A market was resolved."""

    market: str
    timestamp: Stamp
    winning_asset_id: str = ""
    winning_outcome: str = ""
    id: str | int = ""
    assets_ids: list[str] = msgspec.field(default_factory=list)
    event_message: EventMessage | None = None


SingleFrame = BookFrame | LastTradePrice | TickSizeChange | BestBidAsk | NewMarket | MarketResolved
AnyFrame = PriceChange | SingleFrame
