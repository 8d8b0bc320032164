"""Explained balances: every figure down to what makes it up, and it adds up."""

import random
from typing import Any
from uuid import UUID, uuid4

import pytest

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1.prediction_service_pb2 import Proceeds
from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum_kit.errors import Internal, InvalidArgument, NotFound
from oraculum_kit.testing import Parties
from oraculum_wallet import explain
from oraculum_wallet.accounts import Account
from oraculum_wallet.ledger import Ledger
from oraculum_wallet.transfers import TransferKind


class Asker:
    """One person who wants to know."""

    def __init__(self, stub: Any, parties: Parties, user: Account) -> None:
        self._stub, self._parties, self.user = stub, parties, user

    async def balance(self, asset: str = "USDC") -> pb.ExplainBalanceResponse:
        with self._parties.signed_in(UUID(self.user.owner_id)):
            response: pb.ExplainBalanceResponse = await self._stub.ExplainBalance(
                pb.ExplainBalanceRequest(asset=asset)
            )
        return response

    async def entry(self, transfer_id: str) -> pb.ExplainTransactionResponse:
        with self._parties.signed_in(UUID(self.user.owner_id)):
            response: pb.ExplainTransactionResponse = await self._stub.ExplainTransaction(
                pb.ExplainTransactionRequest(transfer_id=transfer_id)
            )
        return response


@pytest.fixture
async def user(funded: Any) -> Account:
    return await funded(1_000)


@pytest.fixture
def asker(as_gateway: Any, parties: Parties, user: Account) -> Asker:
    return Asker(as_gateway, parties, user)


def totals(entries: Any) -> dict[int, tuple[int, int]]:
    return {each.kind: (each.units, each.count) for each in entries}


