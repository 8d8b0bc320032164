"""`kill -9` of any service while bets run: it comes back, and not one bet is lost, doubled or half done."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from oraculum_dev.demo.api import Api
from oraculum_dev.demo.person import until
from oraculum_dev.demo.stage import seconds_until
from oraculum_dev.fixtures.crowd import ASSET, DEPOSIT, Bettor, Crowd
from oraculum_dev.fixtures.suites import Suite
from oraculum_dev.project import SERVICES

pytestmark = pytest.mark.end_to_end

MINUTES_LEFT = 10
BACK_SECONDS = 60.0
STORY_SECONDS = 240.0
BETS_BEGIN = "One buys YES"


@pytest.fixture
async def api(suite: Suite) -> AsyncIterator[Api]:
    api = Api(suite.url)
    yield api
    await api.close()


async def long_event(api: Api) -> str:
    """An event that can be bet on for as long as a test lasts."""

    async def look() -> list[str]:
        listed = await api.get("/events", status="active", type="binary", limit=100)
        return [
            event["id"]
            for event in listed["data"]
            if event["liquidity_parameter"] and seconds_until(event["locks_at"]) > MINUTES_LEFT * 60
        ]

    return (await until("an event to bet on", look, bool, 60))[0]


class Demo:
    """The demo as a user runs it, beside the crowd."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._lines: list[str] = []

    async def until_bets(self) -> None:
        """Wait until its bets begin."""
        assert self._process.stdout
        async with asyncio.timeout(STORY_SECONDS):
            async for line in self._process.stdout:
                self._lines.append(line.decode())
                if BETS_BEGIN in self._lines[-1]:
                    return
        raise AssertionError("".join(self._lines))

    async def end(self) -> tuple[int, str]:
        """Wait for its end: the exit code and all that it told."""
        async with asyncio.timeout(STORY_SECONDS):
            rest, _ = await self._process.communicate()
        assert self._process.returncode is not None
        return self._process.returncode, "".join(self._lines) + rest.decode()


@asynccontextmanager
async def demo(suite: Suite) -> AsyncIterator[Demo]:
    """Start the demo; it does not outlive the test."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "oraculum_dev.command",
        "demo",
        "--url",
        suite.url,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield Demo(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("name", [*SERVICES, "gateway"])
async def test_nothing_is_lost_or_doubled(suite: Suite, api: Api, name: str) -> None:
    """The bets of a crowd and the demo's go on over the death of a process, and all books agree afterwards."""
    event_id = await long_event(api)
    async with demo(suite) as story, Crowd(api, event_id) as crowd:
        await crowd.until_accepted(10, 60)
        await story.until_bets()
        killed = suite.kill(name)
        await asyncio.to_thread(suite.wait_for_another, name, killed, BACK_SECONDS)
        await crowd.until_accepted(40, BACK_SECONDS)
        code, told = await story.end()
    assert 0 == code, told
    assert "0 failed" in told.splitlines()[-1]
    await crowd.settle()
    for bettor in crowd.bettors:
        await every_bet_once(bettor)
        await positions_are_the_fold(bettor)
        await money_adds_up(bettor)
    await trades_have_no_gap(api, event_id)
    await ledger_balances(api)


async def every_page(bettor: Bettor, path: str, **query: str) -> list[dict[str, Any]]:
    """All rows of a list."""
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = await bettor.person.get(path, limit=100, cursor=cursor, **query)
        rows += page["data"]
        cursor = page["meta"]["next_cursor"] or ""
        if not cursor:
            return rows


async def every_bet_once(bettor: Bettor) -> None:
    """What was accepted is there once, and beyond it there is nothing."""
    rows = await every_page(bettor, "/predictions", event_id=bettor.event_id, status="confirmed")
    accepted = Counter(told["id"] for told in bettor.accepted.values())
    assert set(accepted.values()) == {1}
    assert accepted == Counter(row["id"] for row in rows)
    by_id = {told["id"]: told for told in bettor.accepted.values()}
    for row in rows:
        told = by_id[row["id"]]
        assert [row[name] for name in ("shares", "amount", "fee", "sequence")] == [
            told[name] for name in ("shares", "amount", "fee", "sequence")
        ]


async def positions_are_the_fold(bettor: Bettor) -> None:
    """What each holds is what the accepted bets add up to."""
    rows = (await bettor.person.get(f"/positions/{bettor.event_id}"))["data"]
    shown = {row["outcome"]: Decimal(row["shares"]) for row in rows if Decimal(row["shares"])}
    assert {outcome: shares for outcome, shares in bettor.held.items() if shares} == shown


async def money_adds_up(bettor: Bettor) -> None:
    """No hold stays behind, and what is missing is what the accepted bets took."""
    balance = await bettor.person.settled_balance(ASSET)
    assert DEPOSIT - bettor.spent == balance.available
    rows = await every_page(bettor, "/wallet/transactions")
    assert balance.available == sum((Decimal(row["amount"]) for row in rows), Decimal(0))


async def trades_have_no_gap(api: Api, event_id: str) -> None:
    """The market's own history is numbered from one without a hole."""
    numbers: list[int] = []
    cursor = ""
    while True:
        page = await api.get(f"/events/{event_id}/trades", limit=100, cursor=cursor)
        numbers += [row["sequence"] for row in page["data"]]
        cursor = page["meta"]["next_cursor"] or ""
        if not cursor:
            break
    assert list(range(len(numbers), 0, -1)) == numbers


async def ledger_balances(api: Api) -> None:
    """Debits equal credits, and once the sweep has been there nothing is pending."""

    async def look() -> list[dict[str, Any]]:
        return list((await api.get("/admin/ledger"))["sums"])

    def rests(sums: list[dict[str, Any]]) -> bool:
        return not any(Decimal(one["debits_pending"]) or Decimal(one["credits_pending"]) for one in sums)

    for one in await until("pending transfers to end", look, rests, 60):
        assert one["debits_posted"] == one["credits_posted"]
    proof = await api.get("/admin/ledger")
    assert proof["balanced"], proof["violations"]
