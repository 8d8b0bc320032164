"""What a person sees of a suite: a table of what is up, where, how much flows, and the addresses worth opening."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from oraculum_dev.suite.ports import Ports
from oraculum_dev.suite.supervisor import Status

COLOURS = {
    Status.UP: "green",
    Status.WAITING: "bright_black",
    Status.STARTING: "yellow",
    Status.UNWELL: "red",
    Status.RESTARTING: "red",
    Status.FAILED: "red",
    Status.STOPPING: "yellow",
    Status.STOPPED: "bright_black",
}
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Row:
    """One process."""

    name: str
    status: Status
    where: str
    degraded: Sequence[str] = ()
    memory_bytes: int = 0
    flow: str = ""
    restarts: int = 0

    @property
    def state(self) -> str:
        """Its status, with what it lives without and how often it came back."""
        degraded = f", without {', '.join(self.degraded)}" if self.degraded else ""
        restarts = f", restarted {self.restarts}x" if self.restarts else ""
        return f"{self.status}{degraded}{restarts}"

    @property
    def memory(self) -> str:
        """Its memory, where it has any."""
        return f"{self.memory_bytes / MEGABYTE:,.0f} MB" if self.memory_bytes else ""


def addresses(ports: Ports) -> list[tuple[str, str]]:
    """The three addresses that a person wants."""
    gateway = ports.address("gateway")
    return [
        ("docs", f"http://{gateway}/docs"),
        ("events", f"http://{gateway}/api/v1/events"),
        ("socket", f"ws://{gateway}/ws"),
    ]


def table(rows: Iterable[Row]) -> Table:
    """The rows as a table."""
    result = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("part", "state", "where"):
        result.add_column(heading, no_wrap=heading != "state")
    result.add_column("memory", justify="right", no_wrap=True)
    result.add_column("flow")
    for row in rows:
        colour = "yellow" if row.degraded and row.status is Status.UP else COLOURS[row.status]
        result.add_row(row.name, Text(row.state, colour), row.where, row.memory, row.flow)
    return result


def screen(
    rows: Sequence[Row], facts: Sequence[str], ports: Ports, messages: Iterable[str]
) -> RenderableType:
    """The whole screen of `make up`."""
    parts: list[RenderableType] = [Text(line) for line in facts]
    parts += [Text(), table(rows), Text()]
    parts += [Text.assemble((f"{name:<8}", "bold"), (url, "cyan")) for name, url in addresses(ports)]
    parts += [
        Text(),
        *(Text(message, "bright_black", overflow="ellipsis", no_wrap=True) for message in messages),
    ]
    return Group(*parts)


def plain(rows: Iterable[Row]) -> str:
    """The rows for something that is not a terminal."""
    return "\n".join(
        f"{row.name:<14}{row.state:<32}{row.where:<30}{row.memory:>9}  {row.flow}".rstrip() for row in rows
    )
