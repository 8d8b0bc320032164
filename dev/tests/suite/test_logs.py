"""Following logs, and what the screen shows."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from oraculum_dev.project import ROOT
from oraculum_dev.suite.commands import _Follower
from oraculum_dev.suite.ports import Ports
from oraculum_dev.suite.supervisor import Status
from oraculum_dev.suite.view import Row, plain, screen


class TestFollower:
    def test_begins_with_what_is_there_and_goes_on(self, tmp_path: Path) -> None:
        log = tmp_path / "wallet.log"
        log.write_text("one\ntwo\n")
        follower = _Follower(log)
        assert ["one", "two"] == follower.lines()
        with log.open("a") as file:
            file.write("three\nhalf a li")
        assert ["three"] == follower.lines()
        with log.open("a") as file:
            file.write("ne\n")
        assert ["half a line"] == follower.lines()
        assert [] == follower.lines()

    def test_begins_near_the_end_of_a_long_log_with_a_whole_line(self, tmp_path: Path) -> None:
        log = tmp_path / "wallet.log"
        log.write_text("".join(f"line {number:05}\n" for number in range(2000)))
        lines = _Follower(log).lines()
        assert "line 01999" == lines[-1]
        assert len(lines) < 500
        assert all(len(line) == len("line 00000") for line in lines)

    def test_follows_a_log_that_began_anew(self, tmp_path: Path) -> None:
        log = tmp_path / "wallet.log"
        log.write_text("a long first line\n")
        follower = _Follower(log)
        follower.lines()
        log.write_text("new\n")
        assert ["new"] == follower.lines()


def logs(folder: Path, *names: str) -> subprocess.Popen[str]:
    """`oraculum logs` for a suite's folder."""
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "oraculum_dev.command", "logs", *names],
        env={"ORACULUM_STATE": str(folder), "PATH": ""},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class TestLogs:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "logs").mkdir()
        (tmp_path / "logs" / "wallet.log").write_text("a transfer\n")
        (tmp_path / "logs" / "auth.log").write_text("a sign-in\n")
        return tmp_path

    def test_says_whose_each_line_is(self, folder: Path) -> None:
        with logs(folder) as process:
            assert process.stdout
            assert ["auth   | a sign-in\n", "wallet | a transfer\n"] == [
                process.stdout.readline() for _ in range(2)
            ]
            process.send_signal(signal.SIGINT)
        assert 0 == process.returncode

    def test_shows_one_part_alone(self, folder: Path) -> None:
        with logs(folder, "wallet") as process:
            assert process.stdout
            assert "a transfer\n" == process.stdout.readline()
            process.send_signal(signal.SIGINT)

    def test_names_what_there_is_instead(self, folder: Path) -> None:
        with logs(folder, "wollet") as process:
            _, said = process.communicate(timeout=30)
        assert 1 == process.returncode
        assert "No log of wollet. There is: auth, wallet\n" == said


class TestScreen:
    ROWS = (
        Row(
            name="wallet", status=Status.UP, where="127.0.0.1:8016", memory_bytes=64 << 20, flow="12 calls/s"
        ),
        Row(name="event", status=Status.UP, where="127.0.0.1:8012", degraded=("kafka",), restarts=2),
    )

    def test_shows_what_is_up_where_and_how_much_flows(self) -> None:
        console = Console(width=120)
        with console.capture() as captured:
            console.print(screen(self.ROWS, ["Oraculum   venues sim"], Ports(8000), ["05:00:00 wallet up"]))
        text = captured.get()
        for said in (
            "64 MB",
            "12 calls/s",
            "up, without kafka, restarted 2x",
            "http://127.0.0.1:8000/docs",
            "venues sim",
        ):
            assert said in text

    def test_says_the_same_in_plain_lines(self) -> None:
        assert "up, without kafka, restarted 2x" in plain(self.ROWS)
