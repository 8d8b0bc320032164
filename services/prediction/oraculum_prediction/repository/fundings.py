"""Subsidies on their way into escrows."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_money import Units

_SQL: Final = queries("oraculum_prediction", "sql/fundings.sql")


@dataclass(frozen=True, slots=True)
class Funding:
    """One of them."""

    event_id: UUID
    asset: str
    subsidy_units: Units
    attempt: int
    given_up: bool


async def begin(connection: Connection, event_id: UUID, asset: str, subsidy_units: Units) -> Funding | None:
    """Note that money is about to move; what stands there then, of this call or of an earlier one."""
    await _SQL.begin_funding.run(connection, event_id=event_id, asset=asset, subsidy_units=subsidy_units)
    return await _SQL.funding.one(connection, Funding, event_id=event_id)


async def end(connection: Connection, funding: Funding) -> bool:
    """Forget one in the transaction that writes its market; False where it was given up."""
    return (
        await _SQL.end_funding.value(connection, event_id=funding.event_id, attempt=funding.attempt)
        is not None
    )


async def give_up(connection: Connection, age_seconds: float, after: UUID, row_count: int) -> list[Funding]:
    """Give up what is old and has no market; the next so many by event."""
    await _SQL.forget_fundings.run(connection)
    lost = await _SQL.give_up_fundings.all(
        connection, Funding, age_seconds=age_seconds, after=after, row_count=row_count
    )
    return sorted(lost, key=lambda funding: funding.event_id)


async def returned(connection: Connection, funding: Funding) -> None:
    """Note that its money is back."""
    await _SQL.funding_returned.run(connection, event_id=funding.event_id, attempt=funding.attempt)
