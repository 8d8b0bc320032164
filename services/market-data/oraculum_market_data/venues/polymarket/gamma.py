"""Gamma: events and markets as Polymarket lists them.

What is particular here, and measured on recordings: lists come as JSON inside a text; `active` stays true for ever;
a closed market is resolved only when the oracle says so and the prices are exact; a bid of 0 and an ask of 1 are no
quote.
"""

import contextlib
from decimal import Decimal
from typing import Final, TypeVar

import msgspec

from oraculum_market_data.decoding import Decoded, Reader, Source, details_of, each, invalid, malformed
from oraculum_market_data.figures import Price, price_of
from oraculum_market_data.normal import (
    Event,
    Item,
    Market,
    Outcome,
    Quote,
    Reference,
    Scale,
    Status,
    Venue,
)
from oraculum_market_data.refusals import Refused
from oraculum_market_data.translation import (
    Kept,
    first_figure,
    numbered,
    optional_figure,
    optional_price,
    words,
)
from oraculum_market_data.venues.polymarket.gamma_wire import (
    GammaEvent,
    GammaFees,
    GammaIdentity,
    GammaMarket,
    Listed,
)
from oraculum_market_data.venues.polymarket.resolutions import by_oracle

_UNIT: Final = "USDC"
_MARKET_URL: Final = "https://polymarket.com/market/"

Element = TypeVar("Element")

read_event = Reader(GammaEvent)
read_market = Reader(GammaMarket)
_read_identity = Reader(GammaIdentity)
_read_fields = Reader(dict[str, msgspec.Raw])
_texts = msgspec.json.Decoder(list[str])
_decimals = msgspec.json.Decoder(list[Decimal])


