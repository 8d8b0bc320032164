"""Asks a process's internal pages how it is; three GETs do not need an HTTP library."""

import asyncio
import json
from dataclasses import dataclass

from oraculum_dev.infrastructure.ports import HOST

TIMEOUT_SECONDS = 2.0


@dataclass(frozen=True)
class Health:
    """What a process says of itself, or what could be found out from outside."""

    ready: bool
    degraded: tuple[str, ...] = ()


AWAY = Health(ready=False)


async def get(port: int, path: str, host: str = HOST) -> tuple[int, bytes] | None:
    """Fetch a page of a process, a local one unless its host is named; nothing when it does not answer in time."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n".encode())
                head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return None
    words = head.split(b" ", 2)
    return (int(words[1]), body) if len(words) > 1 and words[1].isdigit() else None


async def readiness(port: int, host: str = HOST) -> Health:
    """Ask /readyz: ready or not, and which dependencies are away."""
    answer = await get(port, "/readyz", host)
    if answer is None:
        return AWAY
    status, body = answer
    try:
        degraded = json.loads(body).get("degraded") or []
    except (ValueError, AttributeError):
        degraded = []
    return Health(ready=status == 200, degraded=tuple(map(str, degraded)))
