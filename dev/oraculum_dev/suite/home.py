"""The folders of one suite. Everything it writes lies in one of them, so `clean` knows what to remove."""

import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from oraculum_dev.infrastructure.accounts import open_folder, unprivileged
from oraculum_dev.project import STATE


@dataclass(frozen=True)
class Home:
    """One folder with the state, data, keys and logs of a suite."""

    folder: Path

    @classmethod
    def here(cls) -> "Home":
        """The suite of this checkout, or the one that ORACULUM_STATE names: tests run beside a suite in use."""
        return cls(Path(os.environ.get("ORACULUM_STATE") or STATE).resolve())

    def make(self) -> None:
        """Make the folder; keys and passwords lie in it, so it is for its owner only."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def state_file(self) -> Path:
        """What runs now, as JSON."""
        return self.folder / "state.json"

    @property
    def lock_file(self) -> Path:
        """Held by the runner for as long as it lives."""
        return self.folder / "lock"

    @property
    def keys(self) -> Path:
        """Keys and passwords, made once."""
        return self.folder / "keys"

    @property
    def logs(self) -> Path:
        """One file per process."""
        return self.folder / "logs"

    def log(self, name: str) -> Path:
        """The log of one process."""
        return self.logs / f"{name}.log"

    @property
    def mails(self) -> Path:
        """One file per mail that a service sent."""
        return self.folder / "mails"

    @property
    def spans(self) -> Path:
        """The spans that the collector keeps, a line of JSON each."""
        return self.folder / "traces" / "spans.jsonl"

    def data(self, name: str) -> Path:
        """The folder of one process's data."""
        return self.folder / "data" / name

    @property
    def postgres(self) -> Path:
        """PostgreSQL's folder: as root it lies elsewhere, where the account that it is dropped to may enter."""
        return open_folder(self.folder) if unprivileged() else self.data("postgres")

    def claim_postgres(self, say: Callable[[str], None]) -> None:
        """Make PostgreSQL's folder ours; what a former folder at our place left there lacks its keys and its Kafka."""
        mark, theirs = self.folder / "identity", self.postgres / "identity"
        if not mark.exists():
            mark.write_text(secrets.token_hex(16))
        if self.postgres.exists() and (not theirs.exists() or theirs.read_text() != mark.read_text()):
            say(f"removing {self.postgres}: it belongs to a suite whose folder {self.folder} was deleted")
            shutil.rmtree(self.postgres)
        self.postgres.mkdir(parents=True, exist_ok=True)
        theirs.write_text(mark.read_text())

    def remove(self) -> list[Path]:
        """Remove everything and return what was removed."""
        removed = [path for path in (self.postgres, self.folder) if path.exists()]
        for path in removed:
            shutil.rmtree(path, ignore_errors=True)
        return removed
