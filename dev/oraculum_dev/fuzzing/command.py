"""`oraculum fuzz [--minutes N] [--seed S]`: ask the running suite everything its description allows and forbids."""

import argparse
import time
from collections.abc import Sequence

from oraculum_dev.fixtures.suites import Suite
from oraculum_dev.fuzzing.run import PART_SECONDS, Plan, fuzz
from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.suite.home import Home
from oraculum_dev.suite.state import State


def main(arguments: Sequence[str]) -> int:
    """Run for as long as was asked; 0 when nothing was found."""
    options = _parser().parse_args(arguments)
    suite, state = Suite(Home.here().folder), State.read(Home.here())
    if state is None or not state.running:
        raise ProgramError("No suite runs in this folder. `make up` starts one.")
    end, seed, failed = time.monotonic() + options.minutes * 60, options.seed, 0
    while (left := end - time.monotonic()) > 1:
        result = fuzz(suite, Plan(seed=seed, seconds=int(min(left, PART_SECONDS))))
        print(result.stdout, flush=True)
        failed |= result.returncode
        seed += 1
    return int(failed != 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="oraculum fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0, help="how long (20)")
    parser.add_argument("--seed", type=int, default=1, help="of the first part; each part has the next (1)")
    return parser
