"""Recorded Kalshi objects as a source for its routes, with the scripted markets behind them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from oraculum_dev.venues.kalshi.filters import seconds
from oraculum_dev.venues.kalshi.invented import Invented
from oraculum_dev.venues.replay.kinds import Kind
from oraculum_dev.venues.replay.records import Record
from oraculum_dev.venues.replay.shelf import Fields, kept, shelf
from oraculum_dev.venues.wire.rows import Row, array

_MARKET = (
    "ticker", "event_ticker", "series_ticker", "status", "created_time", "updated_time", "open_time",
    "close_time", "settlement_ts", "mve_collection_ticker",
)  # fmt: skip
_EVENT = ("event_ticker", "series_ticker", "title", "last_updated_ts", "markets")


def _ticker(fields: Fields) -> Any:
    return fields.get("ticker")


class Recorded:
    """The recordings and the invented markets together, seen as Kalshi."""

    def __init__(self, records: Sequence[Record], live: Invented) -> None:
        self._live = live
        self._markets = shelf(
            records, Kind.MARKET, _MARKET, identity=_ticker, updated=lambda f: f.get("updated_time")
        )
        self._events = shelf(
            records,
            Kind.EVENT,
            _EVENT,
            identity=lambda f: f.get("event_ticker"),
            updated=lambda f: f.get("last_updated_ts"),
        )
        self._series = shelf(
            records,
            Kind.SERIES,
            ("ticker", "category", "last_updated_ts"),
            identity=_ticker,
            updated=lambda f: f.get("last_updated_ts"),
        )
        self._trades = _trades(records)
        self._books = dict(_books(records))
        self._candles = _candles(records)

    def markets(self) -> Iterator[Row]:
        """Return the markets."""
        yield from self._live.markets()
        yield from self._markets

    def events(self) -> Iterator[Row]:
        """Return the events."""
        yield from self._live.events()
        yield from self._events

    def series(self) -> Iterator[Row]:
        """Return the series."""
        yield from self._live.series()
        yield from self._series

    def trades(self) -> Sequence[Row]:
        """Return the trades, newest first."""
        return [*self._live.trades(), *self._trades]

    def orderbook(self, ticker: str, depth: int) -> bytes | None:
        """Return a recorded answer whole: cutting it to a depth would alter it."""
        return self._books.get(ticker) or self._live.orderbook(ticker, depth)

    def candlesticks(self, ticker: str, start_s: int, end_s: int, minutes: int) -> bytes | None:
        """Return those recorded candles of a period that end in the range."""
        recorded = self._candles.get((ticker, minutes))
        if recorded is None:
            return self._live.candlesticks(ticker, start_s, end_s, minutes)
        return array(row for row in recorded if start_s <= row.fields["end_period_ts"] <= end_s)

    def tickers(self) -> Iterator[str]:
        """Return the tickers of the recorded markets."""
        return (str(row.fields["ticker"]) for row in self._markets)


def _trades(records: Sequence[Record]) -> list[Row]:
    rows = [
        Row(fields | {"_at": int(seconds(fields.get("created_time")) or 0)}, record.raw)
        for record in records
        if record.kind is Kind.TRADE
        for fields in (kept(record, ("ticker", "created_time")),)
    ]
    return sorted(rows, key=lambda row: int(row.fields["_at"]), reverse=True)


def _books(records: Sequence[Record]) -> Iterator[tuple[str, bytes]]:
    """Return the recorded books by ticker, which the book itself or its surroundings name."""
    for record in records:
        if record.kind is Kind.ORDERBOOK:
            ticker = record.context.get("ticker")
            if isinstance(ticker, str):
                yield ticker, record.raw


def _candles(records: Sequence[Record]) -> Mapping[tuple[str, int], list[Row]]:
    """Return the recorded candles by ticker and period, each once, in the order of time."""
    found: dict[tuple[str, int], dict[int, Row]] = defaultdict(dict)
    for record in records:
        if record.kind is not Kind.CANDLE:
            continue
        context = record.context
        ticker = context.get("market_ticker") or context.get("ticker")
        fields = msgspec.json.decode(record.raw)
        minutes = fields.get("interval_type") or context.get("period_interval")
        if isinstance(ticker, str) and isinstance(minutes, int):
            end = int(fields["end_period_ts"])
            found[ticker, minutes].setdefault(end, Row({"end_period_ts": end}, record.raw))
    return {key: [by_end[end] for end in sorted(by_end)] for key, by_end in found.items()}
