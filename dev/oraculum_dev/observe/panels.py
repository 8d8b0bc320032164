"""`oraculum panels [--url URL]`: run the query of every panel on a Prometheus and print what it returns.

A dashboard whose panel is empty under load is a defect; so this fails when a query is refused, and tells which returned
nothing. Some are empty rightly: nothing was refused, nobody waits.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import httpx

from oraculum_dev.observe.board import Panel, Query
from oraculum_dev.observe.boards import BOARDS
from oraculum_dev.suite.ports import Ports

_INTERVAL: Final = "1m"


@dataclass(frozen=True)
class Shown:
    """What one query of a panel returned."""

    board: str
    panel: Panel
    query: Query
    # The first values, as Prometheus writes them; none where there is no series.
    values: tuple[str, ...]
    refusal: str = ""


def every_panel(url: str) -> Iterator[Shown]:
    """Ask for each panel of each dashboard."""
    for board in BOARDS:
        for row in board.rows:
            for panel in row.panels:
                for query in panel.queries:
                    yield _ask(url, board.name, panel, query)


def main(arguments: Sequence[str]) -> int:
    """Print the table; 1 when a query is refused."""
    parser = argparse.ArgumentParser(prog="oraculum panels")
    parser.add_argument("--url", default=f"http://{Ports.chosen().address('prometheus')}")
    options = parser.parse_args(arguments)
    refused = empty = count = 0
    for shown in every_panel(options.url):
        count += 1
        refused += bool(shown.refusal)
        empty += not shown.values and not shown.refusal
        said = shown.refusal or ", ".join(shown.values[:4]) or "(no series)"
        print(f"{shown.board:<15} {shown.panel.title:<45} {said}")
    print(f"\n{count} queries, {refused} refused, {empty} without a series")
    return int(refused > 0)


def _ask(url: str, board: str, panel: Panel, query: Query) -> Shown:
    expression = query.expression.replace("$__rate_interval", _INTERVAL)
    try:
        answer = httpx.get(f"{url}/api/v1/query", params={"query": expression}, timeout=10).json()
    except httpx.HTTPError as error:
        sys.exit(f"{url} does not answer: {error}. `make up OBSERVE=1` starts a Prometheus.")
    if answer["status"] != "success":
        return Shown(board, panel, query, (), answer["error"])
    return Shown(board, panel, query, tuple(series["value"][1] for series in answer["data"]["result"]))
