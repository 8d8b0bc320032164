"""The ledger looked up: accounts now and then, transfers by id, the history of an account."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum_kit.errors import InvalidArgument, PermissionDenied
from oraculum_kit.testing import Parties
from oraculum_kit.timestamps import to_wire
from oraculum_wallet.accounts import Account, AccountKind, account
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.transfers import Transfer


@pytest.fixture
async def user(funded: Any) -> Account:
    return await funded(1_000)


@pytest.fixture
async def told(world: Any, ledger: Ledger, make: Any, user: Account, escrow: Account) -> list[Transfer]:
    """A hold, its post, a hold that is voided, and one that stays open: each in a batch of its own."""
    first, second, third = (make.hold(user, escrow, units) for units in (100, 50, 25))
    batches = [first, make.post(first, 80), second, make.void(second), third]
    for each in batches:
        (answer,) = await ledger.create([each])
        assert answer.succeeded
    return batches


def counters(account: pb.Account) -> tuple[int, int, int, int]:
    return (
        account.debits_pending_units,
        account.debits_posted_units,
        account.credits_pending_units,
        account.credits_posted_units,
    )


async def posted_at(world: Any, transfers: Sequence[Transfer]) -> list[datetime]:
    rows = await world.rows("select id::text, posted_at from transfer")
    times = dict(rows)
    return [times[transfer.id] for transfer in transfers]


class TestAccounts:
    @pytest.mark.usefixtures("told")
    async def test_by_id_and_by_name(self, as_prediction: Any, user: Account, escrow: Account) -> None:
        name = pb.AccountName(kind=pb.ACCOUNT_KIND_EVENT_ESCROW, owner_id=escrow.owner_id)
        response = await as_prediction.LookupAccounts(
            pb.LookupAccountsRequest(
                account_ids=[user.id, str(uuid4())], names=[pb.AccountInAsset(name=name, asset="USDC")]
            )
        )
        found = {account.account_id: account for account in response.accounts}
        assert counters(found[user.id]) == (25, 80, 0, 1_000)
        assert counters(found[escrow.id]) == (0, 0, 25, 80)
        assert found[escrow.id].name == name
        assert not found[user.id].HasField("frozen_at")
        assert len(found) == 2

    async def test_as_they_were_before_and_after_each_transfer(
        self, world: Any, as_prediction: Any, user: Account, told: Sequence[Transfer]
    ) -> None:
        async def at(time: datetime) -> tuple[int, int, int, int]:
            response = await as_prediction.LookupAccounts(
                pb.LookupAccountsRequest(account_ids=[user.id], at=to_wire(time))
            )
            return counters(response.accounts[0])

        times = await posted_at(world, told)
        after = timedelta(microseconds=1)
        assert [await at(time) for time in times] == [
            (0, 0, 0, 1_000),
            (100, 0, 0, 1_000),
            (0, 80, 0, 1_000),
            (50, 80, 0, 1_000),
            (0, 80, 0, 1_000),
        ]
        assert await at(times[-1] + after) == (25, 80, 0, 1_000)
        assert await at(times[0] - timedelta(days=1)) == (0, 0, 0, 0)

    async def test_nonsense_is_named(self, as_prediction: Any) -> None:
        for request in (
            pb.LookupAccountsRequest(),
            pb.LookupAccountsRequest(account_ids=["x"]),
            pb.LookupAccountsRequest(names=[pb.AccountInAsset(asset="USDC")]),
            pb.LookupAccountsRequest(account_ids=[str(uuid4())] * 101),
        ):
            with pytest.raises(InvalidArgument):
                await as_prediction.LookupAccounts(request)

    async def test_a_person_sees_no_accounts(self, as_gateway: Any, parties: Parties, user: Account) -> None:
        request = pb.LookupAccountsRequest(account_ids=[user.id])
        with parties.signed_in(), pytest.raises(PermissionDenied):
            await as_gateway.LookupAccounts(request)
        with parties.signed_in(roles={"admin"}):
            assert len((await as_gateway.LookupAccounts(request)).accounts) == 1


class TestHouse:
    async def test_its_money_is_told_by_asset(
        self, ledger: Ledger, make: Any, user: Account, as_gateway: Any, parties: Parties
    ) -> None:
        """Fees of all their accounts together; the house's own, and the capital that it came from."""
        house, capital = (account(kind, "", "USDC") for kind in (AccountKind.HOUSE, AccountKind.CAPITAL))
        moved = [
            make.posted(capital, house, 500),
            make.posted(house, make.escrow(), 200),
            make.posted(user, make.fees(3), 7),
            make.posted(user, make.fees(11), 5),
        ]
        assert all(answer.succeeded for answer in await ledger.create(moved))
        with parties.signed_in(roles={"admin"}):
            told = await as_gateway.GetHouseMoney(pb.GetHouseMoneyRequest())
        assert ["ETH", "SOL", "USD", "USDC"] == [row.asset for row in told.assets]
        of_usdc = pb.HouseMoney(asset="USDC", fees_units=12, house_units=300, capital_units=500)
        assert [pb.HouseMoney(asset=code) for code in ("ETH", "SOL", "USD")] + [of_usdc] == list(told.assets)
        with parties.signed_in(), pytest.raises(PermissionDenied):
            await as_gateway.GetHouseMoney(pb.GetHouseMoneyRequest())


class TestTransfers:
    async def test_each_says_what_it_did(
        self, as_prediction: Any, user: Account, escrow: Account, told: Sequence[Transfer]
    ) -> None:
        hold, post = told[0], told[1]
        request = pb.LookupTransfersRequest(transfer_ids=[post.id, hold.id, str(uuid4())])
        found = (await as_prediction.LookupTransfers(request)).transfers
        assert [each.transfer_id for each in found] == [hold.id, post.id]
        assert (found[1].pending_id, found[1].amount.units, found[1].released_units) == (hold.id, 80, 100)
        assert (found[1].debit_account_id, found[1].credit_account_id) == (user.id, escrow.id)
        assert (found[1].debit_balance_units, found[1].credit_balance_units) == (920, 80)
        assert found[0].phase == pb.TRANSFER_PHASE_PENDING

    async def test_the_history_of_an_account_comes_in_pages(
        self, world: Any, as_prediction: Any, escrow: Account, told: Sequence[Transfer]
    ) -> None:
        times = await posted_at(world, told)

        async def history(cursor: str = "", start: int = 0) -> pb.ListAccountTransfersResponse:
            request = pb.ListAccountTransfersRequest(
                account_id=escrow.id,
                from_time=to_wire(times[start]),
                to_time=to_wire(times[-1] + timedelta(seconds=1)),
                limit=2,
                cursor=cursor,
            )
            response: pb.ListAccountTransfersResponse = await as_prediction.ListAccountTransfers(request)
            return response

        seen, cursor = [], ""
        while True:
            page = await history(cursor)
            seen += [each.transfer_id for each in page.transfers]
            cursor = page.next_cursor
            if not cursor:
                break
        assert seen == [transfer.id for transfer in reversed(told)]
        assert [each.transfer_id for each in (await history(start=4)).transfers] == [told[-1].id]
