"""`oraculum trace-bet`: place one bet in the running suite and list every span of its trace, from HTTP to the socket.

The suite keeps traces when it was started with OBSERVE=1 (or TRACE=1). The bet is sent with a sampled `traceparent`, so it is
traced whatever share of traces is kept.
"""

import asyncio
import secrets
import sys
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from oraculum_dev.demo.api import Api, StoryError, new_key
from oraculum_dev.demo.live import Live
from oraculum_dev.demo.person import Person, until
from oraculum_dev.demo.wallets import EvmWallet
from oraculum_dev.fixtures.suites import Suite
from oraculum_dev.infrastructure.programs import ProgramError
from oraculum_dev.observe.collector import Span, kept
from oraculum_dev.suite.home import Home
from oraculum_dev.suite.state import State

DEPOSIT: Final = "20.00"
STAKE: Final = "1.00"
PATIENCE_SECONDS: Final = 60.0
TOLD: Final = "socket tell"
MILLISECOND: Final = 1_000_000
# A process sends its spans every second; when nothing came for this long, all is there.
QUIET_LOOKS: Final = 10
LOOK_SECONDS: Final = 0.3


def main(_: Sequence[str]) -> int:
    """Bet, wait for the spans, print them."""
    home = Home.here()
    state = State.read(home)
    if state is None or not state.running:
        raise ProgramError("No suite runs in this folder. `OBSERVE=1 make up` starts one that keeps traces.")
    if "traces" not in state.processes:
        raise ProgramError("The suite keeps no traces: start it with OBSERVE=1 or TRACE=1.")
    try:
        spans = asyncio.run(traced_bet(Suite(home.folder)))
    except StoryError as error:
        print(error, file=sys.stderr)
        return 1
    print(table(spans))
    return 0


async def traced_bet(suite: Suite, event_id: str | None = None) -> list[Span]:
    """Place a bet, on any open event unless one is named, while its owner listens; the spans of its trace."""
    api = Api(suite.url)
    trace_id = secrets.token_hex(16)
    try:
        person = Person("the bettor", EvmWallet(), api)
        await person.sign_in()
        await person.command("/wallet/deposits", {"rail": "demo", "amount": DEPOSIT, "asset": "USDC"})
        await person.until(
            "the deposit",
            lambda: person.balance("USDC"),
            lambda seen: seen.available == Decimal(DEPOSIT),
            PATIENCE_SECONDS,
        )
        event_id = event_id or await _open_event(api)
        async with Live(suite.socket_url, person.token) as live:
            await live.follow(f"event.{event_id}", f"user.{person.user_id}")
            await _bet(api, person, event_id, trace_id)
            await live.hear(
                "the bet", lambda message: message.channel == f"event.{event_id}", PATIENCE_SECONDS
            )
        return await _complete(suite, trace_id)
    finally:
        await api.close()


async def _open_event(api: Api) -> str:
    page = await until(
        "an event to be open",
        lambda: api.get("/events", status="active", limit=100),
        lambda page: bool(page["data"]),
        PATIENCE_SECONDS,
    )
    # The one that stays open the longest: those of the scripted series are resolved within seconds.
    return str(max(page["data"], key=lambda row: str(row["end_time"]))["id"])


async def _bet(api: Api, person: Person, event_id: str, trace_id: str) -> None:
    await api.ask(
        "POST",
        "/predictions",
        body={"event_id": event_id, "outcome": 1, "side": "buy", "amount": STAKE},
        token=person.token,
        key=new_key(),
        traceparent=f"00-{trace_id}-{secrets.token_hex(8)}-01",
    )


async def _complete(suite: Suite, trace_id: str) -> list[Span]:
    """Wait until the last span has arrived: the one that tells sockets is there, and nothing new comes."""
    looks: list[int] = []

    async def look() -> list[Span]:
        spans = await asyncio.to_thread(kept, suite.home.spans, trace_id)
        looks.append(len(spans))
        return spans

    def all_there(spans: list[Span]) -> bool:
        return (
            len(set(looks[-QUIET_LOOKS:])) == 1
            and len(looks) >= QUIET_LOOKS
            and any(span.name == TOLD for span in spans)
        )

    return await until("all spans of the bet", look, all_there, PATIENCE_SECONDS)


def table(spans: Sequence[Span]) -> str:
    """All spans, each below its parent, with when it began and how long it took."""
    begun = min(span.started_ns for span in spans)
    known = {span.span_id for span in spans}
    lines = [
        f"trace {spans[0].trace_id}: {len(spans)} spans of {len({span.service for span in spans})} processes",
        "",
    ]
    lines.append(f"{'began':>9} {'took':>9}  {'process':<13} {'kind':<9} span")

    def add(span: Span, depth: int) -> None:
        took = (span.ended_ns - span.started_ns) / MILLISECOND
        began = (span.started_ns - begun) / MILLISECOND
        mark = " (failed)" if span.failed else ""
        lines.append(
            f"{began:>6.1f} ms {took:>6.1f} ms  {span.service:<13} {span.kind:<9} {'  ' * depth}{span.name}{mark}"
        )
        for child in spans:
            if child.parent_id == span.span_id:
                add(child, depth + 1)

    for span in spans:
        if span.parent_id not in known:
            add(span, 0)
    return "\n".join(lines)
