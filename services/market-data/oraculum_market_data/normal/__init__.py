"""The normal form: what any venue says, in one set of words.

Prices are `figures.Price` (the venue's exact decimal and its nearest millionth), sizes and volumes exact decimals in
the venue's own unit, times aware UTC, identifiers text. A venue's own words stand beside ours wherever we translate.
"""

from oraculum_market_data.normal.base import (
    UNNAMED,
    Direction,
    Item,
    Part,
    ResolutionKind,
    Side,
    Status,
    Venue,
)
from oraculum_market_data.normal.markets import (
    Event,
    Leg,
    Market,
    MarketChange,
    Outcome,
    Payout,
    Pool,
    Resolution,
    Scale,
    TickRange,
)
from oraculum_market_data.normal.others import Control, Reference, ReferencePrice, VenueError
from oraculum_market_data.normal.trading import (
    BookDelta,
    BookSnapshot,
    Candle,
    Fill,
    Level,
    Ohlc,
    Order,
    PricePoint,
    Quote,
    Trade,
)

__all__ = [
    "UNNAMED",
    "BookDelta",
    "BookSnapshot",
    "Candle",
    "Control",
    "Direction",
    "Event",
    "Fill",
    "Item",
    "Leg",
    "Level",
    "Market",
    "MarketChange",
    "Ohlc",
    "Order",
    "Outcome",
    "Part",
    "Payout",
    "Pool",
    "PricePoint",
    "Quote",
    "Reference",
    "ReferencePrice",
    "Resolution",
    "ResolutionKind",
    "Scale",
    "Side",
    "Status",
    "TickRange",
    "Trade",
    "Venue",
    "VenueError",
]
