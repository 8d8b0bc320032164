"""Taking back what an earlier revision paid wrongly: from everybody who has it, wherever it lies."""

from typing import Any
from uuid import UUID

import pytest

from oraculum.prediction.v1.settlements_fact_pb2 import SettlementsFact
from oraculum_prediction.payer import TransferRefused

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
