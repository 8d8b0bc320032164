"""The environment is read once, and every problem is named at once."""

from typing import Any

import pytest

from oraculum_kit.config import ConfigurationError
from oraculum_kit.identity import IdentityRules
from oraculum_kit.testing import settings
from oraculum_prediction.config import load
from oraculum_prediction.pricing import FlatFee, QuadraticFee


@pytest.fixture
def variables() -> dict[str, Any]:
    return settings.least("prediction", "AUTH", "WALLET")


def test_new_markets_charge_nothing_unless_told_otherwise(variables: dict[str, str]) -> None:
    assert FlatFee(0) == load(variables).fee
    assert (
        QuadraticFee(70_000)
        == load({**variables, "MARKET_FEE_KIND": "quadratic", "MARKET_FEE_RATE": "70000"}).fee
    )


def test_production_wants_to_know_who_bets(variables: dict[str, str]) -> None:
    assert IdentityRules(0) == load(variables).identity
    assert IdentityRules(None) == load({**variables, "ORACULUM_ENV": "development"}).identity


def test_every_problem_is_named(variables: dict[str, str]) -> None:
    del variables["WALLET_TARGET"]
    with pytest.raises(ConfigurationError) as caught:
        load({**variables, "MARKET_FEE_RATE": "10001", "ENGINE_QUEUE_MAX": "0", "KYC_FREE_DOLLARS": "few"})
    for name in ("WALLET_TARGET", "MARKET_FEE_RATE", "ENGINE_QUEUE_MAX", "KYC_FREE_DOLLARS"):
        assert name in str(caught.value)
