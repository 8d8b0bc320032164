"""`oraculum replay` hands its arguments on to the service's own command."""

from pathlib import Path

import pytest

from oraculum_dev.command import main


def test_reads_recordings(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "kalshi").mkdir()
    (tmp_path / "kalshi/status.json").write_text('{"exchange_active": true, "trading_active": true}')
    assert 0 == main(["replay", str(tmp_path), "--json"])
    assert '"file":"kalshi/status.json","venue":"kalshi","messages":1' in capfd.readouterr().out


def test_says_when_there_is_nothing_to_read(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert 2 == main(["replay", str(tmp_path / "missing")])
    assert "does not exist" in capfd.readouterr().err
