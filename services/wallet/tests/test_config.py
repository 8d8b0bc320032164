"""The environment, and what wallet refuses to start with."""

from typing import Any

import pytest

from oraculum_kit.config import ConfigurationError
from oraculum_kit.identity import IdentityRules
from oraculum_kit.testing import settings
from oraculum_wallet.config import load

NEEDED = settings.least("wallet", "AUTH", "PREDICTION")
DEVELOPMENT = {**NEEDED, "ORACULUM_ENV": "development"}


def test_production_makes_no_money_of_its_own() -> None:
    config = load(NEEDED)
    assert config.rails == frozenset()
    assert config.identity == IdentityRules(0)
    assert dict(config.house_capital) == {}


def test_development_has_a_rail_and_a_house_with_capital() -> None:
    config = load(DEVELOPMENT)
    assert config.rails == {"demo"}
    assert config.identity == IdentityRules(None)
    assert config.house_capital["USDC"] == 100_000_000 * 10**6
    assert set(config.house_capital) == {"USD", "USDC", "SOL", "ETH"}


def test_development_may_do_without() -> None:
    config = load(
        {**DEVELOPMENT, "DEPOSIT_RAILS": "none", "HOUSE_CAPITAL_SOL": "0", "HOUSE_CAPITAL_USDC": "12.50"}
    )
    assert config.rails == frozenset()
    assert "SOL" not in config.house_capital
    assert config.house_capital["USDC"] == 12_500_000


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"DEPOSIT_RAILS": "demo"}, "it needs ORACULUM_ENV=development"),
        ({"DEPOSIT_RAILS": "demo", "ORACULUM_ENV": "production"}, "it needs ORACULUM_ENV=development"),
        ({"DEPOSIT_RAILS": "cash"}, "no rail called cash"),
        ({"HOUSE_CAPITAL_USDC": "lots"}, "HOUSE_CAPITAL_USDC"),
        ({"HOUSE_CAPITAL_USDC": "-1"}, "must not be negative"),
        ({"HOUSE_CAPITAL_USDC": "0.0000001"}, "at most 6 decimals"),
        ({"PREDICTION_TARGET": ""}, "PREDICTION_TARGET is missing"),
    ],
)
def test_it_does_not_start_with(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        load({**NEEDED, **change})
