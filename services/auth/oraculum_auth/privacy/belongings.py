"""What somebody still has with us: money, orders, positions. Asked of those who keep it, in the person's own name."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from oraculum.prediction.v1 import prediction_service_pb2 as prediction
from oraculum.wallet.v1 import wallet_service_pb2 as wallet
from oraculum_auth.privacy.errors import DeletionOvertaken
from oraculum_kit.errors import Aborted, Unavailable
from oraculum_money import Units, asset, format_units

if TYPE_CHECKING:
    from oraculum.prediction.v1.prediction_service_pb2_grpc import PredictionServiceAsyncStub
    from oraculum.wallet.v1.wallet_service_pb2_grpc import WalletServiceAsyncStub

_OPEN: Final = (
    prediction.ORDER_STATUS_PENDING,
    prediction.ORDER_STATUS_OPEN,
    prediction.ORDER_STATUS_PARTIALLY_FILLED,
)


@dataclass(frozen=True, slots=True)
class Belongings:
    """What is left, in words; empty where nothing is."""

    money: tuple[str, ...] = ()
    positions: int = 0
    has_orders: bool = False

    def __bool__(self) -> bool:
        return bool(self.money or self.positions or self.has_orders)

    def __str__(self) -> str:
        said = list(self.money)
        if self.positions:
            said.append(f"{self.positions} open position{'s' if self.positions > 1 else ''}")
        if self.has_orders:
            said.append("open orders")
        return ", ".join(said)


class Keepers:
    """Wallet and prediction."""

    def __init__(self, books: "WalletServiceAsyncStub", markets: "PredictionServiceAsyncStub") -> None:
        self._books = books
        self._markets = markets

    async def fence(self, user_id: UUID, fence: int) -> None:
        """Let wallet begin nothing for somebody."""
        try:
            await self._books.FenceAccounts(wallet.FenceAccountsRequest(user_id=str(user_id), fence=fence))
        except Aborted as error:
            raise DeletionOvertaken from error

    async def lift(self, user_id: UUID, fence: int) -> None:
        """Let wallet begin things for them again, unless a later fence stands."""
        await self._books.LiftFence(wallet.LiftFenceRequest(user_id=str(user_id), fence=fence))

    async def belongings(self) -> Belongings:
        """What the caller still has, asked behind a fence."""
        # Money first and last. What was held when the fence came was money at the first look, whatever it buys meanwhile;
        # what an order or a position sets free meanwhile is money at the last one, since nothing can be begun with it.
        before = await self._money()
        orders = await self._markets.ListOrders(prediction.ListOrdersRequest(statuses=_OPEN, limit=1))
        portfolio = await self._markets.GetPortfolio(prediction.GetPortfolioRequest())
        return Belongings(
            await self._money() or before,
            sum(total.open_positions for total in portfolio.totals),
            bool(orders.orders),
        )

    async def _money(self) -> tuple[str, ...]:
        told = await self._books.GetBalances(wallet.GetBalancesRequest())
        if told.arriving_unknown:
            raise Unavailable("Nobody can say at the moment whether money is on its way to you; try again.")
        return tuple(text for balance in told.balances if (text := _said(balance)))


def _said(balance: wallet.Balance) -> str:
    units = Units(balance.available.units + balance.held.units + balance.arriving.units)
    code = balance.available.asset
    return f"{format_units(units, asset(code))} {code}" if units else ""
