"""Markets on pools, through the whole of their lives: they trade, are deepened, close and pay as every market does."""

import json
from typing import Any, Final, NamedTuple

import pytest
from psycopg import errors

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum.prediction.v1 import risk_service_pb2 as risk
from oraculum_kit.errors import InvalidArgument
from oraculum_prediction.errors import MarketExists, NotOffered, SlippageExceeded
from oraculum_prediction.pricing import QuadraticFee
from oraculum_prediction.replay import replay, verify

USDC = 1_000_000


class Kind(NamedTuple):
    """A mechanism, as it is asked for."""

    mechanism: pb.Mechanism.ValueType
    prior: tuple[int, ...]

    @property
    def terms(self) -> dict[str, Any]:
        return {
            "mechanism": self.mechanism,
            "outcome_count": len(self.prior),
            "prior_millionths": self.prior,
        }


POOL: Final = Kind(pb.MECHANISM_CPMM, (400_000, 600_000))
POOLS: Final = Kind(pb.MECHANISM_CPMM_MULTI, (500_000, 300_000, 200_000))
kinds = pytest.mark.parametrize("kind", [POOL, POOLS], ids=["cpmm", "cpmm_multi"])


async def shown(house: Any, event_id: Any) -> pb.Market:
    answer = await house.stub.BatchGetMarkets(pb.BatchGetMarketsRequest(event_ids=[str(event_id)]))
    (market,) = answer.markets
    assert isinstance(market, pb.Market)
    return market


async def rebuilt(house: Any, event_id: Any) -> int:
    """Replay the market bit for bit, verify every receipt, and let the books agree; how many fills there were."""
    async with house.replicas[0].database.connection() as connection:
        last, _ = await replay(connection, event_id)
    for row in house.rows("select document from receipt"):
        assert [] == verify(json.loads(row["document"]))
    house.post_fills()
    (market,) = house.rows("select escrow_units from market where event_id = %(id)s", id=event_id)
    assert market["escrow_units"] == house.books.escrow(event_id)
    return last


