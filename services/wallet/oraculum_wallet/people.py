"""What holds for people, kept where money comes in: auth tells it, and a deposit is held to it.

What they have set themselves, whether they are barred, and what came of their identity check.

Money may always leave: no withdrawal and no payout asks here.
"""

from collections.abc import Sequence
from datetime import UTC
from typing import Final
from uuid import UUID

from oraculum.auth.v1.users_fact_pb2 import PlayRulesChanged, UsersFact
from oraculum_kit.db import Connection
from oraculum_kit.identity import Identity, IdentityRules
from oraculum_kit.inbox import Record
from oraculum_money import Units, asset, format_units
from oraculum_wallet.errors import DepositLimitReached, DepositorExcluded
from oraculum_wallet.repository import people as repository
from oraculum_wallet.repository.people import DepositLimits, PersonRule

_DOLLARS: Final = frozenset({"USD", "USDC"})
_PERIODS: Final = ("day", "week", "month")


async def hear(connection: Connection, records: Sequence[Record[UsersFact]]) -> None:
    """Keep it. Each word has a number, so one that comes again, or too late, changes nothing."""
    for record in records:
        fact, sequence = record.message, record.sequence or 0
        match fact.WhichOneof("fact"):
            case "play_rules_changed":
                said = fact.play_rules_changed
                await repository.put(connection, UUID(said.user_id), said.revision, rule_of(said))
            case "user_banned":
                user_id = UUID(fact.user_banned.user_id)
                await repository.put_barred(connection, user_id, barred=True, sequence=sequence)
            case "user_deleted":
                user_id = UUID(fact.user_deleted.user_id)
                await repository.put_barred(connection, user_id, barred=True, sequence=sequence)
            case "user_unbanned":
                user_id = UUID(fact.user_unbanned.user_id)
                await repository.put_barred(connection, user_id, barred=False, sequence=sequence)
            case "user_kyc_changed":
                kyc = fact.user_kyc_changed
                await repository.put_kyc(
                    connection,
                    UUID(kyc.user_id),
                    kyc=kyc.kyc,
                    jurisdiction=kyc.jurisdiction,
                    sequence=sequence,
                )


def rule_of(said: PlayRulesChanged) -> PersonRule:
    """What was told, in our terms."""
    return PersonRule(
        DepositLimits(
            Units(said.deposit_day_units) if said.HasField("deposit_day_units") else None,
            Units(said.deposit_week_units) if said.HasField("deposit_week_units") else None,
            Units(said.deposit_month_units) if said.HasField("deposit_month_units") else None,
        ),
        said.excluded_until.ToDatetime(tzinfo=UTC) if said.HasField("excluded_until") else None,
        said.exclusion,
    )


async def check_identity(
    connection: Connection,
    user_id: UUID,
    says: Identity,
    rules: IdentityRules,
    asset_code: str,
    units: Units,
) -> None:
    """Refuse a deposit of whom we may take nothing from, or no more, in the transaction that would make it.

    `says` is what their token says.
    """
    person = says.updated(await repository.known(connection, user_id))
    moved: int | None = units
    if rules.asks(person):
        # Several at once must not pass together where each would pass alone.
        await repository.take_turns(connection, user_id)
        countable = asset_code in _DOLLARS
        moved = await repository.deposited_ever(connection, user_id) + units if countable else None
    refusal = rules.refuses(person, moved)
    if refusal is not None:
        raise refusal


async def check_deposit(connection: Connection, user_id: UUID, asset_code: str, units: Units) -> None:
    """Refuse a deposit that its person did not want to be able to make, in the transaction that would make it.

    Whoever limits deposits limits dollars. Money that cannot be counted in dollars is refused then, since it would be
    the way around the limit.
    """
    rule = await repository.lock(connection, user_id)
    if rule is None:
        return
    if rule.excluded_until is not None:
        raise DepositorExcluded(because=rule.exclusion, until=rule.excluded_until.isoformat())
    if all(limit is None for limit in rule.deposits):
        return
    if asset_code not in _DOLLARS:
        raise DepositLimitReached(
            "You have limited your deposits, so only dollars can be deposited.", asset=asset_code
        )
    for period, limit, used in zip(
        _PERIODS, rule.deposits, await repository.deposited(connection, user_id), strict=True
    ):
        if limit is not None and used + units > limit:
            left = Units(max(0, limit - used))
            money = asset(asset_code)
            raise DepositLimitReached(
                f"You have limited your deposits in a {period} to {format_units(limit, money)} USD; "
                f"{format_units(left, money)} USD is left.",
                rule=f"deposit_{period}",
                limit=limit,
                left=left,
            )
