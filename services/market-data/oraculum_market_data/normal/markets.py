"""Events, markets and what becomes of them."""

from datetime import datetime
from decimal import Decimal

from msgspec import field

from oraculum_market_data.figures import Price
from oraculum_market_data.normal.base import Item, Part, ResolutionKind, Status, Venue


class Outcome(Part, frozen=True, kw_only=True):
    """What can be bought in a market.

    Outcomes of a yes-or-no market are numbered NO = 0 and YES = 1 everywhere in the system; other outcomes keep the
    venue's order. `id` is the venue's: a token id, a side, an answer id; absent where the venue has none.
    """

    index: int
    label: str
    id: str | None = None
    price: Price | None = None
    resolution: str | None = None


class Payout(Part, frozen=True):
    """What one share of an outcome pays: from 0 to 1, as the venue says, or in hundredths by `of`.

    Manifold gives weights that add up to a hundred, or nearly: dividing them would alter what was recorded.
    """

    outcome: int
    share: Decimal
    of: int = 1


class Resolution(Part, frozen=True, kw_only=True):
    """How a market came out; a numeric one at the `value` that was measured."""

    kind: ResolutionKind
    payouts: tuple[Payout, ...] = ()
    winner: int | None = None
    winner_id: str | None = None
    value: Decimal | None = None
    final: bool = False
    resolved_at: datetime | None = None
    original: str = ""


class TickRange(Part, frozen=True):
    """Prices from `start` to `end` move in steps of `step`."""

    start: Price
    end: Price
    step: Price


class Scale(Part, frozen=True, kw_only=True):
    """What the probability of a numeric market stands for: a value between two ends, perhaps on a logarithmic scale."""

    low: Decimal
    high: Decimal
    is_logarithmic: bool = False
    value: Decimal | None = None


class Pool(Part, frozen=True, kw_only=True):
    """The reserves of a market maker that stands in for an order book."""

    reserves: dict[str, Decimal]
    weight: Decimal | None = None


class Leg(Part, frozen=True):
    """One of the bets that a combined market is made of."""

    event_id: str
    market_id: str
    side: str


class Event(Item, frozen=True, kw_only=True):
    """A question with one or several markets."""

    venue: Venue
    id: str
    slug: str = ""
    title: str = ""
    subtitle: str = ""
    description: str = ""
    status: Status | None = None
    original_status: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    series_id: str | None = None
    market_ids: tuple[str, ...] = ()
    mutually_exclusive: bool | None = None
    neg_risk: bool = False
    neg_risk_id: str | None = None
    is_augmented: bool = False
    starts_at: datetime | None = None
    game_starts_at: datetime | None = None
    ends_at: datetime | None = None
    closed_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    volume: Decimal | None = None
    volume_24h: Decimal | None = None
    liquidity: Decimal | None = None
    open_interest: Decimal | None = None
    resolution_source: str = ""
    image_url: str = ""
    kept: dict[str, str] = field(default_factory=dict)
    received_at: datetime | None = None


class Market(Item, frozen=True, kw_only=True):
    """One market of a venue.

    `id` is the id that the venue's live feed uses; `aliases` holds every other one. `kept` holds the venue's own text
    of a figure or time that the field of that name cannot hold (a sentinel, a date beyond the calendar, a nanosecond).

    Of the times, `starts_at` is when the venue put the market up, `opens_at` when it took orders, `game_starts_at` when
    the game begins, `occurs_at` when what is asked about happens, `closes_at` when trading ends and `ends_at` when the
    question is meant to be settled; `closed_at` is when it was closed in fact.
    """

    venue: Venue
    id: str
    event_id: str | None = None
    aliases: dict[str, str] = field(default_factory=dict)
    slug: str = ""
    title: str = ""
    group_title: str = ""
    description: str = ""
    outcomes: tuple[Outcome, ...] = ()
    original_type: str = ""
    status: Status
    original_status: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    tick_size: Price | None = None
    tick_ranges: tuple[TickRange, ...] = ()
    minimum_size: Decimal | None = None
    starts_at: datetime | None = None
    opens_at: datetime | None = None
    game_starts_at: datetime | None = None
    closes_at: datetime | None = None
    ends_at: datetime | None = None
    occurs_at: datetime | None = None
    expires_at: datetime | None = None
    closed_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    traded_at: datetime | None = None
    volume: Decimal | None = None
    volume_24h: Decimal | None = None
    liquidity: Decimal | None = None
    open_interest: Decimal | None = None
    unit: str = ""
    neg_risk: bool = False
    mutually_exclusive: bool | None = None
    is_placeholder: bool = False
    resolution: Resolution | None = None
    resolution_source: str = ""
    scale: Scale | None = None
    pool: Pool | None = None
    strike: dict[str, str] = field(default_factory=dict)
    legs: tuple[Leg, ...] = ()
    fees: dict[str, str] = field(default_factory=dict)
    url: str = ""
    image_url: str = ""
    kept: dict[str, str] = field(default_factory=dict)
    received_at: datetime | None = None


class MarketChange(Item, frozen=True, kw_only=True):
    """What a live feed says has changed about a market; a field that is absent did not change."""

    venue: Venue
    market_id: str
    word: str
    aliases: dict[str, str] = field(default_factory=dict)
    event_id: str | None = None
    status: Status | None = None
    title: str | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    expires_at: datetime | None = None
    tick_size: Price | None = None
    tick_size_before: Price | None = None
    tick_ranges: tuple[TickRange, ...] = ()
    strike: dict[str, str] = field(default_factory=dict)
    outcomes: tuple[Outcome, ...] = ()
    resolution: Resolution | None = None
    volume: Decimal | None = None
    pool: Pool | None = None
    kept: dict[str, str] = field(default_factory=dict)
    venue_time: datetime | None = None
    received_at: datetime | None = None
