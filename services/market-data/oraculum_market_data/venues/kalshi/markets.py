"""Kalshi's events, markets and trades from trade-api/v2.

A bid of 0, an ask of 1 (of 0 in old answers) and a last price of 0 mean that there is none; creation in the year 1 means
unknown. The price grid is read from `price_ranges`, never from the name of its structure.
"""

from decimal import Decimal
from typing import Final

import msgspec

from oraculum_market_data import moments
from oraculum_market_data.decoding import Decoded, Reader, Source, each
from oraculum_market_data.figures import Price, finite, not_negative, price_of
from oraculum_market_data.normal import (
    Direction,
    Event,
    Item,
    Leg,
    Market,
    Quote,
    TickRange,
    Trade,
    Venue,
)
from oraculum_market_data.refusals import Refused
from oraculum_market_data.translation import Kept, first_figure, optional_figure, words
from oraculum_market_data.venues.kalshi.markets_wire import (
    KalshiEvent,
    KalshiMarket,
    KalshiTrade,
    PriceRange,
)
from oraculum_market_data.venues.kalshi.vocabulary import (
    NO,
    UNIT,
    YES,
    dollars_of,
    price_in,
    resolution_of,
    status_of,
    yes_and_no,
)

_MARKET_URL: Final = "https://kalshi.com/markets/"

_read_event = Reader(KalshiEvent)
_read_market = Reader(KalshiMarket)
_read_trade = Reader(KalshiTrade)


