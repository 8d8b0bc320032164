"""Kalshi's candles: of trades, of the bid and of the ask of YES.

Prices are cents where they are integers and dollars where they are texts; the texts come under the name with `_dollars`
and, in historical answers, under the plain name too. Nothing traded in a span means nulls or missing fields. Daily
candles end at midnight in New York.
"""

from decimal import Decimal

import msgspec

from oraculum_market_data import moments
from oraculum_market_data.decoding import Decoded, Reader, Source, Wire, each
from oraculum_market_data.figures import Price, amount, price, price_of, price_of_cents
from oraculum_market_data.normal import UNNAMED, Candle, Item, Ohlc, Venue
from oraculum_market_data.refusals import Refused
from oraculum_market_data.venues.kalshi.vocabulary import YES

Figure = int | str | None


class Spread(Wire, frozen=True):
    """A distribution of prices over a span."""

    open: Figure = None
    high: Figure = None
    low: Figure = None
    close: Figure = None
    mean: Figure = None
    previous: Figure = None
    min: Figure = None
    max: Figure = None
    open_dollars: Decimal | None = None
    high_dollars: Decimal | None = None
    low_dollars: Decimal | None = None
    close_dollars: Decimal | None = None
    mean_dollars: Decimal | None = None
    previous_dollars: Decimal | None = None
    min_dollars: Decimal | None = None
    max_dollars: Decimal | None = None


class KalshiCandle(Wire, frozen=True):
    """A candle; which market it is of stands around it, or in the request."""

    end_period_ts: int
    price: Spread | None = None
    yes_bid: Spread | None = None
    yes_ask: Spread | None = None
    volume: Figure = None
    volume_fp: Figure = None
    open_interest: Figure = None
    open_interest_fp: Figure = None


class FlatCandle(Wire, frozen=True):
    """A candle as collectors of 2025 flattened it: bid and ask in cents, no trades."""

    market_ticker: str
    end_period_ts: int
    interval_type: int | None = None
    ask_open: int | None = None
    ask_high: int | None = None
    ask_low: int | None = None
    ask_close: int | None = None
    bid_open: int | None = None
    bid_high: int | None = None
    bid_low: int | None = None
    bid_close: int | None = None
    volume: Figure = None
    open_interest: Figure = None


class CandlesAnswer(Wire, frozen=True):
    """The candles of one market."""

    candlesticks: list[msgspec.Raw]
    ticker: str | None = None
    market_ticker: str | None = None
    period_interval: int | None = None


class EventCandles(Wire, frozen=True):
    """The candles of an event: one list for each market, in the order of their names."""

    market_tickers: list[str]
    market_candlesticks: list[list[msgspec.Raw]]


_read_candle = Reader(KalshiCandle)
_read_flat = Reader(FlatCandle)
_read_answer = Reader(CandlesAnswer)
_read_event = Reader(EventCandles)


def decode_answer(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode the candles of one market."""
    wire = _read_answer(raw)
    ticker = wire.ticker or wire.market_ticker or source.subject or UNNAMED
    period = wire.period_interval * 60 if wire.period_interval else source.period_seconds
    _decode_all(wire.candlesticks, "candlesticks", ticker, period, into)


def decode_event(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode the candles of an event's markets."""
    wire = _read_event(raw)
    if len(wire.market_tickers) != len(wire.market_candlesticks):
        raise Refused("market_candlesticks", "not as many lists as there are markets")
    for ticker, candles in zip(wire.market_tickers, wire.market_candlesticks, strict=True):
        _decode_all(candles, f"market_candlesticks.{ticker}", ticker, source.period_seconds, into)


def decode_flat(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a candle that was flattened."""
    wire = _read_flat(raw)
    into.items.append(
        Candle(
            venue=Venue.KALSHI,
            market_id=wire.market_ticker,
            outcome_id=YES,
            ends_at=moments.from_epoch(wire.end_period_ts, "end_period_ts"),
            period_seconds=wire.interval_type * 60 if wire.interval_type else source.period_seconds,
            bids=_cents(wire.bid_open, wire.bid_high, wire.bid_low, wire.bid_close, "bid"),
            asks=_cents(wire.ask_open, wire.ask_high, wire.ask_low, wire.ask_close, "ask"),
            volume=_figure(wire.volume, "volume"),
            open_interest=_figure(wire.open_interest, "open_interest"),
        )
    )


def _decode_all(raws: list[msgspec.Raw], label: str, ticker: str, period: int | None, into: Decoded) -> None:
    each(raws, into, label, lambda one: [_candle(one, ticker, period)])


def _candle(raw: msgspec.Raw, ticker: str, period: int | None) -> Item:
    wire = _read_candle(raw)
    return Candle(
        venue=Venue.KALSHI,
        market_id=ticker,
        outcome_id=YES,
        ends_at=moments.from_epoch(wire.end_period_ts, "end_period_ts"),
        period_seconds=period,
        trades=_ohlc(wire.price, "price"),
        bids=_ohlc(wire.yes_bid, "yes_bid"),
        asks=_ohlc(wire.yes_ask, "yes_ask"),
        volume=_figure(wire.volume if wire.volume_fp is None else wire.volume_fp, "volume"),
        open_interest=_figure(
            wire.open_interest if wire.open_interest_fp is None else wire.open_interest_fp, "open_interest"
        ),
    )


def _ohlc(wire: Spread | None, field: str) -> Ohlc:
    if wire is None:
        return Ohlc()
    return Ohlc(
        open=_price(wire.open_dollars, wire.open, f"{field}.open"),
        high=_price(wire.high_dollars, wire.high, f"{field}.high"),
        low=_price(wire.low_dollars, wire.low, f"{field}.low"),
        close=_price(wire.close_dollars, wire.close, f"{field}.close"),
        mean=_price(wire.mean_dollars, wire.mean, f"{field}.mean"),
        previous=_price(wire.previous_dollars, wire.previous, f"{field}.previous"),
        least=_price(wire.min_dollars, wire.min, f"{field}.min"),
        most=_price(wire.max_dollars, wire.max, f"{field}.max"),
    )


def _cents(first: int | None, high: int | None, low: int | None, last: int | None, field: str) -> Ohlc:
    return Ohlc(
        open=_price(None, first, f"{field}_open"),
        high=_price(None, high, f"{field}_high"),
        low=_price(None, low, f"{field}_low"),
        close=_price(None, last, f"{field}_close"),
    )


def _price(dollars: Decimal | None, plain: Figure, field: str) -> Price | None:
    if dollars is not None:
        return price_of(dollars, f"{field}_dollars")
    if plain is None or plain == "":
        return None
    return price(plain, field) if isinstance(plain, str) else price_of_cents(plain, field)


def _figure(plain: Figure, field: str) -> Decimal | None:
    return None if plain is None or plain == "" else amount(str(plain), field)
