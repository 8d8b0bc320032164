"""Kalshi's answers that describe its catalogue rather than a market: series, milestones, schedules and the like.

They are understood and handed on as they are.
"""

from typing import Final

import msgspec

from oraculum_market_data.bodies import RecordDecoder, RecordShape, shape
from oraculum_market_data.decoding import Decoded, Reader, Source, details_of
from oraculum_market_data.normal import Reference, Venue

_IDS: Final = ("id", "trade_id", "order_id", "milestone_id", "ticker", "collection_ticker", "period_ticker")
_MARKETS: Final = ("market_ticker", "example_ticker")

_read_fields = Reader(dict[str, msgspec.Raw])


def reference_shapes() -> tuple[RecordShape, ...]:
    """The shapes of the catalogue; the more particular first."""
    return tuple(shape(what, fields, _decoder(what), _ABSENT.get(what, "")) for what, fields in _CATALOGUE)


_CATALOGUE: Final = (
    ("exchange_status", "exchange_active trading_active"),
    ("exchange_schedule", "schedule"),
    ("fee_change", "series_ticker scheduled_ts"),
    ("series", "ticker title frequency"),
    ("milestone", "id related_event_tickers start_date"),
    ("incentive_program", "incentive_type market_ticker"),
    ("event_metadata", "market_details settlement_sources"),
    ("tags_by_categories", "tags_by_categories"),
    ("filters_by_sports", "filters_by_sports"),
    ("historical_cutoff", "market_settled_ts trades_created_ts"),
    ("announcement", "message delivery_time"),
    ("collection", "collection_ticker associated_events"),
    ("structured_target", "id name type details"),
    ("live_data", "milestone_id type details"),
    ("portfolio", "event_positions market_positions"),
    ("fill", "trade_id order_id"),
    ("order", "order_id ticker"),
    ("settlement", "ticker market_result"),
    ("lookup", "event_ticker market_ticker"),
    ("user_data_timestamp", "as_of_time"),
    ("price_grid", "price_level_structure price_ranges"),
    ("occurrence_pair", "period_ticker game_ticker"),
    ("market_extract", "ticker close_time"),
)

# A look-up that answers with the market itself is a wrapper around a market.
_ABSENT: Final = {"lookup": "market"}


def _decoder(what: str) -> RecordDecoder:
    def decode(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
        details = details_of(_read_fields(raw))
        identity = next((details.pop(name) for name in _IDS if name in details), source.subject)
        market = next((details.pop(name) for name in _MARKETS if name in details), None)
        into.items.append(
            Reference(
                venue=Venue.KALSHI,
                what=what,
                id=identity,
                market_id=market,
                details=details,
                received_at=source.received_at,
            )
        )

    return decode
