"""A ring of AES-256 keys with ids, for data at rest: the active key encrypts, and all of them decrypt.

It is a file, which may be replaced while a process runs: a mounted secret is, and `oraculum keys rotate` does.
"""

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Final

KEY_BYTES: Final = 32
_LOOK_SECONDS: Final = 1.0


class KeyRingError(Exception):
    """The ring of data keys cannot be read, or lacks a key that is needed."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys that encrypt, by id; new values use the active one."""

    active: str
    keys: Mapping[str, bytes]
    index_key: bytes

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """Read `{"active": id, "keys": {id: base64, ...}, "index": base64}`."""
        try:
            document: dict[str, Any] = json.loads(text)
            keys = {str(name): base64.b64decode(key) for name, key in document["keys"].items()}
            ring = cls(str(document["active"]), keys, base64.b64decode(document["index"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise KeyRingError("the ring of data keys is not the JSON that it should be") from error
        if ring.active not in keys or any(len(key) != KEY_BYTES for key in (*keys.values(), ring.index_key)):
            raise KeyRingError("the ring of data keys lacks its active key, or a key is not 32 bytes long")
        return ring

    @classmethod
    def new(cls) -> "KeyRing":
        """A ring with one key."""
        return cls("1", {"1": os.urandom(KEY_BYTES)}, os.urandom(KEY_BYTES))

    def turned(self) -> "KeyRing":
        """The ring with one more key, which is active from now on."""
        number = 1 + max((int(name) for name in self.keys if name.isdecimal()), default=0)
        return KeyRing(str(number), {**self.keys, str(number): os.urandom(KEY_BYTES)}, self.index_key)

    def without(self, key_id: str) -> "KeyRing":
        """The ring without a key that nothing is encrypted with any more."""
        if key_id == self.active:
            raise KeyRingError("the active key is needed")
        kept = {name: key for name, key in self.keys.items() if name != key_id}
        return KeyRing(self.active, kept, self.index_key)

    def text(self) -> str:
        """The form that `parse` reads."""
        keys = {name: base64.b64encode(key).decode() for name, key in self.keys.items()}
        document = {
            "active": self.active,
            "keys": keys,
            "index": base64.b64encode(self.index_key).decode(),
        }
        return json.dumps(document, indent=2)


class RingFile:
    """Gives the ring, read again within a second of its file's change."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._looked_at = monotonic()
        self._changed_at = path.stat().st_mtime_ns
        self._ring = KeyRing.parse(path.read_text(encoding="utf-8"))

    def __call__(self) -> KeyRing:
        """The ring as it is now."""
        now = monotonic()
        if now - self._looked_at >= _LOOK_SECONDS:
            self._looked_at = now
            changed_at = self._path.stat().st_mtime_ns
            if changed_at != self._changed_at:
                self._ring = KeyRing.parse(self._path.read_text(encoding="utf-8"))
                self._changed_at = changed_at
        return self._ring

    def write(self, ring: KeyRing) -> None:
        """Replace the file: whoever reads it finds the old ring or the new one, never a part."""
        unfinished = self._path.with_name(f"{self._path.name}.new")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(ring.text())
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._path)
        self._ring, self._changed_at = ring, self._path.stat().st_mtime_ns
