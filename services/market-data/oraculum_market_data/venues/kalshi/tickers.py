"""Quotes and trades of Kalshi's socket."""

from datetime import datetime
from decimal import Decimal

from oraculum_market_data import moments
from oraculum_market_data.figures import Price, price, price_of_cents, size
from oraculum_market_data.normal import Quote, Trade, Venue
from oraculum_market_data.refusals import Refused
from oraculum_market_data.translation import Kept
from oraculum_market_data.venues.kalshi.frames import TickerMessage, TradeMessage
from oraculum_market_data.venues.kalshi.markets import direction, tradable_ask, tradable_bid
from oraculum_market_data.venues.kalshi.vocabulary import YES


def quote(wire: TickerMessage, received_at: datetime | None) -> Quote:
    """Translate a ticker."""
    kept = Kept()
    bid = tradable_bid(_price(wire.yes_bid_dollars, wire.yes_bid_cents, "msg.yes_bid"), kept)
    ask = tradable_ask(_price(wire.yes_ask_dollars, wire.yes_ask_cents, "msg.yes_ask"), kept)
    return Quote(
        venue=Venue.KALSHI,
        market_id=wire.market_ticker,
        outcome_id=YES,
        bid=bid,
        ask=ask,
        bid_size=_count(wire.yes_bid_size_fp, None, "msg.yes_bid_size_fp"),
        ask_size=_count(wire.yes_ask_size_fp, None, "msg.yes_ask_size_fp"),
        last=kept.tradable("last", _price(wire.price_dollars, wire.price_cents, "msg.price"), never=0),
        last_size=_count(wire.last_trade_size_fp, None, "msg.last_trade_size_fp"),
        volume=_count(wire.volume_fp, wire.volume, "msg.volume"),
        open_interest=_count(wire.open_interest_fp, wire.open_interest, "msg.open_interest"),
        aliases={"market": wire.market_id} if wire.market_id else {},
        kept=kept.texts,
        venue_time=time_of(wire.time or wire.ts, wire.ts_ms, "msg.ts"),
        received_at=received_at,
    )


def trade(wire: TradeMessage, received_at: datetime | None) -> Trade:
    """Translate a trade."""
    yes_price = _price(wire.yes_price_dollars, wire.yes_price_cents, "msg.yes_price")
    count = _count(wire.count_fp, wire.count, "msg.count")
    if yes_price is None or count is None:
        raise Refused("msg.yes_price_dollars" if yes_price is None else "msg.count_fp", "missing")
    venue_time = time_of(wire.ts, wire.ts_ms, "msg.ts")
    taker = wire.taker_outcome_side or wire.taker_side
    # Frames of the first years carry no id; then time, price and size have to tell a trade from others.
    made = f"{wire.market_ticker}:{wire.ts_ms or wire.ts}:{yes_price}:{count}:{taker}"
    return Trade(
        venue=Venue.KALSHI,
        market_id=wire.market_ticker,
        outcome_id=YES,
        id=wire.trade_id or made,
        price=yes_price,
        other_price=_price(wire.no_price_dollars, wire.no_price_cents, "msg.no_price"),
        size=count,
        direction=direction(wire.taker_book_side, taker),
        original_side=taker or "",
        venue_time=venue_time,
        received_at=received_at,
    )


def time_of(stamp: str | int | None, milliseconds: int | None, field: str) -> datetime | None:
    """The most precise of the times that a frame gives: a text has microseconds, `ts_ms` milliseconds, `ts` seconds."""
    if isinstance(stamp, str):
        return moments.instant(stamp, field)
    if milliseconds is not None:
        return moments.from_milliseconds(milliseconds, f"{field}_ms")
    return None if stamp is None else moments.from_epoch(stamp, field)


def _price(dollars: str | None, cents: int | None, field: str) -> Price | None:
    """A price in dollars, or in cents where there is no other; until 2026 a market that never traded had "" here."""
    if dollars:
        return price(dollars, f"{field}_dollars")
    return None if cents is None else price_of_cents(cents, field)


def _count(text: str | None, whole: int | None, field: str) -> Decimal | None:
    if text:
        return size(text, field)
    return None if whole is None else size(str(whole), field)
