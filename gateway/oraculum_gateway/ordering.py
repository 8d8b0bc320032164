"""Orders by socket: the same as by HTTP, in messages."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from oraculum_gateway.bodies import shaped
from oraculum_gateway.routes.orders import cancel_order
from oraculum_gateway.routes.trading import place_order
from oraculum_gateway.services import Services
from oraculum_gateway.shapes.trading import CancelIn, PredictionIn, PredictionOut

# What a message has beside the fields of its command.
_ENVELOPE: Final = frozenset({"type", "id", "key"})

Order = Callable[[Services, str, Mapping[str, Any]], Awaitable[PredictionOut]]


async def _place(services: Services, key: str, message: Mapping[str, Any]) -> PredictionOut:
    fields = _fields(message)
    if "order_type" in fields:
        # A message has its own `type`, so that of an order has another name here.
        fields["type"] = fields.pop("order_type")
    return await place_order(services, shaped(fields, PredictionIn), key)


async def _cancel(services: Services, key: str, message: Mapping[str, Any]) -> PredictionOut:
    return await cancel_order(services, shaped(_fields(message), CancelIn).prediction_id, key)


def _fields(message: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name not in _ENVELOPE}


ORDERS: Final[Mapping[str, Order]] = {"order.place": _place, "order.cancel": _cancel}
