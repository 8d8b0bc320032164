"""The fingerprint of a market's state: SHA-256 over a fixed layout of bytes, so that two computations can be compared.

Big-endian, without padding:

    16 bytes   formula version in ASCII, filled up with zero bytes
     1 byte    fee kind: 0 flat, 1 quadratic
     4 bytes   fee rate, in the unit of its kind
     4 bytes   highest price, millionths  (0 where the mechanism has none)
     2 bytes   number of outcomes, n
     8 bytes   liquidity, units           (0 where the mechanism has none; the weight of YES, millionths, for a pool with one)
    8n bytes   prior offsets, signed      (LMSR only)
    8n bytes   the shares or stakes in the pools      (not for LMSR; of several pools YES first, then 8n bytes NO)
    8n bytes   shares outstanding         (not for parimutuel)
    8n bytes   shares beside the pool     (only for a pool with a weight)
"""

import struct
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final

from oraculum_prediction.pricing.fees import FeeKind, FeeSchedule

_FEE_KINDS: Final[dict[FeeKind, int]] = {"flat": 0, "quadratic": 1}


def state_hash(
    formula_version: str,
    fee: FeeSchedule,
    price_max: int,
    liquidity: int,
    vectors: Sequence[Sequence[int]],
) -> bytes:
    """Give the 32 bytes that stand for this state; `vectors` are the per-outcome numbers in the order of the layout."""
    outcomes = len(vectors[0])
    return sha256(
        _layout(outcomes, len(vectors)).pack(
            formula_version.encode("ascii"),
            _FEE_KINDS[fee.kind],
            fee.rate,
            price_max,
            outcomes,
            liquidity,
            *(number for vector in vectors for number in vector),
        )
    ).digest()


@lru_cache(maxsize=512)
def _layout(outcomes: int, vectors: int) -> struct.Struct:
    return struct.Struct(f">16sBIIHq{outcomes * vectors}q")
