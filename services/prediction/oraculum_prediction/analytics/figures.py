"""Figures as the contract tells them: rows of the database folded and put in order, without a database."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, timedelta
from itertools import groupby
from typing import Final

from oraculum.prediction.v1 import analytics_service_pb2 as pb
from oraculum_kit.timestamps import to_wire, to_wire_optional
from oraculum_money import PRICE_ONE, Units
from oraculum_prediction import wire
from oraculum_prediction.repository.analytics import DayTurnover, PublicRow, Record, Result, TradingTotal
from oraculum_prediction.repository.history import Profit


@dataclass(slots=True)
class _Sum:
    """What several days come to."""

    trades: int = 0
    volume_units: Units = Units(0)
    fee_units: Units = Units(0)

    def add(self, row: DayTurnover) -> None:
        self.trades += row.trades
        self.volume_units = Units(self.volume_units + row.volume_units)
        self.fee_units = Units(self.fee_units + row.fee_units)


_NOTHING: Final = _Sum()


def position(row: PublicRow) -> pb.PublicPosition:
    """A position as others see it: never what rests of it."""
    result = row.realised_units
    value = Units(row.shares * row.price // PRICE_ONE)
    state = pb.POSITION_STATE_OPEN if row.shares else pb.POSITION_STATE_SOLD
    if row.payout_units is not None:
        state, value = pb.POSITION_STATE_SETTLED, row.payout_units
        result = Units(result + value - row.cost_units)
    return pb.PublicPosition(
        event_id=str(row.event_id),
        outcome=row.outcome,
        state=state,
        shares=row.shares,
        cost=wire.amount(row.cost_units, row.asset),
        value=wire.amount(value, row.asset),
        result=wire.amount(result, row.asset),
        settled_at=to_wire_optional(row.settled_at),
    )


def record(row: Record) -> pb.Record:
    """How the events of a person came out."""
    return pb.Record(**asdict(row))


def totals(days: Iterable[DayTurnover], results: Iterable[Result]) -> list[pb.Turnover]:
    """What trading came to, by asset."""
    traded: dict[str, _Sum] = defaultdict(_Sum)
    won: dict[str, Units] = defaultdict(lambda: Units(0))
    for day in days:
        traded[day.asset].add(day)
    for row in results:
        won[row.asset] = Units(won[row.asset] + row.result_units)
    return [_turnover(asset, traded.get(asset, _NOTHING), won[asset]) for asset in sorted({*traded, *won})]


def categories(days: Iterable[DayTurnover], results: Iterable[Result]) -> list[pb.CategoryTurnover]:
    """What trading came to, by category and asset."""
    traded: dict[tuple[str, str], _Sum] = defaultdict(_Sum)
    for day in days:
        traded[day.category, day.asset].add(day)
    rows = {(row.category, row.asset): row for row in results}
    told = []
    for category, asset in sorted({*traded, *rows}):
        row = rows.get((category, asset), Result(category, asset, 0, Units(0)))
        sums = traded.get((category, asset), _NOTHING)
        turnover = _turnover(asset, sums, row.result_units)
        told.append(pb.CategoryTurnover(category=category, events=row.events, turnover=turnover))
    return told


def series(days: Iterable[DayTurnover], profits: Sequence[Profit], interval: str) -> list[pb.TurnoverSeries]:
    """What trading came to span by span, by asset: the spans are those of what was won and lost."""
    traded: dict[tuple[str, date], _Sum] = defaultdict(_Sum)
    for day in days:
        traded[day.asset, first_day(day.day, interval)].add(day)
    return [
        pb.TurnoverSeries(
            asset=asset,
            # The database tells times in whatever zone it is set to; days are those of UTC.
            points=[
                _point(row, traded.get((asset, row.starts_at.astimezone(UTC).date()), _NOTHING))
                for row in rows
            ],
        )
        for asset, rows in groupby(profits, lambda row: row.asset)
    ]


def first_day(day: date, interval: str) -> date:
    """The day on which the week or month of a day begins; of a day it is the day."""
    match interval:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case _:
            return day


def trading_total(row: TradingTotal) -> pb.TradingTotal:
    """What all markets of an asset come to."""
    return pb.TradingTotal(
        asset=row.asset,
        open_markets=row.open_markets,
        closed_markets=row.closed_markets,
        settled_markets=row.settled_markets,
        active_markets=row.active_markets,
        fills=row.fills,
        volume=wire.amount(row.volume_units, row.asset),
        open_interest=wire.amount(row.open_interest_units, row.asset),
        escrow=wire.amount(row.escrow_units, row.asset),
        exposure=wire.amount(row.exposure_units, row.asset),
    )


def _turnover(asset: str, traded: _Sum, won_units: Units) -> pb.Turnover:
    return pb.Turnover(
        asset=asset,
        trades=traded.trades,
        volume=wire.amount(traded.volume_units, asset),
        fees=wire.amount(traded.fee_units, asset),
        result=wire.amount(won_units, asset),
    )


def _point(row: Profit, traded: _Sum) -> pb.TurnoverPoint:
    return pb.TurnoverPoint(
        starts_at=to_wire(row.starts_at),
        trades=traded.trades,
        volume=wire.amount(traded.volume_units, row.asset),
        fees=wire.amount(traded.fee_units, row.asset),
        result=wire.amount(row.result_units, row.asset),
        total=wire.amount(row.total_units, row.asset),
    )
