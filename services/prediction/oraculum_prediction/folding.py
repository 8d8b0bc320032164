"""What follows from the fills of a market: who holds what, what each sale came to, and the market's sums. Pure.

The same arithmetic as in a batch, one fill after the other in market sequence. What a batch keeps beside the fills is
proved, and written anew where it is wrong, from here: see `rebuild`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from oraculum_money import Shares, Units
from oraculum_prediction import statuses
from oraculum_prediction.memory import NOTHING, Holding
from oraculum_prediction.repository.history import Realised
from oraculum_prediction.wire import FillRow


class FillMissing(ValueError):
    """The fills of a market have a gap: a defect, or somebody else's hand."""


@dataclass
class Fold:
    """All fills of a market up to one of them."""

    event_id: UUID
    sequence: int = 0
    # By person and outcome, those who have sold all of it too. What rests is no matter of fills.
    holdings: dict[tuple[UUID, int], Holding] = field(default_factory=dict)
    sales: list[Realised] = field(default_factory=list)
    outcome_volumes: dict[int, Units] = field(default_factory=dict)
    # What came into the escrow, subsidies apart, and how many shares of each outcome are out.
    paid_in_units: Units = Units(0)
    sold: dict[int, Shares] = field(default_factory=dict)

    def add(self, rows: Iterable[FillRow]) -> None:
        """Take in the next fills."""
        for row in rows:
            if row.sequence != self.sequence + 1:
                raise FillMissing(f"market {self.event_id}: fill {self.sequence + 1} is missing")
            self.sequence = row.sequence
            if row.role != statuses.SUBSIDY:
                self._add(row)

    @property
    def volume_units(self) -> Units:
        """Money paid for shares, purchases and sales together."""
        return Units(sum(self.outcome_volumes.values()))

    @property
    def people(self) -> set[UUID]:
        """Who ever held shares."""
        return {user_id for user_id, _ in self.holdings}

    def _add(self, row: FillRow) -> None:
        buys = row.side == statuses.BUY
        net = Units(row.gross_units + (row.fee_units if buys else -row.fee_units))
        before = self.holdings.get((row.user_id, row.outcome), NOTHING)
        after = before.traded(row.shares, net, buys=buys)
        self.holdings[row.user_id, row.outcome] = after
        if not buys:
            self.sales.append(
                Realised(
                    row.event_id,
                    row.sequence,
                    row.user_id,
                    row.filled_at,
                    Units(before.cost_units - after.cost_units),
                    Units(after.realised_units - before.realised_units),
                )
            )
        if row.role != statuses.SET:
            volume = self.outcome_volumes.get(row.outcome, Units(0))
            self.outcome_volumes[row.outcome] = Units(volume + row.gross_units)
        sign = 1 if buys else -1
        self.paid_in_units = Units(self.paid_in_units + sign * row.gross_units)
        self.sold[row.outcome] = Shares(self.sold.get(row.outcome, Shares(0)) + sign * row.shares)
