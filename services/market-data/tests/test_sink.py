"""A way out: the newest quote wins, no trade is lost, and one that cannot be written takes no other along."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from oraculum_kit.clock import ManualClock
from oraculum_market_data.board import Top
from oraculum_market_data.figures import Price
from oraculum_market_data.metrics import CONFLATED
from oraculum_market_data.normal import Venue
from oraculum_market_data.sinks import sink as sinks
from oraculum_market_data.sinks.sink import Batch, Sink
from oraculum_market_data.trades import Deal

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def top(market: str, last: str) -> Top:
    return Top((Venue.KALSHI, market, 1), None, None, None, None, Price(Decimal(last)), None, NOW)


def deal(number: int) -> Deal:
    return Deal("kalshi", "m", 1, str(number), Price(Decimal("0.5")), Decimal(1), "buy", NOW, NOW)


class Out:
    """Writes to a list, and fails as it is told."""

    def __init__(self) -> None:
        self.quotes: dict[str, str] = {}
        self.trades: list[str] = []
        self.batches = 0
        self.fails: Callable[[Batch], Exception | None] = lambda _: None

    async def write(self, batch: Batch) -> None:
        error = self.fails(batch)
        if error is not None:
            raise error
        self.batches += 1
        self.quotes |= {one.market_id: str(one.last) for one in batch.tops}
        self.trades += [one.trade_id for one in batch.deals]


async def write_all(out: Out, tops: Sequence[Top] = (), deals: Sequence[Deal] = ()) -> None:
    """Run a sink until all is written that was given to it before and while it runs."""
    sink = Sink("test", out.write, ManualClock(NOW), every_seconds=0.001)
    for one in tops:
        sink.quote(one)
    running = asyncio.create_task(sink.run())
    for each in deals:
        await sink.trade(each)
    async with asyncio.timeout(10):
        while not out.batches or len(out.trades) < len(deals):  # noqa: ASYNC110  the sink tells nobody
            await asyncio.sleep(0.001)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_an_older_quote_is_overtaken() -> None:
    out = Out()
    await write_all(out, [top("a", "0.1"), top("b", "0.2"), top("a", "0.3")])
    assert {"a": "0.3", "b": "0.2"} == out.quotes


async def test_what_is_away_is_asked_again_and_loses_nothing() -> None:
    out = Out()
    failures = iter([ConnectionError("away"), None])
    out.fails = lambda _: next(failures, None)
    await write_all(out, [top("a", "0.1")], [deal(number) for number in range(10)])
    assert ({"a": "0.1"}, [str(number) for number in range(10)]) == (out.quotes, out.trades)


async def test_one_that_cannot_be_written_takes_no_other_along() -> None:
    out = Out()
    out.fails = lambda batch: ValueError("bad") if any(one.trade_id == "3" for one in batch.deals) else None
    sink = Sink("test", out.write, ManualClock(NOW), every_seconds=0.001)
    sink.quote(top("a", "0.1"))
    for number in range(6):
        await sink.trade(deal(number))
    running = asyncio.create_task(sink.run())
    async with asyncio.timeout(10):
        while len(out.trades) < 5 or not out.quotes:  # noqa: ASYNC110  the sink tells nobody
            await asyncio.sleep(0.001)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (["0", "1", "2", "4", "5"], {"a": "0.1"}) == (sorted(out.trades), out.quotes)


async def test_whoever_brings_too_many_trades_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sinks, "TRADES_MAX", 5)
    out = Out()
    await write_all(out, deals=[deal(number) for number in range(40)])
    assert [str(number) for number in range(40)] == out.trades


def overtaken(name: str) -> float:
    return CONFLATED.labels(name)._value.get()


async def test_quotes_that_were_overtaken_are_counted() -> None:
    """Two of four; and of what a failure brought back, one more that a newer quote had overtaken meanwhile."""
    out = Out()
    sink = Sink("count", out.write, ManualClock(NOW), every_seconds=0.001)
    before = overtaken("count")
    for one in (top("a", "0.1"), top("b", "0.2"), top("a", "0.3"), top("a", "0.4")):
        sink.quote(one)
    batch = sink._take()
    assert (2, 2.0) == (len(batch), overtaken("count") - before)
    sink.quote(top("a", "0.5"))
    sink._give_back(batch)
    assert 3.0 == overtaken("count") - before
    assert {"b": "0.2", "a": "0.5"} == {one.market_id: str(one.last) for one in sink._take().tops}
    assert 3.0 == overtaken("count") - before


async def test_what_comes_while_a_batch_is_written_gathers_for_the_next() -> None:
    """A way out that is slow writes few large batches, not one small one after the other."""
    out = Out()
    sink = Sink("test", out.write, ManualClock(NOW), every_seconds=0.001)
    sink.quote(top("a", "0.1"))

    def comes(_: Batch) -> None:
        sink.quote(top("b", "0.2"))

    out.fails = comes
    await sink._flush()
    assert (1, {"a": "0.1"}) == (out.batches, out.quotes)
