"""Decoding the frames of Polymarket's sockets: the market channel, and the feed of reference prices.

A frame is one object, or an array of them: the books that come first on a connection. `PONG` is text. Nothing here
keeps state, so one decoder may serve any number of connections.
"""

from datetime import datetime
from typing import Final, get_args

import msgspec

from oraculum_market_data import moments
from oraculum_market_data.decoding import (
    Decoded,
    Reader,
    Source,
    Unknown,
    Wire,
    details_of,
    invalid,
    malformed,
)
from oraculum_market_data.figures import Price, amount, price, size
from oraculum_market_data.normal import BookDelta, Control, Item, Quote, Reference, Side, Trade, Venue
from oraculum_market_data.refusals import Refused
from oraculum_market_data.venues.polymarket import frames, listings, reference_prices
from oraculum_market_data.venues.polymarket.clob import book
from oraculum_market_data.venues.polymarket.trades import direction

# Looked up once: a member of an enumeration is a search in its class, and every change has two of them.
_VENUE: Final = Venue.POLYMARKET
_SIDES: Final = {"BUY": Side.BID, "SELL": Side.ASK}
_PRIVATE: Final = frozenset({"trade", "order"})
_TEXTS: Final = frozenset({b"PING", b"PONG", b""})


class Head(Wire, frozen=True):
    """What tells one kind of frame from another."""

    event_type: str | None = None
    topic: str | None = None
    type: str | None = None
    id: str | None = None
    market: str | None = None
    price_changes: msgspec.Raw = msgspec.Raw()


_decoder = msgspec.json.Decoder(frames.AnyFrame)
_elements = msgspec.json.Decoder(list[msgspec.Raw])
_read_head = Reader(Head)
_read_entries = Reader(frames.PriceChangeEntries)
_read_change = Reader(frames.LevelChange)
_read_fields = Reader(dict[str, msgspec.Raw])
_KNOWN: Final = frozenset(kind.__struct_config__.tag for kind in get_args(frames.AnyFrame))


class PolymarketSocket:
    """Decodes frames."""

    def decode(self, frame: bytes | str, received_at: datetime | None = None) -> Decoded:
        """Decode one frame."""
        raw = frame.encode("utf-8", "surrogatepass") if isinstance(frame, str) else frame
        opening = raw.lstrip()[:1]
        into = Decoded()
        if opening == b"[":
            self._decode_array(raw, received_at, into)
        elif opening == b"{":
            _decode_frame(raw, received_at, into, "")
        else:
            _decode_text(raw, received_at, into)
        return into

    def _decode_array(self, raw: bytes, received_at: datetime | None, into: Decoded) -> None:
        try:
            elements = _elements.decode(raw)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            into.records += 1
            into.refused.append(malformed(error).within("frame"))
            return
        for index, element in enumerate(elements):
            _decode_frame(bytes(element), received_at, into, f"[{index}]")


def _decode_text(raw: bytes, received_at: datetime | None, into: Decoded) -> None:
    into.records += 1
    word = raw.strip()
    if word in _TEXTS:
        into.items.append(
            Control(venue=Venue.POLYMARKET, word=word.decode().lower(), received_at=received_at)
        )
    else:
        into.refused.append(Refused("$", "neither JSON nor PING nor PONG", "frame"))


def _decode_frame(raw: bytes, received_at: datetime | None, into: Decoded, place: str) -> None:
    try:
        wire = _decoder.decode(raw)
    except msgspec.ValidationError as error:
        _decode_other(raw, received_at, into, place, error)
        return
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        into.records += 1
        into.refused.append(malformed(error).within(f"frame{place}"))
        return
    try:
        items = _items(wire, received_at)
    except Refused as refusal:
        _refuse_parts(wire, raw, received_at, into, f"frame{place}", refusal)
        return
    into.records += len(items) if isinstance(wire, frames.PriceChange) else 1
    into.items += items


def _decode_other(
    raw: bytes, received_at: datetime | None, into: Decoded, place: str, error: msgspec.ValidationError
) -> None:
    """Take a frame that is none of the market channel's: another feed's, an unknown one, or a broken one."""
    label = f"frame{place}"
    try:
        head = _read_head(raw)
        if head.topic is not None:
            reference_prices.decode_frame(raw, head.topic, head.type or "", received_at, into)
        elif head.event_type in _PRIVATE:
            into.records += 1
            into.items.append(_private(raw, head, received_at))
        elif head.event_type == "price_change" or (head.event_type is None and bytes(head.price_changes)):
            # Some recorders drop the kind of the frame; its entries cannot be mistaken.
            _decode_entries(raw, received_at, into, label, invalid(error))
        elif head.event_type is None or head.event_type not in _KNOWN:
            into.records += 1
            into.unknown.append(Unknown(head.event_type or head.type or "frame", raw))
        else:
            raise invalid(error)
    except Refused as refusal:
        into.records += 1
        into.refused.append(refusal.within(label))


def _private(raw: bytes, head: Head, received_at: datetime | None) -> Reference:
    """Hand on a frame of the user channel: understood, but no market data of ours."""
    return Reference(
        venue=Venue.POLYMARKET,
        what=f"user {head.event_type}",
        id=head.id,
        market_id=head.market,
        details=details_of(_read_fields(raw)),
        received_at=received_at,
    )


