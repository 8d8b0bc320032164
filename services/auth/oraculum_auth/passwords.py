"""Passwords: Argon2id (RFC 9106), computed off the event loop and never more at once than there are cores to spare.

A hash takes tens of milliseconds of a core and tens of MiB. Without a bound, a storm of sign-ins would starve the bets
of the same machine; past it, callers are told to come again.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from oraculum_kit.errors import ResourceExhausted

T = TypeVar("T")

PASSWORD_LENGTH_MIN: Final = 10
PASSWORD_LENGTH_MAX: Final = 200


class Passwords:
    """Hashes and verifies, a bounded number at a time."""

    def __init__(
        self, *, workers: int = 1, waiting_max: int = 64, hasher: PasswordHasher | None = None
    ) -> None:
        self._hasher = hasher or PasswordHasher()
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="argon2")
        self._waiting_max = waiting_max
        self._waiting = 0
        # Verified against when an address is unknown, so that both answers take the same time.
        self._decoy = self._hasher.hash("no account has this password")

    async def hash(self, password: str) -> str:
        """The encoded hash, with its parameters and salt inside."""
        return await self._run(self._hasher.hash, password)

    async def verify(self, encoded: str | None, password: str) -> bool:
        """Whether the password is the one behind the hash; takes its time even without a hash."""
        matches = await self._run(self._matches, encoded or self._decoy, password)
        return matches and encoded is not None

    def outdated(self, encoded: str) -> bool:
        """Whether the hash was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(encoded)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _matches(self, encoded: str, password: str) -> bool:
        try:
            return self._hasher.verify(encoded, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[..., T], *arguments: str) -> T:
        if self._waiting >= self._waiting_max:
            raise ResourceExhausted("too many sign-ins at the moment", retry_after_seconds=1)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work, *arguments)
        finally:
            self._waiting -= 1