def decode_event(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode an event and the markets that are nested in it."""
    wire = _read_event(raw)
    if not wire.event_ticker:
        raise Refused("event_ticker", "empty: the event cannot be told from others")
    into.items.append(_event(wire, source))
    each(wire.markets or [], into, "markets", lambda market: _market_items(market, source, wire))


def decode_market(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a market."""
    into.items += _market_items(raw, source, None)


def decode_trade(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a trade."""
    wire = _read_trade(raw)
    count = first_figure((wire.count_fp, "count_fp"), (wire.count, "count"))
    yes_price = price_in(wire.yes_price_dollars, wire.yes_price, "yes_price")
    if count is None or yes_price is None:
        raise Refused("count_fp" if count is None else "yes_price_dollars", "missing")
    into.items.append(
        Trade(
            venue=Venue.KALSHI,
            market_id=wire.ticker,
            outcome_id=YES,
            id=wire.trade_id,
            price=yes_price,
            other_price=price_in(wire.no_price_dollars, wire.no_price, "no_price"),
            size=not_negative(count, "count_fp"),
            direction=direction(wire.taker_book_side, wire.taker_outcome_side or wire.taker_side),
            original_side=wire.taker_outcome_side or wire.taker_side or "",
            is_block=bool(wire.is_block_trade),
            venue_time=moments.instant(wire.created_time, "created_time"),
            received_at=source.received_at,
        )
    )


def direction(book_side: str | None, outcome_side: str | None) -> Direction | None:
    """What the taker did, seen from YES: a taker of NO sold YES."""
    buys = {"bid": True, "ask": False}.get(book_side or "")
    if buys is None:
        buys = {YES: True, NO: False}.get(outcome_side or "")
    return None if buys is None else Direction.BUY if buys else Direction.SELL


def tick_ranges(wire: list[PriceRange] | None) -> tuple[TickRange, ...]:
    """The price grid of a market."""
    return tuple(
        TickRange(
            start=price_of(span.start, "price_ranges.start"),
            end=price_of(span.end, "price_ranges.end"),
            step=price_of(span.step, "price_ranges.step"),
        )
        for span in wire or ()
    )


def strike_of(raw: msgspec.Raw, **named: object) -> dict[str, str]:
    """What a market's bracket is made of; a strike of several parts stays JSON."""
    strike = {name: str(value) for name, value in named.items() if value is not None and value != ""}
    custom = bytes(raw)
    if custom and custom != b"null":
        strike["custom"] = custom.decode(errors="replace")
    return strike


def _event(wire: KalshiEvent, source: Source) -> Event:
    kept = Kept()
    sources = [told.url or told.name or "" for told in wire.settlement_sources or ()]
    return Event(
        venue=Venue.KALSHI,
        id=wire.event_ticker,
        title=wire.title,
        subtitle=wire.sub_title or "",
        original_status=words(strike_period=wire.strike_period, collateral=wire.collateral_return_type),
        category=wire.category or "",
        series_id=wire.series_ticker or None,
        mutually_exclusive=wire.mutually_exclusive,
        ends_at=kept.time("ends_at", wire.strike_date),
        updated_at=kept.time("updated_at", wire.last_updated_ts),
        resolution_source=" ".join(sources),
        kept=kept.texts,
        received_at=source.received_at,
    )


def _market_items(raw: msgspec.Raw, source: Source, parent: KalshiEvent | None) -> list[Item]:
    wire = _read_market(raw)
    if not wire.ticker:
        raise Refused("ticker", "empty: the market cannot be told from others")
    return [_market(wire, source, parent), *_quotes(wire, source)]


def _market(wire: KalshiMarket, source: Source, parent: KalshiEvent | None) -> Market:
    kept = Kept()
    status = status_of(wire.status)
    ranges = tick_ranges(wire.price_ranges)
    settled = price_in(wire.settlement_value_dollars, wire.settlement_value, "settlement_value")
    return Market(
        venue=Venue.KALSHI,
        id=wire.ticker,
        event_id=wire.event_ticker or (parent.event_ticker if parent else None) or None,
        aliases={"collection": wire.mve_collection_ticker} if wire.mve_collection_ticker else {},
        title=wire.title or "",
        group_title=wire.yes_sub_title or wire.subtitle or "",
        description="\n\n".join(filter(None, (wire.rules_primary, wire.rules_secondary))),
        outcomes=yes_and_no(wire.yes_sub_title, wire.no_sub_title),
        original_type=wire.market_type or "",
        status=status,
        original_status=wire.status,
        category=(parent.category if parent else None) or "",
        tick_size=ranges[0].step if len(ranges) == 1 else _old_tick(wire, ranges),
        tick_ranges=ranges,
        opens_at=kept.time("opens_at", wire.open_time),
        closes_at=kept.time("closes_at", wire.close_time),
        ends_at=kept.time("ends_at", wire.expected_expiration_time or wire.occurrence_datetime),
        occurs_at=kept.time("occurs_at", wire.occurrence_datetime),
        expires_at=kept.time("expires_at", wire.latest_expiration_time or wire.expiration_time),
        created_at=kept.time("created_at", wire.created_time),
        updated_at=kept.time("updated_at", wire.updated_time),
        volume=first_figure((wire.volume_fp, "volume_fp"), (wire.volume, "volume")),
        volume_24h=first_figure((wire.volume_24h_fp, "volume_24h_fp"), (wire.volume_24h, "volume_24h")),
        open_interest=first_figure(
            (wire.open_interest_fp, "open_interest_fp"), (wire.open_interest, "open_interest")
        ),
        liquidity=dollars_of(wire.liquidity_dollars, wire.liquidity, "liquidity"),
        unit=UNIT,
        mutually_exclusive=True,
        resolution=resolution_of(
            wire.result or "",
            None if settled is None else settled.exact,
            status,
            words(result=wire.result, expiration_value=wire.expiration_value),
            kept.time("settled_at", wire.settlement_ts),
        ),
        strike=strike_of(
            wire.custom_strike,
            type=wire.strike_type,
            floor=optional_figure(wire.floor_strike, "floor_strike"),
            cap=optional_figure(wire.cap_strike, "cap_strike"),
            functional=wire.functional_strike,
        ),
        legs=tuple(
            Leg(leg.event_ticker, leg.market_ticker, leg.side) for leg in wire.mve_selected_legs or ()
        ),
        url=f"{_MARKET_URL}{wire.ticker.lower()}",
        kept=kept.texts,
        received_at=source.received_at,
    )


def _old_tick(wire: KalshiMarket, ranges: tuple[TickRange, ...]) -> Price | None:
    """The step in cents of the markets that name no grid; several ranges have no one step."""
    return None if ranges else price_in(None, wire.tick_size, "tick_size")


def _quotes(wire: KalshiMarket, source: Source) -> list[Item]:
    yes = _quote(wire, source, YES)
    no = _quote(wire, source, NO)
    return [quote for quote in (yes, no) if quote is not None]


def _quote(wire: KalshiMarket, source: Source, side: str) -> Quote | None:
    is_yes = side == YES
    if is_yes:
        bid = price_in(wire.yes_bid_dollars, wire.yes_bid, "yes_bid")
        ask = price_in(wire.yes_ask_dollars, wire.yes_ask, "yes_ask")
    else:
        bid = price_in(wire.no_bid_dollars, wire.no_bid, "no_bid")
        ask = price_in(wire.no_ask_dollars, wire.no_ask, "no_ask")
    if bid is None and ask is None:
        return None
    kept = Kept()
    bid, ask = tradable_bid(bid, kept), tradable_ask(ask, kept)
    last = price_in(wire.last_price_dollars, wire.last_price, "last_price") if is_yes else None
    return Quote(
        venue=Venue.KALSHI,
        market_id=wire.ticker,
        outcome_id=side,
        bid=bid,
        ask=ask,
        bid_size=_size(wire.yes_bid_size_fp if is_yes else wire.yes_ask_size_fp, bid),
        ask_size=_size(wire.yes_ask_size_fp if is_yes else wire.yes_bid_size_fp, ask),
        last=kept.tradable("last", last, never=0),
        kept=kept.texts,
        received_at=source.received_at,
    )


def tradable_bid(bid: Price | None, kept: Kept) -> Price | None:
    """A bid, unless it is one that nobody can make: 0, or 1 where an old answer mirrors an ask of 0."""
    return kept.tradable("bid", kept.tradable("bid", bid, never=0), never=1)


def tradable_ask(ask: Price | None, kept: Kept) -> Price | None:
    """An ask, unless it is one that nobody can make: 1, or the 0 of old answers."""
    return kept.tradable("ask", kept.tradable("ask", ask, never=1), never=0)


def _size(size: Decimal | None, at: Price | None) -> Decimal | None:
    """What stands at the top, where there is a top; a NO bid is the YES ask seen from the other side."""
    return None if at is None or size is None else not_negative(finite(size, "size_fp"), "size_fp")
