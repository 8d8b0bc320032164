"""What a socket hears when it closes: nothing of it stays in the hub, wherever it was in hand."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from oraculum_gateway.live import Hub, LiveMessage
from oraculum_gateway.seats import UNBOUNDED, Bounds, Seats
from oraculum_gateway.subscriptions import CHANNELS_MAX, CHANNELS_PER_REQUEST, Subscriptions

NAMES = ["events", "system"]


class Nobody:
    def hear(self, message: LiveMessage) -> None:
        """Hear nothing."""


class Listening:
    """A socket's subscriptions at a hub that nobody answers."""

    def __init__(self, bounds: Bounds = UNBOUNDED) -> None:
        services: Any = SimpleNamespace(notification=None)
        self.hub = Hub(services)
        self.seats = Seats(10, stranger=bounds, account=bounds)
        self.seat = self.seats.take(None, "192.0.2.1", unbounded=False)
        self.subscriptions = Subscriptions(self.hub, self.seat, Nobody())

    def channels(self) -> int:
        return sum(taken.channels for taken in self.seats.taken.values())


@pytest.fixture
async def listening() -> AsyncIterator[Listening]:
    listening = Listening()
    yield listening
    listening.seat.leave()
    assert not listening.seats.taken


class TestEnd:
    @pytest.mark.parametrize("steps", [1, 2, 3])
    async def test_nothing_stays_behind_wherever_it_was(self, listening: Listening, steps: int) -> None:
        """After one step names are claimed and nobody was told; then the hub waits for where they stand."""
        beginning = asyncio.create_task(listening.subscriptions.begin(NAMES, None))
        for _ in range(steps):
            await asyncio.sleep(0)
        assert listening.channels() == len(NAMES)
        listening.subscriptions.end()
        begun = await beginning
        assert {name: code for name, (code, _) in begun.refusals.items()} == dict.fromkeys(NAMES, "closing")
        assert (listening.hub._channels, listening.channels()) == ({}, 0)

    async def test_nothing_begins_any_more(self, listening: Listening) -> None:
        listening.subscriptions.end()
        begun = await listening.subscriptions.begin(NAMES, None)
        assert [code for code, _ in begun.refusals.values()] == ["closing"] * 2
        assert (listening.hub._channels, listening.channels()) == ({}, 0)


class TestRequests:
    @pytest.mark.parametrize(
        ("new", "requests"),
        [(0, 1), (1, 1), (CHANNELS_PER_REQUEST, 1), (CHANNELS_PER_REQUEST + 1, 2), (200, 10)],
    )
    async def test_so_many_channels_are_a_request(
        self, listening: Listening, new: int, requests: int
    ) -> None:
        names = [f"market.kalshi.{number}" for number in range(new)]
        assert listening.subscriptions.requests(names) == requests


class TestSeats:
    async def test_who_signs_in_takes_their_channels_along(self, listening: Listening) -> None:
        beginning = asyncio.create_task(listening.subscriptions.begin(NAMES, None))
        await asyncio.sleep(0)
        user: Any = SimpleNamespace(id="somebody", roles=(), tier="basic")
        listening.seat.move(user)
        assert [*listening.seats.taken] == ["user:somebody"]
        assert listening.channels() == len(NAMES) < CHANNELS_MAX
        listening.subscriptions.end()
        await beginning
