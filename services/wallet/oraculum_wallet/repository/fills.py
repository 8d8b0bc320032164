"""How far the fills of each event are applied, what waits, and what went wrong."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from oraculum.prediction.v1.bets_fact_pb2 import OrderFilled
from oraculum_kit.db import Connection, queries
from oraculum_wallet.fills import Fill, read_fill
from oraculum_wallet.totals import Moved

_sql: Final = queries("oraculum_wallet", "sql/fills.sql")

_NIL: Final = str(UUID(int=0))


class Progress(NamedTuple):
    """How far the fills of one event are applied."""

    event_id: str
    sequence: int
    # Nothing more is applied until what stands in the way is gone.
    halted: bool


async def lock_progress(connection: Connection, event_ids: Collection[str]) -> dict[str, Progress]:
    """The progress of events, ours alone until the transaction ends."""
    ids = sorted(event_ids)
    rows = await _sql.lock_progress.tuples(connection, event_ids=ids)
    if len(rows) < len(ids):
        await _sql.begin_progress.run(connection, event_ids=ids)
        rows = await _sql.lock_progress.tuples(connection, event_ids=ids)
    return {row[0]: Progress(*row) for row in rows}


async def advance_progress(
    connection: Connection, progress: Sequence[Progress], moved: Mapping[tuple[str, str], Moved]
) -> None:
    """Remember where events stand now, and what their fills moved: by event and asset."""
    await _sql.advance_progress.run(
        connection,
        event_ids=[each.event_id for each in progress],
        sequences=[each.sequence for each in progress],
        halted=[each.halted for each in progress],
        moved_event_ids=[event_id for event_id, _ in moved],
        assets=[asset for _, asset in moved],
        bought=[each.bought_units for each in moved.values()],
        sold=[each.sold_units for each in moved.values()],
    )


async def waiting_fills(connection: Connection, event_ids: Collection[str], limit: int) -> list[Fill]:
    """The first fills of each of these events that were put aside."""
    return _read(await _sql.waiting_fills.tuples(connection, event_ids=list(event_ids), limit=limit))


async def same_waiting(connection: Connection, fills: Sequence[Fill]) -> list[Fill]:
    """Those that were put aside under the numbers of these."""
    return _read(
        await _sql.same_waiting.tuples(
            connection,
            event_ids=[fill.event_id for fill in fills],
            sequences=[fill.sequence for fill in fills],
        )
    )


async def keep_waiting(connection: Connection, fills: Sequence[Fill]) -> None:
    """Put fills aside."""
    await _sql.keep_waiting.run(
        connection,
        event_ids=[fill.event_id for fill in fills],
        sequences=[fill.sequence for fill in fills],
        facts=[fill.fact for fill in fills],
    )


async def forget_waiting(connection: Connection, event_ids: Collection[str]) -> None:
    """Drop what was put aside and has been applied since."""
    await _sql.forget_waiting.run(connection, event_ids=list(event_ids))


async def events_waiting(connection: Connection, *, after: str | None, limit: int) -> list[str]:
    """The next events whose fills wait, by id."""
    rows = await _sql.events_waiting.tuples(connection, after=after or _NIL, limit=limit)
    return [event_id for (event_id,) in rows]


async def measure_waiting(connection: Connection) -> tuple[int, float]:
    """How many fills wait, and how long the oldest has."""
    ((count, seconds),) = await _sql.measure_waiting.tuples(connection)
    return count, seconds


async def measure_halted(connection: Connection) -> tuple[int, float]:
    """How many events stand still, and how long the first of them has."""
    ((count, seconds),) = await _sql.measure_halted.tuples(connection)
    return count, seconds


async def open_incident(
    connection: Connection,
    incident_id: UUID,
    kind: str,
    *,
    event_id: str | None,
    reference_id: str | None,
    details: dict[str, Any],
) -> bool:
    """Write down what can't happen; whether it is news."""
    new = await _sql.open_incident.value(
        connection,
        id=incident_id,
        kind=kind,
        event_id=event_id,
        reference_id=reference_id,
        details=Jsonb(details),
    )
    return new is not None


async def close_incidents(connection: Connection, event_ids: Collection[str], kinds: Iterable[str]) -> None:
    """End the incidents of these kinds that stood in the way of these events."""
    await _sql.close_incidents.run(connection, event_ids=list(event_ids), kinds=list(kinds))


async def count_incidents(connection: Connection) -> dict[str, int]:
    """Open incidents by kind."""
    return dict(await _sql.count_incidents.tuples(connection))


def _read(rows: Iterable[tuple[Any, ...]]) -> list[Fill]:
    return [read_fill(OrderFilled.FromString(fact)) for (fact,) in rows]
