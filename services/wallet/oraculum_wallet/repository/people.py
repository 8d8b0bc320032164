"""What people have set themselves."""

from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_kit.identity import Identity
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


async def put_barred(connection: Connection, user_id: UUID, *, barred: bool, sequence: int) -> None:
    """Keep whether a person is barred."""
    await _sql.put_barred.run(connection, user_id=user_id, barred=barred, sequence=sequence)


async def put_kyc(
    connection: Connection, user_id: UUID, *, kyc: str, jurisdiction: str, sequence: int
) -> None:
    """Keep what came of a person's identity check."""
    await _sql.put_kyc.run(connection, user_id=user_id, kyc=kyc, jurisdiction=jurisdiction, sequence=sequence)


async def known(connection: Connection, user_id: UUID) -> Identity | None:
    """What was told of a person; None where nothing was."""
    return await _sql.known_person.one(connection, Identity, user_id=user_id)


async def take_turns(connection: Connection, user_id: UUID) -> None:
    """Keep other deposits of this person out until the transaction ends."""
    await _sql.take_turns.run(connection, user_id=user_id)


async def deposited_ever(connection: Connection, user_id: UUID) -> Units:
    """All that a person has deposited in dollars."""
    return Units(await _sql.deposited_ever.value(connection, user_id=user_id))
