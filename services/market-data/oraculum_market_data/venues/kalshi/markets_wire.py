"""Kalshi's events, markets and trades as they come over the wire, in cents and in dollars.

Until March 2026 prices are integer cents beside texts of dollars; since then the texts alone. Counts of contracts were
integers and are texts with two decimals now (`_fp`).
"""

from decimal import Decimal

import msgspec

from oraculum_market_data.decoding import Wire


class PriceRange(Wire, frozen=True):
    """A stretch of prices and its step."""

    start: Decimal
    end: Decimal
    step: Decimal


class SelectedLeg(Wire, frozen=True):
    """A leg of a combination."""

    event_ticker: str = ""
    market_ticker: str = ""
    side: str = ""


class SettlementSource(Wire, frozen=True):
    """Where the result is read."""

    name: str | None = None
    url: str | None = None


class KalshiMarket(Wire, frozen=True):
    """A market of trade-api/v2."""

    ticker: str
    status: str
    event_ticker: str = ""
    market_type: str | None = None
    title: str | None = None
    subtitle: str | None = None
    yes_sub_title: str | None = None
    no_sub_title: str | None = None
    rules_primary: str | None = None
    rules_secondary: str | None = None

    created_time: str | None = None
    updated_time: str | None = None
    open_time: str | None = None
    close_time: str | None = None
    expected_expiration_time: str | None = None
    latest_expiration_time: str | None = None
    expiration_time: str | None = None
    occurrence_datetime: str | None = None

    yes_bid_dollars: Decimal | None = None
    yes_ask_dollars: Decimal | None = None
    no_bid_dollars: Decimal | None = None
    no_ask_dollars: Decimal | None = None
    last_price_dollars: Decimal | None = None
    yes_bid: Decimal | None = None
    yes_ask: Decimal | None = None
    no_bid: Decimal | None = None
    no_ask: Decimal | None = None
    last_price: Decimal | None = None
    yes_bid_size_fp: Decimal | None = None
    yes_ask_size_fp: Decimal | None = None

    volume_fp: Decimal | None = None
    volume: Decimal | None = None
    volume_24h_fp: Decimal | None = None
    volume_24h: Decimal | None = None
    open_interest_fp: Decimal | None = None
    open_interest: Decimal | None = None
    liquidity_dollars: Decimal | None = None
    liquidity: Decimal | None = None

    result: str | None = None
    settlement_value_dollars: Decimal | None = None
    settlement_value: Decimal | None = None
    settlement_ts: str | None = None
    expiration_value: str | None = None

    price_ranges: list[PriceRange] | None = None
    price_level_structure: str | None = None
    tick_size: Decimal | None = None
    strike_type: str | None = None
    floor_strike: Decimal | None = None
    cap_strike: Decimal | None = None
    functional_strike: str | None = None
    custom_strike: msgspec.Raw = msgspec.Raw()
    mve_collection_ticker: str | None = None
    mve_selected_legs: list[SelectedLeg] | None = None
    is_provisional: bool | None = None


class KalshiEvent(Wire, frozen=True):
    """An event of trade-api/v2; `markets` only where they were asked for."""

    event_ticker: str
    title: str
    series_ticker: str | None = None
    sub_title: str | None = None
    category: str | None = None
    mutually_exclusive: bool | None = None
    collateral_return_type: str | None = None
    strike_date: str | None = None
    strike_period: str | None = None
    last_updated_ts: str | None = None
    settlement_sources: list[SettlementSource] | None = None
    markets: list[msgspec.Raw] | None = None


class KalshiTrade(Wire, frozen=True):
    """A trade; both prices are given and add up to one."""

    trade_id: str
    ticker: str
    created_time: str
    count_fp: Decimal | None = None
    count: Decimal | None = None
    yes_price_dollars: Decimal | None = None
    no_price_dollars: Decimal | None = None
    yes_price: Decimal | None = None
    no_price: Decimal | None = None
    taker_side: str | None = None
    taker_outcome_side: str | None = None
    taker_book_side: str | None = None
    is_block_trade: bool | None = None


class OldMarket(Wire, frozen=True):
    """A market of the undocumented v1 API, which has words and units of its own."""

    ticker_name: str
    status: str
    id: str | None = None
    title: str | None = None
    sub_title: str | None = None
    yes_sub_title: str | None = None
    no_sub_title: str | None = None
    create_date: str | None = None
    open_date: str | None = None
    close_date: str | None = None
    expected_expiration_date: str | None = None
    expiration_date: str | None = None
    result: str | None = None
    settlement_value_centicents: int | None = None
    expiration_value: str | None = None
    yes_bid_dollars: Decimal | None = None
    yes_ask_dollars: Decimal | None = None
    last_price_dollars: Decimal | None = None
    yes_bid: Decimal | None = None
    yes_ask: Decimal | None = None
    last_price: Decimal | None = None
    volume_fp: Decimal | None = None
    volume: Decimal | None = None
    open_interest_fp: Decimal | None = None
    open_interest: Decimal | None = None
    price_level_structure: str | None = None
    strike_type: str | None = None
    custom_strike: msgspec.Raw = msgspec.Raw()


class OldEvent(Wire, frozen=True):
    """An event of the v1 API."""

    ticker: str
    title: str
    markets: list[msgspec.Raw]
    series_ticker: str | None = None
    sub_title: str | None = None
    category: str | None = None
    tags: list[str] | None = None
    mutually_exclusive: bool | None = None
    target_datetime: str | None = None
    underlying: str | None = None
    settlement_sources: list[SettlementSource] | None = None
