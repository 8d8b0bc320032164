"""What a restore and its drill ask of the database, as its superuser."""

from datetime import datetime

import psycopg

from oraculum_kit.db import Connection


def recovered_to(url: str, at_least: datetime) -> datetime | None:
    """How far a server has recovered that takes writes, which is at least to the copy it began with; None before."""
    try:
        with psycopg.connect(url, connect_timeout=2) as connection:
            row = connection.execute("select pg_is_in_recovery(), pg_last_xact_replay_timestamp()").fetchone()
    except psycopg.OperationalError:
        return None
    return None if row is None or row[0] else row[1] or at_least


async def leap(connection: Connection) -> None:
    """Let the sequences of live channels and of webhooks leap ahead.

    Sockets resume by those of channels. The restored ones would be given again although they were told for other
    messages; after a leap whoever comes back with one of those is behind a gap, and is sent a snapshot. Receivers of
    webhooks skip what is not above the last one that they took, so what waits for them leaps along.
    """
    async with connection.transaction():
        await connection.execute("update notification.channel set sequence = sequence + 1000000")
        # Nobody gives webhooks anything or sends meanwhile: the services start when the restore is done.
        await connection.execute(
            "update notification.webhook set sequence = sequence + 1000000, delivered = delivered + 1000000"
        )
        await connection.execute("update notification.webhook_message set sequence = sequence + 1000000")


def now(url: str) -> datetime:
    """The server's clock."""
    with psycopg.connect(url) as connection:
        row = connection.execute("select clock_timestamp()").fetchone()
    if row is None:
        raise LookupError("the server does not know the time")
    moment: datetime = row[0]
    return moment


def order_ids(url: str) -> set[str]:
    """Every order that there is."""
    with psycopg.connect(url) as connection:
        return {
            order_id
            for (order_id,) in connection.execute("select order_id::text from prediction.trade_order")
        }