def decode_event(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode an event and the markets that are nested in it."""
    wire = read_event(raw)
    into.items.append(_event(wire, source))
    each(wire.markets or [], into, "markets", lambda market: _market_items(market, source, wire))


def decode_market(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a market, and the events that are nested in it without their markets."""
    wire = read_market(raw)
    parents = [read_event(event) for event in wire.events or []]
    into.items += [_event(parent, source) for parent in parents]
    into.items += _items_of(wire, source, parents[0] if parents else None)


def decode_tag(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a tag."""
    into.items.append(_reference("tag", raw, source))


def decode_series(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a series; the events in it stay JSON."""
    into.items.append(_reference("series", raw, source))


def _reference(what: str, raw: msgspec.Raw, source: Source) -> Reference:
    details = details_of(_read_fields(raw))
    identity = details.pop("id", None)
    return Reference(
        venue=Venue.POLYMARKET, what=what, id=identity, details=details, received_at=source.received_at
    )


def _event(wire: GammaEvent, source: Source) -> Event:
    kept = Kept()
    return Event(
        venue=Venue.POLYMARKET,
        id=str(wire.id),
        slug=wire.slug or wire.ticker or "",
        title=wire.title or "",
        subtitle=wire.subtitle or "",
        description=wire.description or "",
        status=_event_status(wire),
        original_status=words(active=wire.active, closed=wire.closed, archived=wire.archived),
        category=wire.category or "",
        tags=tuple(tag.label or tag.slug or "" for tag in wire.tags or []),
        series_id=str(wire.series[0].id) if wire.series else wire.series_slug,
        market_ids=tuple(_condition_ids(wire.markets or [])),
        mutually_exclusive=wire.neg_risk,
        neg_risk=bool(wire.neg_risk),
        neg_risk_id=wire.neg_risk_market_id or None,
        is_augmented=bool(wire.neg_risk_augmented),
        starts_at=kept.time("starts_at", wire.start_date),
        game_starts_at=kept.time("game_starts_at", wire.start_time),
        ends_at=kept.time("ends_at", wire.end_date),
        closed_at=kept.time("closed_at", wire.closed_time),
        created_at=kept.time("created_at", wire.created_at),
        updated_at=kept.time("updated_at", wire.updated_at),
        volume=optional_figure(wire.volume, "volume"),
        volume_24h=optional_figure(wire.volume24hr, "volume24hr"),
        liquidity=optional_figure(wire.liquidity, "liquidity"),
        open_interest=optional_figure(wire.open_interest, "openInterest"),
        resolution_source=wire.resolution_source or "",
        image_url=wire.image or "",
        kept=kept.texts,
        received_at=source.received_at,
    )


def _event_status(wire: GammaEvent) -> Status | None:
    if wire.closed or wire.archived:
        return Status.CLOSED
    return None if wire.active is None else Status.OPEN if wire.active else Status.UPCOMING


def _condition_ids(markets: list[msgspec.Raw]) -> list[str]:
    """The ids of the nested markets; one that cannot be read is refused where it is decoded."""
    ids = []
    for raw in markets:
        with contextlib.suppress(Refused):
            ids.append(_read_identity(raw).condition_id)
    return [identity for identity in ids if identity]


def _number(outcome: Outcome) -> int:
    return outcome.index


def _market_items(raw: msgspec.Raw, source: Source, parent: GammaEvent) -> list[Item]:
    return _items_of(read_market(raw), source, parent)


def _items_of(wire: GammaMarket, source: Source, parent: GammaEvent | None) -> list[Item]:
    if not wire.condition_id:
        raise Refused("conditionId", "empty: the market cannot be told from others")
    listed = _outcomes(wire)
    market = _market(wire, tuple(sorted(listed, key=_number)), source, parent)
    # Gamma's bestBid, bestAsk and lastTradePrice are about the outcome that it lists first.
    quote = _quote(wire, listed[0], source) if listed else None
    return [market] if quote is None else [market, quote]


def _market(
    wire: GammaMarket, outcomes: tuple[Outcome, ...], source: Source, parent: GammaEvent | None
) -> Market:
    kept = Kept()
    status, resolution = by_oracle(wire, outcomes, kept)
    return Market(
        venue=Venue.POLYMARKET,
        id=wire.condition_id,
        event_id=None if parent is None else str(parent.id),
        aliases=_aliases(wire),
        slug=wire.slug or "",
        title=wire.question,
        group_title=wire.group_item_title or "",
        description=wire.description or "",
        outcomes=outcomes,
        original_type=wire.sports_market_type or wire.market_type or wire.format_type or "",
        status=status,
        original_status=_original_status(wire),
        category=wire.category or (parent.category if parent else None) or "",
        tags=tuple(
            tag.label or tag.slug or "" for tag in wire.tags or (parent.tags if parent else None) or []
        ),
        tick_size=optional_price(wire.order_price_min_tick_size, "orderPriceMinTickSize"),
        minimum_size=optional_figure(wire.order_min_size, "orderMinSize"),
        starts_at=kept.time("starts_at", wire.start_date),
        opens_at=kept.time("opens_at", wire.accepting_orders_timestamp),
        game_starts_at=kept.time("game_starts_at", wire.game_start_time or wire.event_start_time),
        occurs_at=kept.time("occurs_at", wire.event_start_time),
        ends_at=kept.time("ends_at", wire.end_date),
        closed_at=kept.time("closed_at", wire.closed_time),
        created_at=kept.time("created_at", wire.created_at),
        updated_at=kept.time("updated_at", wire.updated_at),
        volume=first_figure((wire.volume, "volume"), (wire.volume_num, "volumeNum")),
        volume_24h=optional_figure(wire.volume24hr, "volume24hr"),
        liquidity=first_figure((wire.liquidity, "liquidity"), (wire.liquidity_num, "liquidityNum")),
        unit=_UNIT,
        neg_risk=bool(wire.neg_risk),
        mutually_exclusive=True,
        is_placeholder=bool(wire.neg_risk) and wire.active is False and not wire.closed,
        resolution=resolution,
        resolution_source=wire.resolution_source or "",
        scale=_scale(wire),
        fees=_fees(wire),
        url=f"{_MARKET_URL}{wire.slug}" if wire.slug else "",
        image_url=wire.image or "",
        kept=kept.texts,
        received_at=source.received_at,
    )


def _original_status(wire: GammaMarket) -> str:
    return words(
        active=wire.active,
        closed=wire.closed,
        archived=wire.archived,
        acceptingOrders=wire.accepting_orders,
        enableOrderBook=wire.enable_order_book,
        umaResolutionStatus=wire.uma_resolution_status,
        automaticallyResolved=wire.automatically_resolved,
    )


def _aliases(wire: GammaMarket) -> dict[str, str]:
    named = {
        "gamma": str(wire.id),
        "question": wire.question_id,
        "neg_risk_market": wire.neg_risk_market_id,
        "neg_risk_request": wire.neg_risk_request_id,
    }
    return {name: value for name, value in named.items() if value}


def _scale(wire: GammaMarket) -> Scale | None:
    if wire.lower_bound is None or wire.upper_bound is None:
        return None
    low = optional_figure(wire.lower_bound, "lowerBound")
    high = optional_figure(wire.upper_bound, "upperBound")
    return None if low is None or high is None else Scale(low=low, high=high)


def _fees(wire: GammaMarket) -> dict[str, str]:
    schedule = wire.fee_schedule or GammaFees()
    named = {
        "enabled": wire.fees_enabled,
        "type": wire.fee_type,
        "rate": schedule.rate,
        "exponent": schedule.exponent,
        "taker_only": schedule.taker_only,
        "rebate_rate": schedule.rebate_rate,
        "maker_base_bps": wire.maker_base_fee,
        "taker_base_bps": wire.taker_base_fee,
    }
    return {name: str(value).lower() for name, value in named.items() if value is not None}


def _outcomes(wire: GammaMarket) -> list[Outcome]:
    """Outcomes in the venue's order, each with its number, its token and its price where Gamma gives them."""
    labels = _unpacked(wire.outcomes, _texts, "outcomes")
    tokens = _unpacked(wire.clob_token_ids, _texts, "clobTokenIds") or [""] * len(labels)
    shares = _unpacked(wire.outcome_prices, _decimals, "outcomePrices")
    prices: list[Price | None] = [price_of(share, "outcomePrices") for share in shares]
    prices = prices or [None] * len(labels)
    if len(tokens) != len(labels):
        raise Refused("clobTokenIds", f"{len(tokens)} tokens for {len(labels)} outcomes")
    if len(prices) != len(labels):
        raise Refused("outcomePrices", f"{len(prices)} prices for {len(labels)} outcomes")
    return [
        Outcome(index=index, label=label, id=token or None, price=price)
        for index, label, token, price in zip(numbered(labels), labels, tokens, prices, strict=True)
    ]


def _unpacked(listed: Listed, decoder: msgspec.json.Decoder[list[Element]], field: str) -> list[Element]:
    """Read a list that is JSON inside a text, or a list."""
    if not listed:
        return []
    packed = b"[" + b",".join(map(bytes, listed)) + b"]" if isinstance(listed, list) else listed
    try:
        return decoder.decode(packed)
    except msgspec.ValidationError as error:
        raise Refused(field, invalid(error).reason) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Refused(field, malformed(error).reason) from None


def _quote(wire: GammaMarket, first: Outcome, source: Source) -> Quote | None:
    if wire.best_bid is None and wire.best_ask is None and wire.last_trade_price is None:
        return None
    kept = Kept()
    bid = optional_price(wire.best_bid, "bestBid")
    ask = optional_price(wire.best_ask, "bestAsk")
    last = optional_price(wire.last_trade_price, "lastTradePrice")
    return Quote(
        venue=Venue.POLYMARKET,
        market_id=wire.condition_id,
        outcome_id=first.id,
        bid=kept.tradable("bid", bid, never=0),
        ask=kept.tradable("ask", ask, never=1),
        last=kept.tradable("last", last, never=0),
        kept=kept.texts,
        received_at=source.received_at,
    )
