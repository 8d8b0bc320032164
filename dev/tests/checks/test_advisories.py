"""Pinned versions against known vulnerabilities: what is found, what is not, and that an empty audit is no clean one."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from oraculum_dev.checks import advisories
from oraculum_dev.checks.advisories import audit, is_affected, main, pins


def advisory(name: str = "Some_Package", ecosystem: str = "PyPI", **more: Any) -> dict[str, Any]:
    events = [{"introduced": "0"}, {"fixed": "2.0.1"}]
    affected = {
        "package": {"name": name, "ecosystem": ecosystem},
        "ranges": [{"type": "ECOSYSTEM", "events": events}],
    }
    return {"id": "GHSA-1", "summary": "It does what it must not.", "affected": [affected], **more}


@pytest.fixture
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "requirements"
    (folder / "images").mkdir(parents=True)
    (folder / "all.txt").write_text(
        "some-package==2.0.0 \\\n    --hash=sha256:00\nother[extra]==1.0 ; python_version < '4' \\\n    --hash=sha256:01\n"
    )
    (folder / "images" / "auth.txt").write_text("some-package==2.0.0 \\\n    --hash=sha256:00\n")
    monkeypatch.setattr(advisories, "LOCKS", folder)
    return folder


def test_every_lock_is_read(locks: Path) -> None:
    assert {
        ("some-package", "2.0.0"): ("all.txt", "images/auth.txt"),
        ("other", "1.0"): ("all.txt",),
    } == pins(locks)


def test_our_own_locks_are_understood() -> None:
    found = pins(advisories.LOCKS)
    assert len(found) > 100
    assert "images/auth.txt" in next(where for (name, _), where in found.items() if name == "argon2-cffi")


@pytest.mark.parametrize(
    ("version", "events", "affected"),
    [
        ("1.9", [{"introduced": "0"}, {"fixed": "2"}], True),
        ("2", [{"introduced": "0"}, {"fixed": "2"}], False),
        ("2.0rc1", [{"introduced": "0"}, {"fixed": "2"}], True),
        ("10", [{"introduced": "9"}], True),
        ("8", [{"introduced": "9"}], False),
        ("2", [{"introduced": "1"}, {"last_affected": "2"}], True),
        ("2.1", [{"introduced": "1"}, {"last_affected": "2"}], False),
        # Mended, and broken again; told in any order.
        ("3.5", [{"fixed": "4"}, {"introduced": "3"}, {"fixed": "2"}, {"introduced": "0"}], True),
        ("2.5", [{"fixed": "4"}, {"introduced": "3"}, {"fixed": "2"}, {"introduced": "0"}], False),
    ],
)
def test_ranges_mean_what_the_schema_says(version: str, events: list[dict[str, str]], affected: bool) -> None:  # noqa: FBT001
    assert affected == is_affected(version, {"ranges": [{"type": "ECOSYSTEM", "events": events}]})


def test_a_version_that_is_named_is_affected_whatever_the_ranges_say() -> None:
    assert is_affected("1.0", {"versions": ["1.0"]})
    assert not is_affected("1.0", {"versions": ["1.0.1"], "ranges": [{"type": "GIT", "events": []}]})


def test_others_ecosystems_and_what_was_taken_back_are_not_ours(locks: Path) -> None:
    known = [advisory(ecosystem="npm"), advisory(withdrawn="2026-01-01T00:00:00Z"), advisory("elsewhere")]
    assert (1, []) == audit(pins(locks), iter(known))


@pytest.mark.parametrize("packed", [True, False])
def test_what_is_vulnerable_is_named_with_its_remedy_and_images(
    locks: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    packed: bool,  # noqa: FBT001
) -> None:
    folder = tmp_path / "osv"
    folder.mkdir()
    (folder / "GHSA-1.json").write_text(json.dumps(advisory()))
    path = folder
    if packed:
        path = tmp_path / "all.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(folder / "GHSA-1.json", "GHSA-1.json")
    assert 1 == main([str(path)])
    said = capsys.readouterr().out
    assert (
        "some-package 2.0.0: GHSA-1 It does what it must not. (fixed in 2.0.1); in all.txt, images/auth.txt\n"
        == said
    )
    (locks / "all.txt").write_text("")
    (locks / "images" / "auth.txt").write_text("some-package==2.0.1 \\\n")
    assert 0 == main([str(path)])


def test_an_audit_without_advisories_is_no_clean_one(tmp_path: Path) -> None:
    assert advisories.NOTHING == main([str(tmp_path / "nothing.zip")])
    assert advisories.NOTHING == main([str(tmp_path)])
    broken = tmp_path / "all.zip"
    broken.write_bytes(b"no archive")
    assert advisories.NOTHING == main([str(broken)])
