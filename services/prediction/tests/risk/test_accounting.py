"""Whatever people do, what is counted of them is what they hold and what rests, to the unit."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg.conninfo import make_conninfo

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.errors import FailedPrecondition, NotFound
from oraculum_prediction import rebuild
from oraculum_prediction.errors import RestingTooSmall
from oraculum_prediction.rebuild import Findings

USDC = 1_000_000
WEDNESDAY = 2
HELD = """
select p.user_id, m.category, sum(p.cost_units)::bigint as units, sum(p.realised_units)::bigint as result
from position p join market m using (event_id)
group by 1, 2
"""
RESTING = """
select o.user_id, m.category,
    sum(ceil((coalesce(o.shares, 0) - coalesce(f.shares, 0) + o.open_shares)::numeric * o.limit_price / 1000000)
        - ceil((coalesce(o.shares, 0) - coalesce(f.shares, 0))::numeric * o.limit_price / 1000000))::bigint as units
from trade_order o join market m using (event_id)
left join fill f on f.event_id = o.event_id and f.sequence = o.fill_sequence
where o.status in (7, 8) and o.side = 1
group by 1, 2
"""
PAID = """
select user_id, sum(gross_units + fee_units)::bigint as units from fill where side = 1 group by 1
"""
REALISED = """
select user_id, event_id, outcome, sum(result_units)::bigint as units, sum(cost_units)::bigint as cost
from realised join fill using (event_id, sequence, user_id)
group by 1, 2, 3 order by 1, 2, 3
"""
# What was sold had cost what was paid for everything less what is held.
SOLD = """
select p.user_id, p.event_id, p.outcome, p.realised_units as units,
    (select sum(gross_units + fee_units) from fill b where b.user_id = p.user_id and b.event_id = p.event_id
        and b.outcome = p.outcome and b.side = 1)::bigint - p.cost_units as cost
from position p
where exists (select from fill s where s.user_id = p.user_id and s.event_id = p.event_id and s.outcome = p.outcome
    and s.side = 2)
