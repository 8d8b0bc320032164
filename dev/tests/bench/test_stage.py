"""What a benchmark sets of its suite arrives there."""

import pytest

from oraculum_dev.bench.stage import SETTINGS
from oraculum_dev.fixtures.suites import CALM
from oraculum_dev.suite import environment, replicas


@pytest.mark.parametrize("settings", [SETTINGS, CALM])
def test_every_setting_reaches_the_processes(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]
) -> None:
    """The runner reads how many replicas there are; all else it must pass on."""
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    passed_on = environment.inherited()
    assert settings == {name: passed_on.get(name) for name in settings} | {
        name: settings[name] for name in {replicas.VARIABLE} & settings.keys()
    }
