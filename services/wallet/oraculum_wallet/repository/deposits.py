"""Deposits, and where each of them stands."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_money import Units

_sql: Final = queries("oraculum_wallet", "sql/deposits.sql")


class DepositStatus(IntEnum):
    """Where a deposit stands; the numbers are the contract's and the table's."""

    PENDING = 1
    CREDITED = 2
    FAILED = 3


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money on its way in, or arrived."""

    id: UUID
    user_id: UUID
    rail: str
    asset: str
    units: Units
    status: int
    created_at: datetime
    credited_at: datetime | None


async def insert_deposit(
    connection: Connection,
    *,
    deposit_id: UUID,
    user_id: UUID,
    rail: str,
    asset: str,
    units: Units,
    status: DepositStatus,
    transfer_id: UUID,
) -> bool:
    """Write a deposit down; False when it was written before."""
    count = await _sql.insert_deposit.run(
        connection,
        id=deposit_id,
        user_id=user_id,
        rail=rail,
        asset=asset,
        units=units,
        status=int(status),
        transfer_id=transfer_id,
    )
    return count > 0


async def deposit(connection: Connection, deposit_id: UUID, user_id: UUID) -> Deposit | None:
    """One deposit of this person; somebody else's is none."""
    return await _sql.deposit.one(connection, Deposit, id=deposit_id, user_id=user_id)
