"""Ports that are taken, and how to choose others."""

import pytest

from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.suite.ports import OFFSETS, Ports, PortTakenError

pytestmark = pytest.mark.usefixtures("no_choice")


class TestRequireFree:
    def test_says_which_port_whose_it_is_and_what_to_do(self, taken_port) -> None:
        """Somebody whose port 8000 is taken can act on the message alone."""
        ports = Ports(taken_port - OFFSETS["gateway"])
        with pytest.raises(PortTakenError) as raised:
            ports.require_free(["gateway"])
        assert f"{taken_port} (gateway): py" in str(raised.value)
        assert f"ORACULUM_PORT_BASE={ports.base + 1000} make up" in str(raised.value)

    def test_says_nothing_of_free_ports(self) -> None:
        Ports.free().require_free(list(OFFSETS))


class TestChosen:
    def test_is_friendly_by_default(self) -> None:
        assert "127.0.0.1:8000" == Ports.chosen().address("gateway")

    def test_follows_the_environment(self, monkeypatch) -> None:
        monkeypatch.setenv("ORACULUM_PORT_BASE", "9000")
        assert "127.0.0.1:9016" == Ports.chosen().address("wallet")

    @pytest.mark.parametrize("text", ["eight", "80", "70000", "-1"])
    def test_refuses_nonsense(self, monkeypatch, text) -> None:
        monkeypatch.setenv("ORACULUM_PORT_BASE", text)
        with pytest.raises(ProgramError, match=f"ORACULUM_PORT_BASE={text} is not a port"):
            Ports.chosen()

    def test_can_look_for_free_ones(self, monkeypatch) -> None:
        monkeypatch.setenv("ORACULUM_PORT_BASE", "free")
        assert [] == Ports.chosen().taken(OFFSETS)


def test_no_two_processes_share_a_port() -> None:
    assert len(OFFSETS) == len(set(OFFSETS.values()))
