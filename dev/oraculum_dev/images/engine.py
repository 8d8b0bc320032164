"""The engine that builds and holds images."""

import subprocess

from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.project import ROOT


def docker(*arguments: str) -> str:
    """Run the engine's client; what it printed."""
    try:
        finished = subprocess.run(
            ["docker", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise ProgramError("docker is not installed; images need an engine") from error
    if finished.returncode != 0:
        raise ProgramError(f"docker {arguments[0]} failed:\n{finished.stderr.strip()[-4000:]}")
    return finished.stdout.strip()
