"""Whatever is asked of two replicas on the same markets, in whatever order: every book agrees, to the unit and to the bit."""

import asyncio
import json
import random
from contextlib import AsyncExitStack
from typing import Any

import pytest

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.errors import ServiceError
from oraculum_prediction.replay import replay, verify

USDC = 1_000_000
DEFECTS = {"INTERNAL", "OUTCOME_UNKNOWN", "DEADLINE_EXCEEDED", "UNKNOWN"}


class Crowd:
    """People who trade at random, in a way that can be repeated."""

    def __init__(self, house: Any, events: list[Any], people: list[Any], seed: int) -> None:
        self.house, self.events, self.people = house, events, people
        self.chance = random.Random(seed)  # noqa: S311  the same trades in every run
        self.orders: list[tuple[Any, str]] = []

    async def act(self, key: str) -> Any:
        """One thing that somebody does; what it was answered or refused with."""
        deed = self._deed(self.chance.random())
        try:
            return await deed(key)
        except ServiceError as error:
            return error

    def _deed(self, chance: float) -> Any:
        if chance < 0.35:
            return self._market
        if not self.orders:
            return self._limit
        deeds = (
            (0.75, self._limit),
            (0.87, self._cancel),
            (0.94, self._edit),
            (0.98, self._merge),
            (1.0, self._subsidise),
        )
        return next(deed for below, deed in deeds if chance < below)

    def _common(self, key: str) -> dict[str, Any]:
        return {
            "user_id": self.chance.choice(self.people),
            "event_id": self.chance.choice(self.events),
            "key": key,
            "replica": self.chance.randrange(len(self.house.replicas)),
            "outcome": self.chance.randrange(3),
            "side": self.chance.choice([pb.SIDE_BUY, pb.SIDE_BUY, pb.SIDE_SELL]),
        }

    async def _market(self, key: str) -> Any:
        size = {self.chance.choice(["shares", "amount_units"]): self.chance.randrange(1, 15 * USDC)}
        return await self.house.place(**self._common(key), **size)

    async def _limit(self, key: str) -> Any:
        common = self._common(key)
        size: dict[str, Any] = {"shares": self.chance.randrange(1, 8 * USDC)}
        if common["side"] == pb.SIDE_BUY and self.chance.random() < 0.3:
            size = {"amount_units": self.chance.randrange(1, 4 * USDC)}
        terms = self.chance.choice(
            [
                {},
                {},
                {},
                {"post_only": True},
                {"time_in_force": pb.TIME_IN_FORCE_IOC},
                {"time_in_force": pb.TIME_IN_FORCE_FOK},
                {"self_trade": pb.SELF_TRADE_CANCEL_TAKER},
            ]
        )
        price = self.chance.randrange(280_000, 400_000)
        order = await self.house.limit(
            common.pop("user_id"), common.pop("event_id"), common.pop("key"), price, **common, **size, **terms
        )
        if order.open_shares:
            self.orders.append((order.user_id, order.order_id))
        return order

    async def _cancel(self, key: str) -> Any:
        user_id, order_id = self.chance.choice(self.orders)
        return await self.house.cancel(user_id, order_id, key, replica=self.chance.randrange(2))

    async def _edit(self, key: str) -> Any:
        user_id, order_id = self.chance.choice(self.orders)
        request = pb.EditOrderRequest(order_id=order_id, idempotency_key=key)
        if self.chance.random() < 0.5:
            request.open_shares = self.chance.randrange(1, 8 * USDC)
        else:
            request.limit_price_millionths = self.chance.randrange(280_000, 400_000)
        with self.house.parties.signed_in(user_id):
            return await self.house.replicas[self.chance.randrange(2)].stub.EditOrder(request)

    async def _merge(self, key: str) -> Any:
        request = pb.MergeSetsRequest(
            event_id=str(self.chance.choice(self.events)),
            shares=self.chance.randrange(1, USDC),
            idempotency_key=key,
        )
        with self.house.parties.signed_in(self.chance.choice(self.people)):
            return await self.house.stub.MergeSets(request)

    async def _subsidise(self, key: str) -> Any:
        return await self.house.subsidise(
            self.chance.choice(self.people),
            self.chance.choice(self.events),
            key,
            self.chance.randrange(1, USDC // 10),
            replica=self.chance.randrange(2),
        )


def check_settled_orders(house: Any, payout_prices: list[int]) -> None:
    """Each that traded is settled; a purchase says what its shares brought beyond their price, all others say nothing."""
    orders = house.rows(
        "select * from shown_order where exists (select from fill where fill.order_id = shown_order.order_id)"
    )
    assert orders
    for order in orders:
        brought = order["shares"] * payout_prices[order["outcome"]] // USDC
        bought = order["side"] == pb.SIDE_BUY and order["type"] != pb.ORDER_TYPE_SUBSIDY
        expected = brought - order["gross_units"] - order["fee_units"] if bought else None
        assert (pb.ORDER_STATUS_SETTLED, expected) == (order["status"], order["profit_loss_units"])
    assert [] == house.rows("select from shown_order where shares is null and status in (5, 6)")


def check_books(house: Any) -> None:
    """Every law that ties orders, fills, positions, markets and money to each other."""
    house.post_fills()
    books = house.books
    assert [] == books.open_holds()
    for market in house.rows("select * from market"):
        event_id = market["event_id"]
        fills = house.rows("select * from fill where event_id = %(id)s order by sequence", id=event_id)
        assert list(range(1, market["sequence"] + 1)) == [fill["sequence"] for fill in fills]
        # A subsidy trades nothing, and whoever gave it holds nothing by it.
        fills = [fill for fill in fills if fill["role"] != 4]
        held: dict[tuple[Any, int], int] = {}
        for fill in fills:
            sign = 1 if fill["side"] == 1 else -1
            key = fill["user_id"], fill["outcome"]
            held[key] = held.get(key, 0) + sign * fill["shares"]
            assert held[key] >= 0
        positions = house.rows("select * from position where event_id = %(id)s", id=event_id)
        assert held == {(row["user_id"], row["outcome"]): row["shares"] for row in positions}
        for outcome, sold in enumerate(market["sold"]):
            assert sold == sum(shares for (_, place), shares in held.items() if place == outcome)
        signed = [fill["gross_units"] * (1 if fill["side"] == 1 else -1) for fill in fills]
        assert market["subsidy_units"] + sum(signed) == market["escrow_units"] == books.escrow(event_id)
        assert market["escrow_units"] >= max(market["sold"])
        paid = sum(signed) + sum(fill["fee_units"] for fill in fills)
        assert paid == sum(row["cost_units"] - row["realised_units"] for row in positions)
    check_orders(house)


def check_orders(house: Any) -> None:
    """Orders are the sums of their fills, never beyond their limit, and what lies behind them is what they may cost."""
    rows = house.rows("""
        select o.*, coalesce(f.shares, 0)::bigint as traded, coalesce(f.gross, 0)::bigint as paid,
            coalesce(t.shares, 0)::bigint as taken
        from trade_order o
        left join (
            select order_id, sum(shares) as shares, sum(gross_units) as gross from fill where role <> 3 group by order_id
        ) as f using (order_id)
        left join fill t on t.event_id = o.event_id and t.sequence = o.fill_sequence
        where o.type <> 3
    """)
    needed: dict[str, int] = {}
    for row in rows:
        assert (row["traded"], row["paid"]) == (row["shares"] or 0, row["gross_units"] or 0)
        if row["type"] == 2 and row["shares"]:
            # In picounits, so that nothing is rounded here; what it took and what it traded at rest are rounded apart.
            limit = row["shares"] * row["limit_price"]
            paid = row["gross_units"] * 1_000_000
            parts = bool(row["taken"]) + (row["shares"] > row["taken"])
            assert paid < limit + parts * 1_000_000 if row["side"] == 1 else paid > limit - parts * 1_000_000
        if row["open_shares"] and row["side"] == 1:
            filled, price = (row["shares"] or 0) - row["taken"], row["limit_price"]
            needed[str(row["order_id"])] = -(-(filled + row["open_shares"]) * price // 1_000_000) + (
                -filled * price // 1_000_000
            )
    assert {id_: units for id_, units in needed.items() if units} == {
        id_: units for id_, units in house.books.reserves.items() if units
    }
    reserved = house.rows("select coalesce(sum(reserved), 0)::bigint as shares from position")
    for_sale = house.rows(
        "select coalesce(sum(open_shares), 0)::bigint as shares from trade_order where side = 2"
    )
    assert reserved == for_sale


async def check_replay(house: Any) -> None:
    """Each market is rebuilt bit for bit from its fills, and each receipt that was kept is right."""
    for row in house.rows("select event_id, sequence from market"):
        async with house.replicas[0].database.connection() as connection:
            last, _ = await replay(connection, row["event_id"])
        assert row["sequence"] == last
    for row in house.rows("select document from receipt"):
        assert [] == verify(json.loads(row["document"]))


LMSR = (pb.MECHANISM_LMSR, (333_333, 333_333, 333_334))
CPMM = (pb.MECHANISM_CPMM, (660_000, 340_000))
MULTI = (pb.MECHANISM_CPMM_MULTI, (333_333, 333_333, 333_334))


@pytest.mark.parametrize(("seed", "kinds"), [(1, [LMSR, LMSR]), (2, [LMSR, LMSR]), (3, [CPMM, MULTI])])
async def test_any_orders_on_two_replicas(
    premises: Any, seed: int, kinds: list[tuple[pb.Mechanism.ValueType, tuple[int, ...]]]
) -> None:
    """On a curve and on a pool, both with a book, and on several pools, where every limit order is refused."""
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(premises.replica())
        thin = Amount(units=15 * USDC, asset="USDC")
        events = [
            await premises.open(
                outcome_count=len(prior), prior_millionths=prior, subsidy=thin, mechanism=mechanism
            )
            for mechanism, prior in kinds
        ]
        crowd = Crowd(premises, events, [premises.person(60 * USDC) for _ in range(6)], seed)
        results: list[Any] = []
        for wave in range(10):
            results += await asyncio.gather(*(crowd.act(f"{wave}-{number}") for number in range(25)))
            check_books(premises)
        refused = [result for result in results if isinstance(result, ServiceError)]
        assert [] == [error for error in refused if error.reason in DEFECTS]
        assert len(results) - len(refused) > (80 if LMSR in kinds else 40)
        met = premises.rows("select count(*) as count from fill where role = 2")
        # How many follows from who comes first; that some were met is what makes the rest worth looking at.
        assert met[0]["count"] > (3 if LMSR in kinds else 0)
        assert premises.rows("select sequence from fill where role = 4")
        await check_replay(premises)
        for event_id in events:
            await premises.close(event_id)
        check_books(premises)
        assert not any(premises.books.reserves.values())
        for event_id, (_, prior) in zip(events, kinds, strict=True):
            await premises.hear(event_id, [250_000, 750_000] + [0] * (len(prior) - 2))
            await premises.settle(event_id)
        premises.books.check()
        assert [0, 0] == [premises.books.escrow(event_id) for event_id in events]
        check_settled_orders(premises, [250_000, 750_000, 0, 0])


async def test_a_receipt_convinces_who_has_nothing_else(house: Any) -> None:
    """One for a fill that stands alone, for both sides of a match, and for merged sets; a wrong one is found out."""
    anna, ben = house.person(), house.person()
    event_id = await house.open()
    alone = await house.place(ben, event_id, "b", amount_units=20 * USDC)
    await house.place(ben, event_id, "n", amount_units=20 * USDC, outcome=0)
    (market,) = house.rows("select prices from market")
    bid = await house.limit(anna, event_id, "k", market["prices"][1] - 1, 5 * USDC)
    sold = await house.place(ben, event_id, "s", side=pb.SIDE_SELL, shares=6 * USDC)
    with house.parties.signed_in(ben):
        merged = await house.stub.MergeSets(
            pb.MergeSetsRequest(event_id=str(event_id), shares=USDC, idempotency_key="m")
        )
    for owner, order_id, count in (
        (ben, alone.order.order_id, 1),
        (anna, bid.order_id, 1),
        (ben, sold.order.order_id, 1),
        (ben, merged.order.order_id, 2),
    ):
        with house.parties.signed_in(owner):
            answer = await house.stub.GetReceipts(pb.GetReceiptsRequest(order_id=order_id))
        assert count == len(answer.receipts)
        for each in answer.receipts:
            document = json.loads(each.document_json)
            assert [] == verify(document)
            assert str(owner) not in each.document_json
            state = document["state"] | {"sold": [str(int(text) + 1) for text in document["state"]["sold"]]}
            assert [] != verify(document | {"state": state})
    await check_replay(house)
