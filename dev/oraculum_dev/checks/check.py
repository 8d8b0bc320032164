"""`oraculum check`: single steps, their output as it comes."""

import argparse
import subprocess
from collections.abc import Sequence

from oraculum_dev.checks.steps import steps
from oraculum_dev.project import ROOT

ALONE = ("lint", "types", "contracts", "unit", "tests", "faults")


def main(arguments: Sequence[str]) -> int:
    """Run the named steps and return 0 when all of them pass."""
    parser = argparse.ArgumentParser(prog="oraculum check", description=main.__doc__)
    parser.add_argument("steps", nargs="+", choices=ALONE, metavar=f"{{{','.join(ALONE)}}}")
    options = parser.parse_args(arguments)
    known = steps()
    commands = [command for name in options.steps for command in known[name].commands]
    return max(subprocess.run(command, check=False, cwd=ROOT).returncode != 0 for command in commands)
