"""Shapes of the venues' markets, notices and the platform's health."""

from typing import Annotated, Any, Literal

from pydantic import Field

from oraculum_gateway.shapes.base import PageQuery, PriceOut, TimeOut, Told

VenueName = Literal["polymarket", "kalshi", "manifold"]
MarketStatus = Literal[
    "upcoming", "open", "paused", "closed", "determined", "disputed", "resolved", "void", "unknown"
]
# The venue's own figure, as it gave it.
VenueNumber = Annotated[str, Field(examples=["0.525"])]


class QuoteOut(Told):
    """The latest price of an outcome."""

    outcome: int
    bid: VenueNumber | None
    ask: VenueNumber | None
    bid_size: VenueNumber | None
    ask_size: VenueNumber | None
    last: VenueNumber | None
    probability: PriceOut | None
    venue_time: TimeOut | None
    received_at: TimeOut | None
    stale: bool


class MarketOutcomeOut(Told):
    """An outcome of a venue's market."""

    id: int
    label: str
    venue_outcome_id: str


class MarketResolutionOut(Told):
    """How a venue's market came out."""

    kind: Literal["winner", "split", "void", "unknown"]
    payouts: list[PriceOut]
    original: str
    resolved_at: TimeOut | None
    final: bool


class MarketOut(Told):
    """A market of a venue."""

    venue: str
    id: str
    event_id: str | None
    title: str
    description: str
    outcomes: list[MarketOutcomeOut]
    status: MarketStatus
    original_status: str
    type: str
    categories: list[str]
    open_time: TimeOut | None
    start_time: TimeOut | None
    close_time: TimeOut | None
    tick_size: PriceOut | None
    volume: VenueNumber | None
    liquidity: VenueNumber | None
    mutually_exclusive: bool
    resolution: MarketResolutionOut | None
    url: str | None
    image_url: str | None
    received_at: TimeOut | None
    # Told by the address of one market, not by lists.
    quotes: list[QuoteOut] | None = None


class MarketsQuery(PageQuery):
    """Which markets."""

    venue: VenueName | None = None
    q: Annotated[str, Field(max_length=500)] = ""
    status: MarketStatus | None = None
    page: Annotated[int, Field(ge=0, le=500)] = 0


class QuotesOut(Told):
    """The latest price of each outcome."""

    data: list[QuoteOut]


class LevelOut(Told):
    """A level of a book."""

    price: VenueNumber
    size: VenueNumber


class BookOut(Told):
    """Bids and asks of an outcome, best first."""

    outcome: int
    bids: list[LevelOut]
    asks: list[LevelOut]
    venue_time: TimeOut | None


class BooksOut(Told):
    """Bids and asks of each outcome."""

    data: list[BookOut]


class MarketTradeOut(Told):
    """A trade on a venue."""

    id: str
    outcome: int
    price: VenueNumber
    size: VenueNumber
    taker_side: Literal["buy", "sell"] | None
    venue_time: TimeOut | None
    received_at: TimeOut | None


class NotificationOut(Told):
    """A notice in my inbox."""

    id: str
    kind: str
    title: str
    body: str
    data: dict[str, Any]
    created_at: TimeOut
    read_at: TimeOut | None


class NotificationsQuery(PageQuery):
    """Which notices."""

    unread: Literal["true", "false"] = "false"


class InboxOut(Told):
    """A page of my inbox."""

    data: list[NotificationOut]
    meta: dict[str, Any]


class MarkedOut(Told):
    """How many were unread."""

    marked: int


class HealthOut(Told):
    """Whether everything that we need answers."""

    status: Literal["ok", "degraded"]
