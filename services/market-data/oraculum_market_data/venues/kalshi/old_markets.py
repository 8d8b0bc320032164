"""Kalshi's undocumented v1 web API: other names, prices in cents, settlements in hundredths of a cent."""

from decimal import Decimal
from typing import Final

import msgspec

from oraculum_market_data.decoding import Decoded, Reader, Source, each
from oraculum_market_data.figures import EXACT
from oraculum_market_data.normal import Event, Item, Market, Quote, Venue
from oraculum_market_data.refusals import Refused
from oraculum_market_data.translation import Kept, first_figure, words
from oraculum_market_data.venues.kalshi.markets import strike_of, tradable_ask, tradable_bid
from oraculum_market_data.venues.kalshi.markets_wire import OldEvent, OldMarket
from oraculum_market_data.venues.kalshi.vocabulary import (
    UNIT,
    YES,
    price_in,
    resolution_of,
    status_of,
    yes_and_no,
)

_CENTICENTS: Final = Decimal(10_000)

_read_event = Reader(OldEvent)
_read_market = Reader(OldMarket)


def decode_event(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode an event and its markets."""
    wire = _read_event(raw)
    kept = Kept()
    into.items.append(
        Event(
            venue=Venue.KALSHI,
            id=wire.ticker,
            title=wire.title,
            subtitle=wire.sub_title or "",
            description=wire.underlying or "",
            category=wire.category or "",
            tags=tuple(wire.tags or ()),
            series_id=wire.series_ticker or None,
            mutually_exclusive=wire.mutually_exclusive,
            ends_at=kept.time("ends_at", wire.target_datetime),
            resolution_source=" ".join(told.url or told.name or "" for told in wire.settlement_sources or ()),
            kept=kept.texts,
            received_at=source.received_at,
        )
    )
    each(wire.markets, into, "markets", lambda market: _items_of(market, source, wire))


def decode_market(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a market that stands alone."""
    into.items += _items_of(raw, source, None)


def _items_of(raw: msgspec.Raw, source: Source, parent: OldEvent | None) -> list[Item]:
    wire = _read_market(raw)
    if not wire.ticker_name:
        raise Refused("ticker_name", "empty: the market cannot be told from others")
    return [_market(wire, source, parent), _quote(wire, source)]


def _market(wire: OldMarket, source: Source, parent: OldEvent | None) -> Market:
    kept = Kept()
    status = status_of(wire.status)
    settled = wire.settlement_value_centicents
    return Market(
        venue=Venue.KALSHI,
        id=wire.ticker_name,
        event_id=None if parent is None else parent.ticker,
        aliases={"market": wire.id} if wire.id else {},
        title=wire.title or "",
        group_title=wire.yes_sub_title or wire.sub_title or "",
        outcomes=yes_and_no(wire.yes_sub_title, wire.no_sub_title),
        status=status,
        original_status=wire.status,
        category=(parent.category if parent else None) or "",
        opens_at=kept.time("opens_at", wire.open_date),
        closes_at=kept.time("closes_at", wire.close_date),
        ends_at=kept.time("ends_at", wire.expected_expiration_date),
        expires_at=kept.time("expires_at", wire.expiration_date),
        created_at=kept.time("created_at", wire.create_date),
        volume=first_figure((wire.volume_fp, "volume_fp"), (wire.volume, "volume")),
        open_interest=first_figure(
            (wire.open_interest_fp, "open_interest_fp"), (wire.open_interest, "open_interest")
        ),
        unit=UNIT,
        mutually_exclusive=True,
        resolution=resolution_of(
            wire.result or "",
            None if settled is None else EXACT.divide(Decimal(settled), _CENTICENTS),
            status,
            words(result=wire.result, expiration_value=wire.expiration_value),
            None,
        ),
        strike=strike_of(wire.custom_strike, type=wire.strike_type),
        kept=kept.texts,
        received_at=source.received_at,
    )


def _quote(wire: OldMarket, source: Source) -> Quote:
    kept = Kept()
    return Quote(
        venue=Venue.KALSHI,
        market_id=wire.ticker_name,
        outcome_id=YES,
        bid=tradable_bid(price_in(wire.yes_bid_dollars, wire.yes_bid, "yes_bid"), kept),
        ask=tradable_ask(price_in(wire.yes_ask_dollars, wire.yes_ask, "yes_ask"), kept),
        last=kept.tradable("last", price_in(wire.last_price_dollars, wire.last_price, "last_price"), never=0),
        kept=kept.texts,
        received_at=source.received_at,
    )
