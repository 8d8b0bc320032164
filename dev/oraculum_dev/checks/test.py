"""`oraculum test`: everything, in parallel where it can be, and one summary."""

import asyncio
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from oraculum_dev.checks.lane import Lane
from oraculum_dev.checks.results import Result
from oraculum_dev.checks.steps import steps
from oraculum_dev.fixtures.servers import LocalServers
from oraculum_dev.infrastructure.programs import ProgramError

# The linters and the type checker keep one core busy, the tests the other.
STATIC = ("lint", "contracts", "types")
SERVED = ("tests",)
# These share a suite and need all of the machine.
END_TO_END = ("demo", "end to end")
OWN = ("own suites",)


def main(arguments: Sequence[str]) -> int:
    """Run every step and return 0 when nothing failed."""
    if arguments:
        print(f"oraculum test takes no arguments, not {' '.join(arguments)}", file=sys.stderr)
        return 2
    # As Ctrl-C does: what runs is stopped before we end.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    begun, folder = time.monotonic(), Path(tempfile.mkdtemp(prefix="oraculum-checks-"))
    try:
        results = asyncio.run(_checks(folder)) + _end_to_end(folder) + asyncio.run(_run(Lane(folder), OWN))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return _summarise(results, time.monotonic() - begun)


async def _checks(folder: Path) -> list[Result]:
    lane = Lane(folder)
    static, served = await asyncio.gather(_run(lane, STATIC), _run(lane, SERVED))
    return [*static, *served]


async def _run(lane: Lane, names: Sequence[str]) -> list[Result]:
    known = steps()
    return await lane.run([known[name] for name in names])


def _end_to_end(folder: Path) -> list[Result]:
    """Start a suite, tell the demo's story against it, then let the tests loose on it."""
    servers, begun = LocalServers(), time.monotonic()
    try:
        suite = servers.address("suite")
        started = Result("suite", 1, 0, 0, time.monotonic() - begun, "")
        print(f"  {'suite':<12}{'ok':<8}{started.seconds:6.1f} s", flush=True)
        lane = Lane(folder, {"ORACULUM_STATE": suite, "ORACULUM_TEST_SUITE": suite})
        return [started, *asyncio.run(_run(lane, END_TO_END))]
    except ProgramError as error:
        print(f"  {'suite':<12}FAILED", flush=True)
        return [Result("suite", 0, 1, 0, time.monotonic() - begun, str(error))]
    finally:
        servers.close()


def _summarise(results: list[Result], seconds: float) -> int:
    for result in results:
        if result.failed:
            print(f"\n--- {result.name} " + "-" * 60 + f"\n{result.output.strip()}")
    print(f"\n{'step':<12}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}")
    for result in results:
        print(
            f"{result.name:<12}{result.passed:>8}{result.failed:>8}{result.skipped:>9}{result.seconds:>9.1f}"
        )
    passed, failed = sum(result.passed for result in results), sum(result.failed for result in results)
    print(f"\n{seconds:.0f} s in all\n{passed} passed, {failed} failed", flush=True)
    return int(failed > 0)
