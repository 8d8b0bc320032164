"""The objectives: how much of each budget is burnt."""

from typing import Final

from oraculum_dev.observe.board import Board, Row, lines, number
from oraculum_dev.observe.burn_rates import recorded
from oraculum_dev.observe.objectives import OBJECTIVES, Objective


def _row(objective: Objective) -> Row:
    budget = float(objective.budget)
    return Row(
        f"{objective.name}: {objective.promise} ({objective.percent} of 100)",
        [
            number("Good in the last three days", "percentunit", f"1 - {recorded(objective, '3d')}"),
            number(
                "Times the budget's pace, last hour",
                "short",
                f"{recorded(objective, '1h')} / {budget:.6g}",
                threshold=1,
            ),
            lines(
                "Bad share",
                "percentunit",
                (recorded(objective, "5m"), "5 minutes"),
                (recorded(objective, "1h"), "1 hour"),
                (recorded(objective, "6h"), "6 hours"),
                threshold=budget,
            ),
        ],
    )


SLOS: Final = Board(
    "slos",
    "Oraculum: objectives",
    "What was promised, and how much of the budget for failing it is spent.",
    [_row(objective) for objective in OBJECTIVES],
)
