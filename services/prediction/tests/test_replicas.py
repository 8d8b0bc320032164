"""Several replicas on one market: no update is lost, and the sequence has no gaps."""

import asyncio
import random
from contextlib import AsyncExitStack
from typing import Any

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.errors import ServiceError, Unavailable
from oraculum_prediction.errors import MarketNotOpen
from oraculum_prediction.pricing import Order, Side, quote

USDC = 1_000_000


def check_against_fills(house: Any) -> None:
    """Positions, market and escrow are the fold of the fills, and every fill is computed anew from its order."""
    for event_id in [row["event_id"] for row in house.rows("select event_id from market")]:
        (market,) = house.rows("select * from market where event_id = %(id)s", id=event_id)
        fills = house.rows(
            """
            select f.*, o.amount_units, o.asked_shares from fill f join trade_order o using (order_id)
            where f.event_id = %(id)s order by sequence
            """,
            id=event_id,
        )
        assert list(range(1, market["sequence"] + 1)) == [fill["sequence"] for fill in fills]
        check_replay(house, event_id, fills)
        held: dict[tuple[Any, int], int] = {}
        for fill in fills:
            sign = 1 if fill["side"] == 1 else -1
            key = fill["user_id"], fill["outcome"]
            held[key] = held.get(key, 0) + sign * fill["shares"]
        positions = house.rows("select * from position where event_id = %(id)s", id=event_id)
        assert held == {(row["user_id"], row["outcome"]): row["shares"] for row in positions}
        for outcome, sold in enumerate(market["sold"]):
            assert sold == sum(shares for (_, place), shares in held.items() if place == outcome)
        signed = [fill["gross_units"] * (1 if fill["side"] == 1 else -1) for fill in fills]
        assert market["subsidy_units"] + sum(signed) == market["escrow_units"] >= max(market["sold"])
        assert sum(fill["gross_units"] for fill in fills) == market["volume_units"]
        assert market["volume_units"] == sum(market["outcome_volume_units"])
        assert len({user for user, _ in held}) == market["participant_count"]
        paid = sum(
            fill["gross_units"] * (1 if fill["side"] == 1 else -1) + fill["fee_units"] for fill in fills
        )
        assert paid == sum(row["cost_units"] - row["realised_units"] for row in positions)


def check_replay(house: Any, event_id: Any, fills: list[dict[str, Any]]) -> None:
    """The market is rebuilt bit for bit from what was ordered."""
    from oraculum_prediction.pricing import LmsrState, fee_schedule

    (row,) = house.rows("select * from market where event_id = %(id)s", id=event_id)
    state = LmsrState(
        row["liquidity_units"],
        tuple(row["prior"]),
        (0,) * len(row["prior"]),
        fee_schedule(row["fee_kind"], row["fee_rate"]),
        row["price_max"],
    )
    for fill in fills:
        order = Order(
            outcome=fill["outcome"],
            side=Side.BUY if fill["side"] == 1 else Side.SELL,
            amount=fill["amount_units"],
            shares=fill["asked_shares"],
        )
        again = quote(state, order)
        assert (fill["shares"], fill["gross_units"], fill["fee_units"], fill["rounding_picounits"]) == (
            again.shares,
            again.gross,
            again.fee,
            again.rounding_picounits,
        )
        assert (fill["state_before"], fill["state_after"]) == (again.state_before, again.state_after)
        state = state.after(again)
        assert list(state.prices) == fill["prices"]
    assert row["state_hash"] == state.state_hash


async def trade(house: Any, chance: random.Random, people: list[Any], events: list[Any], key: str) -> Any:
    """One order of any kind, by anybody, anywhere."""
    order: dict[str, Any] = {"outcome": chance.randrange(2)}
    if chance.random() < 0.35:
        order["side"] = pb.SIDE_SELL
    if chance.random() < 0.5:
        order["shares"] = chance.randrange(1, 5 * USDC)
    else:
        order["amount_units"] = chance.randrange(1, 5 * USDC)
    if chance.random() < 0.3:
        order["limit_price_millionths"] = chance.randrange(1, 1_000_000)
    replica = chance.randrange(len(house.replicas))
    try:
        return await house.place(chance.choice(people), chance.choice(events), key, replica=replica, **order)
    except ServiceError as error:
        return error


async def test_two_replicas_on_the_same_markets(premises: Any) -> None:
    """Orders of all kinds from everywhere at once: the books agree to the unit, and replay agrees to the bit."""
    chance = random.Random(20261121)  # noqa: S311  the same trades in every run
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(premises.replica())
        events = [await premises.open() for _ in range(3)]
        people = [premises.person(40 * USDC) for _ in range(8)]
        results = []
        for wave in range(6):
            results += await asyncio.gather(
                *(trade(premises, chance, people, events, f"{wave}-{number}") for number in range(40))
            )
        filled = [result for result in results if isinstance(result, pb.PlaceOrderResponse)]
        assert len(filled) > 80
        assert not [
            result
            for result in results
            if isinstance(result, ServiceError) and result.reason in {"INTERNAL", "OUTCOME_UNKNOWN"}
        ]
        assert len(premises.rows.facts()) == len(filled)
        check_against_fills(premises)
        premises.post_fills()
        assert [] == premises.books.open_holds()
        for event_id in events:
            (row,) = premises.rows("select escrow_units from market where event_id = %(id)s", id=event_id)
            assert row["escrow_units"] == premises.books.escrow(event_id)


async def test_the_same_key_at_two_replicas_at_once(premises: Any) -> None:
    """Whichever decides first decides for both."""
    async with premises.replica(), premises.replica():
        event_id = await premises.open()
        for number in range(5):
            anna = premises.person()
            answers = await asyncio.gather(
                *(premises.place(anna, event_id, f"k{number}", replica=replica) for replica in (0, 1))
            )
            assert 1 == len({answer.order.fill.sequence for answer in answers})
        assert 5 == len(premises.rows.facts())
        premises.post_fills()
        assert [] == premises.books.open_holds()


async def test_closing_while_bets_arrive(premises: Any) -> None:
    """The closing sequence is the last: every bet is either in it or refused, and nobody's money is left behind."""
    async with premises.replica(), premises.replica():
        event_id = await premises.open()
        people = [premises.person() for _ in range(40)]

        async def bet(number: int) -> Any:
            try:
                return await premises.place(people[number], event_id, "k", replica=number % 2)
            except (MarketNotOpen, Unavailable) as error:
                return error

        betting = [asyncio.ensure_future(bet(number)) for number in range(20)]
        await betting[0]
        betting += [asyncio.ensure_future(bet(number)) for number in range(20, 40)]
        closed = await premises.close(event_id)
        results = await asyncio.gather(*betting)
        filled = [result for result in results if isinstance(result, pb.PlaceOrderResponse)]
        assert closed.closing_sequence == len(filled) == len(premises.rows.facts())
        premises.post_fills()
        assert [] == premises.books.open_holds()
        check_against_fills(premises)
