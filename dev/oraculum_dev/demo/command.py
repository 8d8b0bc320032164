"""Reads the arguments of `oraculum demo` and tells the story, anew when the lock was faster than the bets."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence

import httpx
from rich.console import Console

from oraculum_dev.demo.api import Api, RefusedError, StoryError
from oraculum_dev.demo.facts import Telling
from oraculum_dev.demo.story import TooLateError, tell
from oraculum_dev.suite.home import Home
from oraculum_dev.suite.ports import Ports
from oraculum_dev.suite.state import State

ATTEMPTS = 4


def main(arguments: Sequence[str]) -> int:
    """Tell the story; 0 when every fact holds."""
    parser = argparse.ArgumentParser(prog="oraculum demo", description="Tell the story of a bet.")
    parser.add_argument("--url", help="the gateway's address; without it the suite of this folder")
    parser.add_argument("--json", action="store_true", help="print the facts as JSON instead of the story")
    parser.add_argument(
        "--patience", type=float, default=60.0, metavar="SECONDS", help="how long to ask again for one answer"
    )
    options = parser.parse_args(arguments)
    url = options.url or _own_suite()
    if url is None:
        print("No suite runs in this folder. `make up` starts one.", file=sys.stderr)
        return 1
    telling = Telling(Console(quiet=options.json))
    begun = time.monotonic()
    asyncio.run(_tell(Api(url.rstrip("/"), options.patience), telling))
    seconds = time.monotonic() - begun
    if options.json:
        facts = [{"sentence": fact.sentence, "held": fact.held, "seen": fact.seen} for fact in telling.facts]
        told = {"passed": telling.passed, "failed": telling.failed, "seconds": round(seconds, 1)}
        print(json.dumps({**told, "facts": facts}, ensure_ascii=False, indent=2))
    else:
        print(f"\nTold in {seconds:.1f} s against {url}")
        print(f"{telling.passed} passed, {telling.failed} failed")
    return int(telling.failed > 0)


def _own_suite() -> str | None:
    state = State.read(Home.here())
    if state is None or not state.running:
        return None
    return f"http://{Ports(state.port_base).address('gateway')}"


async def _tell(api: Api, telling: Telling) -> None:
    try:
        for _ in range(ATTEMPTS):
            telling.forget()
            try:
                await tell(api, telling)
            except TooLateError as late:
                telling.say(f"{late} Once more, with an event that was just opened.")
            else:
                return
        telling.fact("the bets are through before the event locks", held=False, seen=f"{ATTEMPTS} tries")
    except (StoryError, RefusedError, httpx.HTTPError) as error:
        telling.fact("the story comes to its end", held=False, seen=error)
    finally:
        await api.close()
