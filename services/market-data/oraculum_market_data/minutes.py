"""What points on a chart make of a minute of it: gathered here before it is written, for a market that is traded has many."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Self

from oraculum_market_data.figures import EXACT


class Point(NamedTuple):
    """The price of an outcome at a time, and what was traded at it."""

    venue: str
    market_id: str
    outcome: int
    at: datetime
    millionths: int
    volume: Decimal
    trades: int


@dataclass(slots=True)
class Minute:
    """The prices of an outcome in a minute, and what was traded in it."""

    venue: str
    market_id: str
    outcome: int
    open_millionths: int
    high_millionths: int
    low_millionths: int
    close_millionths: int
    volume: Decimal
    trades: int
    first_at: datetime
    last_at: datetime

    @classmethod
    def of(cls, point: Point) -> Self:
        """A minute with one point in it."""
        price = point.millionths
        return cls(
            venue=point.venue,
            market_id=point.market_id,
            outcome=point.outcome,
            open_millionths=price,
            high_millionths=price,
            low_millionths=price,
            close_millionths=price,
            volume=point.volume,
            trades=point.trades,
            first_at=point.at,
            last_at=point.at,
        )

    def add(self, point: Point) -> None:
        """Take another point; of two of one time the one that comes first opens, and the other closes."""
        price = point.millionths
        if point.at < self.first_at:
            self.first_at, self.open_millionths = point.at, price
        if point.at >= self.last_at:
            self.last_at, self.close_millionths = point.at, price
        self.high_millionths = max(self.high_millionths, price)
        self.low_millionths = min(self.low_millionths, price)
        self.volume = EXACT.add(self.volume, point.volume)
        self.trades += point.trades


def minutes_of(points: Iterable[Point]) -> list[Minute]:
    """Gather points by outcome and minute."""
    minutes: dict[tuple[str, str, int, datetime], Minute] = {}
    for point in points:
        name = point.venue, point.market_id, point.outcome, point.at.replace(second=0, microsecond=0)
        minute = minutes.get(name)
        if minute is None:
            minutes[name] = Minute.of(point)
        else:
            minute.add(point)
    return list(minutes.values())
