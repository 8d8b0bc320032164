"""The order book service's answers as they come over the wire: markets in three forms, books, price history."""

from decimal import Decimal

import msgspec

from oraculum_market_data.decoding import Wire


class ClobToken(Wire, frozen=True):
    """One outcome of a market; dead entries have neither id nor name."""

    token_id: str = ""
    outcome: str = ""
    price: Decimal | None = None
    winner: bool = False


class ClobMarket(Wire, frozen=True):
    """A market in `/markets`, `/sampling-markets` and their simplified forms."""

    condition_id: str
    tokens: list[ClobToken]
    question: str | None = None
    question_id: str | None = None
    description: str | None = None
    market_slug: str | None = None
    active: bool | None = None
    closed: bool | None = None
    archived: bool | None = None
    accepting_orders: bool | None = None
    enable_order_book: bool | None = None
    is_50_50_outcome: bool = False
    accepting_order_timestamp: str | None = None
    end_date_iso: str | None = None
    game_start_time: str | None = None
    minimum_order_size: Decimal | None = None
    minimum_tick_size: Decimal | None = None
    maker_base_fee: Decimal | None = None
    taker_base_fee: Decimal | None = None
    neg_risk: bool = False
    neg_risk_market_id: str | None = None
    neg_risk_request_id: str | None = None
    image: str | None = None
    tags: list[str] | None = None


class ShortToken(Wire, frozen=True):
    """One outcome of a market in the short form."""

    token_id: str = msgspec.field(name="t")
    outcome: str = msgspec.field(name="o", default="")


class ShortFees(Wire, frozen=True):
    """A taker's fee in the short form."""

    rate: Decimal | None = msgspec.field(name="r", default=None)
    exponent: Decimal | None = msgspec.field(name="e", default=None)
    taker_only: bool | None = msgspec.field(name="to", default=None)


class ShortMarket(Wire, frozen=True):
    """A market in the form with one- to four-letter fields that the service gives since 2026."""

    condition_id: str = msgspec.field(name="c")
    tokens: list[ShortToken] = msgspec.field(name="t")
    minimum_order_size: Decimal | None = msgspec.field(name="mos", default=None)
    minimum_tick_size: Decimal | None = msgspec.field(name="mts", default=None)
    maker_base_fee: Decimal | None = msgspec.field(name="mbf", default=None)
    taker_base_fee: Decimal | None = msgspec.field(name="tbf", default=None)
    accepting_orders: bool | None = msgspec.field(name="ao", default=None)
    neg_risk: bool = msgspec.field(name="nr", default=False)
    accepting_order_timestamp: str | None = msgspec.field(name="aot", default=None)
    fees: ShortFees | None = msgspec.field(name="fd", default=None)


class ClobLevel(Wire, frozen=True):
    """A level of a book. Both figures are texts, and stay what they are."""

    price: str
    size: str


class ClobBook(Wire, frozen=True):
    """A book, from `/book`, `/books` or the socket."""

    market: str
    asset_id: str
    bids: list[ClobLevel] | None
    asks: list[ClobLevel] | None
    timestamp: str | int | None = None
    hash: str | None = None
    tick_size: str | None = None
    min_order_size: str | None = None
    last_trade_price: str | None = None
    neg_risk: bool | None = None


class HistoryPoint(Wire, frozen=True):
    """A point of `/prices-history`: seconds, and a price as a number."""

    t: int | str
    p: Decimal
