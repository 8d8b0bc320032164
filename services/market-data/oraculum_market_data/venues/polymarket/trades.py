"""The data service: trades that were settled on the chain.

Its prices are floats with their noise (0.21999995306666104) and are kept as they were written. A trade has no id; it is
told from others by its transaction, token and trader, and by size and price to be safe. The list is paged by offset
while it grows at its head, so the same row comes again and again.
"""

from decimal import Decimal
from typing import Final

import msgspec

from oraculum_market_data import moments
from oraculum_market_data.decoding import Decoded, Reader, Source, Wire
from oraculum_market_data.figures import finite, not_negative, price_of
from oraculum_market_data.normal import Direction, Trade, Venue
from oraculum_market_data.refusals import Refused

DIRECTIONS: Final = {"BUY": Direction.BUY, "SELL": Direction.SELL}


class DataTrade(Wire, frozen=True, rename="camel"):
    """A trade as the data service writes it."""

    condition_id: str
    asset: str
    side: str
    size: Decimal
    price: Decimal
    timestamp: int | str
    transaction_hash: str = ""
    proxy_wallet: str = ""
    slug: str = ""
    event_slug: str = ""


class NewDataTrade(Wire, frozen=True):
    """A trade as the data service writes it since the summer of 2026."""

    condition_id: str
    token_id: str
    side: str
    size: Decimal
    price: Decimal
    timestamp: int | str
    transaction_hash: str = ""
    proxy_wallet: str = ""
    slug: str | None = None
    event_slug: str | None = None


_read_trade = Reader(DataTrade)
_read_new_trade = Reader(NewDataTrade)


def direction(side: str) -> Direction:
    """Translate the side of a taker."""
    known = DIRECTIONS.get(side)
    if known is None:
        raise Refused("side", f"neither BUY nor SELL: {side[:20]!r}")
    return known


def decode_trade(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a trade."""
    into.items.append(_trade(_read_trade(raw), source))


def decode_new_trade(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode a trade in the newer form; it has the same id in both."""
    wire = _read_new_trade(raw)
    old = DataTrade(
        condition_id=wire.condition_id,
        asset=wire.token_id,
        side=wire.side,
        size=wire.size,
        price=wire.price,
        timestamp=wire.timestamp,
        transaction_hash=wire.transaction_hash,
        proxy_wallet=wire.proxy_wallet,
        slug=wire.slug or "",
        event_slug=wire.event_slug or "",
    )
    into.items.append(_trade(old, source))


def _trade(wire: DataTrade, source: Source) -> Trade:
    return Trade(
        venue=Venue.POLYMARKET,
        market_id=wire.condition_id,
        outcome_id=wire.asset,
        id=":".join((wire.transaction_hash, wire.asset, wire.proxy_wallet, str(wire.size), str(wire.price))),
        price=price_of(wire.price, "price"),
        size=not_negative(finite(wire.size, "size"), "size"),
        direction=direction(wire.side),
        original_side=wire.side,
        trader_id=wire.proxy_wallet or None,
        transaction=wire.transaction_hash or None,
        aliases=_aliases(wire),
        venue_time=moments.from_epoch_text(wire.timestamp, "timestamp"),
        received_at=source.received_at,
    )


def _aliases(wire: DataTrade) -> dict[str, str]:
    named = {"slug": wire.slug, "event_slug": wire.event_slug}
    return {name: value for name, value in named.items() if value}
