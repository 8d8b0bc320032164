"""The wallet over gRPC, as its callers meet it."""

from typing import Any
from uuid import uuid4

import pytest

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.wallet.v1 import wallet_service_pb2 as pb
from oraculum.wallet.v1.wallet_service_pb2_grpc import WalletServiceStub
from oraculum_kit.errors import InvalidArgument, PermissionDenied, Unauthenticated
from oraculum_kit.testing import Parties
from oraculum_money import INT64_MAX
from oraculum_wallet.accounts import Account
from oraculum_wallet.servicer import TRANSFERS_MAX

R = pb.TransferResult


def usdc(units: int) -> Amount:
    return Amount(units=units, asset="USDC")


def name(account: Account) -> pb.AccountName:
    return pb.AccountName(kind=int(account.kind), owner_id=account.owner_id)  # type: ignore[arg-type]


def posted(debit: Account, credit: Account, units: int, /, **other: Any) -> pb.Transfer:
    given = {
        "transfer_id": str(uuid4()),
        "phase": pb.TRANSFER_PHASE_POSTED,
        "kind": pb.TRANSFER_KIND_PAYOUT,
        "debit": name(debit),
        "credit": name(credit),
        "amount": usdc(units),
        **other,
    }
    return pb.Transfer(**given)


def hold(debit: Account, credit: Account, units: int, /, **other: Any) -> pb.Transfer:
    given = {
        "phase": pb.TRANSFER_PHASE_PENDING,
        "kind": pb.TRANSFER_KIND_BET,
        "event_id": credit.owner_id,
        "reference_id": str(uuid4()),
        **other,
    }
    return posted(debit, credit, units, **given)


def end(pending: pb.Transfer, units: int | None, /, **other: Any) -> pb.Transfer:
    phase = pb.TRANSFER_PHASE_VOID_PENDING if units is None else pb.TRANSFER_PHASE_POST_PENDING
    amount = {} if units is None else {"amount": usdc(units)}
    given = {
        "transfer_id": str(uuid4()),
        "phase": phase,
        "pending_id": pending.transfer_id,
        **amount,
        **other,
    }
    return pb.Transfer(**given)


async def create(stub: WalletServiceStub, *transfers: pb.Transfer) -> list[pb.TransferAnswer]:
    response = await stub.CreateTransfers(pb.CreateTransfersRequest(transfers=transfers))
    return list(response.answers)


@pytest.fixture
async def user(funded: Any) -> Account:
    return await funded(100)


@pytest.fixture
def escrow(make: Any) -> Account:
    return make.escrow()


