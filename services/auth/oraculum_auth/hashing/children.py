"""Hashes in processes of their own, each of which yields to everything else on the machine.

The standard library's pools were not taken: their workers import the `__main__` of the service, do not notice when it
is killed, and all of them are given up when one dies.
"""

import asyncio
import json
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from subprocess import Popen
from types import TracebackType
from typing import Any, Final, Self

import structlog
from argon2 import PasswordHasher

from oraculum_auth.hashing import child
from oraculum_kit.errors import Unavailable

_log = structlog.stdlib.get_logger(__name__)

# A hash takes tens of milliseconds of a processor of which there may be a hundredth to have. Whoever takes longer hangs.
ANSWER_SECONDS_MAX: Final = 60.0
_TRIES: Final = 2


class _ChildDiedError(Exception):
    """A child ended, or hung, before it answered."""


class Children:
    """Computes as many at once as it has workers. They are started when they are first needed, and again when they die."""

    def __init__(self, hasher: PasswordHasher, *, niceness: int, workers: int = 1) -> None:
        self._free: asyncio.LifoQueue[_Child] = asyncio.LifoQueue()
        self._children = [_Child(_command(hasher, niceness)) for _ in range(workers)]
        for one in self._children:
            self._free.put_nowait(one)
        self._computing: set[asyncio.Task[dict[str, Any]]] = set()

    async def hash(self, password: str) -> str:
        """The encoded hash."""
        return str((await self._ask({"password": password}))["hash"])

    async def matches(self, encoded: str, password: str) -> bool:
        """Whether the password is the one behind the hash."""
        return bool((await self._ask({"encoded": encoded, "password": password}))["matches"])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for task in self._computing:
            task.cancel()
        await asyncio.gather(*self._computing, return_exceptions=True)
        for one in self._children:
            await one.end()

    async def _ask(self, order: dict[str, str]) -> dict[str, Any]:
        free = await self._free.get()
        # Whoever asked may go away meanwhile; the answer is read all the same, so that nobody gets another's.
        task = asyncio.create_task(self._answer(free, json.dumps(order).encode() + b"\n"))
        self._computing.add(task)
        task.add_done_callback(self._computing.discard)
        return await asyncio.shield(task)

    async def _answer(self, free: "_Child", order: bytes) -> dict[str, Any]:
        try:
            for _ in range(_TRIES):
                with suppress(_ChildDiedError):
                    return await free.answer(order)
        finally:
            self._free.put_nowait(free)
        # It dies of every order: there is no memory for it, or no way to start it.
        raise Unavailable("passwords cannot be compared at the moment", retry_after_seconds=1)


class _Child:
    """One process, while there is one. Whoever asks has it for themselves until it answered."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._process: _Process | None = None

    async def answer(self, order: bytes) -> dict[str, Any]:
        """What it answers; raises `_ChildDiedError` where it does not, and the next order starts another."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                if self._process is None:
                    self._process = await _Process.start(self._command)
                    started = await self._process.read()
                    _log.info("password hasher started", process_id=self._process.id, **started)
                return await self._process.exchange(order)
        except (OSError, EOFError, TimeoutError) as error:
            code = await self.end()
            _log.warning("password hasher died", code=code, error=repr(error))
            raise _ChildDiedError from error

    async def end(self) -> int | None:
        """End the process, which keeps nothing that could be lost; the code that it ended with."""
        process, self._process = self._process, None
        return None if process is None else await process.end()


@dataclass(frozen=True, slots=True)
class _Process:
    """A process that runs, and the line to it."""

    _popen: "Popen[bytes]"
    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter

    @classmethod
    async def start(cls, command: list[str]) -> Self:
        """Start it in a session of its own, since that is what yields, and with none of our secrets around it.

        Not by the event loop: uvloop forks, and gRPC's handlers of forks then run in a child that has none of its
        threads. `Popen` makes a child that shares our memory until it is the program (vfork), in a millisecond.
        """
        ours, its = socket.socketpair()
        with its:
            reader, writer = await asyncio.open_unix_connection(sock=ours)
            try:
                popen = Popen(  # noqa: ASYNC220, S603
                    command, stdin=its.fileno(), stdout=its.fileno(), start_new_session=True, env={}
                )
            except OSError:
                writer.close()
                raise
        return cls(popen, reader, writer)

    @property
    def id(self) -> int:
        """By which the system knows it."""
        return self._popen.pid

    async def exchange(self, order: bytes) -> dict[str, Any]:
        """Its answer to an order."""
        self._writer.write(order)
        await self._writer.drain()
        return await self.read()

    async def read(self) -> dict[str, Any]:
        """The next line that it says."""
        line = await self._reader.readline()
        if not line.endswith(b"\n"):
            raise EOFError("it ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def end(self) -> int:
        """Kill it, and wait until it is gone."""
        self._popen.kill()
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()
        return await asyncio.to_thread(self._popen.wait)


def _command(hasher: PasswordHasher, niceness: int) -> list[str]:
    cost = {
        "time_cost": hasher.time_cost,
        "memory_cost": hasher.memory_cost,
        "parallelism": hasher.parallelism,
        "hash_len": hasher.hash_len,
        "salt_len": hasher.salt_len,
    }
    settings = json.dumps({"niceness": niceness, "cost": cost})
    return [sys.executable, "-m", child.__name__, settings]
