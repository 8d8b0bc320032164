"""The market behind an event, which prediction keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import grpc.aio

from oraculum.money.v1.amount_pb2 import Amount
from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum.prediction.v1.prediction_service_pb2_grpc import PredictionServiceStub
from oraculum_event.records import Event, Mechanism
from oraculum_kit.timestamps import to_wire, to_wire_optional
from oraculum_money import Price, Units

SAFE = (
    "/oraculum.prediction.v1.PredictionService/OpenMarket",
    "/oraculum.prediction.v1.PredictionService/CloseMarket",
    "/oraculum.prediction.v1.PredictionService/BatchGetMarkets",
)


_MECHANISMS: Final = {
    Mechanism.LMSR: pb.MECHANISM_LMSR,
    Mechanism.CPMM: pb.MECHANISM_CPMM,
    Mechanism.CPMM_MULTI: pb.MECHANISM_CPMM_MULTI,
}


@dataclass(frozen=True, slots=True)
class ClosedMarket:
    """A market that trades no more."""

    closing_sequence: int
    void_prices: Sequence[Price]


class Markets:
    """Opens and closes markets. Both may be asked again: the same answer comes, nothing happens twice."""

    def __init__(self, prediction: grpc.aio.Channel) -> None:
        self._prediction = PredictionServiceStub(prediction)

    async def open(self, event: Event) -> None:
        """Fund the market of an event and open it."""
        await self._prediction.OpenMarket(
            pb.OpenMarketRequest(
                event_id=str(event.event_id),
                outcome_count=len(event.outcome_labels),
                subsidy=Amount(units=event.subsidy_units, asset=event.asset),
                prior_millionths=event.prior_millionths,
                locks_at=to_wire(event.locks_at),
                category=event.category,
                mechanism=_MECHANISMS[Mechanism(event.mechanism)],
            )
        )

    async def close(
        self, event_id: UUID, reason: str, *, void_hour_ends_at: datetime | None = None
    ) -> ClosedMarket:
        """Close a market for good; void prices are of the hour that ends then, or of its last one."""
        response = await self._prediction.CloseMarket(
            pb.CloseMarketRequest(
                event_id=str(event_id),
                reason=reason,
                void_hour_ends_at=to_wire_optional(void_hour_ends_at),
            )
        )
        return ClosedMarket(
            closing_sequence=response.closing_sequence,
            void_prices=[Price(price) for price in response.void_price_millionths],
        )

    async def at_stake(self, event_id: UUID) -> Units:
        """What lies in a market's escrow, from which winners are paid; nothing where there is no market."""
        response = await self._prediction.BatchGetMarkets(
            pb.BatchGetMarketsRequest(event_ids=[str(event_id)])
        )
        return Units(sum(market.liquidity.units for market in response.markets))