class TestCreateTransfers:
    async def test_a_batch_is_answered_in_its_order(
        self, as_prediction: Any, user: Account, escrow: Account
    ) -> None:
        held, void = hold(user, escrow, 60), hold(user, escrow, 20)
        batch = [
            held,
            void,
            hold(user, escrow, 60),
            end(held, 45),
            end(void, None),
            posted(user, escrow, 0),
            held,
        ]
        answers = await create(as_prediction, *batch)
        assert [answer.transfer_id for answer in answers] == [transfer.transfer_id for transfer in batch]
        assert [(answer.result, answer.units) for answer in answers] == [
            (R.TRANSFER_RESULT_CREATED, 60),
            (R.TRANSFER_RESULT_CREATED, 20),
            (R.TRANSFER_RESULT_INSUFFICIENT_FUNDS, 0),
            (R.TRANSFER_RESULT_CREATED, 45),
            (R.TRANSFER_RESULT_CREATED, 0),
            (R.TRANSFER_RESULT_INVALID, 0),
            (R.TRANSFER_RESULT_EXISTS, 60),
        ]
        assert answers[5].message == "amount.units: must be positive"

    async def test_the_same_call_again_says_exists(
        self, as_prediction: Any, user: Account, escrow: Account
    ) -> None:
        fee = posted(
            user, escrow, 3, credit=pb.AccountName(kind=pb.ACCOUNT_KIND_FEES), kind=pb.TRANSFER_KIND_FEE
        )
        batch = [posted(user, escrow, 10), fee]
        first = await create(as_prediction, *batch)
        again = await create(as_prediction, *batch)
        assert [answer.result for answer in first] == [R.TRANSFER_RESULT_CREATED] * 2
        assert [answer.result for answer in again] == [R.TRANSFER_RESULT_EXISTS] * 2

    async def test_nothing_asked_nothing_answered(self, as_prediction: Any) -> None:
        assert await create(as_prediction) == []

    async def test_a_batch_has_an_end(self, as_prediction: Any) -> None:
        with pytest.raises(InvalidArgument) as refusal:
            await create(as_prediction, *[pb.Transfer()] * (TRANSFERS_MAX + 1))
        assert [violation.field for violation in refusal.value.violations] == ["transfers"]

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"transfer_id": ""}, "transfer_id: must be a UUID in lower case"),
            ({"transfer_id": str(uuid4()).upper() + "A"}, "transfer_id: must be a UUID in lower case"),
            ({"phase": 0}, "phase: must be given"),
            ({"phase": 9}, "phase: must be given"),
            ({"kind": 0}, "kind: must be given"),
            ({"kind": 99}, "kind: is not known"),
            ({"kind": pb.TRANSFER_KIND_DEPOSIT}, "kind: wallet alone makes transfers of the kind DEPOSIT"),
            (
                {"kind": pb.TRANSFER_KIND_CAPITAL},
                "kind: wallet alone makes transfers of the kind CAPITAL",
            ),
            ({"debit": None}, "debit.kind: must be given"),
            ({"credit": pb.AccountName(kind=99)}, "credit.kind: must be given"),
            (
                {"debit": pb.AccountName(kind=pb.ACCOUNT_KIND_USER)},
                "debit.owner_id: must be a UUID in lower case",
            ),
            (
                {"debit": pb.AccountName(kind=pb.ACCOUNT_KIND_RAIL, owner_id="demo")},
                "debit.kind: wallet alone moves money of the kind RAIL",
            ),
            (
                {"debit": pb.AccountName(kind=pb.ACCOUNT_KIND_CAPITAL)},
                "debit.kind: wallet alone moves money of the kind CAPITAL",
            ),
            (
                {"debit": pb.AccountName(kind=pb.ACCOUNT_KIND_HOUSE, owner_id="x")},
                "debit.owner_id: must be empty",
            ),
            (
                {"credit": pb.AccountName(kind=pb.ACCOUNT_KIND_FEES, owner_id="16")},
                "credit.owner_id: must be empty or a shard below 16",
            ),
            (
                {"credit": pb.AccountName(kind=pb.ACCOUNT_KIND_FEES, owner_id="01")},
                "credit.owner_id: must be empty or a shard below 16",
            ),
            ({"amount": None}, "amount.asset: must be one of USD, USDC, SOL, ETH"),
            ({"amount": Amount(units=1, asset="usdc")}, "amount.asset: must be one of USD, USDC, SOL, ETH"),
            ({"amount": usdc(-1)}, "amount.units: must be positive"),
            ({"pending_id": str(uuid4())}, "pending_id: only a transfer that posts or voids has one"),
            ({"event_id": "e1"}, "event_id: must be a UUID in lower case"),
            ({"reference_id": "o1"}, "reference_id: must be a UUID in lower case"),
            ({"after_sequence": 5}, "event_id: must be given to wait for its fills"),
            ({"after_sequence": -5}, "after_sequence: must not be negative"),
            ({"amount": usdc(INT64_MAX)}, ""),
        ],
    )
    async def test_nonsense_is_named(
        self, as_prediction: Any, user: Account, escrow: Account, change: dict[str, Any], message: str
    ) -> None:
        (answer,) = await create(as_prediction, posted(user, escrow, 1, **change))
        assert answer.message == message
        expected = R.TRANSFER_RESULT_INVALID if message else R.TRANSFER_RESULT_INSUFFICIENT_FUNDS
        assert answer.result == expected

    async def test_an_account_does_not_pay_itself(self, as_prediction: Any, user: Account) -> None:
        (answer,) = await create(as_prediction, posted(user, user, 1))
        assert answer.message == "credit: must be another account than the debit"

    @pytest.mark.parametrize(
        ("units", "change", "message"),
        [
            (1, {"pending_id": ""}, "pending_id: must be the UUID of another transfer"),
            (1, {"debit": pb.AccountName()}, "debit: the pending transfer says between whom"),
            (1, {"credit": pb.AccountName()}, "credit: the pending transfer says between whom"),
            (1, {"balancing_debit": True}, "balancing_debit: the pending transfer has reserved the amount"),
            (1, {"amount": None}, "amount.asset: must be one of USD, USDC, SOL, ETH"),
            (None, {"amount": usdc(1)}, "amount: a void releases all that is pending"),
        ],
    )
    async def test_nonsense_about_endings_is_named(
        self,
        as_prediction: Any,
        user: Account,
        escrow: Account,
        units: int | None,
        change: dict[str, Any],
        message: str,
    ) -> None:
        held = hold(user, escrow, 10)
        answers = await create(as_prediction, held, end(held, units, **change))
        assert (answers[1].result, answers[1].message) == (R.TRANSFER_RESULT_INVALID, message)

    async def test_a_hold_names_its_order(self, as_prediction: Any, user: Account, escrow: Account) -> None:
        (answer,) = await create(as_prediction, hold(user, escrow, 10, reference_id=""))
        assert answer.result == R.TRANSFER_RESULT_INVALID
        assert answer.message.startswith("reference_id: must name the order")

    async def test_the_house_pays_a_subsidy_only_from_what_it_has(
        self, as_prediction: Any, escrow: Account
    ) -> None:
        house = pb.AccountName(kind=pb.ACCOUNT_KIND_HOUSE)
        (answer,) = await create(
            as_prediction, posted(escrow, escrow, 5, debit=house, kind=pb.TRANSFER_KIND_SUBSIDY)
        )
        assert answer.result == R.TRANSFER_RESULT_INSUFFICIENT_FUNDS


