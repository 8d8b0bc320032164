"""Finds an unprivileged account and a folder that it may enter: PostgreSQL refuses to run as root."""

import hashlib
import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Account:
    """A user of this machine that a server is dropped to."""

    name: str
    uid: int
    gid: int


def unprivileged() -> Account | None:
    """Return the account that servers drop to when we are root, and nothing when we are a normal user already."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def enterable_by_all(path: Path) -> bool:
    """Tell whether any user may walk down to this path and read it."""
    path = path.resolve()
    if not path.stat().st_mode & stat.S_IROTH:
        return False
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)


def open_folder(project: Path) -> Path:
    """Return the folder, outside the project, where root's suite of this checkout keeps what `nobody` must reach."""
    checkout = hashlib.sha256(str(project.resolve()).encode()).hexdigest()[:10]
    base = Path("/var/lib")
    if not (os.access(base, os.W_OK) and enterable_by_all(base)):
        base = open_temporary_base()
    return base / f"oraculum-{checkout}"


def open_temporary_base() -> Path:
    """Return the first temporary folder that every user may enter."""
    for candidate in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):  # noqa: S108 (checked below)
        if candidate.is_dir() and enterable_by_all(candidate):
            return candidate
    raise FileNotFoundError("No temporary folder is open to all users; set TMPDIR to one that is.")
