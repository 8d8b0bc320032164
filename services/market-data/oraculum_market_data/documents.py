"""Markets as they are kept: the normal form as JSON, and a fingerprint of what listeners care about."""

from decimal import Decimal
from hashlib import blake2b
from typing import Final

import msgspec
from msgspec.structs import replace

from oraculum_market_data.figures import Price
from oraculum_market_data.normal import Market, Outcome

_FINGERPRINT_BYTES: Final = 16


def _told(value: object) -> object:
    if isinstance(value, Price):
        return str(value)
    raise NotImplementedError(f"{type(value)} has no place in the normal form")


def _read(kind: type, value: object) -> object:
    if kind is Price and isinstance(value, str):
        return Price(Decimal(value))
    raise NotImplementedError(f"{kind} has no place in the normal form")


_encoder: Final = msgspec.json.Encoder(enc_hook=_told)
_markets: Final = msgspec.json.Decoder(Market, dec_hook=_read)
# The one character that PostgreSQL cannot keep, as JSON writes it.
_NUL: Final = b"\\u0000"


def document(market: Market) -> str:
    """A market as JSON that PostgreSQL can keep."""
    return storable(_encoder.encode(market))


def market_of(text: str) -> Market:
    """A market out of its JSON."""
    return _markets.decode(text)


def storable(encoded: bytes) -> str:
    """JSON without the character that PostgreSQL refuses; an escaped backslash before `u0000` is none of it."""
    if _NUL not in encoded:
        return encoded.decode()
    return msgspec.json.encode(_without_nul(msgspec.json.decode(encoded))).decode()


def _without_nul(value: object) -> object:
    match value:
        case str():
            return value.replace("\0", "")
        case list():
            return [_without_nul(inner) for inner in value]
        case dict():
            return {_without_nul(key): _without_nul(inner) for key, inner in value.items()}
        case _:
            return value


def fingerprint(market: Market) -> bytes:
    """What changes when a market changes in a way that somebody wants to hear of.

    Prices, volumes and times of the last trade move all the time and are told as quotes and trades. Volume counts by
    its magnitude: who waits for a market to grow busy hears of it whenever it has doubled.
    """
    steady = replace(
        market,
        outcomes=tuple(map(_steady, market.outcomes)),
        volume=None if market.volume is None else Decimal(int(abs(market.volume)).bit_length()),
        volume_24h=None,
        liquidity=None,
        open_interest=None,
        pool=None,
        updated_at=None,
        traded_at=None,
        received_at=None,
        kept={},
    )
    return blake2b(_encoder.encode(steady), digest_size=_FINGERPRINT_BYTES).digest()


def _steady(outcome: Outcome) -> Outcome:
    return outcome if outcome.price is None else replace(outcome, price=None)
