"""Shapes of predictions, positions and money."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from oraculum_gateway.shapes.base import (
    AmountOut,
    DecimalIn,
    Given,
    Id,
    PageQuery,
    PriceOut,
    TimeIn,
    TimeOut,
    Told,
)
from oraculum_gateway.shapes.events import SideName

PredictionStatus = Literal["pending", "confirmed", "rejected", "failed", "settled", "refunded"]
SignedOut = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", examples=["-3.20"])]


class PredictionIn(Given):
    """A bet: an amount to stake (the fee comes on top) or a number of shares."""

    event_id: Id
    outcome: Annotated[int, Field(ge=0, lt=100)]
    side: SideName = "buy"
    type: Literal["market"] = "market"
    amount: DecimalIn | None = None
    shares: DecimalIn | None = None
    # The worst average price of a share before the fee: the highest for a purchase, the lowest for a sale.
    max_price: DecimalIn | None = None
    min_price: DecimalIn | None = None

    @model_validator(mode="after")
    def one_quantity(self) -> "PredictionIn":
        """Refuse both or neither quantity, and the limit of the other side."""
        if (self.amount is None) == (self.shares is None):
            raise ValueError("send amount or shares, one of them")
        if self.side == "buy" and self.min_price is not None:
            raise ValueError("min_price is for sales")
        if self.side == "sell" and self.max_price is not None:
            raise ValueError("max_price is for purchases")
        return self


class PredictionOut(Told):
    """A bet and what became of it."""

    id: str
    user_id: str
    event_id: str
    outcome: int
    side: SideName
    amount: AmountOut
    shares: AmountOut
    price: PriceOut
    fee: AmountOut
    asset: str
    status: PredictionStatus
    # Why it was refused; null otherwise.
    reason: str | None
    # Prices of all outcomes right after it, and its number in the market.
    prices_after: list[PriceOut] | None
    sequence: int | None
    chain: str | None
    tx_hash: str | None
    created_at: TimeOut
    settled_at: TimeOut | None
    profit_loss: SignedOut | None


class PredictionsQuery(PageQuery):
    """Which of my bets."""

    event_id: Annotated[str, Field(max_length=36)] = ""
    status: PredictionStatus | None = None


class PositionOut(Told):
    """Shares held of one outcome."""

    event_id: str
    outcome: int
    shares: AmountOut
    # What the held shares cost, fees included, and per share.
    cost: AmountOut
    average_price: PriceOut | None
    value: AmountOut
    realised: SignedOut
    unrealised: SignedOut
    payout: AmountOut | None
    asset: str


class PositionsQuery(PageQuery):
    """Which of my positions."""

    event_id: Annotated[str, Field(max_length=36)] = ""


class BalanceOut(Told):
    """Money in one asset."""

    asset: str
    available: AmountOut
    held: AmountOut
    arriving: AmountOut


class BalancesOut(Told):
    """Money in every asset that I ever held."""

    data: list[BalanceOut]


TransactionKind = Literal[
    "deposit", "withdrawal", "bet", "sale", "payout", "refund", "fee", "subsidy", "house_result", "capital",
    "adjustment",
]  # fmt: skip


class TransactionsQuery(PageQuery):
    """Which of my transactions."""

    type: TransactionKind | None = None
    asset: Annotated[str, Field(max_length=10)] = ""


class TransactionOut(Told):
    """One entry of my books."""

    id: str
    type: TransactionKind
    amount: SignedOut
    asset: str
    balance: AmountOut
    event_id: str | None
    reference_id: str | None
    created_at: TimeOut


class StatementQuery(Given):
    """A span of my books."""

    start: Annotated[TimeIn, Field(alias="from")]
    to: TimeIn
    asset: Annotated[str, Field(max_length=10)] = "USDC"
    format: Literal["json", "csv"] = "json"


class StatementOut(Told):
    """What there was, what happened, what there is."""

    asset: str
    opening: AmountOut
    closing: AmountOut
    data: list[TransactionOut]


class DepositIn(Given):
    """Money to bring in."""

    rail: Annotated[str, Field(max_length=20, examples=["demo"])]
    amount: DecimalIn
    asset: Annotated[str, Field(max_length=10)] = "USDC"


class DepositOut(Told):
    """A deposit."""

    id: str
    rail: str
    amount: AmountOut
    asset: str
    status: Literal["pending", "credited", "failed"]
    created_at: TimeOut
    credited_at: TimeOut | None


class AssetSumsOut(Told):
    """All debits and all credits of one asset."""

    asset: str
    debits_posted: AmountOut
    credits_posted: AmountOut
    debits_pending: AmountOut
    credits_pending: AmountOut


class LedgerOut(Told):
    """Whether the ledger's laws hold, and the sums that say so."""

    balanced: bool
    sums: list[AssetSumsOut]
    violations: list[str]
