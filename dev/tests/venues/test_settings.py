"""The settings: flags, the variables that stand for them, and what is refused."""

from pathlib import Path

import pytest

from oraculum_dev.venues.sim.series import Timing
from oraculum_dev.venues.stand_in.settings import Settings, read


class TestRead:
    def test_takes_flags(self, tmp_path: Path) -> None:
        """Every flag finds its place."""
        arguments = (
            f"--listen 127.0.0.1:9000 --mode replay --directory {tmp_path} --speed 4 --seed 3 --rate 50 "
            "--series-every 2 --series-tradable-seconds 5 --series-resolve-after 8 --series-settle 1"
        )
        settings = read(arguments.split(), {})

        assert (settings.host, settings.port) == ("127.0.0.1", 9000)
        assert (settings.mode, settings.directory, settings.speed) == ("replay", tmp_path, 4.0)
        assert (settings.seed, settings.rate) == (3, 50.0)
        assert settings.timing == Timing(every=2.0, tradable=5.0, resolve_after=8.0, settle=1.0)

    def test_takes_variables_where_a_flag_is_missing(self) -> None:
        """A flag stands before a variable, a variable before the default."""
        settings = read(["--seed", "5"], {"VENUES_SEED": "9", "VENUES_MODE": "script", "SERIES_EVERY": "0"})

        assert (settings.seed, settings.mode, settings.timing.every) == (5, "script", 0.0)

    def test_has_defaults(self) -> None:
        """Without anything there is a simulation on the loopback."""
        assert read([], {}) == Settings()

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            (["--listen", "8700"], "HOST:PORT"),
            (["--mode", "replay"], "--directory"),
            (["--mode", "replay", "--directory", "no/such/folder"], "--directory"),
            (["--mode", "guess"], "invalid choice"),
            (["--series-resolve-after", "10"], "tradable"),
            (["--rate", "much"], "invalid float"),
        ],
    )
    def test_refuses_with_the_reason(
        self, capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
    ) -> None:
        """A wrong setting ends the process before it serves, and says why."""
        with pytest.raises(SystemExit):
            read(arguments, {})

        assert complaint in capsys.readouterr().err
