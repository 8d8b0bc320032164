"""What people have set themselves, kept beside the limits of their tier: auth tells it, every purchase is held to it.

Sales are not: whoever wants to leave may.
"""

from collections.abc import Sequence
from datetime import UTC
from uuid import UUID

from oraculum.auth.v1.users_fact_pb2 import UsersFact
from oraculum_kit.db import Connection
from oraculum_kit.inbox import Record
from oraculum_money import Units
from oraculum_prediction.repository import risk as repository
from oraculum_prediction.repository.risk import OwnRules


async def hear(connection: Connection, records: Sequence[Record[UsersFact]]) -> None:
    """Keep what people set themselves."""
    for record in records:
        if record.message.WhichOneof("fact") == "play_rules_changed":
            said = record.message.play_rules_changed
            own = OwnRules(
                Units(said.loss_day_units) if said.HasField("loss_day_units") else None,
                Units(said.loss_week_units) if said.HasField("loss_week_units") else None,
                said.excluded_until.ToDatetime(tzinfo=UTC) if said.HasField("excluded_until") else None,
                said.exclusion,
            )
            await repository.put_own(connection, UUID(said.user_id), said.revision, own)
