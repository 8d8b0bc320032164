"""A small checkout to plant things in."""

from pathlib import Path

import pytest

from oraculum_dev.linters.planted import PlantedCheckout


@pytest.fixture
def checkout(tmp_path: Path) -> PlantedCheckout:
    """An empty checkout."""
    return PlantedCheckout(tmp_path)
