"""Whatever dies between two steps of a bet: nothing is lost, nothing is doubled, and the same key tells the truth."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.errors import DeadlineExceeded, Unavailable
from oraculum_kit.metrics import UNHANDLED
from oraculum_prediction.errors import InsufficientFunds, MarketNotOpen, OrderAbandoned

USDC = 1_000_000


def once(act: Callable[[], Any], *, person: UUID | None = None) -> Callable[[Any], Any]:
    """A hook that does something at the first hold that it sees, or at the first one of a person."""
    done = False

    async def hook(transfers: Any) -> None:
        nonlocal done
        held_for = {transfer.debit.owner_id for transfer in transfers} - {""}
        if done or not held_for or (person is not None and str(person) not in held_for):
            return
        done = True
        result = act()
        if asyncio.iscoroutine(result):
            await result

    return hook


class TestWalletAway:
    async def test_before_the_hold(self, house: Any) -> None:
        """The bet is refused for now, nothing moved; sales go on."""
        anna = house.person()
        event_id = await house.open()
        bought = (await house.place(anna, event_id, "b", amount_units=5 * USDC)).order

        async def away(_: object) -> None:
            raise Unavailable

        house.books.before = away
        results = await asyncio.gather(
            house.place(anna, event_id, "k"),
            house.place(anna, event_id, "s", side=pb.SIDE_SELL, shares=bought.shares),
            return_exceptions=True,
        )
        assert isinstance(results[0], Unavailable)
        assert isinstance(results[1], pb.PlaceOrderResponse)
        house.books.before = None
        again = await house.place(anna, event_id, "k")
        assert not again.replayed
        house.post_fills()
        assert [] == house.books.open_holds()

    async def test_after_the_hold(self, house: Any) -> None:
        """The hold was made and the answer is lost: the same key meets its own hold and uses it."""
        anna = house.person()
        event_id = await house.open()

        async def die(_: object) -> None:
            raise Unavailable

        house.books.after = die
        with pytest.raises(Unavailable):
            await house.place(anna, event_id, "k", amount_units=10 * USDC)
        assert 1 == len(house.books.open_holds())
        house.books.after = None
        await house.place(anna, event_id, "k", amount_units=10 * USDC)
        assert 1 == len(house.books.pending)
        house.post_fills()
        assert [] == house.books.open_holds()

    async def test_too_slow(self, premises: Any) -> None:
        """The outcome is unknown until wallet's sweep has asked; from then on it is that nothing happened, for ever."""
        async with premises.replica(hold_timeout_seconds=0.4):
            anna = premises.person()
            event_id = await premises.open()
            released = asyncio.Event()

            async def hang(_: object) -> None:
                await released.wait()

            premises.books.before = hang
            with pytest.raises(DeadlineExceeded):
                await premises.place(anna, event_id, "k")
            premises.books.before = None
            released.set()
            # The call reached wallet after all: here it does so now.
            premises.books._make(premises.books.calls[-1][0])
            (hold,) = premises.books.open_holds()
            order_id = premises.books.pending[hold].transfer.reference_id
            assert [pb.HOLD_VERDICT_VOID] == await premises.sweep(order_id)
            for _ in range(2):
                with pytest.raises(OrderAbandoned):
                    await premises.place(anna, event_id, "k")
            assert [] == premises.rows.facts()
            assert [] == premises.books.open_holds()

    async def test_another_price_after_a_lost_answer(self, house: Any) -> None:
        """By shares without a limit the hold depends on the price; an old hold for another price ends the order for good."""
        anna, ben = house.person(), house.person()
        event_id = await house.open()

        async def die(_: object) -> None:
            raise Unavailable

        house.books.after = die
        with pytest.raises(Unavailable):
            await house.place(anna, event_id, "k", shares=10 * USDC)
        house.books.after = None
        await house.place(ben, event_id, "b", amount_units=30 * USDC)
        for _ in range(2):
            with pytest.raises(OrderAbandoned):
                await house.place(anna, event_id, "k", shares=10 * USDC)
        house.post_fills()
        assert [] == house.books.open_holds()
        assert 1 == len(house.rows.facts())


