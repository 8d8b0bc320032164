"""Passwords: Argon2id (RFC 9106), computed where it yields and never more at once than there are cores to spare.

A hash takes tens of milliseconds of a core and tens of MiB. Without a bound, a storm of sign-ins would starve the bets
of the same machine; past it, callers are told to come again.
"""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final, Protocol, Self

from argon2 import PasswordHasher

from oraculum_auth.hashing.children import Children
from oraculum_auth.hashing.threads import Threads
from oraculum_kit.config import Environment
from oraculum_kit.errors import ResourceExhausted

PASSWORD_LENGTH_MIN: Final = 10
PASSWORD_LENGTH_MAX: Final = 200
# For one hash. A sign-in takes two, and the gateway waits 15 seconds for it.
WAIT_SECONDS_MAX: Final = 6.0
# How many of the last hashes say how long one takes.
_OF_LATE: Final = 8


@dataclass(frozen=True, slots=True)
class PasswordCost:
    """What one hash costs: OWASP's choice unless configuration says otherwise; a hash of another cost is renewed."""

    memory_kib: int = 19_456
    passes: int = 2
    lanes: int = 1

    @classmethod
    def read(cls, environment: Environment) -> Self:
        """PASSWORD_MEMORY_KIB, PASSWORD_PASSES and PASSWORD_LANES."""
        return cls(
            memory_kib=environment.integer("PASSWORD_MEMORY_KIB", 19_456, minimum=7_168),
            passes=environment.integer("PASSWORD_PASSES", 2, minimum=1),
            lanes=environment.integer("PASSWORD_LANES", 1, minimum=1),
        )

    def hasher(self) -> PasswordHasher:
        """The library's, at this cost."""
        return PasswordHasher(time_cost=self.passes, memory_cost=self.memory_kib, parallelism=self.lanes)


@dataclass(frozen=True, slots=True)
class PasswordPlace:
    """Where hashes are computed, and how many at once."""

    workers: int = 1
    # From 1 to 19, how much their processes yield to all others of the machine; at 0 threads of this process compute them.
    niceness: int = 10

    @classmethod
    def read(cls, environment: Environment) -> Self:
        """PASSWORD_WORKERS and PASSWORD_NICENESS."""
        return cls(
            workers=environment.integer("PASSWORD_WORKERS", 1, minimum=1),
            niceness=environment.integer("PASSWORD_NICENESS", 10, minimum=0, maximum=19),
        )

    def hashing(self, hasher: PasswordHasher) -> Threads | Children:
        """What computes them; `async with` closes it."""
        if self.niceness == 0:
            return Threads(hasher, workers=self.workers)
        return Children(hasher, workers=self.workers, niceness=self.niceness)


class Hashing(Protocol):
    """Computes hashes."""

    async def hash(self, password: str) -> str:
        """The encoded hash, with its parameters and salt inside."""
        ...

    async def matches(self, encoded: str, password: str) -> bool:
        """Whether the password is the one behind the hash."""
        ...


def normalised(password: str) -> str:
    """The form that is hashed: one person's keyboards write one character in several ways (NIST SP 800-63B, NFKC)."""
    return unicodedata.normalize("NFKC", password)


class Passwords:
    """Hashes and verifies, a bounded number at a time."""

    def __init__(self, hashing: Hashing, hasher: PasswordHasher, *, waiting_max: int = 64) -> None:
        self._hasher = hasher
        self._hashing = hashing
        self._waiting_max = waiting_max
        self._waiting = 0
        self._seconds_each = 0.0
        # Verified against when an address is unknown, so that both answers take the same time.
        self._decoy = self._hasher.hash("no account has this password")

    async def hash(self, password: str) -> str:
        """The encoded hash, with its parameters and salt inside."""
        with self._waits():
            return await self._hashing.hash(normalised(password))

    async def verify(self, encoded: str | None, password: str) -> bool:
        """Whether the password is the one behind the hash; takes its time even without a hash."""
        with self._waits():
            matches = await self._hashing.matches(encoded or self._decoy, normalised(password))
        return matches and encoded is not None

    async def which(self, encoded: Sequence[str | None], password: str) -> int | None:
        """Which of several hashes is the password's, the first of them; takes as long whatever is there."""
        found = [await self.verify(one, password) for one in encoded]
        return found.index(True) if True in found else None

    def outdated(self, encoded: str) -> bool:
        """Whether the hash was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(encoded)

    @contextmanager
    def _waits(self) -> Iterator[None]:
        ahead = self._waiting
        wait = ahead * self._seconds_each
        if ahead >= self._waiting_max or wait > WAIT_SECONDS_MAX:
            # Nobody would wait for the answer: whoever asked is gone before it is their turn.
            raise ResourceExhausted(
                "too many sign-ins at the moment", retry_after_seconds=max(1, math.ceil(wait))
            )
        began = monotonic()
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
            self._seconds_each += ((monotonic() - began) / (ahead + 1) - self._seconds_each) / _OF_LATE
