"""Waiting for NOTIFY on a connection of one's own."""

import asyncio
from contextlib import aclosing

from psycopg import sql

from oraculum_kit.db import Connection


async def listen(connection: Connection, channel: str) -> None:
    """Ask for the notifications of a channel."""
    await connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))


async def wait_for_notification(connection: Connection, seconds: float, *events: asyncio.Event) -> None:
    """Return at the first notification, at the end of the time, or when one of the events is set.

    Raises when the connection is lost.
    """
    if seconds <= 0:
        return
    listening = asyncio.ensure_future(_first(connection, seconds))
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait({listening, *waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (listening, *waiting):
            task.cancel()
        await asyncio.wait({listening})
    if not listening.cancelled():
        listening.result()


async def _first(connection: Connection, seconds: float) -> None:
    async with aclosing(connection.notifies(timeout=seconds, stop_after=1)) as notifications:
        async for _ in notifications:
            return
