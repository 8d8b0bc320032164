"""The broker's jars are the pinned ones or none."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from oraculum_dev.infrastructure import kafka_jars
from oraculum_dev.infrastructure.kafka_jars import Jar, JarsUnavailableError, pinned

Fetch = Callable[[list[Jar], Path], None]


@pytest.fixture
def jar() -> Jar:
    return Jar("org.example", "thing", "1", hashlib.sha256(b"the right bytes").hexdigest())


def deliver(content: bytes) -> Fetch:
    """A way to fetch that brings this content for every jar."""

    def _by_hand(wanted: list[Jar], place: Path) -> None:
        (place / "jars").mkdir()
        for one in wanted:
            (place / "jars" / one.file_name).write_bytes(content)

    return _by_hand


@pytest.fixture
def way(monkeypatch: pytest.MonkeyPatch) -> Callable[[Fetch], None]:
    """Set the only way by which jars can be had."""

    def use(fetch: Fetch) -> None:
        monkeypatch.setattr(kafka_jars, "_by_jgo", fetch)
        monkeypatch.setattr(kafka_jars.shutil, "which", lambda _: None)

    return use


class TestPinned:
    def test_every_jar_has_a_hash_and_one_version(self) -> None:
        jars = pinned()
        assert all(re.fullmatch(r"[0-9a-f]{64}", jar.sha256) for jar in jars)
        assert len(jars) == len({(jar.group, jar.artifact) for jar in jars})

    def test_the_broker_is_4_2_or_newer(self) -> None:
        broker = next(jar for jar in pinned() if jar.artifact == "kafka_2.13")
        assert (4, 2) <= tuple(map(int, broker.version.split(".")[:2]))


class TestFetch:
    def test_keeps_what_has_the_right_hash(self, jar, way, tmp_path) -> None:
        way(deliver(b"the right bytes"))
        kafka_jars._fetch([jar], tmp_path / "kafka", lambda _: None)
        assert b"the right bytes" == (tmp_path / "kafka" / "thing-1.jar").read_bytes()

    def test_refuses_another_file(self, jar, way, tmp_path) -> None:
        """A registry that serves something else is not believed, and nothing of it stays."""
        way(deliver(b"other bytes"))
        with pytest.raises(
            JarsUnavailableError, match=r"thing-1\.jar is not the file that kafka\.lock names"
        ):
            kafka_jars._fetch([jar], tmp_path / "kafka", lambda _: None)
        assert [] == list(tmp_path.iterdir())

    def test_says_what_was_tried(self, jar, way, tmp_path) -> None:
        def _by_jgo(wanted: list[Jar], place: Path) -> None:
            raise JarsUnavailableError("no route to host")

        way(_by_jgo)
        with pytest.raises(
            JarsUnavailableError, match=r"Is Maven Central within reach(?s:.)*jgo: no route to host"
        ):
            kafka_jars._fetch([jar], tmp_path / "kafka", lambda _: None)
