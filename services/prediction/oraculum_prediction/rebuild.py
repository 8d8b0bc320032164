"""`oraculum rebuild`: prove what is kept beside the fills, and write it anew where it is wrong.

Fills are for ever, and everything else about trading follows from them: what people hold, what each sale came to, what a
market counts, what people have used of their limits. All of that is written in the transaction of the fills, so nothing
here ever differs unless somebody changed a row by hand, a defect did, or an older program did not know of it yet.

Nothing is written without --write. Markets are proved while they go on; one that is wrong is held then, looked at once more
and mended, and every replica reads it again. What is for sale beyond what somebody holds ends. People's limits are mended by
what they are wrong by, while orders go on. Whatever was mended is audited.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

import psycopg

from oraculum_kit.clock import SystemClock
from oraculum_kit.config import ConfigurationError
from oraculum_kit.db import Connection, Database
from oraculum_money import Shares, Units
from oraculum_prediction import events
from oraculum_prediction.errors import MarketNotFound
from oraculum_prediction.folding import FillMissing, Fold
from oraculum_prediction.memory import NOTHING, Holding
from oraculum_prediction.replay import database_config
from oraculum_prediction.repository import analytics, history, markets, resting
from oraculum_prediction.repository import rebuild as repository
from oraculum_prediction.repository.history import Realised
from oraculum_prediction.repository.markets import MarketRow
from oraculum_prediction.reserving import end, fitted
from oraculum_prediction.wire import OrderRow

_PAGE: Final = 2_000
# Nobody waits for an answer here, and a market's row is free again when its batch is committed.
_PATIENCE_SECONDS: Final = 3_600.0
_LOCK_SECONDS: Final = 30.0
_CLOSED: Final = (
    "positions of a market that does not trade any more change by a revision of its settlement only"
)
_STATE: Final = "`oraculum replay-market` tells at which fill it went wrong"


@dataclass(slots=True)
class Findings:
    """What is not as it should be, in sentences."""

    # What is, or would be, written anew.
    mended: list[str] = field(default_factory=list)
    # What stays as it is, with the reason.
    standing: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Wrong:
    """What is wrong in a market: what should stand there."""

    positions: dict[tuple[UUID, int], Holding]
    realised: list[Realised]
    # Numbers of sales that there are not.
    unknown: list[int]
    # Volume by outcome and people, where one of them is wrong.
    counts: tuple[list[Units], int] | None
    # Sales at rest of more than their owners hold.
    beyond: list[OrderRow] = field(default_factory=list)


async def market(database: Database, event_id: UUID, *, write: bool) -> Findings:
    """Prove all that a market keeps beside its fills; mend it if asked to."""
    try:
        return await _market(database, event_id, write=write)
    except FillMissing as missing:
        return Findings(standing=[str(missing)])
    except psycopg.IntegrityError as error:
        # Nothing of this one was written; there are others behind it.
        return Findings(standing=[f"market {event_id} cannot be written: {error.diag.message_primary}"])


async def _market(database: Database, event_id: UUID, *, write: bool) -> Findings:
    fold = Fold(event_id)
    async with database.connection() as connection:
        # Most of it while the market goes on: what is folded stays as it is.
        await _read(connection, fold)
    async with database.transaction() as connection:
        await repository.begin_snapshot(connection)
        _, _, found = await _prove(connection, fold)
    if not write or not found.mended:
        return found
    async with database.transaction() as connection:
        await repository.hold(connection, event_id)
        row, wrong, found = await _prove(connection, fold)
        if found.mended:
            await _mend(connection, row, wrong)
            await events.audit(
                connection,
                "market.rebuilt",
                event_id,
                now=SystemClock().now(),
                details={"what": "; ".join(found.mended)[:1_000], "count": str(len(found.mended))},
            )
    return found


async def _prove(connection: Connection, fold: Fold) -> tuple[MarketRow, _Wrong, Findings]:
    """What is wrong at the moment of this transaction, and how that is told."""
    await _read(connection, fold)
    row = await markets.market(connection, fold.event_id)
    if row is None:
        raise MarketNotFound(event_id=fold.event_id)
    kept = await repository.positions(connection, fold.event_id)
    wrong = _compare(row, fold, kept, await repository.realised(connection, fold.event_id))
    if wrong.positions and row.status == markets.OPEN:
        rests = await resting.resting(connection, [fold.event_id])
        wrong.positions, wrong.beyond = fitted(wrong.positions, rests[fold.event_id])
    found = Findings()
    _tell(found, row, fold, kept, wrong)
    return row, wrong, found


async def people(database: Database, user_id: UUID | None, *, write: bool) -> Findings:
    """Prove what people, or one of them, have used of their limits; mend it if asked to."""
    found = Findings()
    async with database.transaction() as connection:
        if write:
            await repository.one_at_a_time(connection)
        drifts = await repository.drifts(connection, user_id)
        for drift in drifts:
            figures = zip(repository.FIGURES, drift.kept, drift.due, strict=True)
            wrong = ", ".join(f"{name} {kept} for {due}" for name, kept, due in figures if kept != due)
            scope = f" in {drift.scope}" if drift.scope else ""
            found.mended.append(f"person {drift.user_id} has used {drift.asset}{scope}: {wrong}")
            if write:
                await events.audit(
                    connection,
                    "limits.rebuilt",
                    drift.user_id,
                    now=SystemClock().now(),
                    subject_kind="user",
                    details={"asset": drift.asset, "category": drift.scope, "what": wrong},
                )
        if write and drifts:
            await repository.mend_uses(connection, drifts)
    return found


async def turnovers(database: Database, user_id: UUID | None, *, write: bool) -> Findings:
    """Prove what the fills of people, or of one of them, were added up to; let it be added up anew if asked to."""
    found = Findings()
    async with database.transaction() as connection:
        wrong = await analytics.wrong_turnovers(connection, user_id)
        found.mended += [f"person {who} traded something else than was added up" for who in wrong]
        if write and wrong:
            await analytics.forget_turnovers(connection, wrong)
    return found


async def _read(connection: Connection, fold: Fold) -> None:
    while True:
        rows = await repository.fills(connection, fold.event_id, after=fold.sequence, row_count=_PAGE)
        fold.add(rows)
        if len(rows) < _PAGE:
            return


def _compare(
    row: MarketRow, fold: Fold, kept: dict[tuple[UUID, int], Holding], realised: Sequence[Realised]
) -> _Wrong:
    positions = {
        key: due
        for key in sorted(fold.holdings.keys() | kept.keys())
        for due in [fold.holdings.get(key, NOTHING)]
        if due != kept.get(key, NOTHING)._replace(reserved=Shares(0))
    }
    known = {sale.sequence: sale for sale in realised}
    sales = {sale.sequence for sale in fold.sales}
    volumes = [fold.outcome_volumes.get(outcome, Units(0)) for outcome in range(len(row.sold))]
    counts = (volumes, len(fold.people))
    counted = (list(row.outcome_volume_units), row.participant_count)
    return _Wrong(
        positions,
        [sale for sale in fold.sales if known.get(sale.sequence) != sale],
        sorted(known.keys() - sales),
        None if counts == counted and row.volume_units == sum(volumes) else counts,
    )


def _tell(
    found: Findings, row: MarketRow, fold: Fold, kept: dict[tuple[UUID, int], Holding], wrong: _Wrong
) -> None:
    where = f"market {row.event_id}"
    for (user_id, outcome), due in wrong.positions.items():
        here = kept.get((user_id, outcome), NOTHING)
        told = f"{where}: person {user_id} holds of outcome {outcome}: {', '.join(_figures(here, due))}"
        if row.status == markets.OPEN:
            found.mended.append(told)
        else:
            found.standing.append(f"{told}; {_CLOSED}")
    found.mended += [
        f"{where}: order {order.order_id} sells {order.open_shares} more than are held"
        for order in wrong.beyond
    ]
    for sale in wrong.realised:
        found.mended.append(f"{where}: what sale {sale.sequence} came to: {sale.result_units} units")
    for sequence in wrong.unknown:
        found.mended.append(f"{where}: fill {sequence} is no sale")
    if wrong.counts is not None:
        volumes, participants = wrong.counts
        found.mended.append(
            f"{where}: volume {list(row.outcome_volume_units)} for {volumes}, "
            f"people {row.participant_count} for {participants}"
        )
    for name, stands, follows in _state(row, fold):
        if stands != follows:
            found.standing.append(f"{where}: {name} {stands} for {follows}; {_STATE}")


def _figures(here: Holding, due: Holding) -> Iterator[str]:
    for name in ("shares", "cost_units", "realised_units"):
        if getattr(here, name) != getattr(due, name):
            yield f"{name} {getattr(here, name)} for {getattr(due, name)}"


def _state(row: MarketRow, fold: Fold) -> Iterator[tuple[str, object, object]]:
    """What a market trades on: as it stands, and as it should."""
    yield "sequence", row.sequence, fold.sequence
    yield "sold", list(row.sold), [fold.sold.get(outcome, 0) for outcome in range(len(row.sold))]
    yield "escrow", row.escrow_units, row.subsidy_units + fold.paid_in_units


async def _mend(connection: Connection, row: MarketRow, wrong: _Wrong) -> None:
    if wrong.beyond:
        await end(connection, wrong.beyond, row.sequence, SystemClock().now())
    if wrong.positions and row.status == markets.OPEN:
        await repository.mend_positions(connection, row.event_id, wrong.positions)
    if wrong.realised:
        await history.note(connection, wrong.realised)
    if wrong.unknown:
        await repository.drop_realised(connection, row.event_id, wrong.unknown)
    if wrong.counts is not None:
        volumes, participants = wrong.counts
        await repository.mend_market(
            connection,
            row.event_id,
            volume=Units(sum(volumes)),
            outcome_volumes=volumes,
            participants=participants,
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when everything is as it should be by now."""
    options = _parser().parse_args(arguments)
    try:
        return asyncio.run(_run(options))
    except (ConfigurationError, MarketNotFound, OSError, ValueError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1


async def _run(options: argparse.Namespace) -> int:
    looked, wrong, standing = 0, 0, 0
    config = replace(
        database_config(),
        statement_timeout_seconds=_PATIENCE_SECONDS,
        lock_timeout_seconds=_LOCK_SECONDS,
        idle_in_transaction_timeout_seconds=_LOCK_SECONDS,
    )
    async with Database(config) as database:
        async for found in _asked(database, options):
            looked += 1
            wrong += len(found.mended)
            standing += len(found.standing)
            for sentence in found.mended:
                sys.stdout.write(f"{'mended' if options.write else 'wrong'}: {sentence}\n")
            for sentence in found.standing:
                sys.stdout.write(f"stands: {sentence}\n")
    mended = wrong if options.write else 0
    sys.stdout.write(f"{looked} proved, {wrong + standing} wrong, {mended} mended\n")
    return 0 if wrong + standing == mended else 1


async def _asked(database: Database, options: argparse.Namespace) -> AsyncIterator[Findings]:
    """All markets and then all people, whose limits follow from both; or the one that was named."""
    if options.event is not None:
        yield await market(database, options.event, write=options.write)
    if options.user is None and options.event is None:
        after: UUID | None = None
        while True:
            async with database.connection() as connection:
                event_ids = await repository.markets_after(connection, after, _PAGE)
            for event_id in event_ids:
                yield await market(database, event_id, write=options.write)
            if len(event_ids) < _PAGE:
                break
            after = event_ids[-1]
    if options.event is None or options.user is not None:
        used = await people(database, options.user, write=options.write)
        traded = await turnovers(database, options.user, write=options.write)
        yield Findings(used.mended + traded.mended)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="oraculum rebuild", description=__doc__)
    parser.add_argument("--event", type=UUID, metavar="ID", help="only the market of this event")
    parser.add_argument(
        "--user", type=UUID, metavar="ID", help="only the limits and the turnover of this person"
    )
    parser.add_argument("--write", action="store_true", help="write anew what is wrong")
    return parser


if __name__ == "__main__":
    sys.exit(main())
