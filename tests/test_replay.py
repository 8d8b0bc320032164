"""Recordings of the real venues, played to a whole suite: listed, quoted, moving, and not one figure changed."""

import asyncio
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from oraculum_dev.demo.api import Api
from oraculum_dev.demo.person import until
from oraculum_dev.fixtures.suites import Suite, SuiteProcess
from oraculum_dev.infrastructure.accounts import open_temporary_base
from oraculum_dev.infrastructure.programs import spawn, stop, wait_ready
from oraculum_dev.project import ROOT
from oraculum_dev.suite.home import Home

RECORDINGS = ROOT.parent / "shared" / "data" / "market-data"
VENUES = ("polymarket", "kalshi", "manifold")
SCRIPTED = "(№ "
FIGURES = ("bid", "ask", "bid_size", "ask_size", "last")
MARKETS_COMPARED = 15
LIST_SECONDS = 120.0
MOVE_SECONDS = 120.0
MESSAGES_A_TURN = 20
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.own_suite,
    pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"there are no recordings in {RECORDINGS}"),
]


@pytest.fixture(scope="module")
def replayed() -> Iterator[Suite]:
    """A suite whose venues play the recordings."""
    place = Path(tempfile.mkdtemp(prefix="oraculum-replay-", dir=open_temporary_base()))
    process = SuiteProcess(folder=place / "suite", log=place / "up.log", venues=f"replay:{RECORDINGS}")
    program = process.program()
    runner = spawn(program)
    try:
        wait_ready(runner, program, process.ready, process.timeout_seconds)
        yield Suite(process.folder)
    finally:
        stop(runner, signal.SIGTERM, 90)
        Home(process.folder).remove()
        shutil.rmtree(place)


@pytest.fixture
async def api(replayed: Suite) -> AsyncIterator[Api]:
    api = Api(replayed.url)
    yield api
    await api.close()


async def recorded_markets(api: Api, venue: str) -> list[dict[str, Any]]:
    """What the recordings list of a venue, without the scripted series."""
    page = await api.get("/markets", venue=venue, limit=100)
    return [market for market in page["data"] if SCRIPTED not in market["title"]]


def numbers(venue: str) -> set[Decimal]:
    """Every number that stands anywhere in a venue's recordings."""
    found: set[Decimal] = set()
    for path in (RECORDINGS / venue).rglob("*.json*"):
        found.update(map(Decimal, NUMBER.findall(path.read_text(encoding="utf-8", errors="replace"))))
    return found


def as_recorded(figure: str, recorded: set[Decimal]) -> bool:
    """Whether a figure is in the recordings: as it is, in cents, or as what the other outcome leaves of one."""
    try:
        value = Decimal(figure)
    except InvalidOperation:
        return False
    return any(form in recorded for form in (value, value * 100, 1 - value, (1 - value) * 100))


@pytest.mark.parametrize("venue", VENUES)
async def test_markets_of_every_venue_are_listed(api: Api, venue: str) -> None:
    found = await until(f"markets of {venue}", lambda: recorded_markets(api, venue), bool, LIST_SECONDS)
    assert {venue} == {market["venue"] for market in found}


@pytest.mark.parametrize("venue", VENUES)
async def test_no_figure_is_changed_on_its_way(api: Api, venue: str) -> None:
    """Prices and sizes of quotes, compared as decimals with what was recorded."""
    recorded = numbers(venue)
    quoted = await until(f"quotes of {venue}", lambda: quoted_markets(api, venue), bool, LIST_SECONDS)
    strange = [
        f"{market['id']} {name} {figure}"
        for market in quoted
        for name, figure in figures(market["quotes"])
        if not as_recorded(figure, recorded)
    ]
    assert not strange


async def quoted_markets(api: Api, venue: str) -> list[dict[str, Any]]:
    """Some recorded markets for which there is a price or a size."""
    quoted: list[dict[str, Any]] = []
    for market in await recorded_markets(api, venue):
        told = await api.get(f"/markets/{venue}/{market['id']}")
        if any(figures(told["quotes"] or ())):
            quoted.append(told)
        if len(quoted) == MARKETS_COMPARED:
            break
    return quoted


def figures(quotes: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """The figures that quotes name."""
    for quote in quotes:
        for name in FIGURES:
            if quote[name] is not None:
                yield name, quote[name]


async def test_quotes_move_on_the_socket(replayed: Suite, api: Api) -> None:
    """Of every venue some market's quote changes while we listen."""
    seen: dict[str, set[str]] = {}
    async with asyncio.timeout(MOVE_SECONDS), connect(replayed.socket_url) as socket:
        while {channel.split(".")[1] for channel, quotes in seen.items() if len(quotes) > 1} != set(VENUES):
            # The scripted series opens new markets all the time, so we follow what is open now.
            names = [
                f"market.{market['venue']}.{market['id']}"
                for venue in VENUES
                for market in (await api.get("/markets", venue=venue, status="open", limit=20))["data"]
            ]
            await socket.send(json.dumps({"type": "subscribe", "channels": names}))
            told = {"type": ""}
            while told["type"] != "subscribed":
                told = json.loads(await socket.recv())
                note(told, seen)
            for _ in range(MESSAGES_A_TURN):
                note(json.loads(await socket.recv()), seen)


def note(message: dict[str, Any], seen: dict[str, set[str]]) -> None:
    """Remember a quote by its channel."""
    if message["type"] == "market.quote":
        quotes = seen.setdefault(message["channel"], set())
        quotes.add(json.dumps(list(figures([message["data"]]))))


def test_every_record_is_understood_or_refused_by_name() -> None:
    """The report counts each file; a refusal names the record and the field, and breaks a rule of the venue."""
    answer = subprocess.run(
        [sys.executable, "-m", "oraculum_market_data.replay", str(RECORDINGS), "--json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    reports = [json.loads(line) for line in answer.stdout.splitlines()]
    assert {*VENUES} <= {report["venue"] for report in reports}
    for report in reports:
        if report["venue"] in VENUES:
            assert report["updates"] or not report["records"] or report["refused"], report
        for refusal in report["refused"]:
            assert refusal["field"], report["file"]
            assert refusal["reason"], report["file"]
