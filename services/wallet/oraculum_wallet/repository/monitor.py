"""What the conservation monitor asks the database: who moved and does not hold, and who of all others does not."""

from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_money import Units
from oraculum_wallet.accounts import DEBIT_NORMAL, AccountKind

_sql: Final = queries("oraculum_wallet", "sql/monitor.sql")

FIRST: Final = str(UUID(int=0))
LAST: Final = str(UUID(int=2**128 - 1))

# Accounts told of by one look: the next one tells of more.
FOUND_MAX: Final = 100


class Counters(NamedTuple):
    """The four counters of an account."""

    debits_pending: int
    debits_posted: int
    credits_pending: int
    credits_posted: int


class Finding(NamedTuple):
    """An account that breaks an invariant."""

    account_id: str
    # None where the account itself is gone.
    kind: int | None
    owner_id: str | None
    asset: str | None
    frozen: bool
    counters: Counters
    # What its transfers add up to.
    due: Counters
    # What trades moved through an escrow, by its transfers and by its fills.
    traded_units: Units
    filled_units: Units

    @property
    def law(self) -> str:
        """The kind of incident that it is."""
        if self.counters != self.due:
            return "account_counters"
        overdrawn = self.counters.debits_pending + self.counters.debits_posted > self.counters.credits_posted
        return "account_overdrawn" if overdrawn and self.kind not in DEBIT_NORMAL else "escrow_fills"

    @property
    def event_id(self) -> str | None:
        """The event whose market it is."""
        return self.owner_id if self.kind == AccountKind.EVENT_ESCROW else None


async def try_lead(connection: Connection, work: str) -> bool:
    """Become the one that does some work, as long as this connection lives or until it resigns."""
    return bool(await _sql.try_lead.value(connection, work=work))


async def resign(connection: Connection, work: str) -> None:
    """Let another one do it."""
    await _sql.resign.value(connection, work=work)


async def last_drawn(connection: Connection) -> int:
    """The highest transfer number drawn by now; asked before the look begins its transaction."""
    number: int = await _sql.last_drawn.value(connection)
    return number


async def tidy(connection: Connection) -> None:
    """Let the index of the ledger's tail know what came since; raises `LockNotAvailable` while a vacuum is at it."""
    await _sql.tidy_lock.run(connection)
    await _sql.tidy.value(connection)


async def fold(connection: Connection, number: int) -> list[Finding]:
    """Add what came after this number to what was proven; the accounts among it that do not hold."""
    await _sql.by_index.value(connection, setting="off")
    rows = await _sql.fold.tuples(connection, number=number, limit=FOUND_MAX)
    await _sql.by_index.value(connection, setting="on")
    return [_finding(*row) for row in rows]


async def settle(connection: Connection, drawn: int) -> None:
    """Move on to what no transaction can change any more, and note how far this look goes."""
    await _sql.settle.run(connection)
    await _sql.mark.run(connection, number=drawn)
    await _sql.forget_marks.run(connection)


async def portion(connection: Connection, after: str, size: int) -> tuple[list[Finding], str]:
    """Those of the next accounts that do not hold, and where the portion ends; all, if it is the last."""
    up_to = await _sql.slice_end.value(connection, after=after, size=size) or LAST
    rows = await _sql.slice.tuples(connection, after=after, up_to=up_to, limit=FOUND_MAX)
    return [_finding(*row) for row in rows], up_to


def _finding(
    account_id: str,
    kind: int | None,
    owner_id: str | None,
    asset: str | None,
    frozen_at: object,
    *figures: int,
) -> Finding:
    counted = Counters(*(figure or 0 for figure in figures[:4]))
    return Finding(
        account_id,
        kind,
        owner_id,
        asset,
        frozen_at is not None,
        counted,
        Counters(*figures[4:8]),
        Units(figures[8]),
        Units(figures[9]),
    )
