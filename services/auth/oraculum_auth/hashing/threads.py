"""Hashes in threads of this process: nothing to start, and nothing that yields."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from argon2 import PasswordHasher

from oraculum_auth.hashing.matching import matches


class Threads:
    """Computes as many at once as it has workers."""

    def __init__(self, hasher: PasswordHasher, *, workers: int = 1) -> None:
        self._hasher = hasher
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="argon2")

    async def hash(self, password: str) -> str:
        """The encoded hash."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._hasher.hash, password)

    async def matches(self, encoded: str, password: str) -> bool:
        """Whether the password is the one behind the hash."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, matches, self._hasher, encoded, password)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)
