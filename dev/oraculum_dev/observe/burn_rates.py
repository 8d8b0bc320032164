"""From an objective to its rules: the share of bad events over several windows, and an alert when it burns too fast.

The method and its numbers are those of the Site Reliability Workbook, chapter 5 ("Alerting on SLOs", multiwindow,
multi-burn-rate alerts): a long window says that it matters, a short one that it still goes on.
"""

from dataclasses import dataclass
from typing import Any, Final

from oraculum_dev.observe.alerts import Alert, Class, Severity
from oraculum_dev.observe.objectives import Objective

WINDOWS: Final = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")


@dataclass(frozen=True)
class Burn:
    """A pace at which the budget of thirty days is spent, and the two windows that show it."""

    factor: float
    long: str
    short: str


_FAST: Final = (Burn(14.4, "1h", "5m"), Burn(6, "6h", "30m"))
_SLOW: Final = (Burn(3, "1d", "2h"), Burn(1, "3d", "6h"))


def recorded(objective: Objective, window: str) -> str:
    """The name of the series that holds the share of bad events over a window."""
    return f"slo:{objective.name.replace('-', '_')}:bad_ratio_{window}"


def recording_rules(objective: Objective) -> list[dict[str, Any]]:
    """The share of bad events over each window; nothing asked is nothing bad."""
    return [
        {
            "record": recorded(objective, window),
            "expr": f"({objective.bad} / ({objective.all} > 0)) or vector(0)".replace("WINDOW", window),
            "labels": {"slo": objective.name},
        }
        for window in WINDOWS
    ]


def alerts(objective: Objective) -> list[Alert]:
    """One that wakes somebody, one that waits for the morning."""
    name = "".join(part.capitalize() for part in objective.name.split("-"))
    return [
        Alert(
            f"{name}Burning",
            _either(objective, _FAST),
            Severity.CRITICAL,
            _class(objective),
            f"Within days the budget of {objective.name} is gone: {objective.promise}, "
            f"{objective.percent} of 100 over 30 days.",
            minutes=2,
        ),
        Alert(
            f"{name}Burning",
            _either(objective, _SLOW),
            Severity.WARNING,
            _class(objective),
            f"The budget of {objective.name} will not last the month: {objective.promise}, "
            f"{objective.percent} of 100 over 30 days.",
            minutes=15,
        ),
    ]


def _either(objective: Objective, burns: tuple[Burn, ...]) -> str:
    return " or ".join(
        f"({recorded(objective, burn.long)} > {_bound(objective, burn)} "
        f"and {recorded(objective, burn.short)} > {_bound(objective, burn)})"
        for burn in burns
    )


def _bound(objective: Objective, burn: Burn) -> str:
    # A promise of 95 of 100 cannot be broken fourteen times over: nine of ten bad is as bad as it gets.
    return f"{min(float(objective.budget) * burn.factor, 0.9):.6g}"


def _class(objective: Objective) -> Class:
    return Class.AVAILABILITY if "availability" in objective.name else Class.PERFORMANCE
