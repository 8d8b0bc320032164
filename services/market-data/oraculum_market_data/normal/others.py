"""What a feed says beside markets and trading."""

from datetime import datetime
from decimal import Decimal

from msgspec import field

from oraculum_market_data.normal.base import Item, Venue


class ReferencePrice(Item, frozen=True, kw_only=True):
    """The price of something outside the venue that its markets ask about."""

    venue: Venue
    source: str
    symbol: str
    value: Decimal
    precise: str = ""
    venue_time: datetime
    received_by_venue_at: datetime | None = None
    published_at: datetime | None = None
    received_at: datetime | None = None


class Reference(Item, frozen=True, kw_only=True):
    """Something of a venue that is understood, but that the normal form has no fields for: a tag, a series, a user.

    `details` holds its fields as the venue wrote them; one that is itself an object or a list stays JSON.
    """

    venue: Venue
    what: str
    id: str | None = None
    market_id: str | None = None
    details: dict[str, str] = field(default_factory=dict)
    received_at: datetime | None = None


class Control(Item, frozen=True, kw_only=True):
    """The feed speaks about itself: subscribed, acknowledged, alive. `stream` and `sequence` count as a message's do."""

    venue: Venue
    word: str
    stream: int | None = None
    sequence: int | None = None
    command: int | None = None
    details: dict[str, str] = field(default_factory=dict)
    received_at: datetime | None = None


class VenueError(Item, frozen=True, kw_only=True):
    """The venue answered with an error instead of data."""

    venue: Venue
    code: str = ""
    message: str = ""
    stream: int | None = None
    sequence: int | None = None
    command: int | None = None
    details: dict[str, str] = field(default_factory=dict)
    received_at: datetime | None = None
