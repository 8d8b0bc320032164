"""Opening and closing markets."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum.wallet.v1 import wallet_service_pb2 as wallet
from oraculum_kit.errors import InvalidArgument, PermissionDenied, Unavailable
from oraculum_kit.ids import uuid7
from oraculum_kit.timestamps import to_wire
from oraculum_prediction.errors import HouseFundsShort, LockTimePassed, MarketExists, MarketNotFound
from oraculum_prediction.fundings import Fundings
from oraculum_prediction.repository.markets import market as market_row
from oraculum_prediction.voiding import void_prices

USDC = 1_000_000


async def funded_and_dead(house: Any, event_id: Any, locks_at: Any) -> None:
    """A subsidy was moved, and whoever moved it never heard so."""

    async def die(_: object) -> None:
        raise Unavailable

    house.books.after = die
    with pytest.raises(Unavailable):
        await house.open(event_id, locks_at=locks_at)
    house.books.after = None
    assert 100 * USDC == house.books.escrow(event_id)


class TestOpen:
    async def test_opening_again_answers_the_same(self, house: Any) -> None:
        """The subsidy is moved once."""
        locks_at = to_wire(datetime.now(UTC) + timedelta(hours=1))
        event_id = await house.open(locks_at=locks_at)
        await house.open(event_id, locks_at=locks_at)
        assert 100 * USDC == house.books.escrow(event_id)

    async def test_opening_otherwise_is_a_conflict(self, house: Any) -> None:
        event_id = await house.open()
        with pytest.raises(MarketExists):
            await house.open(event_id, outcome_count=3)

    async def test_many_at_once(self, house: Any) -> None:
        event_id = uuid7()
        locks_at = to_wire(datetime.now(UTC) + timedelta(hours=1))
        await asyncio.gather(*(house.open(event_id, locks_at=locks_at) for _ in range(5)))
        assert 100 * USDC == house.books.escrow(event_id)
        assert 1 == len(house.rows("select payload from outbox where topic = 'audit'"))

    async def test_a_crash_after_the_subsidy_was_moved(self, house: Any) -> None:
        """Whoever asks again meets the same transfer."""
        event_id = uuid7()
        locks_at = to_wire(datetime.now(UTC) + timedelta(hours=1))

        async def die(_: object) -> None:
            raise Unavailable

        house.books.after = die
        with pytest.raises(Unavailable):
            await house.open(event_id, locks_at=locks_at)
        house.books.after = None
        await house.open(event_id, locks_at=locks_at)
        assert 100 * USDC == house.books.escrow(event_id)

    async def test_a_subsidy_whose_market_never_comes_goes_back(self, house: Any) -> None:
        """Once, however often it is looked at; and who comes back after that opens with money of its own."""
        event_id = uuid7()
        locks_at = to_wire(datetime.now(UTC) + timedelta(hours=1))
        await funded_and_dead(house, event_id, locks_at)
        sweep = house.replicas[0].fundings.sweep
        assert [1, 0, 0] == [await sweep() for _ in range(3)]
        assert 0 == house.books.escrow(event_id)
        assert 1_000_000 * USDC == house.books.balance(wallet.ACCOUNT_KIND_HOUSE)
        await house.open(event_id, locks_at=locks_at)
        assert (100 * USDC, []) == (house.books.escrow(event_id), house.rows("select event_id from funding"))
        await house.place(house.person(), event_id, "k")
        assert 0 == await sweep()
        house.post_fills()
        house.books.check()

    async def test_a_subsidy_that_was_never_moved_is_moved_back(self, house: Any) -> None:
        """Nobody can know whether the call that was lost arrives yet; after this it changes nothing any more."""
        event_id = uuid7()
        locks_at = to_wire(datetime.now(UTC) + timedelta(hours=1))

        async def away(_: object) -> None:
            raise Unavailable

        house.books.before = away
        with pytest.raises(Unavailable):
            await house.open(event_id, locks_at=locks_at)
        late = house.books.calls[-1][0]
        house.books.before = None
        assert 1 == await house.replicas[0].fundings.sweep()
        house.books._make(late)
        assert 0 == house.books.escrow(event_id)
        assert 1_000_000 * USDC == house.books.balance(wallet.ACCOUNT_KIND_HOUSE)

    async def test_who_wakes_after_the_sweep_writes_no_market(self, house: Any) -> None:
        """Asked again it opens, and its money is there."""
        event_id = uuid7()
        locks_at = to_wire(datetime.now(UTC) + timedelta(hours=1))

        async def sweep(_: object) -> None:
            house.books.after = None
            await house.replicas[0].fundings.sweep()

        house.books.after = sweep
        with pytest.raises(Unavailable):
            await house.open(event_id, locks_at=locks_at)
        assert ([], 0) == (house.rows("select event_id from market"), house.books.escrow(event_id))
        await house.open(event_id, locks_at=locks_at)
        assert 100 * USDC == house.books.escrow(event_id)

    async def test_the_sweep_dies_between_its_two_transfers(self, house: Any) -> None:
        event_id = uuid7()
        await funded_and_dead(house, event_id, to_wire(datetime.now(UTC) + timedelta(hours=1)))
        seen = 0

        async def die(_: object) -> None:
            nonlocal seen
            seen += 1
            if seen >= 2:
                raise Unavailable

        house.books.before = die
        assert 0 == await house.replicas[0].fundings.sweep()
        # Until it is back nobody opens with it.
        with pytest.raises(Unavailable):
            await house.open(event_id)
        house.books.before = None
        assert 1 == await house.replicas[0].fundings.sweep()
        assert 0 == house.books.escrow(event_id)

    async def test_what_cannot_be_returned_keeps_nothing_else_in_the_escrow(self, house: Any) -> None:
        """One was never moved and the house is short of it: the others, page by page, bring back what the house is short of."""
        locks_at = to_wire(datetime.now(UTC) + timedelta(hours=1))

        async def away(_: object) -> None:
            raise Unavailable

        house.books.before = away
        with pytest.raises(Unavailable):
            await house.open(UUID(int=1), locks_at=locks_at)
        house.books.before = None
        moved = uuid7()
        await funded_and_dead(house, moved, locks_at)
        house.books.balances[wallet.ACCOUNT_KIND_HOUSE, "", "USDC"] = 0
        replica = house.replicas[0]
        fundings = Fundings(replica.database, replica.fundings._wallet, given_up_seconds=0.0, at_once=1)
        assert [0, 1] == [await fundings.sweep() for _ in range(2)]
        assert (0, 100 * USDC) == (house.books.escrow(moved), house.books.balance(wallet.ACCOUNT_KIND_HOUSE))

    async def test_a_house_without_money(self, house: Any) -> None:
        house.books.balances[wallet.ACCOUNT_KIND_HOUSE, "", "USDC"] = 99 * USDC
        with pytest.raises(HouseFundsShort):
            await house.open()
        assert [] == house.rows("select event_id from market")

    async def test_too_late(self, house: Any) -> None:
        with pytest.raises(LockTimePassed):
            await house.open(locks_at=to_wire(datetime.now(UTC)))

    async def test_with_a_prior(self, house: Any) -> None:
        event_id = await house.open(outcome_count=3, prior_millionths=[700_000, 200_000, 100_000])
        answer = await house.stub.BatchGetMarkets(pb.BatchGetMarketsRequest(event_ids=[str(event_id)]))
        for expected, actual in zip(
            [700_000, 200_000, 100_000], answer.markets[0].price_millionths, strict=True
        ):
            assert abs(expected - actual) <= 1

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"outcome_count": 1}, "outcome_count"),
            ({"outcome_count": 101}, "outcome_count"),
            ({"subsidy": Amount(units=1, asset="USDC")}, "subsidy"),
            ({"subsidy": Amount(units=0, asset="USDC")}, "subsidy.units"),
            ({"subsidy": Amount(units=1, asset="DOGE")}, "subsidy.asset"),
            ({"prior_millionths": [500_000]}, "prior_millionths"),
            ({"prior_millionths": [1_000_000, 0]}, "prior_millionths"),
            ({"prior_millionths": [999_999, 1]}, "prior_millionths"),
            ({"locks_at": None}, "locks_at"),
            ({"mechanism": 9}, "mechanism"),
            ({"mechanism": pb.MECHANISM_CPMM, "outcome_count": 3}, "mechanism"),
            ({"mechanism": pb.MECHANISM_CPMM_MULTI}, "mechanism"),
            ({"mechanism": pb.MECHANISM_CPMM_MULTI, "outcome_count": 21}, "mechanism"),
            ({"mechanism": pb.MECHANISM_CPMM, "subsidy": Amount(units=999, asset="USDC")}, "subsidy"),
            ({"mechanism": pb.MECHANISM_CPMM, "prior_millionths": [999_999, 1]}, "prior_millionths"),
        ],
    )
    async def test_terms_that_no_market_can_have(
        self, house: Any, change: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(InvalidArgument) as caught:
            await house.open(**change)
        assert [field] == [violation.field for violation in caught.value.violations]

    async def test_people_open_nothing(self, house: Any) -> None:
        with house.parties.signed_in(roles={"admin"}), pytest.raises(PermissionDenied):
            await house.stub.OpenMarket(pb.OpenMarketRequest())


class TestClose:
    async def test_closing_again_answers_the_same(self, house: Any) -> None:
        event_id = await house.open()
        await house.place(house.person(), event_id, "k", amount_units=20 * USDC)
        first = await house.close(event_id)
        assert (1, 0) == (first.closing_sequence, len(first.void_price_millionths))
        cancelled = await house.close(event_id, "cancel")
        assert (1, 2) == (cancelled.closing_sequence, len(cancelled.void_price_millionths))
        assert cancelled == await house.close(event_id, "cancel") == await house.close(event_id)

    async def test_without_a_market(self, house: Any) -> None:
        with pytest.raises(MarketNotFound):
            await house.close(uuid7())

    async def test_without_trades_the_void_prices_are_those_of_the_opening(self, house: Any) -> None:
        event_id = await house.open(outcome_count=4)
        closed = await house.close(event_id, "cancel")
        assert (0, [250_000] * 4) == (closed.closing_sequence, list(closed.void_price_millionths))

    async def test_void_prices_are_weighted_by_time(self, house: Any) -> None:
        """A price that stood for three quarters of the last hour counts three times the one that stood for a quarter."""
        event_id = await house.open()
        order = (await house.place(house.person(), event_id, "k", amount_units=20 * USDC)).order
        prices = list(order.fill.price_millionths)
        # Let the past be: opened two hours ago, traded 45 minutes before the end.
        house.rows("update market set opened_at = opened_at - interval '2 hours', version = version + 1")
        house.rows("alter table fill disable trigger fill_is_for_ever")
        house.rows("update fill set filled_at = clock_timestamp() - interval '45 minutes'")
        closed = await house.close(event_id, "cancel")
        for opening, traded, actual in zip([500_000] * 2, prices, closed.void_price_millionths, strict=True):
            assert abs((opening + 3 * traded) // 4 - actual) <= 50
        assert 1_000_000 == sum(closed.void_price_millionths)

    async def test_trading_before_the_last_hour_sets_its_price(self, house: Any) -> None:
        event_id = await house.open()
        order = (await house.place(house.person(), event_id, "k", amount_units=20 * USDC)).order
        house.rows("update market set opened_at = opened_at - interval '3 hours', version = version + 1")
        house.rows("alter table fill disable trigger fill_is_for_ever")
        house.rows("update fill set filled_at = clock_timestamp() - interval '2 hours'")
        closed = await house.close(event_id, "cancel")
        assert list(order.fill.price_millionths) == list(closed.void_price_millionths)

    async def test_another_hour_may_be_named(self, house: Any) -> None:
        """Whoever bought the last one has bought nothing by it. What was asked for before binds nobody."""
        event_id = await house.open()
        await house.place(house.person(), event_id, "k", amount_units=20 * USDC)
        house.rows("update market set opened_at = opened_at - interval '3 hours', version = version + 1")
        house.rows("alter table fill disable trigger fill_is_for_ever")
        ((traded_at,),) = [
            row.values()
            for row in house.rows(
                "update fill set filled_at = clock_timestamp() - interval '1 hour' returning filled_at"
            )
        ]
        last = list((await house.close(event_id, "cancel")).void_price_millionths)
        assert 500_000 < last[1]

        async def named(ends_at: datetime) -> list[int]:
            closed = await house.close(event_id, "cancel", void_hour_ends_at=to_wire(ends_at))
            return list(closed.void_price_millionths)

        assert [500_000] * 2 == await named(traded_at)
        assert [500_000] * 2 == await named(traded_at - timedelta(days=1))
        assert abs((500_000 + last[1]) // 2 - (await named(traded_at + timedelta(minutes=30)))[1]) <= 1
        assert last == await named(traded_at + timedelta(days=1))
        assert last == list((await house.close(event_id, "cancel")).void_price_millionths)

    async def test_an_hour_with_too_many_fills_has_one_price_a_second(self, house: Any) -> None:
        """Whoever asks again gets the same, and it is what an average over all fills comes to, but for those seconds."""
        event_id = await house.open()
        for number in range(6):
            await house.place(
                house.person(), event_id, f"k{number}", outcome=number % 2, amount_units=20 * USDC
            )
        house.rows("update market set opened_at = opened_at - interval '30 minutes', version = version + 1")
        house.rows("alter table fill disable trigger fill_is_for_ever")
        house.rows("update fill set filled_at = clock_timestamp() - interval '4 minutes' * (7 - sequence)")
        await house.close(event_id)
        async with house.replicas[0].database.connection() as connection:
            market = await market_row(connection, event_id)
            assert market is not None
            exact, *drawn = [
                await void_prices(connection, market, fills_max=fills_max) for fills_max in (6, 5, 0)
            ]
        assert drawn[0] == drawn[1]
        assert 1_000_000 == sum(drawn[0])
        for average, price in zip(exact, drawn[0], strict=True):
            assert abs(average - price) <= 6 * 1_000_000 // (30 * 60)
