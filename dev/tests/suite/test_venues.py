"""Which venues a suite follows."""

import pytest

from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.suite.venues import STAND_IN_PATHS, Venues, chosen

pytestmark = pytest.mark.usefixtures("no_choice")


class TestChosen:
    @pytest.mark.parametrize("mode", ["live", "sim"])
    def test_takes_the_named_mode(self, mode) -> None:
        assert Venues(mode) == chosen(mode)

    def test_takes_a_folder_to_replay(self, tmp_path) -> None:
        assert Venues("replay", tmp_path.resolve()) == chosen(f"replay:{tmp_path}")

    @pytest.mark.parametrize("text", ["replay:", "replay", "replay:/no/such/folder"])
    def test_refuses_a_replay_of_nothing(self, text) -> None:
        with pytest.raises(ProgramError, match="replay wants a folder of recordings"):
            chosen(text)

    def test_refuses_what_it_does_not_know(self) -> None:
        with pytest.raises(ProgramError, match="VENUES=paper is neither `live`, `sim` nor `replay:DIR`"):
            chosen("paper")


class TestVenues:
    def test_beside_the_real_venues_the_stand_in_only_tells_its_script(self) -> None:
        assert ["--listen", "h:1", "--mode", "script"] == Venues("live").stand_in_arguments("h:1")
        assert {"STAND_IN_URL": "http://h:1"} == Venues("live").environment("h:1")

    def test_the_stand_in_takes_the_place_of_all_venues(self) -> None:
        environment = Venues("sim").environment("h:1")
        assert {"STAND_IN_URL", *STAND_IN_PATHS} == set(environment)
        assert "ws://h:1/kalshi/trade-api/ws/v2" == environment["KALSHI_WS_URL"]

    def test_says_why_it_invents(self) -> None:
        said = Venues("sim", because="the venues cannot be reached from here").description
        assert "sim: markets invented on this machine (the venues cannot be reached from here)" == said