class TestLinked:
    async def test_a_chain_stands_or_falls_as_one(
        self, as_prediction: Any, user: Account, escrow: Account
    ) -> None:
        def chain(*units: int) -> list[pb.Transfer]:
            last = len(units) - 1
            return [posted(user, escrow, each, linked=n < last) for n, each in enumerate(units)]

        good, bad, alone = chain(10, 20), chain(5, 10_000, 5), posted(user, escrow, 1)
        answers = await create(as_prediction, *good, *bad, alone)
        assert [answer.result for answer in answers] == [
            R.TRANSFER_RESULT_CREATED,
            R.TRANSFER_RESULT_CREATED,
            R.TRANSFER_RESULT_LINKED_EVENT_FAILED,
            R.TRANSFER_RESULT_INSUFFICIENT_FUNDS,
            R.TRANSFER_RESULT_LINKED_EVENT_FAILED,
            R.TRANSFER_RESULT_CREATED,
        ]
        # Again it is the same chain, and stands; what failed may be tried again.
        answers = await create(as_prediction, *good, *bad)
        assert [answer.result for answer in answers] == [
            R.TRANSFER_RESULT_EXISTS,
            R.TRANSFER_RESULT_EXISTS,
            R.TRANSFER_RESULT_LINKED_EVENT_FAILED,
            R.TRANSFER_RESULT_INSUFFICIENT_FUNDS,
            R.TRANSFER_RESULT_LINKED_EVENT_FAILED,
        ]

    async def test_a_later_one_sees_what_an_earlier_one_did(
        self, as_prediction: Any, user: Account, escrow: Account
    ) -> None:
        """A hold and its post in one chain; and nothing of the hold is left when the post fails."""
        held = hold(user, escrow, 60, linked=True)
        answers = await create(as_prediction, held, end(held, 61))
        assert [answer.result for answer in answers] == [
            R.TRANSFER_RESULT_LINKED_EVENT_FAILED,
            R.TRANSFER_RESULT_EXCEEDS_PENDING,
        ]
        answers = await create(as_prediction, held, end(held, 60))
        assert [answer.result for answer in answers] == [R.TRANSFER_RESULT_CREATED] * 2

    async def test_a_chain_that_stays_open_is_refused(
        self, as_prediction: Any, user: Account, escrow: Account
    ) -> None:
        before = posted(user, escrow, 1)
        answers = await create(
            as_prediction, before, posted(user, escrow, 1, linked=True), posted(user, escrow, 1, linked=True)
        )
        assert [answer.result for answer in answers] == [
            R.TRANSFER_RESULT_CREATED,
            R.TRANSFER_RESULT_LINKED_EVENT_FAILED,
            R.TRANSFER_RESULT_LINKED_EVENT_CHAIN_OPEN,
        ]

    async def test_nonsense_fails_its_chain_and_no_other(
        self, as_prediction: Any, user: Account, escrow: Account
    ) -> None:
        nonsense = posted(user, escrow, 1, transfer_id="x")
        answers = await create(
            as_prediction,
            posted(user, escrow, 1, linked=True),
            nonsense,
            posted(user, escrow, 1, linked=True),
            posted(user, escrow, 1),
        )
        assert [answer.result for answer in answers] == [
            R.TRANSFER_RESULT_LINKED_EVENT_FAILED,
            R.TRANSFER_RESULT_INVALID,
            R.TRANSFER_RESULT_CREATED,
            R.TRANSFER_RESULT_CREATED,
        ]

    async def test_a_chain_may_be_as_long_as_a_call(
        self, as_prediction: Any, user: Account, escrow: Account
    ) -> None:
        """Longer than what is decided in one turn."""
        there = [posted(user, escrow, 1, linked=True) for _ in range(300)]
        back = [posted(escrow, user, 1, linked=True) for _ in range(300)]
        chain = [transfer for pair in zip(there, back, strict=True) for transfer in pair]
        answers = await create(as_prediction, *chain, posted(user, escrow, 10_000))
        assert {answer.result for answer in answers[:-1]} == {R.TRANSFER_RESULT_LINKED_EVENT_FAILED}
        assert answers[-1].result == R.TRANSFER_RESULT_INSUFFICIENT_FUNDS


