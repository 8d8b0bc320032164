"""The monitor: silent while the laws hold; and who breaks one, by whatever hand, is frozen alone while others go on.

Tampering needs a superuser who switches the triggers off; that is what these tests do.
"""

import asyncio
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum_kit.db import Database
from oraculum_kit.errors import NotFound, PermissionDenied, ServiceError
from oraculum_kit.testing import Parties
from oraculum_kit.testing.messaging import eventually
from oraculum_wallet.accounts import Account, AccountKind, account
from oraculum_wallet.incidents import Incidents
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.monitor import Monitor
from oraculum_wallet.repository import monitor as repository
from oraculum_wallet.transfers import Result, Transfer, TransferKind


@pytest.fixture
def monitor(database: Database) -> Monitor:
    return Monitor(database, Incidents(database))


@pytest.fixture
async def other(world: Any, make: Any) -> Account:
    """Another market, with a bet in it."""
    escrow: Account = make.escrow()
    await bet(world, escrow)
    return escrow


async def bet(world: Any, escrow: Account, *, gross: int = 70, sequence: int = 1, **other: Any) -> Transfer:
    """A purchase of somebody new, applied."""
    hold: Transfer = await world.hold(100, escrow=escrow)
    await world.deliver(world.make.bought(hold=hold, gross=gross, fee=5, sequence=sequence, **other))
    return hold


async def results(ledger: Ledger, *transfers: Transfer) -> list[Result]:
    return [answer.result for answer in await ledger.create(transfers)]


def found(findings: Any) -> list[tuple[str, str]]:
    return [(each.account_id, each.law) for each in findings]


async def looked_past_all(world: Any, monitor: Monitor) -> bool:
    """Look once more, and tell whether nothing is left to read again.

    Two looks are enough where nobody else writes; but a transaction in any other database of the server, and so of
    another test, holds the floor back as one of ours would.
    """
    assert await monitor.look() == []
    floor = await world.value("select number from proof_progress")
    return bool(
        floor >= await world.value("select max(number) from transfer")
        and await world.value("select count(*) from proof_mark") == 0
    )


async def frozen(world: Any) -> set[str]:
    return {id_ for (id_,) in await world.rows("select id::text from account where frozen_at is not null")}


class TestHonestBooks:
    async def test_nobody_is_frozen(
        self, world: Any, monitor: Monitor, escrow: Account, other: Account
    ) -> None:
        hold = await bet(world, escrow)
        assert await monitor.look() == []
        await world.deliver(
            world.make.sold(user_id=hold.debit.owner_id, event_id=escrow.owner_id, gross=30, sequence=2)
        )
        await world.hold(50, escrow=other)
        for _ in range(3):
            assert await monitor.look() == []
        assert await frozen(world) == set()

    async def test_a_look_goes_on_where_the_last_one_ended(
        self, world: Any, monitor: Monitor, escrow: Account
    ) -> None:
        """What is settled is not read again: a few looks later the floor stands above all that was."""
        await bet(world, escrow)
        await eventually(partial(looked_past_all, world, monitor))
        await bet(world, escrow, sequence=2)
        assert await monitor.look() == []
        assert await monitor.look() == []

    async def test_what_was_in_flight_during_a_look_is_counted_by_a_later_one(
        self, world: Any, monitor: Monitor, make: Any, funded: Any
    ) -> None:
        """A batch draws its numbers, looks pass, later batches commit, and only then does it commit itself."""
        first, second = await funded(100), await funded(100)
        async with world.database.transaction() as connection:
            await world.ledger.apply(connection, [make.posted(first, make.fees(1), 5)])
            for _ in range(3):
                assert await monitor.look() == []
                await world.ledger.create([make.posted(second, make.fees(2), 5)])
        await eventually(partial(looked_past_all, world, monitor))
        sums = "select sum(debits_posted), sum(credits_posted) from "
        assert await world.rows(sums + "proven_account") == await world.rows(sums + "account")

    async def test_looks_beside_batches_find_nothing(
        self, world: Any, monitor: Monitor, make: Any, funded: Any
    ) -> None:
        """The snapshot is one: a batch is in both the counters and the transfers, or in neither."""
        users = [await funded(10_000) for _ in range(4)]
        done = asyncio.Event()

        async def move(user: Account) -> None:
            for _ in range(15):
                answers = await world.ledger.create(
                    [make.posted(user, make.fees(n % 4), 1) for n in range(20)]
                )
                assert all(answer.succeeded for answer in answers)

        async def watch() -> None:
            while not done.is_set():
                assert await monitor.look() == []

        watching = asyncio.create_task(watch())
        await asyncio.gather(*map(move, users))
        done.set()
        await watching

    async def test_two_that_look_at_once_do_no_harm(
        self, world: Any, database: Database, escrow: Account
    ) -> None:
        await bet(world, escrow)
        looks = [Monitor(database, Incidents(database)) for _ in range(3)]
        assert await asyncio.gather(*(each.look() for each in looks)) == [[], [], []]
        assert await looks[0].look() == []
        sums = "select sum(debits_posted), sum(credits_posted) from "
        assert await world.rows(sums + "proven_account") == await world.rows(sums + "account")


