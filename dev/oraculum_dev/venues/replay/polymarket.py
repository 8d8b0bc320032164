"""Recorded Polymarket objects as a source for its routes, with the scripted markets behind them."""

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any

import msgspec

from oraculum_dev.venues.polymarket.invented import Invented
from oraculum_dev.venues.replay.kinds import Kind
from oraculum_dev.venues.replay.records import Record
from oraculum_dev.venues.replay.shelf import Fields, kept, shelf
from oraculum_dev.venues.wire.rows import Row

_GAMMA = (
    "id", "slug", "conditionId", "clobTokenIds", "title", "question", "active", "closed", "archived",
    "startDate", "endDate", "createdAt", "updatedAt", "volumeNum", "volume", "volume24hr", "liquidityNum",
    "liquidity", "competitive", "tags",
)  # fmt: skip
_CLOB = ("condition_id", "accepting_orders", "closed", "active")
_TRADE = ("conditionId", "asset", "side", "timestamp")


def _number(fields: Fields) -> Any:
    return fields.get("id")


def _updated(fields: Fields) -> Any:
    return fields.get("updatedAt")


class Recorded:
    """The recordings and the invented markets together, seen as Polymarket."""

    def __init__(self, records: Sequence[Record], live: Invented) -> None:
        self._live = live
        self._markets = shelf(records, Kind.GAMMA_MARKET, _GAMMA, identity=_number, updated=_updated)
        # Inside a market gamma shows no more than the head of its event, which `/events` never lists.
        self._events = shelf(
            records, Kind.GAMMA_EVENT, _GAMMA, identity=_number, updated=_updated, with_nested=False
        )
        self._tags = shelf(records, Kind.TAG, ("id", "slug"), identity=_number, updated=_updated)
        self._clob = shelf(records, Kind.CLOB_MARKET, _CLOB, identity=_condition, updated=_condition)
        brief = shelf(records, Kind.CLOB_BRIEF, ("c",), identity=lambda f: f.get("c"), updated=lambda _: "")
        self._brief = {str(row.fields["c"]): row for row in brief}
        self._books = {
            _asset(record): record.raw
            for record in sorted(records, key=_time_of_book)
            if record.kind is Kind.BOOK
        }
        # A recorded history does not say whose it is, so it is known by the name of its file.
        self._histories = {PurePath(r.file).stem: r.raw for r in records if r.kind is Kind.HISTORY}
        # A row that was recorded twice is served twice: pages of a growing list do overlap.
        trades = (Row(kept(record, _TRADE), record.raw) for record in records if record.kind is Kind.TRADE)
        self._trades = sorted(trades, key=lambda row: float(row.fields.get("timestamp") or 0), reverse=True)

    def gamma_markets(self) -> Iterator[Row]:
        """Return the markets."""
        yield from self._live.gamma_markets()
        yield from self._markets

    def gamma_events(self) -> Iterator[Row]:
        """Return the events."""
        yield from self._live.gamma_events()
        yield from self._events

    def tags(self) -> Iterator[Row]:
        """Return the recorded tags, or the invented ones where none were recorded."""
        return iter(self._tags) if self._tags else self._live.tags()

    def clob_markets(self) -> Iterator[Row]:
        """Return the markets of the CLOB."""
        yield from self._live.clob_markets()
        yield from self._clob

    def brief(self, condition: str) -> bytes | None:
        """Return the CLOB's brief form of a market."""
        found = self._brief.get(condition)
        return None if found is None else found.raw

    def book(self, token: str) -> bytes | None:
        """Return the newest recorded book of a token."""
        return self._books.get(token) or self._live.book(token)

    def history(self, token: str, interval_minutes: int, start_s: int, end_s: int) -> bytes | None:
        """Return a recorded history whole, whatever was asked for: cutting it would alter it."""
        recorded = self._histories.get(token)
        return recorded or self._live.history(token, interval_minutes, start_s, end_s)

    def trades(self) -> Sequence[Row]:
        """Return the trades, newest first."""
        return [*self._live.trades(), *self._trades]


def _condition(fields: Fields) -> Any:
    return fields.get("condition_id")


class _Book(msgspec.Struct):
    asset_id: str
    timestamp: str | int = "0"


def _asset(record: Record) -> str:
    return msgspec.json.decode(record.raw, type=_Book).asset_id


def _time_of_book(record: Record) -> int:
    return int(msgspec.json.decode(record.raw, type=_Book).timestamp) if record.kind is Kind.BOOK else 0