class TestBetweenHoldAndCommit:
    async def test_the_sweep_comes_first(self, house: Any) -> None:
        """A replica that slept between its hold and its commit finds the abandoned row, and its commit fails."""
        anna, ben = house.person(), house.person()
        event_id = await house.open()

        async def sweep() -> None:
            for pending in list(house.books.pending.values()):
                if pending.transfer.debit.owner_id == str(anna):
                    assert [pb.HOLD_VERDICT_VOID] == await house.sweep(pending.transfer.reference_id)

        house.books.after = once(sweep, person=anna)
        results = await asyncio.gather(
            house.place(anna, event_id, "k"), house.place(ben, event_id, "k"), return_exceptions=True
        )
        assert isinstance(results[0], OrderAbandoned)
        assert isinstance(results[1], pb.PlaceOrderResponse)
        with pytest.raises(OrderAbandoned):
            await house.place(anna, event_id, "k")
        house.post_fills()
        assert [] == house.books.open_holds()

    async def test_the_market_closes(self, house: Any) -> None:
        """Orders in flight fail cleanly, and their money is free when they are answered."""
        anna = house.person()
        event_id = await house.open()
        house.books.after = once(lambda: house.close(event_id))
        with pytest.raises(MarketNotOpen):
            await house.place(anna, event_id, "k")
        assert [] == house.books.open_holds()
        with pytest.raises(MarketNotOpen):
            await house.place(anna, event_id, "k")
        with house.parties.signed_in(anna):
            (order,) = (await house.stub.ListOrders(pb.ListOrdersRequest())).orders
        assert (pb.ORDER_STATUS_REJECTED, "MARKET_NOT_OPEN") == (order.status, order.reason)

    async def test_the_sweep_comes_first_and_then_the_market_closes(self, house: Any) -> None:
        """Whoever was given up is told so, and holds up none of those who were refused with them."""
        anna, ben = house.person(), house.person()
        event_id = await house.open()

        async def sweep_and_close() -> None:
            (hold,) = [
                id_ for id_, held in house.books.pending.items() if held.transfer.debit.owner_id == str(anna)
            ]
            await house.sweep(house.books.pending[hold].transfer.reference_id)
            await house.close(event_id)

        house.books.after = once(sweep_and_close, person=anna)
        results = await asyncio.gather(
            house.place(anna, event_id, "k"), house.place(ben, event_id, "k"), return_exceptions=True
        )
        assert OrderAbandoned is type(results[0])
        # Calls that leave together may arrive apart: then Ben was decided before, in a batch of his own.
        assert type(results[1]) in {MarketNotOpen, pb.PlaceOrderResponse}
        filled = [result for result in results if isinstance(result, pb.PlaceOrderResponse)]
        assert len(filled) == len(house.books.open_holds())

    async def test_the_lock_time_passes(self, house: Any) -> None:
        """The clock of the database decides, at the moment of the commit."""
        anna = house.person()
        event_id = await house.open()
        house.rows("update market set locks_at = clock_timestamp() + interval '1 s', version = version + 1")
        wait = "select pg_sleep_until(locks_at) from market"
        house.books.after = once(lambda: asyncio.to_thread(house.rows, wait))
        with pytest.raises(MarketNotOpen):
            await house.place(anna, event_id, "k")
        assert [] == house.books.open_holds()
        with pytest.raises(MarketNotOpen):
            await house.place(anna, event_id, "l")

    async def test_the_price_moves(self, premises: Any) -> None:
        """Another replica trades first: the market is read again, and whoever finds it too dear gets his hold back."""
        async with premises.replica(), premises.replica():
            anna, ben, carl = (premises.person() for _ in range(3))
            event_id = await premises.open()
            await premises.place(anna, event_id, "warm", replica=1)
            premises.books.after = once(
                lambda: premises.place(ben, event_id, "b", replica=1, amount_units=30 * USDC), person=anna
            )
            results = await asyncio.gather(
                premises.place(anna, event_id, "limited", limit_price_millionths=510_000),
                premises.place(carl, event_id, "any"),
                return_exceptions=True,
            )
            assert "SLIPPAGE_EXCEEDED" == results[0].reason
            assert results[1].order.fill.sequence in {2, 3}
            premises.post_fills()
            assert [] == premises.books.open_holds()

    async def test_the_connections_are_killed(self, house: Any) -> None:
        """The database ends every session of ours: the batch looks everything up and goes on with the same holds."""
        event_id = await house.open()
        people = [house.person() for _ in range(5)]
        kill = """
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()
        """
        house.books.after = once(lambda: house.rows(kill))
        await asyncio.gather(*(house.place(person, event_id, "k") for person in people))
        house.post_fills()
        assert [] == house.books.open_holds()
        assert 5 == len(house.rows.facts())


