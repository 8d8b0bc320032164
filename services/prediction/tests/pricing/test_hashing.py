"""The fingerprint of a state: its bytes are put together here by hand, as a stranger would from the documentation."""

from dataclasses import replace
from hashlib import sha256

import pytest

from oraculum_money import Price, Shares, Units
from oraculum_prediction.pricing import (
    FlatFee,
    LmsrState,
    ParimutuelState,
    QuadraticFee,
)

STATE = LmsrState(
    Units(100_000_000),
    (-84_729_786, 0),
    (Shares(0), Shares(10_000_000)),
    QuadraticFee(70_000),
    Price(999_900),
)


def number(value: int, width: int) -> bytes:
    return value.to_bytes(width, "big", signed=True)


class TestLmsrLayout:
    def test_byte_by_byte(self) -> None:
        layout = b"".join(
            [
                b"oraculum/lmsr/1\x00",
                b"\x01" + number(70_000, 4),
                number(999_900, 4),
                number(2, 2) + number(100_000_000, 8),
                number(-84_729_786, 8) + number(0, 8),
                number(0, 8) + number(10_000_000, 8),
            ]
        )
        assert STATE.state_hash == sha256(layout).digest()

    def test_known_value(self) -> None:
        """Pinned: another value means another layout, and that needs another formula version."""
        assert STATE.state_hash.hex() == "c11b39cfbaee5a33f66e8a2207a46bc29ee40cfc652c4a80ef231eb93d1b1a1b"

    @pytest.mark.parametrize(
        "change",
        [
            {"liquidity": 100_000_001},
            {"prior": (-84_729_785, 0)},
            {"sold": (0, 10_000_001)},
            {"sold": (1, 10_000_000)},
            {"fee": QuadraticFee(70_001)},
            {"fee": FlatFee(7_000)},
            {"price_max": 999_899},
        ],
    )
    def test_every_field_counts(self, change: dict[str, object]) -> None:
        assert replace(STATE, **change).state_hash != STATE.state_hash  # type: ignore[arg-type]


class TestParimutuelLayout:
    def test_byte_by_byte(self) -> None:
        state = ParimutuelState((Units(5), Units(7)), FlatFee(100))
        layout = b"oraculum/pool/1\x00" + b"\x00" + number(100, 4) + bytes(4) + number(2, 2) + bytes(8)
        assert state.state_hash == sha256(layout + number(5, 8) + number(7, 8)).digest()
