"""Prediction's things as the contract shows them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.timestamps import to_wire, to_wire_optional
from oraculum_money import PRICE_ONE, Price, Shares, Units, mul_div_ceil, mul_div_floor
from oraculum_prediction import statuses
from oraculum_prediction.pricing import Mechanism, Side
from oraculum_prediction.repository.markets import MarketRow

SIDES: Final[Mapping[Side, pb.Side.ValueType]] = {Side.BUY: pb.SIDE_BUY, Side.SELL: pb.SIDE_SELL}

MECHANISMS: Final[Mapping[Mechanism, pb.Mechanism.ValueType]] = {
    Mechanism.LMSR: pb.MECHANISM_LMSR,
    Mechanism.CPMM: pb.MECHANISM_CPMM,
    Mechanism.CPMM_MULTI: pb.MECHANISM_CPMM_MULTI,
}

# From the column to the contract; one that was abandoned has failed for good.
ORDER_STATUSES: Final[Mapping[int, pb.OrderStatus.ValueType]] = {
    2: pb.ORDER_STATUS_FILLED,
    3: pb.ORDER_STATUS_REJECTED,
    4: pb.ORDER_STATUS_FAILED,
    5: pb.ORDER_STATUS_SETTLED,
    6: pb.ORDER_STATUS_REFUNDED,
    7: pb.ORDER_STATUS_OPEN,
    8: pb.ORDER_STATUS_PARTIALLY_FILLED,
    9: pb.ORDER_STATUS_CANCELLED,
    10: pb.ORDER_STATUS_EXPIRED,
}


# Of the fill that an order made when it came; a taker's for all others.
_ROLES: Final[Mapping[int, int]] = {
    pb.ORDER_TYPE_MERGE: pb.FILL_ROLE_SET,
    pb.ORDER_TYPE_SUBSIDY: pb.FILL_ROLE_SUBSIDY,
}


@dataclass(frozen=True, slots=True)
class FillRow:
    """A fill as it is told."""

    event_id: UUID
    sequence: int
    filled_at: datetime
    fill_id: UUID
    order_id: UUID
    user_id: UUID
    shares: Shares
    gross_units: Units
    fee_units: Units
    outcome: int
    side: int
    prices: Sequence[Price]
    group_first: int | None
    role: int
    asset: str


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order, with what it traded when it arrived if it did."""

    order_id: UUID
    user_id: UUID
    event_id: UUID
    outcome: int
    side: int
    status: int
    gross_units: Units | None
    fee_units: Units | None
    shares: Shares | None
    created_at: datetime
    settled_at: datetime | None
    profit_loss_units: Units | None
    reason: str | None
    fill_sequence: int | None
    asset: str
    amount_units: Units | None
    asked_shares: Shares | None
    limit_price: Price | None
    hold_units: Units | None
    type: int
    time_in_force: int
    post_only: bool
    expires_at: datetime | None
    open_shares: Shares | None
    priority: int | None
    reserved: bool
    revision: int
    replaces_order_id: UUID | None
    fill_id: UUID | None = None
    filled_at: datetime | None = None
    fill_shares: Shares | None = None
    fill_gross_units: Units | None = None
    fill_fee_units: Units | None = None
    fill_group_first: int | None = None
    prices: Sequence[Price] | None = None
    # Only of orders that were asked for by id: whoever changes one keeps it.
    self_trade: int = statuses.CANCEL_MAKER

    @property
    def rested_shares(self) -> Shares:
        """What it traded since it rests: not what it took when it came, which was rounded by itself."""
        return Shares((self.shares or 0) - (self.fill_shares or 0))

    @property
    def still_needed_units(self) -> Units:
        """What the resting part of a purchase may still cost: what its limit makes of all that rested, less what that paid."""
        if self.open_shares is None or self.limit_price is None or self.side != pb.SIDE_BUY:
            return Units(0)
        filled = self.rested_shares
        whole = mul_div_ceil(filled + self.open_shares, self.limit_price, PRICE_ONE)
        return Units(whole - mul_div_ceil(filled, self.limit_price, PRICE_ONE))

    def expired(self, now: datetime) -> bool:
        """Whether its time is over, though perhaps nobody has ended it yet."""
        return self.expires_at is not None and self.expires_at <= now

    def ended(self, status: int, reason: str) -> "OrderRow":
        """The order once nothing of it rests any more."""
        return replace(self, status=status, open_shares=None, reason=reason)

    @property
    def fill(self) -> FillRow | None:
        """What it traded when it arrived."""
        if (
            self.fill_sequence is None
            or self.fill_id is None
            or self.filled_at is None
            or self.fill_shares is None
            or self.fill_gross_units is None
            or self.fill_fee_units is None
        ):
            return None
        return FillRow(
            self.event_id,
            self.fill_sequence,
            self.filled_at,
            self.fill_id,
            self.order_id,
            self.user_id,
            self.fill_shares,
            self.fill_gross_units,
            self.fill_fee_units,
            self.outcome,
            self.side,
            self.prices or (),
            self.fill_group_first,
            _ROLES.get(self.type, pb.FILL_ROLE_TAKER),
            self.asset,
        )


class Total(NamedTuple):
    """What somebody's positions come to in one asset."""

    asset: str
    cost_units: Units
    value_units: Units
    realised_units: Units
    open_positions: int


