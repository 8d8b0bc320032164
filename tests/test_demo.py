"""What the demo says where it cannot tell its story; that the story ends well is a step of `make test` of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path


def demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Tell the story against the suite of a folder, as `make demo` does."""
    return subprocess.run(
        [sys.executable, "-m", "oraculum_dev.command", "demo", *arguments],
        env={**os.environ, "ORACULUM_STATE": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_without_a_suite_it_says_so(tmp_path: Path) -> None:
    answer = demo(tmp_path)
    assert 1 == answer.returncode
    assert "make up" in answer.stderr


def test_tells_what_is_late_when_nobody_answers(tmp_path: Path) -> None:
    """A gateway that is away is a fact that does not hold, not a traceback."""
    answer = demo(tmp_path, "--url", "http://127.0.0.1:9", "--json", "--patience", "1")
    told = json.loads(answer.stdout)
    assert 1 == answer.returncode
    assert 1 == told["failed"]
    assert "/auth/challenge gave no certain answer in 1 s" in told["facts"][-1]["seen"]
