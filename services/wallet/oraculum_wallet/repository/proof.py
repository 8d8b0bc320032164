"""The ledger's laws as questions to the database; each answers with those who break it."""

from typing import Final, NamedTuple

from oraculum_kit.db import Connection, queries
from oraculum_money import Units

_sql: Final = queries("oraculum_wallet", "sql/proof.sql")

# A law that is broken a thousand times is told by a few examples.
EXAMPLES_MAX: Final = 20


class AssetSums(NamedTuple):
    """Sums over all accounts of one asset. They may be more than 64 bits hold."""

    asset: str
    debits_posted_units: Units
    credits_posted_units: Units
    debits_pending_units: Units
    credits_pending_units: Units


async def one_snapshot(connection: Connection, *, seconds: float) -> None:
    """Let the present transaction see one instant, and let its statements take this long."""
    await _sql.one_snapshot.run(connection)
    await _sql.take_time.value(connection, milliseconds=str(round(seconds * 1000)))


async def proven_up_to(connection: Connection) -> int:
    """The number up to which all transfers are in what was proven."""
    number: int = await _sql.proven_up_to.value(connection)
    return number


async def sums(connection: Connection) -> list[AssetSums]:
    """All counters, by asset."""
    return [
        AssetSums(asset, *(Units(int(units)) for units in sides))
        for asset, *sides in await _sql.sums.tuples(connection)
    ]


async def overdrawn(connection: Connection) -> list[str]:
    """Accounts that spent more than they had."""
    rows = await _sql.overdrawn.tuples(connection, limit=EXAMPLES_MAX)
    return [f"account {id_} of kind {kind} is overdrawn by {units}" for id_, kind, units in rows]


async def pending_differs(connection: Connection) -> list[str]:
    """Accounts whose pending counters are not what is pending."""
    rows = await _sql.pending_differs.tuples(connection, limit=EXAMPLES_MAX)
    return [
        f"account {id_} counts {debits} and {credits_} pending, but {due_debits} and {due_credits} are"
        for id_, debits, credits_, due_debits, due_credits in rows
    ]


async def statement_differs(connection: Connection, *, changed_seconds: float) -> list[str]:
    """People who changed lately and whose last entry shows another balance than their account has."""
    rows = await _sql.statement_differs.tuples(
        connection, changed_seconds=changed_seconds, limit=EXAMPLES_MAX
    )
    return [f"account {id_} has {units}, but its last entry says {shown}" for id_, units, shown in rows]


async def reserves_differ(connection: Connection) -> list[str]:
    """People whose order reserves are not what lies behind their orders."""
    rows = await _sql.reserves_differ.tuples(connection, limit=EXAMPLES_MAX)
    return [f"account {id_} has {units}, but {behind} lies behind orders" for id_, units, behind in rows]


async def counters_differ(connection: Connection, number: int, *, anew: bool = False) -> list[str]:
    """Accounts whose counters are not the sums of their transfers, those up to the number being proven."""
    rows = await _sql.counters_differ.tuples(connection, number=number, anew=anew, limit=EXAMPLES_MAX)
    return [
        f"account {id_} has posted {dr} (its transfers say {dr_due}) and {cr} (its transfers say {cr_due}),"
        f" pending {dp} ({dp_due}) and {cp} ({cp_due})"
        for id_, _, dr, dr_due, dp, dp_due, cr, cr_due, cp, cp_due in rows
    ]
