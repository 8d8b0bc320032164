"""Lines on standard output, as a process writes them."""

import asyncio
import json
import os
import sys
from typing import Any

import pytest

SETUP = """
import logging, structlog, sys
from oraculum_kit import logs
from oraculum_kit.caller import Caller, calling_as
logs.configure(level=sys.argv[1], log_format=sys.argv[2], service="wallet")
log = structlog.stdlib.get_logger("test")
"""


async def lines(script: str, *, level: str = "info", log_format: str = "json") -> list[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SETUP + script, level, log_format, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0
    return output.decode().splitlines()


async def logged(script: str, *, level: str = "info") -> list[dict[str, Any]]:
    return [json.loads(line) for line in await lines(script, level=level)]


class TestLogs:
    async def test_line_says_what_when_where_and_for_whom(self) -> None:
        (line,) = await logged(
            "with calling_as(Caller(request_id='r-1')): log.info('bet.accepted', shares=7)"
        )
        assert line.pop("time").endswith("+00:00")
        assert line == {
            "event": "bet.accepted",
            "level": "info",
            "service": "wallet",
            "request_id": "r-1",
            "shares": 7,
        }

    async def test_exception_is_one_line_with_its_traceback(self) -> None:
        (line,) = await logged("try: 1 / 0\nexcept ZeroDivisionError: log.exception('failed')")
        assert "ZeroDivisionError: division by zero" in line["exception"]

    async def test_console_shows_no_locals(self) -> None:
        """They may be somebody's secrets, and drawing them stops the process for a second."""
        script = "secret = 'hunter' + '2'\ntry: 1 / 0\nexcept ZeroDivisionError: log.exception('failed')"
        printed = "\n".join(await lines(script, log_format="console"))
        assert "ZeroDivisionError: division by zero" in printed
        assert "hunter2" not in printed

    async def test_libraries_speak_through_the_same_renderer(self) -> None:
        script = "logging.getLogger('lib').warning('careful %s', 'now', extra={'shard': 3})\n"
        (line,) = await logged(script + "logging.getLogger('lib').info('chatter')")
        assert (line["event"], line["level"], line["shard"]) == ("careful now", "warning", 3)

    async def test_level_is_obeyed(self) -> None:
        assert [line["event"] for line in await logged("log.info('a'); log.error('b')", level="error")] == [
            "b"
        ]

    async def test_values_of_any_kind_are_written(self) -> None:
        (line,) = await logged(
            "import uuid, decimal\nlog.info('x', id=uuid.UUID(int=1), amount=decimal.Decimal('1.5'), c={1: object})"
        )
        assert (line["id"], line["amount"]) == ("00000000-0000-0000-0000-000000000001", "1.5")

    async def test_notes_outside_of_a_call_are_harmless(self) -> None:
        assert await logged("logs.note(event_id=1)") == []

    async def test_console_form_is_for_people(self) -> None:
        (line,) = await lines("log.info('bet.accepted', shares=7)", log_format="console")
        assert "bet.accepted" in line
        with pytest.raises(json.JSONDecodeError):
            json.loads(line)

    async def test_work_goes_on_when_nobody_reads(self) -> None:
        """The reader of the pipe may die; bets must not be refused for that."""
        reading, writing = os.pipe()
        script = "for _ in range(5): log.info('x'); logging.getLogger('lib').warning('y')\nsys.stdout = None\nsys.exit(7)"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SETUP + "sys.stdin.readline()\n" + script, "info", "json",
            stdin=asyncio.subprocess.PIPE, stdout=writing,
        )  # fmt: skip
        os.close(writing)
        os.close(reading)
        await process.communicate(b"go\n")
        assert process.returncode == 7
