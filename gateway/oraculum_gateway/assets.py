"""Which asset an event trades in. It never changes, so it is asked once and remembered."""

from typing import Final

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_gateway.services import Services
from oraculum_money import Asset, asset

DEFAULT: Final[Asset] = asset("USDC")
_REMEMBERED_MAX: Final = 100_000


class EventAssets:
    """Assets by event id."""

    def __init__(self) -> None:
        self._known: dict[str, Asset] = {}

    async def of(self, services: Services, event_id: str) -> Asset:
        """The asset of an event; the house's default for one that prediction does not know, and will refuse."""
        known = self._known.get(event_id)
        if known is not None:
            return known
        response = await services.prediction.BatchGetMarkets(pb.BatchGetMarketsRequest(event_ids=[event_id]))
        if not response.markets:
            return DEFAULT
        if len(self._known) >= _REMEMBERED_MAX:
            self._known.pop(next(iter(self._known)))
        self._known[event_id] = asset(response.markets[0].volume.asset)
        return self._known[event_id]