@kinds
async def test_a_market_from_its_opening_to_the_last_payout(house: Any, kind: Kind) -> None:
    anna, ben = house.person(), house.person()
    event_id = await house.open(**kind.terms)
    market = await shown(house, event_id)
    assert (kind.mechanism, kind.prior) == (market.mechanism, tuple(market.price_millionths))
    assert (0, 100 * USDC) == (market.liquidity_parameter_units, market.liquidity.units)
    assert 0 == await rebuilt(house, event_id)

    bought = (await house.place(anna, event_id, "1", amount_units=10 * USDC)).order
    assert (10 * USDC, USDC // 10) == (bought.gross.units, bought.fee.units)
    for outcome in range(len(kind.prior)):
        await house.place(ben, event_id, f"b{outcome}", outcome=outcome, shares=20 * USDC)
    before = await shown(house, event_id)
    deeper = await house.subsidise(anna, event_id, "s", 50 * USDC)
    assert (0, before.liquidity.units + 50 * USDC) == (
        deeper.liquidity_parameter_units,
        deeper.liquidity.units,
    )
    after = await shown(house, event_id)
    assert all(
        abs(now - then) <= 1
        for now, then in zip(after.price_millionths, before.price_millionths, strict=True)
    )
    sold = await house.place(anna, event_id, "2", side=pb.SIDE_SELL, shares=bought.shares // 2)
    with house.parties.signed_in(ben):
        await house.stub.MergeSets(
            pb.MergeSetsRequest(event_id=str(event_id), shares=5 * USDC, idempotency_key="m")
        )
    fills = 3 + 2 * len(kind.prior)
    assert fills == await rebuilt(house, event_id)
    with house.parties.signed_in(anna):
        (one,) = (await house.stub.GetReceipts(pb.GetReceiptsRequest(order_id=sold.order.order_id))).receipts
    document = json.loads(one.document_json)
    assert [] == verify(document)
    (fill,) = document["fills"]
    assert ["fills"] == verify(document | {"fills": [fill | {"gross": str(int(fill["gross"]) + 1)}]})

    closed = await house.close(event_id, "cancel")
    assert fills == closed.closing_sequence
    assert 1_000_000 == sum(closed.void_price_millionths)
    await house.hear(event_id, [0, 1_000_000] + [0] * (len(kind.prior) - 2))
    await house.settle(event_id)
    assert [] == house.books.open_holds()
    assert 0 == house.books.escrow(event_id)
    house.books.check()


@kinds
async def test_what_is_quoted_is_what_is_traded(house: Any, kind: Kind) -> None:
    """A quote, the advice and the book speak of the market as the order meets it."""
    anna = house.person()
    event_id = await house.open(**kind.terms)
    request = {"event_id": str(event_id), "outcome": 1, "side": pb.SIDE_BUY, "amount_units": 10 * USDC}
    quote = await house.stub.GetQuote(pb.GetQuoteRequest(**request))
    book = await house.stub.GetBook(pb.GetBookRequest(event_id=str(event_id), outcome=1))
    assert book.asks
    assert all(level.market_maker_shares > 0 for level in book.asks)
    with house.parties.signed_in(anna):
        impact = await house.replicas[0].risk.Impact(risk.ImpactRequest(**request))
        kelly = await house.replicas[0].risk.Kelly(
            risk.KellyRequest(
                event_id=str(event_id), outcome=1, probability_millionths=800_000, bankroll_units=100 * USDC
            )
        )
    assert quote.gross == impact.gross
    assert impact.steps
    assert 0 < kelly.stake.units < 100 * USDC
    order = (await house.place(anna, event_id, "k", amount_units=10 * USDC)).order
    assert (quote.gross, quote.fee, quote.shares) == (order.gross, order.fee, order.shares)
    assert quote.price_after_millionths == order.fill.price_millionths


async def test_orders_rest_beside_a_pool(house: Any) -> None:
    """They are met at their price, in between the pool trades; two who want different things make sets together."""
    anna, ben, eve = house.person(), house.person(), house.person()
    event_id = await house.open(**POOL.terms)
    bid = await house.limit(anna, event_id, "bid", 598_000, 2 * USDC)
    against = await house.limit(eve, event_id, "against", 380_000, 5 * USDC, outcome=0)
    assert (pb.ORDER_STATUS_OPEN, pb.ORDER_STATUS_OPEN) == (bid.status, against.status)
    house.check_reserves()
    book = await house.stub.GetBook(pb.GetBookRequest(event_id=str(event_id), outcome=1))
    assert [(598_000, 2 * USDC)] == [
        (level.price_millionths, level.resting_shares) for level in book.bids if level.resting_orders
    ]
    # Up to 0.62, where who bids 0.38 for NO holds it: five sets are made, and the pool goes on.
    bought = (await house.place(ben, event_id, "buy", amount_units=20 * USDC)).order
    fills = house.rows("select role, shares, gross_units from fill order by sequence")
    assert [(1, bought.shares), (2, 5 * USDC)] == [(fill["role"], fill["shares"]) for fill in fills]
    assert 1_900_000 == fills[1]["gross_units"]
    # And down through the bid.
    await house.place(ben, event_id, "sell", side=pb.SIDE_SELL, shares=bought.shares)
    (filled,) = house.rows("select shares, status from trade_order where order_id = %(id)s", id=bid.order_id)
    assert {"shares": 2 * USDC, "status": pb.ORDER_STATUS_FILLED} == filled
    rests = await house.limit(anna, event_id, "late", 500_000, USDC)
    assert 4 == await rebuilt(house, event_id)
    await house.close(event_id)
    house.check_reserves()
    (ended,) = house.rows("select reason from trade_order where order_id = %(id)s", id=rests.order_id)
    assert "MARKET_CLOSED" == ended["reason"]


class TestRefusals:
    """Each has its reason, and nothing has moved."""

    @kinds
    async def test_of_orders(self, house: Any, kind: Kind) -> None:
        anna = house.person()
        event_id = await house.open(**kind.terms)
        with pytest.raises(SlippageExceeded):
            await house.place(anna, event_id, "dear", amount_units=USDC, limit_price_millionths=1)
        if kind is POOLS:
            with pytest.raises(NotOffered):
                await house.limit(anna, event_id, "limit", 500_000)
            await house.place(anna, event_id, "some", amount_units=2 * USDC)
            with pytest.raises(NotOffered):
                await house.place(anna, event_id, "sale", side=pb.SIDE_SELL, amount_units=USDC)
        house.post_fills()
        assert [] == house.books.open_holds()
        assert (100 + 2 * (kind is POOLS)) * USDC == house.books.escrow(event_id)

    async def test_of_a_market_that_is_there_with_another(self, house: Any) -> None:
        event_id = await house.open()
        with pytest.raises(MarketExists):
            await house.open(event_id, mechanism=pb.MECHANISM_CPMM)

    async def test_of_fees_that_pools_cannot_charge(self, premises: Any) -> None:
        async with premises.replica(fee=QuadraticFee(20_000)):
            with pytest.raises(InvalidArgument) as refused:
                await premises.open(mechanism=pb.MECHANISM_CPMM)
        assert ["mechanism"] == [violation.field for violation in refused.value.violations]
        assert [] == premises.rows("select event_id from funding")


@kinds
async def test_two_replicas_trade_one_market(house: Any, kind: Kind) -> None:
    """What each remembers is never more than a guess: the version says when to read it again, pools and all."""
    anna, ben = house.person(), house.person()
    event_id = await house.open(**kind.terms)
    async with house.replica():
        for number in range(3):
            await house.place(anna, event_id, f"a{number}", replica=number % 2, amount_units=3 * USDC)
            await house.place(ben, event_id, f"b{number}", replica=(number + 1) % 2, outcome=0, shares=USDC)
        again = await house.place(anna, event_id, "a2", replica=1, amount_units=3 * USDC)
        assert again.replayed
        assert 6 == await rebuilt(house, event_id)


@kinds
async def test_the_database_refuses(house: Any, kind: Kind) -> None:
    """A share that came from nowhere, a pool that is gone, other terms: whoever asks, as prediction's own role."""
    await house.open(**kind.terms)
    broken = {
        "pools[1] = 0": "made_of_what_it_trades_by",
        "pools = '{}'": "made_of_what_it_trades_by",
        "mechanism = 'lmsr'": "cannot go back",
        "weight = 5": "cannot go back",
        # Of one pool to the unit; of several what lies in them may be a little less than what pays for it, and no more.
        **(
            {"pools[1] = pools[1] + 1": "made_of_what_it_trades_by"}
            if kind is POOL
            else {"pools[4] = pools[4] + 1000": "covers_its_pools", "escrow_units = 1": "covers_its_pools"}
        ),
    }
    for change, error in broken.items():
        with pytest.raises(errors.IntegrityError, match=error):
            house.rows(f"update market set {change}, version = version + 1")  # noqa: S608  ours
