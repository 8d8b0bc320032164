"""What waits for a slow reader: prices make room for newer ones, everything else comes whole, or the reader goes."""

import asyncio
import json

import pytest

from oraculum_gateway.live import LiveMessage
from oraculum_gateway.outbound import CONFLATE_FROM, WAITING_MAX, NobodyReadsError, Outbound


def message(sequence: int, *, channel: str = "events", kind: str = "event.updated") -> LiveMessage:
    return LiveMessage(channel, kind, sequence, sequence, '"data":{}}')


class TestSlowReader:
    """What waits for a reader, without the network between."""

    def quote(self, sequence: int) -> LiveMessage:
        return message(sequence, channel="market.kalshi.X", kind="market.quote")

    async def taken(self, outbound: Outbound) -> list[dict[str, object]]:
        texts = []
        while True:
            try:
                async with asyncio.timeout(0.05):
                    texts.append(json.loads(await outbound.get()))
            except TimeoutError:
                return texts

    async def test_a_newer_price_takes_the_place_of_an_older_one(self) -> None:
        outbound = Outbound()
        for sequence in range(1, 500):
            outbound.put_message(self.quote(sequence))
        heard = await self.taken(outbound)
        assert len(heard) <= CONFLATE_FROM + 1
        assert heard[-1]["seq"] == 499

    async def test_conflated_prices_leave_no_gap(self) -> None:
        outbound = Outbound()
        for sequence in range(1, 500):
            outbound.put_message(self.quote(sequence))
        following = 1
        for entry in await self.taken(outbound):
            assert entry.get("from_seq", entry["seq"]) == following
            following = entry["seq"] + 1
        assert following == 500

    async def test_what_is_no_price_is_never_left_out(self) -> None:
        outbound = Outbound()
        for sequence in range(1, 500):
            outbound.put_message(message(sequence))
        assert [entry["seq"] for entry in await self.taken(outbound)] == list(range(1, 500))

    async def test_whoever_reads_nothing_is_given_up(self) -> None:
        outbound = Outbound()
        with pytest.raises(NobodyReadsError):  # noqa: PT012  the last of many
            for sequence in range(1, WAITING_MAX + 2):
                outbound.put_message(message(sequence))

    async def test_prices_alone_never_fill_it(self) -> None:
        outbound = Outbound()
        for sequence in range(1, 20 * WAITING_MAX):
            outbound.put_message(self.quote(sequence))
        assert len(await self.taken(outbound)) <= CONFLATE_FROM + 1
