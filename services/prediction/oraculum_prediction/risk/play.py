"""What holds for people beside the limits of their tier: auth tells it, every purchase is held to it.

What they have set themselves, whether they are barred, and what came of their identity check.

Sales are not: whoever wants to leave may.
"""

from collections.abc import Sequence
from datetime import UTC
from uuid import UUID

from oraculum.auth.v1.users_fact_pb2 import PlayRulesChanged, UsersFact
from oraculum_kit.db import Connection
from oraculum_kit.identity import Identity
from oraculum_kit.inbox import Record
from oraculum_money import Units
from oraculum_prediction.repository import risk as repository
from oraculum_prediction.repository.risk import OwnRules


async def hear(connection: Connection, records: Sequence[Record[UsersFact]]) -> None:
    """Keep it. Each word has a number, so one that comes again, or too late, changes nothing."""
    for record in records:
        fact, sequence = record.message, record.sequence or 0
        match fact.WhichOneof("fact"):
            case "play_rules_changed":
                said = fact.play_rules_changed
                await repository.put_own(connection, UUID(said.user_id), said.revision, _own(said))
            case "user_banned":
                barred_id = UUID(fact.user_banned.user_id)
                await repository.put_barred(connection, barred_id, barred=True, sequence=sequence)
            case "user_deleted":
                gone_id = UUID(fact.user_deleted.user_id)
                await repository.put_barred(connection, gone_id, barred=True, sequence=sequence)
            case "user_unbanned":
                free_id = UUID(fact.user_unbanned.user_id)
                await repository.put_barred(connection, free_id, barred=False, sequence=sequence)
            case "user_kyc_changed":
                kyc = fact.user_kyc_changed
                told = Identity(kyc.kyc, kyc.jurisdiction)
                await repository.put_kyc(connection, UUID(kyc.user_id), told, sequence=sequence)


def _own(said: PlayRulesChanged) -> OwnRules:
    return OwnRules(
        Units(said.loss_day_units) if said.HasField("loss_day_units") else None,
        Units(said.loss_week_units) if said.HasField("loss_week_units") else None,
        said.excluded_until.ToDatetime(tzinfo=UTC) if said.HasField("excluded_until") else None,
        said.exclusion,
    )
