"""What this machine is called when somebody signs in from it.

An account that knows a device lets it in whatever others guess meanwhile, and asks it for no code. So the name lies in a
file of the person's own, and is one that nobody guesses. It is made up only where a folder is there for what programs keep
about themselves: a container begins without one, and a name that is another one at every start is a new device each time,
which is asked for a mailed code. Whoever runs one there gives it a name, or keeps the folder.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

NAME_VARIABLE: Final = "ORACULUM_DEVICE_ID"


def kept_device_id() -> str:
    """The name that is given by the environment or kept; empty where there is none and none would stay."""
    # lint-allow kit-only: a client has nothing of the house
    given = os.environ.get(NAME_VARIABLE)
    if given is not None:
        return given.strip()
    try:
        # lint-allow kit-only: a client has nothing of the house
        state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
        path = state / "oraculum" / "device-id"
        if not path.exists():
            if not state.is_dir():
                return ""
            _keep(path, secrets.token_urlsafe(24))
        return path.read_text(encoding="ascii").strip()
    except (OSError, RuntimeError, ValueError):
        return ""


def _keep(path: Path, name: str) -> None:
    """Write a file that is there whole or not at all; of two at once the first one's stays."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    written = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(name)
        with suppress(FileExistsError):
            path.hardlink_to(written)
    finally:
        written.unlink(missing_ok=True)