@asynccontextmanager
async def losing_the_answer_to_a_commit(url: str) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """A way to the database that, once armed, drops a connection after a commit was answered and before we hear of it."""
    address = urlsplit(url)
    armed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_server = await asyncio.open_connection(address.hostname, address.port)
        doomed = asyncio.Event()

        async def forward(source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, back: bool) -> None:
            while data := await source.read(65536):
                if not back and armed.is_set() and b"COMMIT" in data:
                    doomed.set()
                if back and doomed.is_set():
                    armed.clear()
                    break
                sink.write(data)
                await sink.drain()

        there = asyncio.ensure_future(forward(reader, to_server[1], back=False))
        here = asyncio.ensure_future(forward(to_server[0], writer, back=True))
        try:
            await asyncio.wait({there, here}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            there.cancel()
            here.cancel()
            to_server[1].close()
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield url.replace(f":{address.port}/", f":{port}/"), armed
    finally:
        server.close()


class TestBetweenCommitAndAnswer:
    async def test_the_answer_to_the_commit_is_lost(self, premises: Any) -> None:
        """What stands is found, what does not is done: every bet once."""
        direct = premises.url
        async with losing_the_answer_to_a_commit(direct) as (url, armed):
            premises.url = url
            async with premises.replica():
                event_id = await premises.open()
                people = [premises.person() for _ in range(5)]
                premises.books.after = once(armed.set)
                answers = await asyncio.gather(
                    *(premises.place(person, event_id, "k", amount_units=5 * USDC) for person in people)
                )
        assert not armed.is_set(), "the answer was lost"
        assert any(answer.replayed for answer in answers)
        assert [1, 2, 3, 4, 5] == sorted(answer.order.fill.sequence for answer in answers)
        premises.post_fills()
        assert [] == premises.books.open_holds()
        assert 5 * 5 * USDC + 100 * USDC == premises.books.escrow(event_id)

    async def test_the_caller_has_gone(self, house: Any) -> None:
        """The order is decided all the same, and asking again tells how."""
        anna = house.person()
        event_id = await house.open()
        arrived, go = asyncio.Event(), asyncio.Event()

        async def wait() -> None:
            arrived.set()
            await go.wait()

        house.books.after = once(wait)
        placing = asyncio.ensure_future(house.place(anna, event_id, "k"))
        await arrived.wait()
        placing.cancel()
        await asyncio.wait({placing})
        go.set()
        again = await house.place(anna, event_id, "k")
        assert 1 == again.order.fill.sequence
        assert again.replayed
        assert 1 == len(house.rows.facts())


class TestBadCompany:
    async def test_who_fits_only_because_another_dropped_out_is_held_for_too(self, premises: Any) -> None:
        """An order that was refused at first is priced again without the one before it, and its money is held then."""
        async with premises.replica(running=False, workers=1) as replica:
            event_id = await premises.open()
            poor, careful, plain = premises.person(USDC), premises.person(), premises.person()
            worker = replica.engine._workers[0]
            placing = []
            # One after the other: calls that leave together may arrive in any order.
            for person, fields in (
                (poor, {"amount_units": 50 * USDC}),
                (careful, {"limit_price_millionths": 510_000}),
                (plain, {}),
            ):
                placing.append(asyncio.ensure_future(premises.place(person, event_id, "k", **fields)))
                async with asyncio.timeout(20):
                    while len(worker._queue) < len(placing):  # noqa: ASYNC110  the queue has no event for it
                        await asyncio.sleep(0)
            assert poor == worker._queue[0].placement.user_id
            before = UNHANDLED.labels("engine")._value.get()
            running = asyncio.ensure_future(replica.engine.run())
            results = await asyncio.gather(*placing, return_exceptions=True)
            running.cancel()
            await asyncio.wait({running})
        assert [InsufficientFunds, pb.PlaceOrderResponse, pb.PlaceOrderResponse] == [
            type(result) for result in results
        ]
        assert before == UNHANDLED.labels("engine")._value.get()
        premises.post_fills()
        assert [] == premises.books.open_holds()

    async def test_one_order_that_cannot_be_written_harms_no_other(self, house: Any) -> None:
        """A batch that fails for an unknown reason is decided one by one."""
        event_id = await house.open()
        people = [house.person() for _ in range(4)]
        house.rows(
            "alter table position add constraint poison check (user_id <> %(user)s) not valid".replace(
                "%(user)s", f"'{people[0]}'"
            )
        )
        results = await asyncio.gather(
            *(house.place(person, event_id, "k") for person in people), return_exceptions=True
        )
        assert "INTERNAL" == results[0].reason
        assert all(isinstance(result, pb.PlaceOrderResponse) for result in results[1:])
        house.post_fills()
        (left,) = house.books.open_holds()
        order_id = house.books.pending[left].transfer.reference_id
        assert [pb.HOLD_VERDICT_VOID] == await house.sweep(order_id)
