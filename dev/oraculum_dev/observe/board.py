"""What a dashboard is made of: rows of panels, each with its queries. `dashboards.py` gives them Grafana's form."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Query:
    """PromQL, and what its lines are called; `{{label}}` is filled in by Grafana."""

    expression: str
    legend: str = ""


@dataclass(frozen=True)
class Panel:
    """Lines over time, or one number."""

    title: str
    queries: Sequence[Query]
    # Grafana's name of a unit: s, ops, reqps, percentunit, bytes, short.
    unit: str = "short"
    description: str = ""
    is_number: bool = False
    # Where a number, or a line, begins to worry.
    threshold: float | None = None


@dataclass(frozen=True)
class Row:
    """Panels beside each other."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True)
class Board:
    """A dashboard: its name in files and addresses, its title, and what it shows."""

    name: str
    title: str
    description: str
    rows: Sequence[Row] = field(default_factory=tuple)


def lines(
    title: str, unit: str, *queries: tuple[str, str], note: str = "", threshold: float | None = None
) -> Panel:
    """Lines over time: each query with its legend."""
    return Panel(title, [Query(*query) for query in queries], unit, note, threshold=threshold)


def number(
    title: str, unit: str, expression: str, *, note: str = "", threshold: float | None = None
) -> Panel:
    """One number, now."""
    return Panel(title, [Query(expression)], unit, note, is_number=True, threshold=threshold)


def quantiles(title: str, histogram: str, labels: str = "", by: str = "") -> Panel:
    """p50, p95 and p99 of a histogram of seconds, for all or by a label."""
    group = f"le, {by}" if by else "le"
    legend = f"{{{{{by}}}}} " if by else ""
    shares = ((0.95, "p95"),) if by else ((0.5, "p50"), (0.95, "p95"), (0.99, "p99"))
    return Panel(
        title,
        [
            Query(
                f"histogram_quantile({share}, sum by ({group}) (rate({histogram}_bucket{{{labels}}}[$__rate_interval])))",
                legend + name,
            )
            for share, name in shares
        ],
        "s",
    )


def rate(counter: str, labels: str = "", by: str = "") -> str:
    """How many a second, for all or by labels."""
    group = f" by ({by})" if by else ""
    return f"sum{group} (rate({counter}{{{labels}}}[$__rate_interval]))"
