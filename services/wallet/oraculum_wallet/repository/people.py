"""What people have set themselves."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_money import Units

_sql: Final = queries("oraculum_wallet", "sql/people.sql")


class DepositLimits(NamedTuple):
    """What may be deposited in a day, a week, a month; None is no limit."""

    day_units: Units | None
    week_units: Units | None
    month_units: Units | None


class PersonRule(NamedTuple):
    """What a person has set themselves."""

    deposits: DepositLimits
    # Until when they do not play; None when they may.
    excluded_until: datetime | None
    exclusion: str


async def put(connection: Connection, user_id: UUID, revision: int, rule: PersonRule) -> None:
    """Keep what was told, unless something later is known."""
    await _sql.put_rule.run(
        connection,
        user_id=user_id,
        revision=revision,
        deposit_day_units=rule.deposits.day_units,
        deposit_week_units=rule.deposits.week_units,
        deposit_month_units=rule.deposits.month_units,
        excluded_until=rule.excluded_until,
        exclusion=rule.exclusion,
    )


async def lock(connection: Connection, user_id: UUID) -> PersonRule | None:
    """What holds for a person now; None of who has set nothing."""
    rows = await _sql.lock_rule.tuples(connection, user_id=user_id)
    if not rows:
        return None
    return PersonRule(DepositLimits(*rows[0][:3]), rows[0][3], rows[0][4])


async def deposited(connection: Connection, user_id: UUID) -> tuple[Units, Units, Units]:
    """What a person has deposited today, this week and this month."""
    ((day, week, month),) = await _sql.deposited.tuples(connection, user_id=user_id)
    return Units(day), Units(week), Units(month)
