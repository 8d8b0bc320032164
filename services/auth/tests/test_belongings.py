"""What somebody still has, asked of a wallet and a prediction that stand in on a real socket and say what a test says."""

from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import prediction_service_pb2 as prediction
from oraculum.prediction.v1 import prediction_service_pb2_grpc as prediction_grpc
from oraculum.wallet.v1 import wallet_service_pb2 as wallet
from oraculum.wallet.v1 import wallet_service_pb2_grpc as wallet_grpc
from oraculum_auth.privacy.belongings import Belongings, Keepers
from oraculum_auth.privacy.errors import DeletionOvertaken
from oraculum_kit.authorization import SIGNED_IN, Access
from oraculum_kit.errors import Aborted, Unavailable
from oraculum_kit.testing import Parties, serving

SERVICES = (
    wallet.DESCRIPTOR.services_by_name["WalletService"],
    prediction.DESCRIPTOR.services_by_name["PredictionService"],
)
ACCESS = {
    f"/{service.full_name}/{method.name}": Access(users=SIGNED_IN)
    for service in SERVICES
    for method in service.methods
}


class Has:
    """What the person has: what is asked changes it where a test says so."""

    def __init__(self) -> None:
        self.units, self.unknown, self.positions, self.orders = 0, False, 0, 0
        # The highest fence that wallet knows of.
        self.fence = 0
        self.asked: list[str] = []
        self.behind: dict[str, Callable[[], None]] = {}

    def answered(self, name: str) -> None:
        self.asked.append(name)
        self.behind.pop(name, lambda: None)()


class Wallet(wallet_grpc.WalletServiceServicer):
    def __init__(self, has: Has) -> None:
        self._has = has

    async def GetBalances(self, _request: object, _context: object) -> wallet.GetBalancesResponse:  # noqa: N802
        has = self._has
        nothing = Amount(asset="USDC")
        balance = wallet.Balance(
            available=Amount(units=has.units, asset="USDC"), held=nothing, arriving=nothing
        )
        answer = wallet.GetBalancesResponse(balances=[balance], arriving_unknown=has.unknown)
        has.answered("money")
        return answer

    async def FenceAccounts(  # noqa: N802
        self, request: wallet.FenceAccountsRequest, _context: object
    ) -> wallet.FenceAccountsResponse:
        self._has.answered(f"fence {request.fence} of {request.user_id}")
        if request.fence < self._has.fence:
            raise Aborted
        return wallet.FenceAccountsResponse()

    async def LiftFence(self, request: wallet.LiftFenceRequest, _context: object) -> wallet.LiftFenceResponse:  # noqa: N802
        self._has.answered(f"lift {request.fence} of {request.user_id}")
        return wallet.LiftFenceResponse()


class Prediction(prediction_grpc.PredictionServiceServicer):
    def __init__(self, has: Has) -> None:
        self._has = has

    async def ListOrders(self, _request: object, _context: object) -> prediction.ListOrdersResponse:  # noqa: N802
        answer = prediction.ListOrdersResponse(orders=[prediction.Order()] * self._has.orders)
        self._has.answered("orders")
        return answer

    async def GetPortfolio(self, _request: object, _context: object) -> prediction.GetPortfolioResponse:  # noqa: N802
        total = prediction.PortfolioTotal(open_positions=self._has.positions)
        answer = prediction.GetPortfolioResponse(totals=[total])
        self._has.answered("positions")
        return answer


async def _unasked(_self: object, _request: object, _context: object) -> None:
    raise NotImplementedError


for stand_in, service in zip((Wallet, Prediction), SERVICES, strict=True):
    for method in service.methods:
        if method.name not in vars(stand_in):
            setattr(stand_in, method.name, _unasked)


@pytest.fixture
async def scene() -> AsyncIterator[SimpleNamespace]:
    parties, has = Parties(), Has()
    services: list[Any] = [
        (wallet_grpc.add_WalletServiceServicer_to_server, Wallet(has)),
        (prediction_grpc.add_PredictionServiceServicer_to_server, Prediction(has)),
    ]
    async with (
        serving(services, ACCESS, parties) as server,
        parties.channel(server.target, service="auth") as channel,
    ):
        keepers = Keepers(
            wallet_grpc.WalletServiceStub(channel), prediction_grpc.PredictionServiceStub(channel)
        )
        with parties.signed_in(uuid4()):
            yield SimpleNamespace(has=has, keepers=keepers)


async def test_whoever_has_nothing_is_told_so_after_two_looks_at_the_money(scene: SimpleNamespace) -> None:
    assert not await scene.keepers.belongings()
    assert ["money", "orders", "positions", "money"] == scene.has.asked


async def test_everything_is_named(scene: SimpleNamespace) -> None:
    scene.has.units, scene.has.positions, scene.has.orders = 2_500_000, 2, 1
    assert Belongings(("2.50 USDC",), 2, has_orders=True) == await scene.keepers.belongings()


async def test_money_of_which_nobody_knows_is_not_nothing(scene: SimpleNamespace) -> None:
    scene.has.unknown = True
    with pytest.raises(Unavailable):
        await scene.keepers.belongings()
    # Known at the first look and unknown at the last one, too.
    scene.has.unknown = False
    scene.has.behind["positions"] = lambda: setattr(scene.has, "unknown", True)
    with pytest.raises(Unavailable):
        await scene.keepers.belongings()


async def test_a_bet_made_meanwhile_was_money(scene: SimpleNamespace) -> None:
    """It became a position behind the question for positions, and is no money any more at the last look."""
    scene.has.units = 1_000_000

    def bet() -> None:
        scene.has.units, scene.has.positions = 0, 1

    scene.has.behind["positions"] = bet
    assert Belongings(("1.00 USDC",)) == await scene.keepers.belongings()


async def test_a_position_that_is_paid_out_meanwhile_is_money(scene: SimpleNamespace) -> None:
    """It was decided before the question for positions, and its payout came after the first look at the money."""

    def paid() -> None:
        scene.has.units = 1_000_000

    scene.has.behind["orders"] = paid
    assert Belongings(("1.00 USDC",)) == await scene.keepers.belongings()


async def test_fences_are_wallets(scene: SimpleNamespace) -> None:
    user_id = uuid4()
    await scene.keepers.fence(user_id, 7)
    await scene.keepers.lift(user_id, 7)
    assert [f"fence 7 of {user_id}", f"lift 7 of {user_id}"] == scene.has.asked
    scene.has.fence = 9
    with pytest.raises(DeletionOvertaken):
        await scene.keepers.fence(user_id, 8)
