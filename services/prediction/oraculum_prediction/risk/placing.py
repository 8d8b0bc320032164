"""Orders that nobody waits for: a trigger's sale, an order that was let pass. They take the way of every other order."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit import wire
from oraculum_kit.errors import ServiceError
from oraculum_kit.idempotency import REFUSALS, Command, Stored
from oraculum_prediction.placement import Outcome
from oraculum_prediction.risk.origin import Origin


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
