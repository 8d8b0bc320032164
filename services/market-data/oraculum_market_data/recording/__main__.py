"""The command: follow the venues and keep what they send.

    python -m oraculum_market_data.recording DIR [--seconds N]

It asks and listens as the service does (the same addresses and keys from the environment), and writes nothing but files.
Ctrl-C ends it; what was kept can be replayed.
"""

import asyncio
import os
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from oraculum_kit.clock import SystemClock
from oraculum_market_data.board import Board
from oraculum_market_data.catalog import Catalog
from oraculum_market_data.config import Source, read_sources
from oraculum_market_data.feeds import open_feeds
from oraculum_market_data.inspector import Inspector
from oraculum_market_data.intake import Intake
from oraculum_market_data.quality import Watch
from oraculum_market_data.recording.recorder import Recorder


def main(arguments: Sequence[str] | None = None) -> int:
    """Record until told to stop."""
    parser = ArgumentParser(prog="oraculum record", description="Keep what the venues send.")
    parser.add_argument("directory", type=Path, help="where recordings are put, by venue")
    parser.add_argument("--seconds", type=float, default=None, help="how long; until Ctrl-C without")
    asked = parser.parse_args(arguments)
    recorder = Recorder(asked.directory)
    try:
        asyncio.run(record(read_sources(os.environ), recorder, asked.seconds))
    finally:
        recorder.close()
    sys.stdout.write(f"kept {recorder.payloads} payloads under {asked.directory}\n")
    return 0


async def record(sources: Sequence[Source], recorder: Recorder, seconds: float | None) -> None:
    """Follow venues and keep what they send, for so long or until a signal says that it is enough."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    clock, catalog, board = SystemClock(), Catalog(), Board()
    inspector = Inspector(Watch(), catalog, board)
    intake = Intake(catalog, board, lambda _: None, [], inspector, clock)
    async with open_feeds(sources, intake, catalog, inspector, clock, recorder.keep) as feeds:
        following = [asyncio.create_task(feed.run()) for feed in feeds]
        try:
            await asyncio.wait_for(stop.wait(), seconds)
        except TimeoutError:
            return
        finally:
            for task in following:
                task.cancel()
            await asyncio.gather(*following, return_exceptions=True)
            for name in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(name)


if __name__ == "__main__":
    sys.exit(main())