def _refuse_parts(
    wire: frames.AnyFrame,
    raw: bytes,
    received_at: datetime | None,
    into: Decoded,
    label: str,
    refusal: Refused,
) -> None:
    if isinstance(wire, frames.PriceChange) and wire.price_changes is not None:
        _decode_entries(raw, received_at, into, label, refusal)
        return
    into.records += 1
    into.refused.append(refusal.within(label))


def _decode_entries(
    raw: bytes, received_at: datetime | None, into: Decoded, label: str, first: Refused
) -> None:
    """Take what can be taken of a `price_change`, entry by entry; a frame without entries is refused whole."""
    try:
        wire = _read_entries(raw)
        venue_time = moments.from_epoch_text(wire.timestamp, "timestamp")
    except Refused:
        into.records += 1
        into.refused.append(first.within(label))
        return
    for index, entry in enumerate(wire.price_changes):
        into.records += 1
        try:
            into.items.append(_delta(wire.market, _read_change(entry), venue_time, received_at))
        except Refused as refusal:
            into.refused.append(refusal.within(f"{label}.price_changes[{index}]"))


def _items(wire: frames.AnyFrame, received_at: datetime | None) -> list[Item]:
    if isinstance(wire, frames.PriceChange):
        return _deltas(wire, received_at)
    items = [_item(wire, received_at)]
    if isinstance(wire, frames.NewMarket | frames.MarketResolved) and wire.event_message is not None:
        items.insert(0, listings.event(wire.event_message, received_at))
    return items


def _item(wire: frames.SingleFrame, received_at: datetime | None) -> Item:
    match wire:
        case frames.BookFrame():
            item: Item = book(wire.as_book(), Source(received_at))
        case frames.LastTradePrice():
            item = _trade(wire, received_at)
        case frames.BestBidAsk():
            item = _quote(wire, received_at)
        case frames.TickSizeChange():
            item = listings.tick_size_change(wire, received_at)
        case frames.NewMarket():
            item = listings.new_market(wire, received_at)
        case _:
            item = listings.market_resolved(wire, received_at)
    return item


def _deltas(wire: frames.PriceChange, received_at: datetime | None) -> list[Item]:
    venue_time = moments.from_epoch_text(wire.timestamp, "timestamp")
    if wire.price_changes is not None:
        return [_delta(wire.market, entry, venue_time, received_at) for entry in wire.price_changes]
    if wire.changes is not None:
        entries = [(entry.price, entry.size, entry.side) for entry in wire.changes]
    elif wire.price is not None and wire.size is not None and wire.side is not None:
        entries = [(wire.price, wire.size, wire.side)]
    else:
        raise Refused("price_changes", "missing")
    if not wire.asset_id:
        raise Refused("asset_id", "missing")
    return [
        _delta(
            wire.market,
            frames.LevelChange(wire.asset_id, level_price, level_size, side, hash=wire.hash),
            venue_time,
            received_at,
        )
        for level_price, level_size, side in entries
    ]


def _delta(
    market: str, entry: frames.LevelChange, venue_time: datetime, received_at: datetime | None
) -> BookDelta:
    side = _SIDES.get(entry.side)
    if side is None:
        raise Refused("side", f"neither BUY nor SELL: {entry.side[:20]!r}")
    best_bid, best_ask = entry.best_bid, entry.best_ask
    return BookDelta(
        venue=_VENUE,
        market_id=market,
        outcome_id=entry.asset_id,
        side=side,
        price=price(entry.price, "price"),
        size=size(entry.size, "size"),
        best_bid=price(best_bid, "best_bid") if best_bid else None,
        best_ask=price(best_ask, "best_ask") if best_ask else None,
        hash=entry.hash,
        venue_time=venue_time,
        received_at=received_at,
    )


def _trade(wire: frames.LastTradePrice, received_at: datetime | None) -> Trade:
    parts = (wire.transaction_hash or str(wire.timestamp), wire.asset_id, wire.side, wire.size, wire.price)
    return Trade(
        venue=Venue.POLYMARKET,
        market_id=wire.market,
        outcome_id=wire.asset_id,
        id=":".join(parts),
        price=price(wire.price, "price"),
        size=size(wire.size, "size"),
        direction=direction(wire.side),
        original_side=wire.side,
        transaction=wire.transaction_hash or None,
        fee_rate=amount(wire.fee_rate_bps, "fee_rate_bps") if wire.fee_rate_bps else None,
        venue_time=moments.from_epoch_text(wire.timestamp, "timestamp"),
        received_at=received_at,
    )


def _quote(wire: frames.BestBidAsk, received_at: datetime | None) -> Quote:
    return Quote(
        venue=Venue.POLYMARKET,
        market_id=wire.market,
        outcome_id=wire.asset_id,
        bid=_price_or_none(wire.best_bid, "best_bid"),
        ask=_price_or_none(wire.best_ask, "best_ask"),
        venue_time=moments.from_epoch_text(wire.timestamp, "timestamp"),
        received_at=received_at,
    )


def _price_or_none(text: str, field: str) -> Price | None:
    return price(text, field) if text else None
