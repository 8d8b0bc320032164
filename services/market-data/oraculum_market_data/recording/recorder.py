"""Keeps what the venues send, byte by byte, with the time at which it came.

A file has one payload a line, the time of receipt before it, as the replay reads it. A line break between the tokens
of JSON becomes a blank, for a payload is one line; no value has one in it. What is no JSON (a heartbeat's PONG) is not
kept: it says nothing.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from oraculum_market_data.normal import Venue

Keep = Callable[[Venue, str, bytes, datetime], None]
"""Takes what came: from whom, by which way ("ws" or "rest"), the payload and when."""

_OPENINGS: Final = (b"{", b"[")
# A file of more bytes is closed and another begun: the reader of a day's recording need not load all of it.
_BYTES_MAX: Final = 256 * 1024 * 1024


class Recorder:
    """Writes recordings under a directory: `<venue>/<ws or rest>/<when it began>.jsonl`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._files: dict[tuple[Venue, str], IO[bytes]] = {}
        self._written: dict[tuple[Venue, str], int] = {}
        self.payloads = 0

    def keep(self, venue: Venue, way: str, payload: bytes, received_at: datetime) -> None:
        """Write a payload down."""
        text = payload.strip()
        if not text.startswith(_OPENINGS):
            return
        stamp = received_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        line = b"%b %b\n" % (stamp.encode(), b" ".join(text.splitlines()))
        name = venue, way
        file = self._files.get(name)
        if file is None or self._written[name] > _BYTES_MAX:
            file = self._begin(name, received_at)
        file.write(line)
        self._written[name] += len(line)
        self.payloads += 1

    def close(self) -> None:
        """Write out what is still in memory."""
        for file in self._files.values():
            file.close()
        self._files.clear()

    def _begin(self, name: tuple[Venue, str], at: datetime) -> IO[bytes]:
        before = self._files.pop(name, None)
        if before is not None:
            before.close()
        venue, way = name
        folder = self._directory / venue.value / way
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{at.astimezone(UTC):%Y-%m-%dT%H%M%S.%fZ}.jsonl"
        file = self._files[name] = path.open("xb")
        self._written[name] = 0
        return file
