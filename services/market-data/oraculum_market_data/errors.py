"""What market-data refuses, and what goes wrong with a venue."""

from oraculum_kit.errors import NotFound


class VenueMarketNotFound(NotFound):
    """There is no such market of that venue."""

    reason = "VENUE_MARKET_NOT_FOUND"


class VenueAwayError(ConnectionError):
    """A venue does not answer, or answers that it cannot: the same request may succeed later."""
