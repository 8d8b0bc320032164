"""Waiting for NOTIFY on a connection of one's own."""

import asyncio
from contextlib import aclosing

from psycopg import sql

from oraculum_kit.db import Connection


async def listen(connection: Connection, channel: str) -> None:
    """Ask for the notifications of a channel."""
    await connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))


async def wait_for_notification(connection: Connection, stop: asyncio.Event, seconds: float) -> None:
    """Return at the first notification, at the end of the time, or when asked to stop, whichever comes first.

    Raises when the connection is lost.
    """
    if seconds <= 0:
        return
    listening = asyncio.ensure_future(_first(connection, seconds))
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({listening, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        if not listening.done():
            listening.cancel()
            await asyncio.wait({listening})
    if not listening.cancelled():
        listening.result()


async def _first(connection: Connection, seconds: float) -> None:
    async with aclosing(connection.notifies(timeout=seconds, stop_after=1)) as notifications:
        async for _ in notifications:
            return
