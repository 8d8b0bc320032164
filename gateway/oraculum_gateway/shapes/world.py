"""Shapes of the venues' markets, notices and the platform's health."""

from typing import Annotated, Any, Literal

from pydantic import Field

from oraculum_gateway.shapes.base import Given, PageQuery, PriceOut, TimeOut, Told

VenueName = Literal["polymarket", "kalshi", "manifold"]
MarketStatus = Literal[
    "upcoming", "open", "paused", "closed", "determined", "disputed", "resolved", "void", "unknown"
]
QualityKind = Literal[
    "stale",
    "gap",
    "crossed",
    "locked",
    "out_of_range",
    "time_backwards",
    "duplicate",
    "sum",
    "silent",
    "skew",
    "unknown",
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
    quality: list[QualityKind]


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


class IncidentOut(Told):
    """Something that was wrong with what a venue said, from when to when."""

    id: str
    kind: QualityKind
    venue: str
    market_id: str | None
    outcome: int | None
    started_at: TimeOut
    ended_at: TimeOut | None
    occurrences: int
    detail: str


class IncidentsQuery(PageQuery):
    """Which incidents."""

    venue: VenueName | None = None
    market_id: Annotated[str, Field(max_length=200)] = ""
    open: Literal["true", "false"] = "false"


class MatchSideOut(Told):
    """One side of a match: a market, and the outcome of it that says the same as the other's."""

    market: MarketOut
    outcome: int
    quote: QuoteOut | None


class MatchOut(Told):
    """The same question on two venues, with the gap between their prices."""

    first: MatchSideOut
    second: MatchSideOut
    # How sure we are that they ask the same, from 0 to 1.
    score: PriceOut
    # Second's probability less first's; it may be below zero.
    gap: Annotated[str, Field(examples=["-0.025"])] | None
    # What buying on one side and selling on the other leaves of a share after both venues' fees.
    edge: Annotated[str, Field(examples=["0.0332"])] | None
    buy: Literal["first", "second"] | None


class MatchesQuery(Given):
    """Which matches."""

    venue: VenueName | None = None
    market_id: Annotated[str, Field(max_length=200)] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class MatchesOut(Told):
    """Matches, the widest edge first."""

    data: list[MatchOut]


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