class TestTimeout:
    async def test_what_names_no_order_has_an_end(
        self, as_prediction: Any, user: Account, escrow: Account
    ) -> None:
        answers = await create(
            as_prediction,
            hold(user, escrow, 1, reference_id="", timeout_seconds=60),
            hold(user, escrow, 1, timeout_seconds=60),
            hold(user, escrow, 1, reference_id="", timeout_seconds=-1),
            posted(user, escrow, 1, timeout_seconds=60),
        )
        assert [(answer.result, answer.message.partition(":")[0]) for answer in answers] == [
            (R.TRANSFER_RESULT_CREATED, ""),
            (R.TRANSFER_RESULT_INVALID, "timeout_seconds"),
            (R.TRANSFER_RESULT_INVALID, "timeout_seconds"),
            (R.TRANSFER_RESULT_INVALID, "timeout_seconds"),
        ]


class TestAccess:
    async def test_nobody_but_prediction_moves_money(self, target: str, parties: Parties) -> None:
        """But event, and that only for what people put up for events: see test_bonds.py."""
        for service in ("gateway", "auth", "notification", "market-data", "wallet"):
            async with parties.channel(target, service=service) as channel:
                with pytest.raises(PermissionDenied):
                    await create(WalletServiceStub(channel))

    async def test_event_moves_no_money_of_bets(
        self, target: str, parties: Parties, user: Account, escrow: Account
    ) -> None:
        async with parties.channel(target, service="event") as channel:
            (answer,) = await create(WalletServiceStub(channel), hold(user, escrow, 60))
        assert pb.TRANSFER_RESULT_INVALID == answer.result

    async def test_a_person_moves_no_money_by_themselves(self, target: str, parties: Parties) -> None:
        with parties.signed_in(roles={"user", "admin"}):
            async with parties.channel(target) as channel:
                with pytest.raises(PermissionDenied):
                    await create(WalletServiceStub(channel))

    async def test_what_is_mine_needs_me(self, as_gateway: Any, as_prediction: Any) -> None:
        for stub in (as_gateway, as_prediction):
            with pytest.raises(Unauthenticated):
                await stub.GetBalances(pb.GetBalancesRequest())
            with pytest.raises(Unauthenticated):
                await stub.CreateDeposit(
                    pb.CreateDepositRequest(rail="demo", amount=usdc(1), idempotency_key="k")
                )

    async def test_the_proof_is_for_admins_and_the_gateway(
        self, target: str, as_gateway: Any, as_prediction: Any, parties: Parties
    ) -> None:
        assert (await as_gateway.CheckLedger(pb.CheckLedgerRequest())).balanced
        with pytest.raises(Unauthenticated):
            await as_prediction.CheckLedger(pb.CheckLedgerRequest())
        async with parties.channel(target) as channel:
            with parties.signed_in(), pytest.raises(PermissionDenied):
                await WalletServiceStub(channel).CheckLedger(pb.CheckLedgerRequest())
            with parties.signed_in(roles={"admin"}):
                assert (await WalletServiceStub(channel).CheckLedger(pb.CheckLedgerRequest())).balanced
