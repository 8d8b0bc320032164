"""`oraculum bench [bets] [ledger] [settlement] [quotes] [reads] [signin] [venues] [candles]`: measure, and print one line of JSON for each figure."""

import argparse
from collections.abc import Callable, Mapping, Sequence

from oraculum_dev.bench import bets, candles, ledger, quotes, reads, settlement, sign_in, venues
from oraculum_dev.bench.run import Run, begin
from oraculum_dev.bench.sizes import Sizes

BENCHES: Mapping[str, Callable[[Run], None]] = {
    "bets": bets.run,
    "ledger": ledger.run,
    "settlement": settlement.run,
    "quotes": quotes.run,
    "reads": reads.run,
    "signin": sign_in.run,
    "venues": venues.run,
    "candles": candles.run,
}


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks that are named, or all; 0 when every promise was kept, whatever the figures."""
    options = _parser().parse_args(arguments)
    sizes = Sizes(
        warm_up_seconds=options.warm_up,
        seconds=options.seconds,
        connections=options.connections,
        people=options.people,
        events=options.events,
        pgbench_scale=options.pgbench_scale,
        shapes=options.shape,
    )
    with begin(sizes) as run:
        for name in options.bench or BENCHES:
            BENCHES[name](run)
    for complaint in run.complaints:
        run.note(f"not kept: {complaint}")
    return 1 if run.complaints else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="oraculum bench", description=__doc__)
    parser.add_argument(
        "bench", nargs="*", choices=[*BENCHES, []], help=f"any of {', '.join(BENCHES)}; all without"
    )
    standard = Sizes()
    add = parser.add_argument
    add("--warm-up", type=float, default=standard.warm_up_seconds, metavar="SECONDS")
    add("--seconds", type=float, default=standard.seconds, help="how long each figure is measured")
    add("--connections", type=int, default=standard.connections)
    add("--people", type=int, default=standard.people, help="signed in beforehand")
    add("--events", type=int, default=standard.events, help="of the shape `many`")
    add("--pgbench-scale", type=int, default=standard.pgbench_scale)
    add("--shape", action="append", default=[], choices=list(venues.SHAPES), help="of `venues`, these alone")
    return parser
