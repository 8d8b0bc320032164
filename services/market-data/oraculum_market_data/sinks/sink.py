"""One way out for quotes and trades, at its own pace.

Each way out (Kafka, Redis, PostgreSQL) has a sink of its own, so that one that is away holds up no other. A sink
gathers for a moment and writes a batch. Of an outcome only the latest quote waits: under pressure newer quotes
overtake older ones, so what waits is bounded by the number of outcomes. Trades are never dropped: when too many wait,
whoever brings the next one waits with them, and in the end the venue's socket does.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from time import monotonic
from typing import Final

import structlog

from oraculum_kit.background import pause, run_gracefully
from oraculum_kit.clock import Clock
from oraculum_kit.metrics import UNHANDLED, begin_at_zero
from oraculum_kit.retries import is_transient
from oraculum_market_data import metrics
from oraculum_market_data.board import QuoteKey, Top
from oraculum_market_data.trades import Deal

_log = structlog.stdlib.get_logger(__name__)

TRADES_MAX: Final = 50_000
BATCH_MAX: Final = 5_000
_GATHER_MAX: Final = 0.25
# So many times as long as the last batch took to be written.
_GATHERING: Final = 3.0
# And so long for each record of it: beyond ten thousand a second quotes are told in their latest state only.
_PER_RECORD_SECONDS: Final = 0.0001


@dataclass(frozen=True, slots=True)
class Batch:
    """What is written at once."""

    tops: Sequence[Top]
    deals: Sequence[Deal]

    def __len__(self) -> int:
        return len(self.tops) + len(self.deals)


class Sink:
    """Gathers what goes one way, and writes it batch by batch. Run it beside the server."""

    def __init__(
        self, name: str, write: Callable[[Batch], Awaitable[None]], clock: Clock, *, every_seconds: float
    ) -> None:
        self.name = name
        self._write = write
        self._clock = clock
        self._every_seconds = every_seconds
        self._tops: dict[QuoteKey, Top] = {}
        self._deals: list[Deal] = []
        # How many quotes came since the last batch was taken, and how many waited then already.
        self._came = 0
        self._stayed = 0
        # How many quotes and trades were written since the beginning.
        self.written = 0
        self._some = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._conflated = metrics.CONFLATED.labels(name)
        self._waiting = metrics.WAITING.labels(name)
        self._lag = metrics.LAG_SECONDS.labels(name)
        begin_at_zero(UNHANDLED, [f"sink {name}"])

    def quote(self, top: Top) -> None:
        """Take a quote; an older one of the same outcome that still waits is overtaken."""
        self._tops[top.key] = top
        self._came += 1
        self._some.set()

    async def trade(self, deal: Deal) -> None:
        """Take a trade, as soon as there is room for it."""
        await self._room.wait()
        self._deals.append(deal)
        self._some.set()
        if len(self._deals) >= TRADES_MAX:
            self._room.clear()

    async def run(self) -> None:
        """Write until cancelled; what waits then is written once more."""
        await run_gracefully(f"sink {self.name}", self._work, grace_seconds=5.0)

    async def _work(self, stop: asyncio.Event) -> None:
        wait = self._every_seconds
        while not stop.is_set():
            if await pause(stop, wait):
                break
            await self._some_or(stop)
            began, written = monotonic(), self.written
            await self._flush()
            # Who writes for long, or much, gathers for longer, so that writing leaves most of the time to reading; of
            # what moves quickly fewer states are written.
            longest = max(self._every_seconds, _GATHER_MAX)
            busy = max(_GATHERING * (monotonic() - began), _PER_RECORD_SECONDS * (self.written - written))
            wait = min(max(self._every_seconds, busy), longest)
        while self._tops or self._deals:
            await self._flush()

    async def _some_or(self, stop: asyncio.Event) -> None:
        waits = {asyncio.ensure_future(self._some.wait()), asyncio.ensure_future(stop.wait())}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _flush(self) -> None:
        """Write what waits now. What comes meanwhile gathers for the next time: else each batch would be a small one."""
        left = len(self._tops) + len(self._deals)
        while left > 0 and (self._tops or self._deals):
            batch = self._take()
            left -= len(batch)
            try:
                await self._write(batch)
            except Exception as error:
                if is_transient(error):
                    self._give_back(batch)
                    raise
                await self._one_by_one(batch)
            else:
                self._written(batch)

    async def _one_by_one(self, batch: Batch) -> None:
        """Something in the batch cannot be written: find it, tell of it, and write the others."""
        if len(batch) == 1:
            UNHANDLED.labels(f"sink {self.name}").inc()
            _log.error("sink.unwritable", sink=self.name, tops=batch.tops, deals=batch.deals)
            return
        halves = (
            Batch(batch.tops[::2], batch.deals[::2]),
            Batch(batch.tops[1::2], batch.deals[1::2]),
        )
        # A lone quote and a lone trade fall into the same half.
        if len(halves[1]) == 0:
            halves = (Batch(batch.tops, ()), Batch((), batch.deals))
        for half in halves:
            if len(half) == 0:
                continue
            try:
                await self._write(half)
            except Exception as error:
                if is_transient(error):
                    self._give_back(half)
                    raise
                await self._one_by_one(half)

    def _take(self) -> Batch:
        """What has waited longest. Counting here what was overtaken costs less than counting each."""
        self._some.clear()
        self._conflated.inc(self._came - (len(self._tops) - self._stayed))
        tops = list(islice(self._tops.values(), BATCH_MAX))
        if len(tops) == len(self._tops):
            self._tops = {}
        else:
            for top in tops:
                del self._tops[top.key]
        self._came, self._stayed = 0, len(self._tops)
        batch = Batch(tops, self._deals[:BATCH_MAX])
        del self._deals[:BATCH_MAX]
        if len(self._deals) < TRADES_MAX:
            self._room.set()
        self._waiting.set(len(self._tops) + len(self._deals))
        return batch

    def _give_back(self, batch: Batch) -> None:
        """Keep what could not be written, but not a quote that was overtaken meanwhile."""
        newer = len(self._tops)
        self._tops = {top.key: top for top in batch.tops} | self._tops
        self._conflated.inc(len(batch.tops) + newer - len(self._tops))
        self._stayed += len(self._tops) - newer
        self._deals[:0] = batch.deals
        self._some.set()
        self._waiting.set(len(self._tops) + len(self._deals))

    def _written(self, batch: Batch) -> None:
        self.written += len(batch)
        now = self._clock.now()
        received = [top.received_at for top in batch.tops[:1]] + [
            deal.received_at for deal in batch.deals[:1]
        ]
        for moment in received:
            if moment is not None:
                self._lag.observe(max(0.0, (now - moment) / timedelta(seconds=1)))
