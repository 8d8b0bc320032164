"""Trades as they are told and kept: of one outcome, with the side that the taker took."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from oraculum.market_data.v1 import market_data_service_pb2 as pb
from oraculum_kit.timestamps import to_wire, to_wire_optional
from oraculum_market_data.figures import Price
from oraculum_market_data.normal import Direction, Trade, Venue
from oraculum_market_data.wire import text_of


@dataclass(frozen=True, slots=True)
class Deal:
    """A trade of an outcome whose number we know."""

    venue: str
    market_id: str
    outcome: int
    trade_id: str
    price: Price
    size: Decimal
    taker_side: str
    venue_time: datetime
    received_at: datetime


def deal_of(trade: Trade, outcome: int, received_at: datetime) -> Deal | None:
    """A trade that counts; what a venue books as a trade without anybody having made one is none."""
    if not trade.is_counted or trade.price is None or not trade.id:
        return None
    return Deal(
        venue=trade.venue.value,
        market_id=trade.market_id,
        outcome=outcome,
        trade_id=trade.id,
        price=trade.price,
        size=trade.size,
        taker_side=_taker_side(trade),
        venue_time=trade.venue_time or received_at,
        received_at=trade.received_at or received_at,
    )


def _taker_side(trade: Trade) -> str:
    """What the taker did with the outcome that the price is of; on Manifold that is always YES or the answer."""
    if trade.direction is None:
        return ""
    is_buy = trade.direction is Direction.BUY
    if trade.venue is Venue.MANIFOLD and trade.original_side == "NO":
        is_buy = not is_buy
    return Direction.BUY.value if is_buy else Direction.SELL.value


def deal_to_wire(deal: Deal) -> pb.VenueTrade:
    """A trade in the contract's words."""
    return pb.VenueTrade(
        venue=deal.venue,
        venue_market_id=deal.market_id,
        outcome=deal.outcome,
        trade_id=deal.trade_id,
        price=text_of(deal.price),
        size=text_of(deal.size),
        taker_side=deal.taker_side,
        venue_time=to_wire(deal.venue_time),
        received_at=to_wire_optional(deal.received_at),
    )
