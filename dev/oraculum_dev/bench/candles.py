"""How soon a month of candles of one of a thousand markets is answered, by the service's API and a warm database."""

from oraculum_dev.bench.figure import Delays, Limit, figure
from oraculum_dev.bench.run import Run
from oraculum_dev.bench.usage import Taken
from oraculum_dev.bench.venues import servers_of_market_data, told_by

# So soon an answer is there, of 95 in a hundred; one after the other that many come in a second.
ANSWERED_MS = 50.0
PROMISED = Limit(1000 / ANSWERED_MS, "promised")


def run(run: Run) -> None:
    """Fill a database and ask it."""
    with servers_of_market_data() as servers:
        told = told_by("benchmark.candles", [*servers.options, "--seconds", str(run.sizes.seconds)])
    delays = Delays.of(told["delays_s"])
    run.note(
        f"candles: {told['candles_each']} of each of {told['markets']} markets; 95 % answered within {delays.p95_ms} ms, "
        f"{told['cpu_ms_per_answer']} ms of processor an answer"
    )
    run.give(
        figure(
            "candles",
            "month",
            told["answers_s"],
            "answers/s",
            delays=delays,
            errors=0,
            limit=PROMISED,
            taken=Taken({"market-data": told["cpu_s"]}, {"market-data": told["rss_mb"]}),
        )
    )
