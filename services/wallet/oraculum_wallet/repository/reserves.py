"""What lies behind orders, and what is told of it before its time."""

from collections.abc import Collection, Sequence
from typing import Final

from oraculum.prediction.v1.bets_fact_pb2 import BetsFact
from oraculum_kit.db import Connection, queries
from oraculum_wallet.reserves import Release, Reserve, release_of

_sql: Final = queries("oraculum_wallet", "sql/reserves.sql")


async def reserves(connection: Connection, order_ids: Collection[str]) -> dict[str, Reserve]:
    """What lies behind these orders; those that have ended, or never had any, are left out."""
    rows = await _sql.reserves.tuples(connection, order_ids=list(order_ids))
    return {row[0]: Reserve(*row) for row in rows}


async def confirm(connection: Connection, order_ids: Collection[str]) -> None:
    """Remember that these orders came to be."""
    await _sql.confirm_reserves.run(connection, order_ids=list(order_ids))


async def forget(connection: Connection, order_ids: Collection[str]) -> None:
    """Drop reserves that have ended and are empty."""
    await _sql.forget_reserves.run(connection, order_ids=list(order_ids))


async def unconfirmed(connection: Connection, *, age_seconds: float, limit: int) -> list[Reserve]:
    """Old reserves of which nothing was told."""
    rows = await _sql.unconfirmed_reserves.tuples(connection, age_seconds=age_seconds, limit=limit)
    return [Reserve(*row) for row in rows]


async def keep_waiting(connection: Connection, releases: Sequence[Release]) -> None:
    """Put aside what is told before its fills."""
    await _sql.keep_releases.run(
        connection,
        order_ids=[release.order_id for release in releases],
        revisions=[release.revision for release in releases],
        event_ids=[release.event_id for release in releases],
        sequences=[release.after_sequence for release in releases],
        facts=[release.fact for release in releases],
    )


async def waiting(connection: Connection, event_ids: Collection[str], limit: int) -> list[Release]:
    """What was put aside, in the order in which it was told."""
    rows = await _sql.waiting_releases.tuples(connection, event_ids=list(event_ids), limit=limit)
    read = [release_of(BetsFact.FromString(fact)) for (fact,) in rows]
    return [release for release in read if release is not None]


async def forget_waiting(connection: Connection, releases: Sequence[Release]) -> None:
    """Drop what has been done."""
    await _sql.forget_releases.run(
        connection,
        order_ids=[release.order_id for release in releases],
        revisions=[release.revision for release in releases],
    )