class TestBrokenBooks:
    @pytest.mark.parametrize(
        ("change", "law"),
        [
            ("credits_posted = credits_posted + 1", "account_counters"),
            (
                "debits_pending = debits_pending + 1, credits_pending = credits_pending + 1",
                "account_counters",
            ),
            ("credits_posted = 0", "account_counters"),
        ],
    )
    async def test_a_persons_account_is_frozen_alone(
        self, world: Any, monitor: Monitor, tamper: Any, make: Any, escrow: Account, change: str, law: str
    ) -> None:
        hold, bystander = await bet(world, escrow), await bet(world, escrow, sequence=2)
        await monitor.look()
        await tamper(f"update account set {change} where id = %s", hold.debit.id)  # noqa: S608  our own
        assert found(await monitor.look()) == [(hold.debit.id, law)]
        assert await frozen(world) == {hold.debit.id}
        assert await world.incidents() == [law]
        assert await results(
            world.ledger,
            make.hold(hold.debit, escrow, 1),
            make.deposit(hold.debit, 1),
            make.hold(bystander.debit, escrow, 1),
        ) == [Result.FROZEN, Result.FROZEN, Result.CREATED]

    async def test_a_broken_market_stands_still_and_others_trade(
        self, world: Any, monitor: Monitor, tamper: Any, make: Any, escrow: Account, other: Account
    ) -> None:
        await bet(world, escrow)
        waiting = await world.hold(40, escrow=escrow)
        await monitor.look()
        await tamper("update account set debits_posted = debits_posted + 1 where id = %s", escrow.id)
        assert found(await monitor.look()) == [(escrow.id, "account_counters")]
        assert await frozen(world) == {escrow.id}
        user = waiting.debit
        assert await results(
            world.ledger,
            make.hold(user, escrow, 1),
            make.posted(escrow, user, 1, kind=TransferKind.PAYOUT),
            make.void(waiting),
            make.reserve(user, 1, event_id=escrow.owner_id),
            make.hold(user, other, 1),
            make.reserve(user, 1, event_id=other.owner_id),
        ) == [*[Result.FROZEN] * 4, Result.CREATED, Result.CREATED]
        # A fill of the market waits, and one of the other does not.
        await world.deliver(make.bought(hold=waiting, gross=30, sequence=2))
        assert await world.applied(escrow) == (1, True)
        await bet(world, other, sequence=2)
        assert await world.applied(other) == (2, False)

    async def test_an_escrow_holds_what_its_fills_say(
        self, world: Any, monitor: Monitor, escrow: Account
    ) -> None:
        """Counters and transfers may agree with each other and still be wrong."""
        hold = await bet(world, escrow)
        await monitor.look()
        await world.ledger.create([world.make.posted(hold.debit, escrow, 1)])
        assert found(await monitor.look()) == [(escrow.id, "escrow_fills")]
        assert await frozen(world) == {escrow.id}
        ((event_id, details),) = await world.rows("select event_id::text, details from incident")
        assert event_id == escrow.owner_id
        assert (details["trades_by_transfers_units"], details["trades_by_fills_units"]) == (71, 70)

    async def test_an_account_that_is_gone_is_told_of(
        self, world: Any, monitor: Monitor, tamper: Any, escrow: Account
    ) -> None:
        hold = await bet(world, escrow)
        await monitor.look()
        await tamper("delete from account where id = %s", hold.debit.id)
        assert found(await monitor.look()) == [(hold.debit.id, "account_counters")]
        assert "account_counters" in await world.incidents()

    async def test_accounts_that_rest_have_their_turn(
        self, world: Any, database: Database, tamper: Any, other: Account
    ) -> None:
        """Each look takes a portion of all accounts, however still they lie."""
        monitor = Monitor(database, Incidents(database), portion=2)
        await monitor.look()
        await tamper("update account set credits_posted = credits_posted + 1 where id = %s", other.id)
        count = await world.value("select count(*) from account")
        looks = [found(await monitor.look()) for _ in range(count // 2 + 1)]
        assert [(other.id, "account_counters")] in looks

    async def test_a_frozen_shard_of_fees_holds_nobody_up(
        self, world: Any, monitor: Monitor, tamper: Any, make: Any, escrow: Account
    ) -> None:
        hold = await bet(world, escrow)
        shard = account(
            AccountKind.FEES, await world.value("select owner_id from account where kind = 4"), "USDC"
        )
        await monitor.look()
        await tamper("update account set credits_posted = credits_posted + 1 where id = %s", shard.id)
        await monitor.look()
        assert await frozen(world) == {shard.id}
        fee = make.posted(hold.debit, shard, 3)
        assert await results(world.ledger, fee, fee) == [Result.CREATED, Result.EXISTS]
        assert await results(world.ledger, fee) == [Result.EXISTS]
        assert await world.value("select credits_posted from account where id = %s", shard.id) == 6
        assert await world.fees() == 5 + 1 + 3

    async def test_one_broken_account_fails_no_batch_of_others(
        self, world: Any, tamper: Any, make: Any, escrow: Account
    ) -> None:
        """Even before the monitor looks: what the database would refuse is answered item by item."""
        broken, sound = await world.hold(50, escrow=escrow), await world.hold(50, escrow=escrow)
        await tamper("update account set debits_pending = 0 where id = %s", broken.debit.id)
        assert await results(world.ledger, make.void(broken), make.void(sound)) == [
            Result.FROZEN,
            Result.CREATED,
        ]
        await tamper(
            "update account set credits_posted = 0, debits_posted = 5 where id = %s", broken.debit.id
        )
        assert await results(
            world.ledger,
            make.deposit(broken.debit, 1),
            make.hold(broken.debit, escrow, 1),
            make.deposit(sound.debit, 1),
        ) == [Result.FROZEN, Result.FROZEN, Result.CREATED]

    async def test_what_a_frozen_person_owes_and_is_owed_still_moves(
        self, world: Any, database: Database, make: Any, escrow: Account
    ) -> None:
        """Else their fill would halt a market that has done nothing wrong."""
        hold = await world.hold(50, escrow=escrow)
        async with database.connection() as connection:
            await connection.execute("update account set frozen_at = now() where id = %s", (hold.debit.id,))
        fill = make.bought(hold=hold, gross=40, fee=5, sequence=1)
        await world.deliver(fill)
        assert await world.applied(escrow) == (1, False)
        payout = make.posted(escrow, hold.debit, 20, kind=TransferKind.PAYOUT)
        assert await results(world.ledger, payout) == [Result.CREATED]
        assert await results(world.ledger, make.hold(hold.debit, escrow, 1)) == [Result.FROZEN]

    async def test_the_database_itself_refuses_what_touches_a_frozen_account(
        self, database: Database, ledger: Ledger, make: Any, funded: Any, escrow: Account
    ) -> None:
        user = await funded(100)
        async with database.transaction() as connection:
            hold = make.hold(user, escrow, 10)
            book = await ledger.load(connection, [hold])
            book.apply(hold)
            await connection.execute("update account set frozen_at = now() where id = %s", (user.id,))
            with pytest.raises(ServiceError, match="had decided"):
                async with connection.transaction():
                    await ledger.write(connection, book)

    async def test_sums_that_do_not_agree_are_written_down(
        self, world: Any, monitor: Monitor, tamper: Any, escrow: Account
    ) -> None:
        await bet(world, escrow)
        await tamper("update account set credits_posted = credits_posted + 1 where kind = 7")
        await monitor.look()
        assert await world.incidents() == ["account_counters", "ledger_unbalanced"]


class TestClosing:
    @pytest.fixture
    async def incident(
        self, world: Any, monitor: Monitor, tamper: Any, escrow: Account
    ) -> tuple[Account, str]:
        """A person whose account was frozen, and the incident."""
        hold = await bet(world, escrow)
        await monitor.look()
        await tamper("update account set credits_posted = credits_posted + 1 where id = %s", hold.debit.id)
        await monitor.look()
        return hold.debit, str(await world.value("select id from incident"))

    @staticmethod
    def request(incident_id: str, key: str | None = None) -> pb.CloseIncidentRequest:
        return pb.CloseIncidentRequest(
            incident_id=incident_id, note="Mended by hand.", idempotency_key=key or str(uuid4())
        )

    async def test_it_stands_as_long_as_it_is_true(
        self, world: Any, monitor: Monitor, tamper: Any, make: Any, as_gateway: Any, parties: Parties,
        incident: tuple[Account, str], escrow: Account,
    ) -> None:  # fmt: skip
        account_, incident_id = incident
        with parties.signed_in(roles={"admin"}):
            with pytest.raises(ServiceError) as refused:
                await as_gateway.CloseIncident(self.request(incident_id))
            assert refused.value.reason == "INCIDENT_STANDS"
            await tamper("update account set credits_posted = credits_posted - 1 where id = %s", account_.id)
            closed = (await as_gateway.CloseIncident(self.request(incident_id))).incident
            assert closed.HasField("closed_at")
            assert closed.note == "Mended by hand."
            assert UUID(closed.closed_by_user_id)
            assert (await as_gateway.ListIncidents(pb.ListIncidentsRequest())).incidents == []
            everything = await as_gateway.ListIncidents(pb.ListIncidentsRequest(include_closed=True))
            assert [each.incident_id for each in everything.incidents] == [incident_id]
        assert await frozen(world) == set()
        assert await results(world.ledger, make.hold(account_, escrow, 1)) == [Result.CREATED]
        assert await monitor.look() == []
        acts = [
            act for (act,) in await world.rows("select type from outbox where topic = 'audit' order by id")
        ]
        assert len(acts) == 2

    async def test_what_happens_again_opens_it_again(
        self, world: Any, monitor: Monitor, tamper: Any, as_gateway: Any, parties: Parties,
        incident: tuple[Account, str],
    ) -> None:  # fmt: skip
        account_, incident_id = incident
        await tamper("update account set credits_posted = credits_posted - 1 where id = %s", account_.id)
        with parties.signed_in(roles={"admin"}):
            await as_gateway.CloseIncident(self.request(incident_id))
        assert await monitor.look() == []
        await tamper("update account set credits_posted = credits_posted + 1 where id = %s", account_.id)
        await monitor.look()
        assert await frozen(world) == {account_.id}
        assert await world.incidents() == ["account_counters"]

    async def test_it_is_for_administrators(
        self, as_gateway: Any, parties: Parties, incident: tuple[Account, str]
    ) -> None:
        with parties.signed_in():
            with pytest.raises(PermissionDenied):
                await as_gateway.CloseIncident(self.request(incident[1]))
            with pytest.raises(PermissionDenied):
                await as_gateway.ListIncidents(pb.ListIncidentsRequest())
        with parties.signed_in(roles={"admin"}), pytest.raises(NotFound):
            await as_gateway.CloseIncident(self.request(str(uuid4())))


async def test_only_one_leads(database: Database) -> None:
    async with database.direct() as first, database.direct() as second:
        assert await repository.try_lead(first, "some work")
        assert not await repository.try_lead(second, "some work")
        await repository.resign(first, "some work")
        assert await repository.try_lead(second, "some work")
