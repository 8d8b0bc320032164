"""Shapes of predictions, positions and money."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from oraculum_gateway.shapes.base import (
    AmountOut,
    DecimalIn,
    Given,
    Id,
    IdQuery,
    PageQuery,
    PriceIn,
    PriceOut,
    TimeIn,
    TimeOut,
    Told,
)
from oraculum_gateway.shapes.events import SideName

PredictionStatus = Literal[
    "pending", "open", "partially_filled", "confirmed", "cancelled", "expired", "rejected", "failed", "settled",
    "refunded",
]  # fmt: skip
OrderTypeName = Literal["market", "limit"]
TimeInForceName = Literal["gtc", "gtd", "ioc", "fok"]
SignedOut = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", examples=["-3.20"])]


class PredictionIn(Given):
    """A bet: an amount to stake (the fee comes on top) or a number of shares.

    A market order is filled whole and at once, at its worst average price or better. Of a limit order no share trades beyond
    its price; what is not filled rests (gtc, gtd), is given up (ioc), or it is all or nothing (fok).
    """

    event_id: Id
    outcome: Annotated[int, Field(ge=0, lt=100)]
    side: SideName = "buy"
    type: OrderTypeName = "market"
    time_in_force: TimeInForceName | None = None
    # Refused if any of it would trade at once.
    post_only: bool = False
    # When it ends by itself; for gtd.
    expires_at: TimeIn | None = None
    # Which of the two gives way where it would meet an order of my own.
    self_trade: Literal["cancel_maker", "cancel_taker"] = "cancel_maker"
    amount: DecimalIn | None = None
    shares: DecimalIn | None = None
    # The worst price of a share before the fee, the highest for a purchase, the lowest for a sale: of a market order the
    # average, of a limit order that of every share.
    max_price: PriceIn | None = None
    min_price: PriceIn | None = None

    @model_validator(mode="after")
    def one_quantity(self) -> "PredictionIn":
        """Refuse both or neither quantity, and the limit of the other side."""
        if (self.amount is None) == (self.shares is None):
            raise ValueError("send amount or shares, one of them")
        if self.side == "buy" and self.min_price is not None:
            raise ValueError("min_price is for sales")
        if self.side == "sell" and self.max_price is not None:
            raise ValueError("max_price is for purchases")
        if self.type == "limit" and self.max_price is None and self.min_price is None:
            raise ValueError("a limit order has a price: max_price for a purchase, min_price for a sale")
        return self


class PredictionsIn(Given):
    """Several bets, each decided by itself."""

    predictions: Annotated[list[PredictionIn], Field(min_length=1, max_length=50)]


class PredictionEdit(Given):
    """What a bet shall become; what is left out stays.

    Of one that rests: its price, the shares that shall rest, its time. Of a purchase that is filled, if `outcome`, `amount`
    or `min_price` is sent: its shares are sold at today's price, and others are bought in their place, of this outcome or
    another, for an amount or as a number of shares, or for what it cost. `price` is then the worst average price of the
    purchase, `min_price` that of the sale. Without any of the three, a bet that was filled meanwhile is refused with
    order_not_open.
    """

    price: PriceIn | None = None
    shares: DecimalIn | None = None
    expires_at: TimeIn | None = None
    outcome: Annotated[int, Field(ge=0, lt=100)] | None = None
    amount: DecimalIn | None = None
    min_price: PriceIn | None = None


class CancelIn(Given):
    """Which bet to take back, said by socket."""

    prediction_id: Id


class CancelAllIn(Given):
    """What to take back: everything, or what rests on one event."""

    event_id: Id | None = None


class DeadManIn(Given):
    """After how long a silence everything that rests is cancelled; 0 switches it off."""

    timeout_seconds: Annotated[int, Field(ge=0, le=86_400, examples=[60])]


class DeadManOut(Told):
    """When everything that rests is cancelled, unless it is set anew before then."""

    fires_at: TimeOut | None


class CancelledOut(Told):
    """Orders that were taken back."""

    ids: list[str]


class MergeIn(Given):
    """Complete sets, a share of every outcome each, to be turned into cash."""

    shares: DecimalIn


class SubsidyIn(Given):
    """Liquidity for a market, in the asset that it trades in. It is given, not lent: nothing of it comes back."""

    amount: DecimalIn


class SubsidyOut(Told):
    """What a subsidy made of a market: the same bet moves its prices less than before."""

    id: str
    event_id: str
    amount: AmountOut
    asset: str
    # The parameter b of the market maker after it, and the money in its escrow.
    liquidity_parameter: AmountOut
    total_liquidity: AmountOut
    created_at: TimeOut


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
    # Why it was refused, or ended before it was filled; null otherwise.
    reason: str | None
    type: Literal["market", "limit", "merge", "subsidy"]
    time_in_force: TimeInForceName
    post_only: bool
    limit_price: PriceOut | None
    expires_at: TimeOut | None
    # What still rests of it, and the money that is set aside for that.
    open_shares: AmountOut
    reserved: AmountOut
    # The order whose place it took.
    replaces: str | None
    # Prices of all outcomes right after it, and its number in the market.
    prices_after: list[PriceOut] | None
    sequence: int | None
    chain: str | None
    tx_hash: str | None
    created_at: TimeOut
    settled_at: TimeOut | None
    profit_loss: SignedOut | None


class RefusedOut(Told):
    """Why one of several bets was refused."""

    code: str
    detail: str


class PlacedOut(Told):
    """What came of one of several bets: one of the two."""

    prediction: PredictionOut | None
    refused: RefusedOut | None


class PlacedListOut(Told):
    """What came of each, in the order asked."""

    data: list[PlacedOut]


class MyTradeOut(Told):
    """A fill of mine."""

    id: str
    prediction_id: str
    event_id: str
    outcome: int
    side: SideName
    role: Literal["taker", "maker", "set"]
    shares: AmountOut
    amount: AmountOut
    fee: AmountOut
    price: PriceOut
    asset: str
    sequence: int
    # The number of the first fill of those that were made together.
    group: int
    created_at: TimeOut


class ReceiptsOut(Told):
    """One receipt for each fill: its id and number, and all from which anybody computes it anew.

    Amounts in it count the smallest unit of the asset, as the formulas do.
    """

    data: list[dict[str, Any]]


class TradesQuery(PageQuery):
    """Which of my fills."""

    event_id: IdQuery = ""


class PortfolioTotalOut(Told):
    """What my positions come to in one asset."""

    asset: str
    cost: AmountOut
    value: AmountOut
    realised: SignedOut
    unrealised: SignedOut
    open_positions: int
    reserved: AmountOut


class PortfolioOut(Told):
    """What my positions come to."""

    data: list[PortfolioTotalOut]


class PredictionsQuery(PageQuery):
    """Which of my bets."""

    event_id: IdQuery = ""
    status: PredictionStatus | None = None


class PositionOut(Told):
    """Shares held of one outcome."""

    event_id: str
    outcome: int
    shares: AmountOut
    # Of them, those behind resting sales.
    reserved_shares: AmountOut
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

    event_id: IdQuery = ""


class BalanceOut(Told):
    """Money in one asset."""

    asset: str
    available: AmountOut
    held: AmountOut
    arriving: AmountOut


class BalancesOut(Told):
    """Money in every asset that I ever held."""

    data: list[BalanceOut]
    # True while nobody can say what is on its way to me: `arriving` is then 0 because it is not known.
    arriving_unknown: bool


TransactionKind = Literal[
    "deposit", "withdrawal", "bet", "sale", "payout", "refund", "fee", "subsidy", "house_result", "capital",
    "adjustment", "reserve", "release", "bond", "bond_return", "bond_forfeit", "creation", "creation_return",
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
