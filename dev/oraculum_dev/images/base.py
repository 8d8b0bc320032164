"""A base image without a registry: a small Debian made with debootstrap, imported under the name that the Dockerfile asks for.

It wants root and a Debian mirror, and takes the machine's own certificate authorities along.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from oraculum_dev.images.plan import BASE
from oraculum_dev.infrastructure.programs import ProgramError

RELEASE = "bookworm"
PACKAGES = "python3,python3-venv,ca-certificates,binutils"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
# What nobody reads in a container.
SPARE = (
    "var/cache/apt",
    "var/lib/apt/lists",
    "usr/share/doc",
    "usr/share/man",
    "usr/share/locale",
    "usr/share/info",
)


def local_base() -> str:
    """Make and import the base; its name."""
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        raise ProgramError("BASE=local needs root and debootstrap (apt-get install debootstrap)")
    with tempfile.TemporaryDirectory(prefix="oraculum-base-") as folder:
        root = Path(folder, "root")
        _run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", RELEASE, str(root))
        for name in SPARE:
            shutil.rmtree(root / name, ignore_errors=True)
        if CERTIFICATES.exists():
            shutil.copy(CERTIFICATES, root / CERTIFICATES.relative_to("/"))
        archive = Path(folder, "base.tar")
        _run("tar", "-C", str(root), "-cf", str(archive), ".")
        _run("docker", "import", str(archive), BASE)
    return BASE


def _run(*command: str) -> None:
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        said = (finished.stderr.strip() or finished.stdout.strip())[-2000:]
        raise ProgramError(f"{command[0]} failed:\n{said}")
