"""Orders that nobody waits for: a trigger's sale, an order that was let pass. They take the way of every other order."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit import wire
from oraculum_kit.errors import ServiceError
from oraculum_kit.idempotency import REFUSALS, Command, Stored
from oraculum_kit.timestamps import to_wire
from oraculum_prediction.placement import Outcome, Placement
from oraculum_prediction.pricing.takers import OrderKind, SelfTrade, TimeInForce
from oraculum_prediction.risk.origin import Origin
from oraculum_prediction.wire import SIDES


@dataclass(frozen=True, slots=True)
class Standing:
    """An order that is placed for somebody, as often as needed and once in effect."""

    order_id: UUID
    request_hash: bytes
    user_id: UUID
    request: pb.PlaceOrderRequest
    origin: Origin
    received_at: datetime

    @property
    def command(self) -> Command:
        """By which the engine knows it again."""
        return Command(self.order_id, self.request_hash)


Place = Callable[[Standing], Awaitable[Outcome]]

_SELF_TRADES: Final = {
    SelfTrade.CANCEL_MAKER: pb.SELF_TRADE_CANCEL_MAKER,
    SelfTrade.CANCEL_TAKER: pb.SELF_TRADE_CANCEL_TAKER,
}
_TIMES: Final = {
    TimeInForce.GTC: pb.TIME_IN_FORCE_GTC,
    TimeInForce.IOC: pb.TIME_IN_FORCE_IOC,
    TimeInForce.FOK: pb.TIME_IN_FORCE_FOK,
}


def request_of(placement: Placement) -> pb.PlaceOrderRequest:
    """The request that asks for this order."""
    order, terms = placement.order, placement.terms
    request = pb.PlaceOrderRequest(
        event_id=str(placement.event_id),
        outcome=order.outcome,
        side=SIDES[order.side],
        limit_price_millionths=order.limit or 0,
        self_trade=_SELF_TRADES[terms.self_trade],
        post_only=terms.post_only,
        idempotency_key=str(placement.order_id),
    )
    if order.amount is not None:
        request.amount_units = order.amount
    else:
        request.shares = order.shares or 0
    if terms.kind is OrderKind.LIMIT:
        request.type = pb.ORDER_TYPE_LIMIT
        request.time_in_force = _TIMES[terms.time_in_force]
        if terms.expires_at is not None:
            request.time_in_force = pb.TIME_IN_FORCE_GTD
            request.expires_at.CopyFrom(to_wire(terms.expires_at))
    return request


def content_hash(request: pb.PlaceOrderRequest) -> bytes:
    """The hash of a request of our own, the same whenever it is made again."""
    return hashlib.sha256(request.SerializeToString(deterministic=True)).digest()


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an order: decided for good or not, and why it was refused if it was."""

    decided: bool = True
    refusal: ServiceError | None = None


def result_of(outcome: Outcome) -> Result:
    """Read an outcome. What says nothing about the order itself (a peer was away) leaves it undecided."""
    if isinstance(outcome, Stored):
        failed = outcome.status != 0
        return Result(refusal=wire.error_from_bytes(outcome.response) if failed else None)
    if isinstance(outcome, ServiceError):
        return Result(decided=outcome.code in REFUSALS, refusal=outcome)
    return Result()
