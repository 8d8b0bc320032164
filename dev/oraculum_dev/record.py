"""`oraculum record`: the service's own command, run in a process of its own, for dev imports no service."""

import subprocess
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Hand the arguments on and return what the service's command returns."""
    return subprocess.run(
        [sys.executable, "-m", "oraculum_market_data.recording", *arguments], check=False
    ).returncode
