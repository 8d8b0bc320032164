"""Prediction's things as the contract shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.timestamps import to_wire, to_wire_optional
from oraculum_money import PRICE_ONE, Price, Shares, Units, mul_div_ceil, mul_div_floor
from oraculum_prediction.pricing import Side
from oraculum_prediction.repository.markets import MarketRow

SIDES: Final[Mapping[Side, pb.Side.ValueType]] = {Side.BUY: pb.SIDE_BUY, Side.SELL: pb.SIDE_SELL}

# From the column to the contract; one that was abandoned has failed for good.
ORDER_STATUSES: Final[Mapping[int, pb.OrderStatus.ValueType]] = {
    2: pb.ORDER_STATUS_FILLED,
    3: pb.ORDER_STATUS_REJECTED,
    4: pb.ORDER_STATUS_FAILED,
    5: pb.ORDER_STATUS_SETTLED,
    6: pb.ORDER_STATUS_REFUNDED,
}


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order with its fill, if it has one."""

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
    fill_id: UUID | None
    prices: list[Price] | None
    filled_at: datetime | None


@dataclass(frozen=True, slots=True)
class TradeRow:
    """A public trade."""

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
    prices: list[Price]
    asset: str


@dataclass(frozen=True, slots=True)
class PositionRow:
    """What a person holds, with the price that it has now."""

    user_id: UUID
    event_id: UUID
    outcome: int
    shares: Shares
    cost_units: Units
    realised_units: Units
    payout_units: Units | None
    asset: str
    price: Price
    market_status: int


def amount(units: Units, asset: str) -> Amount:
    """Money with its asset."""
    return Amount(units=units, asset=asset)


def average_price(side: int, gross: Units, shares: Shares) -> Price:
    """The average price of a share before the fee: costs are rounded up, proceeds down."""
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
        liquidity_parameter_units=row.liquidity_units,
        locks_at=to_wire(row.locks_at),
    )


def trade(row: TradeRow) -> pb.Fill:
    """A fill as everybody may see it."""
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
    )
    if row.profit_loss_units is not None:
        message.profit_loss.CopyFrom(amount(row.profit_loss_units, row.asset))
    if row.shares is None or row.gross_units is None or row.fee_units is None:
        return message
    message.shares = row.shares
    message.gross.CopyFrom(amount(row.gross_units, row.asset))
    message.fee.CopyFrom(amount(row.fee_units, row.asset))
    message.price_millionths = average_price(row.side, row.gross_units, row.shares)
    if row.fill_id is not None and row.filled_at is not None and row.fill_sequence is not None:
        message.fill.CopyFrom(
            pb.Fill(
                fill_id=str(row.fill_id),
                order_id=message.order_id,
                event_id=message.event_id,
                user_id=message.user_id,
                outcome=row.outcome,
                side=message.side,
                shares=row.shares,
                gross=message.gross,
                fee=message.fee,
                sequence=row.fill_sequence,
                price_millionths=row.prices,
                filled_at=to_wire(row.filled_at),
            )
        )
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
    )
    if settled:
        message.payout.CopyFrom(amount(value, row.asset))
    return message