class TestBalance:
    async def test_every_figure_leads_to_what_makes_it_up(
        self, asker: Asker, ledger: Ledger, make: Any, prediction: Any, user: Account, escrow: Account
    ) -> None:
        bought, open_hold = make.hold(user, escrow, 300), make.hold(user, escrow, 70)
        reserve = make.reserve(user, 40, event_id=escrow.owner_id)
        batch = [
            bought,
            make.post(bought, 250),
            open_hold,
            reserve,
            make.posted(user, make.fees(), 5, kind=TransferKind.FEE),
        ]
        assert all(answer.succeeded for answer in await ledger.create(batch))
        event_id = str(uuid4())
        prediction.proceeds = [
            Proceeds(event_id=event_id, sequence=sequence, net=Amount(units=units, asset="USDC"))
            for sequence, units in ((2, 9), (1, 11))
        ]
        told = await asker.balance()
        assert (told.balance.available.units, told.balance.held.units, told.balance.arriving.units) == (
            1_000 - 250 - 70 - 40 - 5,
            70 + 40,
            20,
        )
        assert totals(told.entries) == {
            pb.TRANSFER_KIND_DEPOSIT: (1_000, 1),
            pb.TRANSFER_KIND_BET: (-250, 1),
            pb.TRANSFER_KIND_FEE: (-5, 1),
            pb.TRANSFER_KIND_RESERVE: (-40, 1),
        }
        assert [(each.transfer_id, each.order_id, each.event_id, each.units) for each in told.held] == [
            (open_hold.id, open_hold.reference_id, escrow.owner_id, 70),
            ("", reserve.reference_id, escrow.owner_id, 40),
        ]
        assert told.held_beyond_units == 0
        assert [(each.event_id, each.sequence, each.units) for each in told.arriving] == [
            (event_id, 1, 11),
            (event_id, 2, 9),
        ]

    async def test_what_nobody_knows_is_not_nothing(self, asker: Asker, prediction: Any) -> None:
        assert not (await asker.balance()).arriving_unknown
        prediction.away = True
        told = await asker.balance()
        assert (True, 0) == (told.arriving_unknown, len(told.arriving))

    async def test_more_holds_than_are_listed_are_summed(
        self, asker: Asker, ledger: Ledger, make: Any, user: Account, escrow: Account,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.setattr(explain, "LISTED_MAX", 2)
        for units in (1, 2, 3, 4):
            await ledger.create([make.hold(user, escrow, units)])
        told = await asker.balance()
        assert [each.units for each in told.held] == [1, 2]
        assert told.held_beyond_units == 7

    async def test_what_was_never_had_is_nothing(self, asker: Asker) -> None:
        told = await asker.balance("SOL")
        assert (told.balance.available.units, len(told.entries), len(told.held)) == (0, 0, 0)
        with pytest.raises(InvalidArgument):
            await asker.balance("XXX")

    async def test_what_does_not_add_up_is_shown_to_nobody(
        self, asker: Asker, tamper: Any, user: Account
    ) -> None:
        await tamper("update account set credits_posted = 1001 where id = %s", user.id)
        with pytest.raises(Internal):
            await asker.balance()


class TestEntry:
    async def test_a_bet_shows_its_hold_its_fee_and_what_came_before(
        self, asker: Asker, world: Any, make: Any, user: Account, escrow: Account
    ) -> None:
        hold = make.hold(user, escrow, 300)
        await world.ledger.create([hold])
        await world.deliver(make.bought(hold=hold, gross=250, fee=5, sequence=1))
        rows = await world.rows(
            "select id::text, kind from transfer where debit_account_id = %s and phase <> 2", user.id
        )
        ids = {kind: id_ for id_, kind in rows}
        for kind, balance in ((TransferKind.BET, 750), (TransferKind.FEE, 745)):
            told = await asker.entry(ids[kind])
            assert told.transaction.balance_units == balance
            assert [each.amount.units for each in told.act] == [-250, -5]
            assert told.opening_units == 1_000
            assert (told.hold.transfer_id, told.hold.units, told.hold.order_id) == (
                hold.id,
                300,
                hold.reference_id,
            )
        assert told.counterparty == pb.ACCOUNT_KIND_FEES
        assert sum(each.units for each in told.entries) == 745

    async def test_it_is_explained_as_of_then(
        self, asker: Asker, ledger: Ledger, make: Any, user: Account, escrow: Account
    ) -> None:
        """Whatever came since changes nothing about it."""
        bets = [make.posted(user, escrow, 10) for _ in range(3)]
        for each in bets:
            await ledger.create([each])
        told = await asker.entry(bets[1].id)
        assert totals(told.entries) == {
            pb.TRANSFER_KIND_DEPOSIT: (1_000, 1),
            pb.TRANSFER_KIND_BET: (-20, 2),
        }
        assert (told.opening_units, len(told.act)) == (990, 1)
        assert not told.HasField("hold")

    async def test_every_entry_of_a_busy_day_adds_up(
        self, asker: Asker, world: Any, make: Any, user: Account
    ) -> None:
        """Orders of several events in one batch, sales between them."""
        chance = random.Random(4)  # noqa: S311  only a test
        escrows = [make.escrow() for _ in range(3)]
        batch = []
        for _ in range(30):
            escrow, order = chance.choice(escrows), str(uuid4())
            hold = make.hold(user, escrow, 20, reference_id=order)
            fee = make.posted(
                user, make.fees(), 1, kind=TransferKind.FEE, event_id=escrow.owner_id, reference_id=order
            )
            batch += [hold, make.post(hold, chance.randint(1, 19)), fee]
        assert all(answer.succeeded for answer in await world.ledger.create(batch))
        rows = await world.rows(
            "select id::text from transfer where debit_account_id = %s and phase <> 2", user.id
        )
        for (id_,) in rows:
            told = await asker.entry(id_)
            assert (
                told.opening_units + sum(each.amount.units for each in told.act) == told.act[-1].balance_units
            )
            assert sum(each.units for each in told.entries) == told.transaction.balance_units

    async def test_what_is_somebody_elses_is_nothing(
        self, asker: Asker, ledger: Ledger, make: Any, funded: Any, user: Account, escrow: Account
    ) -> None:
        other = await funded(100)
        theirs, hold = make.posted(other, escrow, 1), make.hold(user, escrow, 1)
        await ledger.create([theirs, hold])
        for id_ in (theirs.id, hold.id, str(uuid4())):
            with pytest.raises(NotFound):
                await asker.entry(id_)
