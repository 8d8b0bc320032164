"""How many processes a service has, and that whoever asks it knows all of them."""

from pathlib import Path

import pytest

from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.suite.home import Home
from oraculum_dev.suite.ports import Ports
from oraculum_dev.suite.replicas import MOST, Replicas
from oraculum_dev.suite.table import Plan, units
from oraculum_dev.suite.venues import Venues

pytestmark = pytest.mark.usefixtures("no_choice")


class TestChosen:
    def test_is_one_of_each_by_default(self) -> None:
        assert ("prediction",) == Replicas.chosen().of("prediction")
        assert ("wallet",) == Replicas.chosen().of("wallet")

    def test_follows_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PREDICTION_REPLICAS", "3")
        assert ("prediction", "prediction-2", "prediction-3") == Replicas.chosen().of("prediction")
        assert ("wallet",) == Replicas.chosen().of("wallet")

    @pytest.mark.parametrize("text", ["0", "-1", "two", str(MOST + 1)])
    def test_refuses_nonsense(self, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
        monkeypatch.setenv("PREDICTION_REPLICAS", text)
        with pytest.raises(ProgramError, match=f"PREDICTION_REPLICAS={text} is not a number from 1 to"):
            Replicas.chosen()


@pytest.mark.parametrize("count", range(1, MOST + 1))
def test_each_has_ports_of_its_own_and_is_known_to_the_others(tmp_path: Path, count: int) -> None:
    ports = Ports(8000)
    plan = Plan(home=Home(tmp_path), ports=ports, venues=Venues("sim"), replicas=Replicas(count))
    plan.keys.ensure()
    table = {unit.name: unit for unit in units(plan)}
    names = plan.replicas.of("prediction")
    assert count == len(set(names))
    assert set(names) <= set(table["gateway"].needs)
    listening = [table[name].program().environment["GRPC_LISTEN"] for name in names]
    assert [ports.address(name) for name in names] == listening
    assert ",".join(listening) == table["gateway"].program().environment["PREDICTION_TARGET"]
    taken = [port for unit in table.values() for port in unit.ports]
    assert len(taken) == len(set(taken))
