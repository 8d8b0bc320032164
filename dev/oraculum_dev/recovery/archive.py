"""Where backups lie: whole copies of the data directory, and every segment of the write-ahead log since.

On a laptop both lie in a folder beside the data, which shows how it works and saves nobody from losing the disk; in a
cluster CloudNativePG keeps them in object storage.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from oraculum_dev.infrastructure.accounts import unprivileged
from oraculum_dev.infrastructure.postgres import Postgres
from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.suite.home import Home
from oraculum_kit.clock import SystemClock

# A segment that is not full is archived after this long: what a lost machine can take with it.
ARCHIVE_SECONDS: Final = 60
_STAMP: Final = "%Y%m%dT%H%M%S.%fZ"
_SEGMENT: Final = re.compile(r"[0-9A-F]{24}")
_COMMIT: Final = re.compile(r"desc: COMMIT (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) UTC")


@dataclass(frozen=True)
class Backup:
    """One whole copy, complete at this moment."""

    folder: Path
    finished_at: datetime


@dataclass(frozen=True)
class Archive:
    """The folder with all of it."""

    folder: Path

    @property
    def segments(self) -> Path:
        """The write-ahead log."""
        return self.folder / "wal"

    @property
    def copies(self) -> Path:
        """The whole copies, one folder each, named by when they were complete."""
        return self.folder / "base"

    @property
    def settings(self) -> Mapping[str, str]:
        """What the server is told. A segment that is there is never overwritten, and has its name only when whole."""
        place = f'"{self.segments}/%f"'
        unfinished = f'"{self.segments}/%f.new"'
        keep = f'cp "%p" {unfinished} && sync {unfinished} && mv {unfinished} {place}'
        return {
            "archive_mode": "on",
            "archive_timeout": f"{ARCHIVE_SECONDS}s",
            "archive_command": f'if test -e {place}; then cmp -s "%p" {place}; else {keep}; fi',
        }

    def make(self) -> None:
        """Make the folders, where the server's account may write."""
        account = unprivileged()
        for folder in (self.segments, self.copies):
            folder.mkdir(parents=True, exist_ok=True)
            if account:
                os.chown(folder, account.uid, account.gid)

    def copy(self, server: Postgres) -> Backup:
        """Copy a running server whole."""
        self.make()
        unfinished = self.copies / f"{SystemClock().now().strftime(_STAMP)}.new"
        arguments = ["--pgdata", str(unfinished), "--wal-method", "stream", "--checkpoint", "fast"]
        server.run(
            "pg_basebackup",
            "--host",
            "127.0.0.1",
            "--port",
            str(server.port),
            "--username",
            "postgres",
            *arguments,
        )
        finished_at = SystemClock().now()
        done = self.copies / finished_at.strftime(_STAMP)
        unfinished.rename(done)
        return Backup(done, finished_at)

    def backups(self) -> list[Backup]:
        """The whole copies, oldest first."""
        found = []
        for folder in sorted(self.copies.glob("*Z")):
            moment = datetime.strptime(folder.name, _STAMP).replace(tzinfo=UTC)
            found.append(Backup(folder, moment))
        return found

    def backup_before(self, moment: datetime | None) -> Backup:
        """The newest copy from which a moment can be reached."""
        known = self.backups()
        fitting = [backup for backup in known if moment is None or backup.finished_at <= moment]
        if not fitting:
            there = ", ".join(str(backup.finished_at) for backup in known) or "none"
            raise ProgramError(f"no backup was complete before {moment or 'now'}; there is: {there}")
        return fitting[-1]

    def reaches(self, server: Postgres) -> datetime:
        """When the last transaction committed that the archive holds: the newest moment that can be restored."""
        for segment in sorted(self._segments(), reverse=True):
            named = ("--path", str(self.segments), segment.name, segment.name)
            said = server.run("pg_waldump", "--rmgr", "Transaction", *named)
            commits = _COMMIT.findall(said)
            if commits:
                return datetime.fromisoformat(f"{commits[-1]}+00:00")
        raise ProgramError(f"{self.segments} holds no committed transaction")

    def _segments(self) -> list[Path]:
        return [path for path in self.segments.iterdir() if _SEGMENT.fullmatch(path.name)]


def restoring_mark(home: Home) -> Path:
    """There from the beginning of a restore to its end."""
    return home.folder / "restoring"


def require_restored(home: Home) -> None:
    """Refuse to start what was restored by half: its topics may still tell of what is lost."""
    if restoring_mark(home).exists():
        raise ProgramError("A restore was cut short. Run it again: oraculum restore")
