"""What the tests of pricing share: the published vectors, and the formulas in arithmetic of another make."""

import importlib.util
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from mpmath import mp, mpf

# Vectors lie beside the repository and not in it; a clone without them still tests everything else.
VECTORS = Path(__file__).resolve().parents[5] / "shared" / "data" / "vectors"


def _share(name: str) -> None:
    """Let these tests import a module that lies beside them: they are collected one by one, without a package."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])


_share("trading_floor")

# Twice the digits of the code under test.
mp.dps = 90


@pytest.fixture(scope="session")
def vectors() -> Callable[[str], list[dict[str, Any]]]:
    """Give the cases of a file of known answers."""

    def load(name: str) -> list[dict[str, Any]]:
        path = VECTORS / f"{name}.json"
        if not path.exists():
            pytest.skip(f"the known answers of {name} are not beside this repository")
        cases: list[dict[str, Any]] = json.loads(path.read_text())["cases"]
        assert cases
        return cases

    return load


class Exact:
    """The LMSR formulas straight from their definition, with mpmath."""

    def potential(self, quantities: Sequence[int], liquidity: int) -> mpf:
        """Give C(q) without any shift: mpmath's exponents have no bound."""
        return liquidity * mp.log(mp.fsum(mp.exp(mpf(quantity) / liquidity) for quantity in quantities))

    def cost(self, quantities: Sequence[int], liquidity: int, trade: Sequence[int]) -> mpf:
        """Give C(q + d) - C(q)."""
        after = [quantity + step for quantity, step in zip(quantities, trade, strict=True)]
        return self.potential(after, liquidity) - self.potential(quantities, liquidity)

    def prices(self, quantities: Sequence[int], liquidity: int) -> list[mpf]:
        """Give the softmax."""
        weights = [mp.exp(mpf(quantity - max(quantities)) / liquidity) for quantity in quantities]
        return [weight / mp.fsum(weights) for weight in weights]


@pytest.fixture(scope="session")
def exact() -> Exact:
    """Give the formulas to compare with."""
    return Exact()
