"""`oraculum rolling`: restart every service under 500 requests a second, and count the requests that failed.

Two processes of each service run, and two gateways behind HAProxy: processes of this machine, or, with --containers, the images
under Docker, separated as the chart's policies separate them (`make images` first). One after the other is told to stop, as a
cluster does it, and another takes its place; the rest carry the load meanwhile. Sockets are sent away and come again; what was
said meanwhile must reach them, too.
"""

import argparse
import asyncio
import json
import shutil
import signal
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from oraculum_dev.demo.api import Api
from oraculum_dev.demo.live import Live
from oraculum_dev.demo.person import Person, until
from oraculum_dev.demo.wallets import EvmWallet
from oraculum_dev.faults.proof import agree, ledger_balances, trades_have_no_gap
from oraculum_dev.infrastructure.ports import HOST
from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.project import SERVICES
from oraculum_dev.rolling.containers import Containers
from oraculum_dev.rolling.processes import Processes
from oraculum_dev.rolling.stand import BACK_SECONDS, Stand
from oraculum_dev.rolling.traffic import Count, Traffic
from oraculum_dev.rolling.wishes import Wishes

RATE: Final = 500.0
PEOPLE: Final = 20
DEPOSIT: Final = "500.00"
QUIET_SECONDS: Final = 5.0


def main(arguments: Sequence[str]) -> int:
    """Restart everything once; 0 when no request failed and no socket missed a message."""
    parser = argparse.ArgumentParser(prog="oraculum rolling", description=__doc__)
    parser.add_argument("--rate", type=float, default=RATE, metavar="N", help="requests a second")
    parser.add_argument("--only", nargs="+", choices=(*SERVICES, "gateway"), help="restart these alone")
    parser.add_argument(
        "--containers", action="store_true", help="restart containers of the images, under Docker"
    )
    options = parser.parse_args(arguments)
    # Whoever is told to stop takes away what was started, as with Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="oraculum-rolling-"))
    stand: Stand = Containers(folder) if options.containers else Processes(folder)
    well = False
    try:
        stand.start()
        well = not asyncio.run(rehearse(stand, options.only or (*SERVICES, "gateway"), options.rate))
    finally:
        stand.end()
        if not well and stand.logs.is_dir():
            print(f"what was said meanwhile lies in {stand.logs}", flush=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 0 if well else 1


async def rehearse(stand: Stand, services: Sequence[str], rate: float) -> int:
    """Everything, in its order; how many requests failed."""
    address = f"{HOST}:{stand.port}"
    api = Api(f"http://{address}")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(api.close)
        operator = Person("the operator", await stand.operator(), api)
        await operator.sign_in()
        events = await stand.open_events(operator)
        people = [Person(f"person {number}", EvmWallet(), api) for number in range(PEOPLE)]
        await asyncio.gather(*map(_arrive, people))
        lives = [await person.listen(stack, f"ws://{address}/ws") for person in people]
        await asyncio.gather(*(live.follow(f"event.{events[0]}") for live in lives))
        wishes = Wishes(address, events, [person.token for person in people])
        async with Traffic(HOST, stand.port, rate, wishes.one) as traffic:
            failed = await _restart_all(stand, services, traffic, rate)
        await _heard_all(lives)
        await _at_rest(api, events)
    return failed


async def _restart_all(stand: Stand, services: Sequence[str], traffic: Traffic, rate: float) -> int:
    print(f"{'restarted':<14}{'requests':>9}{'failed':>8}{'p50 ms':>8}{'p99 ms':>8}{'took':>8}", flush=True)
    # Connections are opened and caches filled; then it must hold at rest, or a restart would show nothing.
    await asyncio.sleep(QUIET_SECONDS)
    await traffic.settled()
    await asyncio.sleep(QUIET_SECONDS)
    total = Count()
    _tell("(nothing)", await traffic.settled(), QUIET_SECONDS, total)
    if total.failed:
        raise ProgramError(
            f"{total.failed} of {total.asked} requests failed while nothing was restarted: this machine does not carry"
            f" {rate:g} a second beside what else it does. --rate asks for fewer."
        )
    for service in services:
        began = time.monotonic()
        await stand.restart(service)
        await asyncio.sleep(QUIET_SECONDS)
        _tell(service, await traffic.settled(), time.monotonic() - began, total)
    figures = {
        "requests": total.asked,
        "failed": total.failed,
        "requests_a_second": rate,
        "p99_ms": round(total.within(0.99) * 1000, 1),
    }
    print(json.dumps(figures), flush=True)
    return total.failed


async def _arrive(person: Person) -> None:
    await person.sign_in()
    await person.command("/wallet/deposits", {"rail": "demo", "amount": DEPOSIT, "asset": "USDC"})
    await person.until(
        "the deposit", lambda: person.balance("USDC"), lambda seen: seen.available > 0, BACK_SECONDS
    )


async def _heard_all(lives: Sequence[Live]) -> None:
    """Each socket heard every number of its channel up to the last one, however often it was sent away."""

    async def last_heard() -> set[int]:
        return {live.heard[-1].sequence if live.heard else 0 for live in lives}

    await until(
        "every socket to hear the last message",
        last_heard,
        lambda seen: len(seen) == 1 and seen != {0},
        BACK_SECONDS,
    )
    agree("messages that sockets missed", [], [gap for live in lives for gap in live.gaps])
    breaks, heard = sum(live.breaks for live in lives), sum(len(live.heard) for live in lives)
    print(
        f"{len(lives)} sockets, sent away {breaks} times, heard {heard} messages and missed none", flush=True
    )


async def _at_rest(api: Api, events: Sequence[str]) -> None:
    """The books, when nobody bets any more."""
    await ledger_balances(api)
    for event_id in events:
        await trades_have_no_gap(api, event_id)
    print("debits equal credits, and no trade is missing", flush=True)


def _tell(what: str, count: Count, seconds: float, total: Count) -> None:
    half, most = (count.within(share) * 1000 for share in (0.5, 0.99))
    print(
        f"{what:<14}{count.asked:>9}{count.failed:>8}{half:>8.1f}{most:>8.1f}{seconds:>6.1f} s"
        + (f"  {dict(count.failures)}" if count.failed else ""),
        flush=True,
    )
    total.asked += count.asked
    total.failures += count.failures
    total.seconds += count.seconds