order by 1, 2, 3
"""


@pytest.fixture
def premises(premises: Any) -> Any:
    """Where it is a Wednesday about noon by the database's clock, so that neither a day nor a week ends during a test.

    What our statements ask is found before what PostgreSQL brings; the clock goes on, a week or two ago.
    """
    now = datetime.now(UTC)
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    behind = now - noon + timedelta(days=(now.weekday() - WEDNESDAY) % 7 + 7)
    premises.rows(f"""
        create function clock_timestamp() returns timestamptz language sql volatile as
        $$ select pg_catalog.clock_timestamp() - interval '{behind.total_seconds()} seconds' $$
    """)
    premises.url = make_conninfo(premises.url, options="-c search_path=prediction,pg_catalog")
    return premises


async def do_something(house: Any, chance: random.Random, who: UUID, event: UUID, key: str) -> str:
    """One thing that people do, wise or not."""
    deed = chance.choice(
        ["buy", "buy", "sell", "rest", "rest", "offer", "cancel", "edit", "merge", "silence"]
    )
    outcome, price = chance.randrange(2), chance.randrange(200_000, 800_000)
    replica = chance.randrange(2)
    limit = {
        "type": pb.ORDER_TYPE_LIMIT,
        "limit_price_millionths": price,
        "outcome": outcome,
        "replica": replica,
    }
    with house.parties.signed_in(who):
        resting = await house.stub.ListOrders(
            pb.ListOrdersRequest(statuses=[pb.ORDER_STATUS_OPEN, pb.ORDER_STATUS_PARTIALLY_FILLED])
        )
    orders = [order.order_id for order in resting.orders]
    try:
        match deed:
            case "buy":
                await house.place(
                    who,
                    event,
                    key,
                    replica=replica,
                    outcome=outcome,
                    amount_units=chance.randrange(1, 20 * USDC),
                )
            case "sell":
                await house.place(
                    who,
                    event,
                    key,
                    replica=replica,
                    outcome=outcome,
                    side=pb.SIDE_SELL,
                    shares=chance.randrange(1, 10 * USDC),
                )
            case "rest":
                await house.place(who, event, key, shares=chance.randrange(1, 20 * USDC), **limit)
            case "offer":
                await house.place(
                    who, event, key, side=pb.SIDE_SELL, shares=chance.randrange(1, 5 * USDC), **limit
                )
            case _:
                with house.parties.signed_in(who):
                    await _change(house, chance, deed, event, key, orders)
    except (FailedPrecondition, NotFound, RestingTooSmall):
        return f"no {deed}"
    return deed


async def _change(
    house: Any, chance: random.Random, deed: str, event: UUID, key: str, orders: list[str]
) -> None:
    if deed == "merge":
        await house.stub.MergeSets(
            pb.MergeSetsRequest(event_id=str(event), shares=chance.randrange(1, USDC), idempotency_key=key)
        )
    elif deed == "silence":
        await house.stub.CancelOrders(pb.CancelOrdersRequest())
    elif orders and deed == "cancel":
        await house.stub.CancelOrder(
            pb.CancelOrderRequest(order_id=chance.choice(orders), idempotency_key=key)
        )
    elif orders:
        await house.stub.EditOrder(
            pb.EditOrderRequest(
                order_id=chance.choice(orders),
                limit_price_millionths=chance.choice([0, chance.randrange(200_000, 800_000)]),
                open_shares=chance.randrange(1, 20 * USDC),
                idempotency_key=key,
            )
        )


def by_scope(rows: list[dict[str, Any]], name: str) -> Counter[tuple[UUID, str]]:
    """Sums by person and category, and by person alone."""
    sums: Counter[tuple[UUID, str]] = Counter()
    for row in rows:
        sums[row["user_id"], ""] += row[name]
        if "category" in row:
            sums[row["user_id"], row["category"]] += row[name]
    return Counter({key: value for key, value in sums.items() if value})


def used(house: Any, name: str, *, scoped: bool = True) -> Counter[tuple[UUID, str]]:
    rows = house.rows("select user_id, scope, * from risk_use")
    return Counter(
        {
            (row["user_id"], row["scope"]): row[name]
            for row in rows
            if row[name] and (scoped or not row["scope"])
        }
    )


async def proved(house: Any, events: list[UUID]) -> None:
    """All that is kept beside the fills follows from them."""
    database = house.replicas[0].database
    for event in events:
        assert Findings() == await rebuild.market(database, event, write=False)
    assert Findings() == await rebuild.people(database, None, write=False)


@pytest.mark.parametrize("seed", range(3))
async def test_what_is_counted_is_what_is_so(premises: Any, seed: int) -> None:
    """On two replicas at once, with everything that orders can do; then the markets close."""
    chance = random.Random(seed)  # noqa: S311  a game, not a secret
    async with premises.replica(), premises.replica():
        events = [await premises.open(), await premises.open(category="politics")]
        people = [premises.person() for _ in range(3)]
        done: Counter[str] = Counter()
        for turn in range(20):
            done.update(
                await asyncio.gather(
                    *(do_something(premises, chance, who, chance.choice(events), f"{turn}") for who in people)
                )
            )
        assert done["buy"]
        assert done["rest"]
        assert used(premises, "open_units") == by_scope(premises.rows(HELD), "units")
        assert used(premises, "resting_units") == by_scope(premises.rows(RESTING), "units")
        assert used(premises, "day_stake_units", scoped=False) == by_scope(premises.rows(PAID), "units")
        results = {key: value for key, value in by_scope(premises.rows(HELD), "result").items() if not key[1]}
        assert used(premises, "day_result_units", scoped=False) == results
        sold = premises.rows(SOLD)
        assert sold
        assert sold == premises.rows(REALISED)
        await proved(premises, events)
        for event in events:
            await premises.close(event)
        assert used(premises, "resting_units") == Counter()
        premises.post_fills()
        for event in events:
            for revision, payouts in enumerate(([0, 1_000_000], [250_000, 750_000]), 1):
                await premises.hear(event, payouts, revision=revision)
                await premises.settle(event)
        await proved(premises, events)
