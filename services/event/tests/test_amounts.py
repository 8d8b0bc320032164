"""What the operator asks for is of one size in every asset, and not one number."""

from typing import Any

import pytest

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum.money.v1.amount_pb2 import Amount
from oraculum_event.amounts import worth
from oraculum_event.config import load
from oraculum_kit.config import ConfigurationError
from oraculum_kit.errors import InvalidArgument
from oraculum_kit.testing import settings
from oraculum_money import ASSETS, Units


@pytest.fixture
def variables() -> dict[str, str]:
    return settings.least("event", "AUTH", "PREDICTION", "WALLET", "MARKET_DATA")


def test_what_nobody_said_is_worth_as_much_in_every_asset(variables: dict[str, str]) -> None:
    config = load(variables)
    assert {"USD": 10_000_000, "USDC": 10_000_000, "SOL": 50_000_000, "ETH": 2_500_000} == config.rules.bond
    assert worth(Units(10_000_000_000)) == config.rules.two_admins_from
    assert worth(Units(100_000_000)) == config.terms.subsidy
    assert worth(Units(100_000_000_000)) == config.terms.subsidy_max
    assert worth(Units(1_000_000)) == config.terms.creation_fee
    assert set(ASSETS) == set(config.terms.creation_fee)
    # A little is not nothing, and never is never.
    assert ({"ETH": 1, "SOL": 5} | worth(Units(1)), 0) == (worth(Units(1)), worth(Units(0))["ETH"])


def test_an_asset_s_own_amount_is_said_by_its_name(variables: dict[str, str]) -> None:
    said = load(
        {**variables, "EVENT_DISPUTE_BOND_UNITS": "4", "EVENT_DISPUTE_BOND_UNITS_SOL": "7"}
    ).rules.bond
    assert {"USD": 4, "USDC": 4, "SOL": 7, "ETH": 1} == said
    with pytest.raises(ConfigurationError, match="EVENT_DISPUTE_BOND_UNITS_ETH"):
        load({**variables, "EVENT_DISPUTE_BOND_UNITS_ETH": "0"})


async def test_fee_subsidy_bond_and_threshold_are_those_of_the_event_s_asset(service: Any) -> None:
    with service.author():
        draft = (await service.stub.CreateEvent(service.draft_of(asset="SOL"))).event
    assert (500_000_000, 10_000_000) == (draft.subsidy.units, draft.creation_fee.units)
    too_much = service.draft_of(asset="SOL", subsidy=Amount(units=5_000_000_001, asset="SOL"))
    with pytest.raises(InvalidArgument) as caught, service.author():
        await service.stub.CreateEvent(too_much)
    assert ["subsidy"] == [violation.field for violation in caught.value.violations]
    with pytest.raises(InvalidArgument) as caught:
        await service.update(draft.event_id, subsidy=Amount(units=5_000_000_001, asset="SOL"))
    assert ["subsidy"] == [violation.field for violation in caught.value.violations]
    proposed = await service.proposed(asset="SOL")
    assert Amount(units=50_000_000, asset="SOL") == proposed.proposal.bond


async def test_what_wants_two_administrators_is_as_much_in_every_asset(service: Any) -> None:
    """The same number of units is 20,000 dollars, and 20 SOL."""
    service.prediction.liquidity = 20_000_000_000
    statuses = []
    for asset in ("USDC", "SOL"):
        event = await service.create(asset=asset)
        statuses.append((await service.resolve(event.event_id)).status)
    assert [pb.EVENT_STATUS_LOCKED, pb.EVENT_STATUS_RESOLVED] == statuses
