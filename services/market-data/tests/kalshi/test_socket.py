"""Frames of Kalshi's socket."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from oraculum_market_data.decoding import Source
from oraculum_market_data.normal import (
    BookDelta,
    BookSnapshot,
    Control,
    MarketChange,
    Quote,
    Reference,
    Side,
    Status,
    Trade,
    Venue,
    VenueError,
)
from oraculum_market_data.venues.kalshi.socket import KalshiSocket
from oraculum_market_data.venues.reading import reading

NO_PRICES = {
    "market_ticker": "K-1",
    "yes_dollars_fp": [["0.0100", "9.54"], ["0.1600", "95.12"]],
    "no_dollars_fp": [["0.0100", "5.00"], ["0.6500", "13.78"]],
}
YES_PRICES = {**NO_PRICES, "no_dollars_fp": [["0.9900", "5.00"], ["0.3500", "13.78"]]}


def frame(kind: str, message: Any, **head: Any) -> str:
    """Write a frame."""
    return json.dumps({"type": kind, "sid": 1, "seq": 7, "msg": message, **head})


def one(kind: str, message: Any, socket: KalshiSocket | None = None) -> Any:
    """Decode a frame that tells one thing."""
    (item,) = (socket or KalshiSocket()).decode(frame(kind, message)).items
    return item


def delta(side: str, at: str = "0.6500", change: str = "-1.78") -> dict[str, Any]:
    """A change of a level."""
    return {
        "market_ticker": "K-1",
        "price_dollars": at,
        "delta_fp": change,
        "side": side,
        "ts": "2026-07-01T02:31:45.308599Z",
    }


class TestSnapshot:
    def test_both_forms_are_one_book(self) -> None:
        in_no = KalshiSocket().decode(frame("orderbook_snapshot", NO_PRICES)).items
        in_yes = KalshiSocket().decode(frame("orderbook_snapshot", YES_PRICES)).items
        assert in_no == in_yes
        assert isinstance(in_no[0], BookSnapshot)
        assert [Decimal("0.99"), Decimal("0.35")] == [level.price.exact for level in in_no[0].asks]

    def test_an_empty_side_has_no_field(self) -> None:
        items = KalshiSocket().decode(frame("orderbook_snapshot", {"market_ticker": "K-1"})).items
        assert [((), ()), ((), ())] == [
            (book.bids, book.asks) for book in items if isinstance(book, BookSnapshot)
        ]

    def test_in_cents(self) -> None:
        message = {"market_ticker": "K-1", "yes": [[5, 100]], "no": [[86, 3]]}
        items = KalshiSocket().decode(frame("orderbook_snapshot", message)).items
        assert isinstance(items[0], BookSnapshot)
        assert (Decimal("0.05"), Decimal("0.14")) == (
            items[0].bids[0].price.exact,
            items[0].asks[0].price.exact,
        )


class TestDelta:
    def test_is_told_in_the_leg_in_which_it_is_written(self) -> None:
        socket = KalshiSocket()
        socket.decode(frame("orderbook_snapshot", NO_PRICES))
        told = one("orderbook_delta", delta("no"), socket)
        assert isinstance(told, BookDelta)
        assert ("no", Side.BID, "0.6500", Decimal("-1.78")) == (
            told.outcome_id,
            told.side,
            str(told.price),
            told.change,
        )
        socket.decode(frame("orderbook_snapshot", YES_PRICES))
        told = one("orderbook_delta", delta("no", "0.3500"), socket)
        assert ("yes", Side.ASK, "0.3500") == (told.outcome_id, told.side, str(told.price))

    def test_what_was_asked_for_stands_until_a_book_shows_otherwise(self) -> None:
        socket = KalshiSocket(use_yes_price=True)
        assert Side.ASK is one("orderbook_delta", delta("no"), socket).side
        socket.decode(frame("orderbook_snapshot", NO_PRICES))
        assert Side.BID is one("orderbook_delta", delta("no"), socket).side

    def test_a_recorded_command_tells_what_was_asked_for(self) -> None:
        socket = KalshiSocket()
        socket.decode(json.dumps({"id": 1, "cmd": "subscribe", "params": {"use_yes_price": True}}))
        assert Side.ASK is one("orderbook_delta", delta("no"), socket).side

    def test_its_time_has_microseconds(self) -> None:
        assert (
            datetime(2026, 7, 1, 2, 31, 45, 308599, tzinfo=UTC)
            == one("orderbook_delta", delta("yes")).venue_time
        )

    def test_in_cents(self) -> None:
        told = one("orderbook_delta", {"market_ticker": "K-1", "price": 74, "delta": -5, "side": "yes"})
        assert (Decimal("0.74"), Decimal(-5)) == (told.price.exact, told.change)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"side": "maybe"}, "msg.side"),
            ({"price_dollars": None}, "msg.price_dollars"),
            ({"delta_fp": None}, "msg.delta_fp"),
            ({"delta_fp": "much"}, "msg.delta_fp"),
            ({"market_ticker": 5}, "msg.market_ticker"),
        ],
    )
    def test_a_broken_one_is_refused_and_keeps_its_number(self, change: dict[str, Any], field: str) -> None:
        decoded = KalshiSocket().decode(frame("orderbook_delta", {**delta("no"), **change}))
        assert [("frame", field)] == [(refused.record, refused.field) for refused in decoded.refused]
        assert (1, 7) == (decoded.stream, decoded.sequence)


class TestOtherFrames:
    def test_a_ticker(self) -> None:
        message = {
            "market_ticker": "K-1", "price_dollars": "0.0000", "yes_bid_dollars": "0.0510", "yes_ask_dollars": "1.0000",
            "yes_bid_size_fp": "400.00", "ts": 1779278084, "time": "2026-05-20T11:54:44.725427Z",
        }  # fmt: skip
        quote = one("ticker", message)
        assert isinstance(quote, Quote)
        assert ("0.0510", None, None) == (str(quote.bid), quote.ask, quote.last)
        assert 725_427 == (quote.venue_time.microsecond if quote.venue_time else None)

    def test_a_trade(self) -> None:
        message = {
            "market_ticker": "K-1",
            "trade_id": "t",
            "yes_price_dollars": "0.6000",
            "count_fp": "5.10",
            "taker_side": "no",
            "ts_ms": 1779278084819,
            "ts": 1779278084,
        }
        trade = one("trade", message)
        assert isinstance(trade, Trade)
        assert ("t", Decimal("5.10"), 819_000) == (
            trade.id,
            trade.size,
            trade.venue_time.microsecond if trade.venue_time else None,
        )

    @pytest.mark.parametrize(
        ("message", "status"),
        [
            ({"event_type": "created", "open_ts": 1779278084}, Status.UPCOMING),
            ({"event_type": "activated"}, Status.OPEN),
            ({"event_type": "deactivated"}, Status.PAUSED),
            ({"event_type": "close_date_updated", "close_ts": 1779278084}, None),
            ({"event_type": "determined", "result": "yes"}, Status.DETERMINED),
            ({"event_type": "settled", "settled_ts": 1779278091}, Status.RESOLVED),
            ({"event_type": "renamed"}, None),
        ],
    )
    def test_a_step_of_a_markets_life(self, message: dict[str, Any], status: Status | None) -> None:
        change = one("market_lifecycle_v2", {"market_ticker": "K-1", **message})
        assert isinstance(change, MarketChange)
        assert (status, message["event_type"]) == (change.status, change.word)

    def test_the_times_of_a_result(self) -> None:
        message = {
            "market_ticker": "K-1",
            "result": "yes",
            "determination_ts": 1710000000,
            "settled_ts": 1710000100,
        }
        determined = one("market_lifecycle_v2", {**message, "event_type": "determined"})
        settled = one("market_lifecycle_v2", {**message, "event_type": "settled"})
        assert [1710000000, 1710000100] == [
            int(change.resolution.resolved_at.timestamp()) for change in (determined, settled)
        ]

    def test_a_strike_that_is_known_late(self) -> None:
        message = {
            "market_ticker": "K-1",
            "event_type": "metadata_updated",
            "floor_strike": 79800.71,
            "ts_ms": 1710000000123,
        }
        change = one("market_lifecycle_v2", message)
        assert ({"floor": "79800.71"}, 123_000) == (change.strike, change.venue_time.microsecond)

    def test_a_market_that_never_traded_may_say_so_with_an_empty_price(self) -> None:
        """Until 2026 the price in dollars was "" beside a price of 0 cents."""
        message = {
            "market_ticker": "K-1",
            "price": 0,
            "price_dollars": "",
            "yes_bid": 41,
            "yes_bid_dollars": "0.4100",
            "yes_ask_dollars": "",
            "volume_fp": "",
            "volume": 3,
            "ts": 1764201600,
        }
        quote = one("ticker", message)
        assert isinstance(quote, Quote)
        assert (None, "0.4100", None, Decimal(3)) == (quote.last, str(quote.bid), quote.ask, quote.volume)

    def test_an_answer_to_a_command_may_have_no_message(self) -> None:
        body = json.dumps({"type": "subscribed", "id": 1}).encode()
        decoded = reading(Venue.KALSHI).body(body, Source())
        assert ["subscribed"] == [item.word for item in decoded.items if isinstance(item, Control)]
        assert [] == decoded.unknown

    def test_an_answer_to_a_command_takes_a_number(self) -> None:
        decoded = KalshiSocket().decode(frame("ok", {"market_tickers": ["K-1"]}, id=4))
        (control,) = decoded.items
        assert isinstance(control, Control)
        assert (1, 7, 4) == (decoded.stream, decoded.sequence, control.command)

    def test_a_list_of_subscriptions_is_an_ok_with_a_list(self) -> None:
        decoded = KalshiSocket().decode(
            json.dumps({"id": 3, "type": "ok", "msg": [{"channel": "ticker", "sid": 1}]})
        )
        assert isinstance(decoded.items[0], Control)

    def test_an_error(self) -> None:
        error = one("error", {"code": 25, "msg": "Buffer overflow"})
        assert isinstance(error, VenueError)
        assert ("25", "Buffer overflow") == (error.code, error.message)

    def test_a_private_channel_is_handed_on(self) -> None:
        fill = one("fill", {"trade_id": "t", "market_ticker": "K-1", "count_fp": "5.52"})
        assert isinstance(fill, Reference)
        assert ("fill", "t", "K-1", "5.52") == (fill.what, fill.id, fill.market_id, fill.details["count_fp"])

    def test_an_unknown_kind_is_counted_and_kept_with_its_number(self) -> None:
        decoded = KalshiSocket().decode(frame("orderbook_merged", {"a": 1}))
        assert ["orderbook_merged"] == [unknown.kind for unknown in decoded.unknown]
        assert (1, 7) == (decoded.stream, decoded.sequence)