@dataclass(frozen=True, slots=True)
class PositionRow:
    """What a person holds, with the price that it has now."""

    user_id: UUID
    event_id: UUID
    outcome: int
    shares: Shares
    reserved: Shares
    cost_units: Units
    realised_units: Units
    payout_units: Units | None
    asset: str
    price: Price
    market_status: int


def amount(units: Units, asset: str) -> Amount:
    """Money with its asset."""
    return Amount(units=units, asset=asset)


def write_amount(there: Amount, units: Units, asset: str) -> None:
    """The same written into its place: what is made apart is copied into the message that it is a part of."""
    there.units, there.asset = units, asset


def average_price(side: int, gross: Units, shares: Shares) -> Price:
    """The average price of a share before the fee: costs are rounded up, proceeds down. None where there is no share."""
    if not shares:
        return Price(0)
    rounded = mul_div_ceil if side == pb.SIDE_BUY else mul_div_floor
    return Price(rounded(gross, PRICE_ONE, shares))


def market(row: MarketRow) -> pb.Market:
    """A market."""
    return pb.Market(
        event_id=str(row.event_id),
        status=pb.MarketStatus.ValueType(row.status),
        price_millionths=row.prices,
        volume=amount(row.volume_units, row.asset),
        outcome_volume_units=row.outcome_volume_units,
        liquidity=amount(row.escrow_units, row.asset),
        participant_count=row.participant_count,
        sequence=row.sequence,
        liquidity_parameter_units=row.liquidity_units or 0,
        locks_at=to_wire(row.locks_at),
        mechanism=MECHANISMS[Mechanism(row.mechanism)],
    )


def fill(row: FillRow) -> pb.Fill:
    """A fill as it is told; whoever shows it to strangers leaves out whose it is."""
    return pb.Fill(
        fill_id=str(row.fill_id),
        order_id=str(row.order_id),
        event_id=str(row.event_id),
        user_id=str(row.user_id),
        outcome=row.outcome,
        side=pb.Side.ValueType(row.side),
        shares=row.shares,
        gross=amount(row.gross_units, row.asset),
        fee=amount(row.fee_units, row.asset),
        sequence=row.sequence,
        price_millionths=row.prices,
        filled_at=to_wire(row.filled_at),
        group_first=row.group_first or row.sequence,
        role=pb.FillRole.ValueType(row.role),
    )


def order(row: OrderRow) -> pb.Order:
    """An order as its owner sees it."""
    message = pb.Order(
        order_id=str(row.order_id),
        user_id=str(row.user_id),
        event_id=str(row.event_id),
        outcome=row.outcome,
        side=pb.Side.ValueType(row.side),
        status=ORDER_STATUSES[row.status],
        created_at=to_wire(row.created_at),
        settled_at=to_wire_optional(row.settled_at),
        reason=row.reason or "",
        type=pb.OrderType.ValueType(row.type),
        time_in_force=pb.TimeInForce.ValueType(row.time_in_force),
        limit_price_millionths=row.limit_price or 0,
        post_only=row.post_only,
        expires_at=to_wire_optional(row.expires_at),
        open_shares=row.open_shares or 0,
        asked_units=row.amount_units or 0,
        asked_shares=row.asked_shares or 0,
        replaces_order_id=str(row.replaces_order_id or ""),
    )
    if row.reserved:
        message.reserved.CopyFrom(amount(row.still_needed_units, row.asset))
    if row.profit_loss_units is not None:
        message.profit_loss.CopyFrom(amount(row.profit_loss_units, row.asset))
    gross, fee = row.gross_units or Units(0), row.fee_units or Units(0)
    # Told even where nothing was traded, so that the asset of an order is always known.
    message.gross.CopyFrom(amount(gross, row.asset))
    message.fee.CopyFrom(amount(fee, row.asset))
    if row.shares is None:
        return message
    message.shares = row.shares
    message.price_millionths = average_price(row.side, gross, row.shares)
    taken = row.fill
    if taken is not None:
        message.fill.CopyFrom(fill(taken))
    return message


def position(row: PositionRow) -> pb.Position:
    """A position as its owner sees it; settled ones are worth what they were paid."""
    settled = row.payout_units is not None
    result = Units(
        row.realised_units + (row.payout_units - row.cost_units if row.payout_units is not None else 0)
    )
    value = row.payout_units if row.payout_units is not None else Units(row.shares * row.price // PRICE_ONE)
    message = pb.Position(
        user_id=str(row.user_id),
        event_id=str(row.event_id),
        outcome=row.outcome,
        shares=row.shares,
        cost=amount(row.cost_units, row.asset),
        realised=amount(result, row.asset),
        value=amount(value, row.asset),
        reserved_shares=row.reserved,
    )
    if settled:
        message.payout.CopyFrom(amount(value, row.asset))
    return message


def portfolio(totals: Iterable[Total], reserved: Mapping[str, int]) -> list[pb.PortfolioTotal]:
    """What somebody's positions come to, by asset; an asset in which only orders rest is there too."""
    known = {total.asset: total for total in totals}
    nothing = Units(0)
    return [
        pb.PortfolioTotal(
            cost=amount(total.cost_units, asset),
            value=amount(total.value_units, asset),
            realised=amount(total.realised_units, asset),
            unrealised=amount(Units(total.value_units - total.cost_units), asset),
            open_positions=total.open_positions,
            reserved=amount(Units(reserved.get(asset, 0)), asset),
        )
        for asset in sorted({*known, *reserved})
        for total in [known.get(asset) or Total(asset, nothing, nothing, nothing, 0)]
    ]
