"""Gamma's records as they come over the wire: events, markets, tags and series, old and new fields alike."""

from decimal import Decimal

import msgspec

from oraculum_market_data.decoding import Wire

Listed = str | list[msgspec.Raw] | None
"""A list that Gamma sends as JSON inside a text; recorders sometimes unpack it."""


class GammaTag(Wire, frozen=True):
    """A tag on an event."""

    id: str | int = ""
    label: str | None = None
    slug: str | None = None


class GammaSeries(Wire, frozen=True):
    """A series of events, such as one question asked every month."""

    id: str | int
    slug: str | None = None
    title: str | None = None


class GammaFees(Wire, frozen=True, rename="camel"):
    """How a taker's fee is reckoned."""

    rate: Decimal | None = None
    exponent: Decimal | None = None
    taker_only: bool | None = None
    rebate_rate: Decimal | None = None


class GammaEvent(Wire, frozen=True, rename="camel"):
    """An event; `markets` is absent where the event itself is nested in a market."""

    id: str | int
    ticker: str | None = None
    slug: str | None = None
    title: str | None = None
    subtitle: str | None = None
    description: str | None = None
    resolution_source: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    start_time: str | None = None
    closed_time: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    active: bool | None = None
    closed: bool | None = None
    archived: bool | None = None
    ended: bool | None = None
    live: bool | None = None
    category: str | None = None
    volume: Decimal | None = None
    volume24hr: Decimal | None = None
    liquidity: Decimal | None = None
    open_interest: Decimal | None = None
    neg_risk: bool | None = None
    enable_neg_risk: bool | None = None
    neg_risk_augmented: bool | None = None
    neg_risk_market_id: str | None = msgspec.field(name="negRiskMarketID", default=None)
    image: str | None = None
    tags: list[GammaTag] | None = None
    series: list[GammaSeries] | None = None
    series_slug: str | None = None
    markets: list[msgspec.Raw] | None = None


class GammaIdentity(Wire, frozen=True, rename="camel"):
    """No more of a market than what tells it from others."""

    condition_id: str = ""


class GammaMarket(Wire, frozen=True, rename="camel"):
    """A market. Everything but its identity may be absent; old markets lack most of it."""

    id: str | int
    condition_id: str
    question: str
    slug: str | None = None
    description: str | None = None
    outcomes: Listed = None
    outcome_prices: Listed = None
    clob_token_ids: Listed = None
    question_id: str | None = msgspec.field(name="questionID", default=None)
    group_item_title: str | None = None
    market_type: str | None = None
    sports_market_type: str | None = None
    format_type: str | None = None
    lower_bound: Decimal | None = None
    upper_bound: Decimal | None = None
    resolution_source: str | None = None
    category: str | None = None
    tags: list[GammaTag] | None = None
    image: str | None = None

    active: bool | None = None
    closed: bool | None = None
    archived: bool | None = None
    accepting_orders: bool | None = None
    enable_order_book: bool | None = None
    uma_resolution_status: str | None = None
    uma_resolution_statuses: Listed = None
    automatically_resolved: bool | None = None

    start_date: str | None = None
    end_date: str | None = None
    closed_time: str | None = None
    uma_end_date: str | None = None
    game_start_time: str | None = None
    event_start_time: str | None = None
    accepting_orders_timestamp: str | None = None
    created_at: str | None = None
    updated_at: str | None = None

    volume: Decimal | None = None
    volume_num: Decimal | None = None
    volume24hr: Decimal | None = None
    liquidity: Decimal | None = None
    liquidity_num: Decimal | None = None
    best_bid: Decimal | None = None
    best_ask: Decimal | None = None
    last_trade_price: Decimal | None = None
    order_price_min_tick_size: Decimal | None = None
    order_min_size: Decimal | None = None

    neg_risk: bool | None = None
    neg_risk_other: bool | None = None
    neg_risk_market_id: str | None = msgspec.field(name="negRiskMarketID", default=None)
    neg_risk_request_id: str | None = msgspec.field(name="negRiskRequestID", default=None)
    fees_enabled: bool | None = None
    fee_type: str | None = None
    fee_schedule: GammaFees | None = None
    maker_base_fee: Decimal | None = None
    taker_base_fee: Decimal | None = None
    events: list[msgspec.Raw] | None = None
