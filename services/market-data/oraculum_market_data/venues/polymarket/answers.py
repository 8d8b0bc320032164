"""Polymarket's small answers: one price, a midpoint, who holds what. Most are handed on as they are."""

from typing import Final

import msgspec

from oraculum_market_data.bodies import RecordDecoder, RecordShape, shape
from oraculum_market_data.decoding import Decoded, Reader, Source, Wire, details_of
from oraculum_market_data.figures import price
from oraculum_market_data.normal import UNNAMED, Quote, Reference, Venue

_MARKETS: Final = ("conditionId", "condition_id", "market")


class SidePrices(Wire, frozen=True, rename="upper"):
    """What `/prices` says of a token: the side named BUY is the best bid, SELL the best ask."""

    buy: str | None = None
    sell: str | None = None


_read_prices = Reader(SidePrices)
_read_fields = Reader(dict[str, msgspec.Raw])


def decode_prices(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
    """Decode the top of a token's book; the token is the key that it stands under."""
    wire = _read_prices(raw)
    into.items.append(
        Quote(
            venue=Venue.POLYMARKET,
            market_id=UNNAMED,
            outcome_id=source.subject,
            bid=price(wire.buy, "BUY") if wire.buy else None,
            ask=price(wire.sell, "SELL") if wire.sell else None,
            received_at=source.received_at,
        )
    )


def reference_shapes() -> tuple[RecordShape, ...]:
    """The shapes that are understood and handed on."""
    return (
        shape("midpoint", "mid", _reference("midpoint")),
        shape("tick size", "minimum_tick_size", _reference("tick_size")),
        # A trade or a redemption says where, a bonus only that it was paid.
        shape("activity", "type timestamp size usdcSize", _reference("activity")),
        shape("activity", "conditionId proxyWallet type timestamp", _reference("activity")),
        shape("position", "conditionId proxyWallet asset size", _reference("position")),
        shape("combo leg", "condition_id position_ids outcomes", _reference("combo_leg")),
        shape("position", "condition_id token_id proxy_wallet", _reference("position")),
        shape("holders", "token holders", _reference("holders")),
        shape("open interest", "market value", _reference("open_interest")),
        shape("comment", "id body parentEntityType", _reference("comment")),
    )


def _reference(what: str) -> RecordDecoder:
    def decode(raw: msgspec.Raw, source: Source, into: Decoded) -> None:
        details = details_of(_read_fields(raw))
        into.items.append(
            Reference(
                venue=Venue.POLYMARKET,
                what=what,
                id=details.pop("id", source.subject),
                market_id=next((details.pop(name) for name in _MARKETS if name in details), None),
                details=details,
                received_at=source.received_at,
            )
        )

    return decode
