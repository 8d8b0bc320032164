"""A person's balances: what is free, what is held, and what is on its way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import structlog

from oraculum.prediction.v1.prediction_service_pb2 import ListProceedsRequest, Proceeds
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import ServiceError
from oraculum_money import ASSETS, Units
from oraculum_wallet import metrics
from oraculum_wallet.accounts import PERSONAL, AccountKind, account, is_uuid
from oraculum_wallet.repository import books as repository

if TYPE_CHECKING:
    from oraculum.prediction.v1.prediction_service_pb2_grpc import PredictionServiceAsyncStub

_log = structlog.stdlib.get_logger(__name__)

# A balance without what is arriving is better than none: prediction may take no longer than this.
ASK_SECONDS: Final = 0.5


@dataclass(slots=True)
class PersonBalance:
    """What a person has in one asset."""

    asset: str
    available_units: Units = Units(0)
    held_units: Units = Units(0)
    arriving_units: Units = Units(0)
    # Whether the person ever had any of it.
    touched: bool = False


class Balances:
    """Answers what people have."""

    def __init__(self, database: Database, prediction: "PredictionServiceAsyncStub") -> None:
        self._database = database
        self._prediction = prediction

    async def of(self, user_id: str) -> tuple[list[PersonBalance], bool]:
        """A person's balances in every asset that they ever had, by asset code; whether what is arriving is known."""
        # Prediction first: a fill that is applied between the two questions is then in the balance and not arriving,
        # and never in both.
        proceeds = await self.proceeds(user_id)
        async with self._database.connection() as connection:
            found, _ = await _read(connection, user_id, sorted(ASSETS), proceeds or ())
        return [balance for balance in found.values() if balance.touched], proceeds is not None

    async def counted(
        self, connection: Connection, user_id: str, asset: str, proceeds: Sequence[Proceeds]
    ) -> tuple[PersonBalance, list[Proceeds]]:
        """The balance in one asset, and which of the proceeds are arriving."""
        found, arriving = await _read(connection, user_id, [asset], proceeds)
        return found[asset], sorted(arriving, key=lambda item: (item.event_id, item.sequence))

    async def proceeds(self, user_id: str) -> list[Proceeds] | None:
        """What prediction says of a person's sales of late; None while it is away, which is not the same as nothing."""
        try:
            answer = await self._prediction.ListProceeds(
                ListProceedsRequest(user_id=user_id), timeout=ASK_SECONDS
            )
        except ServiceError as error:
            metrics.PROCEEDS_UNKNOWN.inc()
            _log.warning("balances.without_arriving", reason=error.reason)
            return None
        return [item for item in answer.proceeds if is_uuid(item.event_id)]


async def _read(
    connection: Connection, user_id: str, assets: Sequence[str], proceeds: Sequence[Proceeds]
) -> tuple[dict[str, PersonBalance], list[Proceeds]]:
    ids = [account(kind, user_id, asset).id for kind in PERSONAL for asset in assets]
    standings, applied = await repository.standings(connection, ids, {item.event_id for item in proceeds})
    found = {code: PersonBalance(code) for code in assets}
    for standing in standings:
        _count(found[standing.asset], standing)
    arriving = [
        item for item in proceeds if item.net.asset in found and item.sequence > applied.get(item.event_id, 0)
    ]
    for item in arriving:
        balance = found[item.net.asset]
        balance.arriving_units = Units(balance.arriving_units + item.net.units)
        balance.touched = True
    return found, arriving


def _count(balance: PersonBalance, standing: repository.Standing) -> None:
    """Add one account to a person's balance: what lies behind resting orders and disputes is held, all of it."""
    balance.touched = balance.touched or standing.received_units > 0
    if standing.kind is AccountKind.USER:
        balance.available_units = Units(balance.available_units + standing.available_units)
        balance.held_units = Units(balance.held_units + standing.held_units)
    else:
        balance.held_units = Units(balance.held_units + standing.available_units + standing.held_units)
