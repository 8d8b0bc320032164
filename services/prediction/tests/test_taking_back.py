"""Taking back what an earlier revision paid wrongly: from everybody who has it, wherever it lies."""

from typing import Any
from uuid import UUID

import pytest

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum.prediction.v1.settlements_fact_pb2 import SettlementsFact
from oraculum_kit.retries import Backoff
from oraculum_prediction import parked as parked_module
from oraculum_prediction.parked import MoneyParked
from oraculum_prediction.payer import TransferRefused
from oraculum_prediction.statuses import CANCELLED, OPEN

USDC = 1_000_000


async def paid_wrongly(house: Any, *, winners: int = 5) -> tuple[UUID, list[UUID], UUID, dict[UUID, int]]:
    """An event that paid the wrong side, which is known by now: who has too much, who too little, what is right."""
    event_id = await house.open()
    wrong, right = [house.person(10 * USDC) for _ in range(winners)], house.person(10 * USDC)
    for person in wrong:
        await house.place(person, event_id, "bet", outcome=1)
    order = (await house.place(right, event_id, "bet", outcome=0)).order
    house.post_fills()
    await house.close(event_id)
    due = {person: house.books.user(person) for person in wrong}
    due[right] = house.books.user(right) + order.shares
    await house.hear(event_id, [0, 1_000_000])
    await house.settle(event_id)
    await house.hear(event_id, [1_000_000, 0], revision=2)
    return event_id, sorted(wrong), right, due


def has(house: Any, people: dict[UUID, int]) -> dict[UUID, int]:
    return {person: house.books.user(person) for person in people}


async def park(house: Any, person: UUID) -> UUID:
    """Put nearly all that somebody has behind an order that rests; the event it rests on."""
    event_id = await house.open()
    # At a tenth of a unit a share; something stays for the fee that it might cost.
    order = await house.limit(person, event_id, "parked", 100_000, house.books.user(person) * 97 // 10)
    house.post_fills()
    assert pb.ORDER_STATUS_OPEN == order.status
    return event_id


async def status(house: Any, person: UUID, event_id: UUID) -> int:
    (row,) = house.rows(
        "select status from trade_order where user_id = %(user)s and event_id = %(event)s",
        user=person, event=event_id,
    )  # fmt: skip
    return int(row["status"])


async def test_what_lies_behind_orders_that_rest_is_found(house: Any) -> None:
    """Else whoever hears of a correction first would keep what is not theirs. Who has it at hand keeps their orders."""
    event_id, wrong, _, due = await paid_wrongly(house)
    parked = await park(house, wrong[0])
    modest = await house.open()
    await house.limit(wrong[1], modest, "modest", 100_000)
    house.post_fills()
    due[wrong[1]] -= USDC

    async def hear() -> None:
        house.post_fills()

    house.books.before_lookup = hear
    await house.settle(event_id)
    assert due == has(house, due)
    assert (CANCELLED, OPEN) == (
        await status(house, wrong[0], parked),
        await status(house, wrong[1], modest),
    )
    (last,) = house.rows("select * from settlement where revision = 2")
    assert 0 == last["lost_units"]
    house.check_reserves()


async def test_what_does_not_come_home_keeps_nobody_else_waiting(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While wallet hears nothing all others are paid; whose money is on its way has not spent it."""
    monkeypatch.setattr(parked_module, "_WAITS", Backoff(first_seconds=0.001, longest_seconds=0.001))
    event_id, wrong, _, due = await paid_wrongly(house)
    await park(house, wrong[0])
    left = has(house, {wrong[0]: 0})
    for _ in range(2):
        with pytest.raises(MoneyParked):
            await house.settle(event_id)
    assert due | left == has(house, due)
    house.post_fills()
    await house.settle(event_id)
    assert due == has(house, due)
    (last,) = house.rows("select * from settlement where revision = 2")
    assert 0 == last["lost_units"]
    house.check_reserves()


async def test_who_cannot_give_back_keeps_nobody_else_waiting(house: Any) -> None:
    """All others give back and are paid; what the refused owe is asked for again, and is nobody's loss meanwhile."""
    event_id, wrong, _, due = await paid_wrongly(house)
    refused = {wrong[0], wrong[-1]}
    house.books.refused = {str(person) for person in refused}
    kept = has(house, dict.fromkeys(refused, 0))
    for _ in range(3):
        with pytest.raises(TransferRefused):
            await house.settle(event_id)
    assert due | kept == has(house, due)
    house.books.refused = set()
    await house.settle(event_id)
    assert due == has(house, due)
    (last,) = house.rows("select * from settlement where revision = 2")
    owed = sum(units - due[person] for person, units in kept.items())
    assert (0, True) == (last["lost_units"], last["taken_back_units"] > owed > 0)
    assert 0 == house.books.escrow(event_id)
    house.books.check()
    rows = house.rows("select payload from outbox where topic = 'settlements'")
    told = [SettlementsFact.FromString(row["payload"]).WhichOneof("fact") for row in rows]
    assert 2 * len(due) == told.count("position_settled")
