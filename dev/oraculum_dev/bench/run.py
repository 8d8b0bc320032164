"""What every benchmark is given, and what it gives back."""

import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from oraculum_dev.bench import machine
from oraculum_dev.bench.drive import Driven
from oraculum_dev.bench.figure import Figure, Limit
from oraculum_dev.bench.load import Plan
from oraculum_dev.bench.sizes import Sizes
from oraculum_dev.bench.stage import Stage
from oraculum_dev.infrastructure.accounts import open_temporary_base


class Run:
    """One run of one or more benchmarks: their sizes, the machine's limit, and what went wrong."""

    def __init__(self, sizes: Sizes, folder: Path) -> None:
        self.sizes = sizes
        self.folder = folder
        self.complaints: list[str] = []

    @cached_property
    def transactions(self) -> Limit:
        """What PostgreSQL reaches here; asked before a suite runs."""
        limit = machine.transactions_a_second(self.folder, self.sizes.seconds, self.sizes.pgbench_scale)
        self.note(f"{limit.what}: {limit.value:,.0f} transactions a second")
        return limit

    def note(self, sentence: str) -> None:
        """Tell a person something; figures alone go to standard output."""
        print(sentence, file=sys.stderr, flush=True)

    def complain(self, bench: str, sentences: Iterable[str]) -> None:
        """Note promises that were not kept."""
        for sentence in sentences:
            self.complaints.append(f"{bench}: {sentence}")
            self.note(f"NOT KEPT {bench}: {sentence}")

    def expect_success(self, bench: str, driven: Driven) -> None:
        """Complain unless every request did what it asked for."""
        if driven.report.errors or not driven.report.succeeded:
            told = f"{driven.report.succeeded} requests succeeded and {driven.report.errors} failed"
            self.complain(bench, [told])

    def plan(
        self, stage: Stage, heads: Sequence[str], bodies: Sequence[str] = (), *, keyed: bool = False
    ) -> Plan:
        """A load on the gateway of a suite."""
        host, _, port = stage.suite.ports.address("gateway").partition(":")
        return Plan(
            host=host,
            port=int(port),
            connections=self.sizes.connections,
            warm_up_seconds=self.sizes.warm_up_seconds,
            seconds=self.sizes.seconds,
            heads=heads,
            bodies=bodies,
            keyed=keyed,
        )

    def give(self, figure: Figure) -> None:
        """Print a figure."""
        print(figure.line, flush=True)


@contextmanager
def begin(sizes: Sizes) -> Iterator[Run]:
    """A run with a folder that everybody may enter, since PostgreSQL's account must."""
    with tempfile.TemporaryDirectory(prefix="oraculum-bench-", dir=open_temporary_base()) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield Run(sizes, folder)
