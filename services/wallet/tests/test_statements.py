"""A person's books: pages that stay where they are, and statements that add up."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum_kit.db import Database
from oraculum_kit.errors import InvalidArgument
from oraculum_kit.testing import Parties
from oraculum_kit.timestamps import from_wire, to_wire
from oraculum_wallet import statements
from oraculum_wallet.accounts import Account
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.transfers import TransferKind

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
END = datetime(2120, 1, 1, tzinfo=UTC)


class Reader:
    """One person, asking for their books."""

    def __init__(self, stub: Any, parties: Parties, user: Account) -> None:
        self._stub, self._parties, self._user = stub, parties, user

    async def page(self, **request: Any) -> pb.ListTransactionsResponse:
        with self._parties.signed_in(UUID(self._user.owner_id)):
            response: pb.ListTransactionsResponse = await self._stub.ListTransactions(
                pb.ListTransactionsRequest(**request)
            )
        return response

    async def all(self, **request: Any) -> list[pb.Transaction]:
        found: list[pb.Transaction] = []
        cursor = ""
        while True:
            page = await self.page(cursor=cursor, **request)
            found += page.transactions
            cursor = page.next_cursor
            if not cursor:
                return found

    async def statement(
        self, from_time: datetime = BEGINNING, to_time: datetime = END, asset: str = "USDC"
    ) -> pb.GetStatementResponse:
        with self._parties.signed_in(UUID(self._user.owner_id)):
            response: pb.GetStatementResponse = await self._stub.GetStatement(
                pb.GetStatementRequest(from_time=to_wire(from_time), to_time=to_wire(to_time), asset=asset)
            )
        return response


@pytest.fixture
async def user(funded: Any) -> Account:
    return await funded(1_000)


@pytest.fixture
def reader(as_gateway: Any, parties: Parties, user: Account) -> Reader:
    return Reader(as_gateway, parties, user)


def figures(entries: Any) -> list[tuple[int, int, int]]:
    return [(entry.kind, entry.amount.units, entry.balance_units) for entry in entries]


class TestListTransactions:
    async def test_what_moved_is_there_newest_first(
        self, reader: Reader, ledger: Ledger, make: Any, user: Account
    ) -> None:
        escrow = make.escrow()
        posted, voided = make.hold(user, escrow, 300), make.hold(user, escrow, 300)
        await ledger.create([posted, voided])
        await ledger.create([make.post(posted, 250), make.void(voided), make.posted(user, make.fees(), 5)])
        await ledger.create([make.posted(escrow, user, 100, kind=TransferKind.SALE)])
        page = await reader.page()
        assert figures(page.transactions) == [
            (pb.TRANSFER_KIND_SALE, 100, 845),
            (pb.TRANSFER_KIND_BET, -5, 745),
            (pb.TRANSFER_KIND_BET, -250, 750),
            (pb.TRANSFER_KIND_DEPOSIT, 1_000, 1_000),
        ]
        assert page.next_cursor == ""
        assert page.transactions[2].event_id == escrow.owner_id
        assert page.transactions[2].reference_id == posted.reference_id

    async def test_pages_stay_where_they_are_while_more_is_posted(
        self, reader: Reader, ledger: Ledger, make: Any, user: Account
    ) -> None:
        transfers = [make.posted(user, make.escrow(), 1) for _ in range(10)]
        await ledger.create(transfers[:5])
        await ledger.create(transfers[5:])
        first = await reader.page(limit=4)
        await ledger.create([make.posted(user, make.escrow(), 1) for _ in range(3)])
        second = await reader.page(limit=4, cursor=first.next_cursor)
        third = await reader.page(limit=4, cursor=second.next_cursor)
        shown = [entry.transfer_id for page in (first, second, third) for entry in page.transactions]
        assert shown[:10] == [transfer.id for transfer in reversed(transfers)]
        assert len(shown) == 11
        assert third.next_cursor == ""

    async def test_kinds_and_assets_narrow_it(
        self, reader: Reader, ledger: Ledger, make: Any, user: Account
    ) -> None:
        sol = make.user(user.owner_id, asset="SOL")
        await ledger.create(
            [make.deposit(sol, 50), make.posted(sol, make.fees(asset="SOL"), 5, kind=TransferKind.FEE)]
        )
        assert [entry.amount.asset for entry in await reader.all(asset="SOL")] == ["SOL", "SOL"]
        fees = await reader.all(kinds=[pb.TRANSFER_KIND_FEE])
        assert [(entry.kind, entry.amount.units) for entry in fees] == [(pb.TRANSFER_KIND_FEE, -5)]
        assert len(await reader.all(limit=1)) == 3
        assert await reader.all(kinds=[pb.TRANSFER_KIND_PAYOUT]) == []

    async def test_what_is_rare_is_found_in_portions(
        self, reader: Reader, ledger: Ledger, make: Any, user: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """However much somebody has, a page looks at so many entries; where it goes on it says, though it shows none."""
        monkeypatch.setattr(statements, "LOOKED_AT_MAX", 5)
        escrow, fees = make.escrow(), make.fees()
        rare = [make.posted(user, fees, 1, kind=TransferKind.FEE) for _ in range(3)]
        bets = [make.posted(user, escrow, 2) for _ in range(21)]
        await ledger.create([rare[0], *bets[:7], rare[1], *bets[7:], rare[2]])
        asked = {"kinds": [pb.TRANSFER_KIND_FEE], "limit": 2}
        pages, cursor = [], ""
        while not pages or cursor:
            page = await reader.page(cursor=cursor, **asked)
            pages.append([transaction.transfer_id for transaction in page.transactions])
            cursor = page.next_cursor
        assert [each.id for each in reversed(rare)] == [each for page in pages for each in page]
        assert ([rare[2].id], []) == (pages[0], pages[1])

    async def test_somebody_elses_are_not_shown(
        self, reader: Reader, ledger: Ledger, make: Any, funded: Any
    ) -> None:
        other = await funded(5)
        await ledger.create([make.posted(other, make.escrow(), 5)])
        assert len(await reader.all()) == 1

    @pytest.mark.parametrize(
        ("request_", "field"),
        [
            ({"limit": -1}, "limit"),
            ({"limit": 101}, "limit"),
            ({"cursor": "nonsense"}, "cursor"),
            ({"cursor": "WyIyMDI2LTAxLTAxVDAwOjAwOjAwKzAwOjAwIiwgIjk5OTk5OTk5OTk5OTk5OTk5OTk5Il0"}, "cursor"),
            ({"asset": "DOGE"}, "asset"),
            ({"kinds": [99]}, "kinds[0]"),
        ],
    )
    async def test_bad_fields_are_named(self, reader: Reader, request_: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidArgument) as refusal:
            await reader.page(**request_)
        assert [violation.field for violation in refusal.value.violations] == [field]


class TestGetStatement:
    async def test_any_statement_is_the_fold_of_its_entries(
        self, reader: Reader, ledger: Ledger, make: Any, user: Account
    ) -> None:
        """Random movements, cut at every instant that something was posted."""
        dice = random.Random(7)  # noqa: S311  a test that can be repeated
        escrow = make.escrow()
        for _ in range(12):
            hold = make.hold(user, escrow, dice.randint(1, 40))
            batch = [
                hold,
                make.post(hold, dice.randint(1, hold.units)),
                make.deposit(user, dice.randint(1, 30)),
            ]
            await ledger.create([*batch, make.posted(escrow, user, 1)])
        whole = await reader.statement()
        assert whole.opening.units == 0
        times = sorted({from_wire(entry.posted_at) for entry in whole.transactions})
        assert len(times) == 13
        for cut in times:
            before, after = await reader.statement(to_time=cut), await reader.statement(from_time=cut)
            assert before.closing.units == after.opening.units
            assert before.closing.units == sum(entry.amount.units for entry in before.transactions)
            assert after.closing.units == whole.closing.units
            assert [*before.transactions, *after.transactions] == list(whole.transactions)
            assert all(from_wire(entry.posted_at) >= cut for entry in after.transactions)
        balance = 0
        for entry in whole.transactions:
            balance += entry.amount.units
            assert entry.balance_units == balance
        assert balance == whole.closing.units

    async def test_a_time_without_entries_keeps_the_balance(
        self, reader: Reader, ledger: Ledger, make: Any, user: Account
    ) -> None:
        await ledger.create([make.posted(user, make.escrow(), 250)])
        later = await reader.statement(from_time=END, to_time=END + timedelta(days=1))
        assert (later.opening.units, list(later.transactions), later.closing.units) == (750, [], 750)
        earlier = await reader.statement(to_time=BEGINNING + timedelta(days=1))
        assert (earlier.opening.units, list(earlier.transactions), earlier.closing.units) == (0, [], 0)

    async def test_an_asset_never_had_is_empty(self, reader: Reader) -> None:
        statement = await reader.statement(asset="ETH")
        assert (statement.opening.asset, statement.closing.units) == ("ETH", 0)

    async def test_too_many_entries_ask_for_a_shorter_time(
        self, reader: Reader, ledger: Ledger, make: Any, user: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(statements, "ENTRIES_MAX", 5)
        await ledger.create([make.posted(user, make.escrow(), 1) for _ in range(4)])
        assert len((await reader.statement()).transactions) == 5
        await ledger.create([make.posted(user, make.escrow(), 1)])
        with pytest.raises(InvalidArgument) as refusal:
            await reader.statement()
        assert [violation.field for violation in refusal.value.violations] == ["to_time"]

    async def test_every_bad_field_is_named_at_once(self, as_gateway: Any, parties: Parties) -> None:
        with parties.signed_in(), pytest.raises(InvalidArgument) as refusal:
            await as_gateway.GetStatement(pb.GetStatementRequest(asset="DOGE"))
        assert [violation.field for violation in refusal.value.violations] == [
            "from_time",
            "to_time",
            "asset",
        ]
        backwards = pb.GetStatementRequest(asset="USDC", from_time=to_wire(END), to_time=to_wire(BEGINNING))
        with parties.signed_in(), pytest.raises(InvalidArgument) as refusal:
            await as_gateway.GetStatement(backwards)
        assert [violation.field for violation in refusal.value.violations] == ["to_time"]


async def test_reading_a_page_takes_a_few_rows_of_an_index(
    database: Database, ledger: Ledger, make: Any, user: Account
) -> None:
    """However long somebody's history is: the plan stops at the page's end and sorts nothing but it."""
    await ledger.create([make.posted(user, make.escrow(), 1) for _ in range(900)])
    async with database.connection() as connection:
        await connection.execute("set enable_seqscan = off")
        query = (
            "explain (analyze, format text) select number from transfer where debit_account_id = %s and debit_kind = 1"
            " and units > 0 and phase in (1, 3) order by posted_at desc, number desc limit 20"
        )
        plan = "\n".join(row[0] for row in await (await connection.execute(query, [user.id])).fetchall())
    assert "transfer_user_debits" in plan
    assert "Sort" not in plan
