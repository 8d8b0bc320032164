"""Limits: what people used, the rules, who changes them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_kit.identity import Identity
from oraculum_money import Price, Units
from oraculum_prediction.repository.arrays import literal
from oraculum_prediction.risk.house import HouseLimits
from oraculum_prediction.risk.limits import Limits, Use

_SQL: Final = queries("oraculum_prediction", "sql/risk.sql")

DOLLARS: Final = frozenset({"USD", "USDC"})

# Whose, in which asset, of which category; of everything where the last is empty.
Key = tuple[UUID, str, str]


class Override(NamedTuple):
    """What differs for one person; None is as the tier has it."""

    order_units: Units | None = None
    market_units: Units | None = None
    category_units: Units | None = None
    day_stake_units: Units | None = None
    week_stake_units: Units | None = None
    day_loss_units: Units | None = None
    week_loss_units: Units | None = None
    minute_orders: int | None = None
    blocked: bool = False

    def over(self, limits: Limits) -> Limits:
        """The limits of the tier with these in their places."""
        pairs = zip(self[:-1], limits, strict=True)
        return Limits._make(own if own is not None else tier for own, tier in pairs)


class OwnRules(NamedTuple):
    """What a person has set themselves, in dollars of either kind; None is nothing."""

    day_loss_units: Units | None
    week_loss_units: Units | None
    # Until when they do not play; None when they may.
    excluded_until: datetime | None
    exclusion: str

    def over(self, limits: Limits, asset: str) -> Limits:
        """The limits of the tier, made narrower. Losses that cannot be counted in dollars are allowed no more."""
        if self.day_loss_units is None and self.week_loss_units is None:
            return limits
        if asset not in DOLLARS:
            return limits._replace(day_loss_units=Units(0), week_loss_units=Units(0))
        return limits._replace(
            day_loss_units=_narrower(limits.day_loss_units, self.day_loss_units),
            week_loss_units=_narrower(limits.week_loss_units, self.week_loss_units),
        )


def _narrower(limit: Units, own: Units | None) -> Units:
    return limit if own is None else Units(min(limit, own))


class Looked(NamedTuple):
    """What was found for one key."""

    key: Key
    version: int
    use: Use
    override: Override | None
    own: OwnRules | None
    # What auth has told of the person.
    told: Identity | None


class Exposure(NamedTuple):
    """What a person has at stake in one market."""

    event_id: UUID
    asset: str
    category: str
    cost_units: Units
    value_units: Units
    best_units: Units
    worst_units: Units


class HouseMarket(NamedTuple):
    """What the house has at stake in one market."""

    event_id: UUID
    asset: str
    category: str
    subsidy_units: Units
    exposure_units: Units


class HouseTotal(NamedTuple):
    """What the house has at stake in one asset."""

    asset: str
    markets: int
    exposure_units: Units
    largest_units: Units


async def look_up(connection: Connection, keys: Sequence[Key]) -> list[Looked]:
    """What these have used by now."""
    rows = await _SQL.risk_look_up.tuples(
        connection,
        user_ids=literal(key[0] for key in keys),
        assets=literal(key[1] for key in keys),
        scopes=[key[2] for key in keys],
    )
    return [
        Looked(
            (row[0], row[1], row[2]),
            row[3],
            Use._make(row[4:13]),
            Override._make(row[14:23]) if row[13] else None,
            OwnRules._make(row[24:28]) if row[23] else None,
            Identity(*row[29:32]) if row[28] else None,
        )
        for row in rows
    ]


async def put_own(connection: Connection, user_id: UUID, revision: int, own: OwnRules) -> None:
    """Keep what a person has set themselves, unless something later is known."""
    await _SQL.put_person_rule.run(
        connection,
        user_id=user_id,
        revision=revision,
        loss_day_units=own.day_loss_units,
        loss_week_units=own.week_loss_units,
        excluded_until=own.excluded_until,
        exclusion=own.exclusion,
    )


async def put_barred(connection: Connection, user_id: UUID, *, barred: bool, sequence: int) -> None:
    """Keep whether a person is barred."""
    await _SQL.put_barred.run(connection, user_id=user_id, barred=barred, sequence=sequence)


async def put_kyc(connection: Connection, user_id: UUID, told: Identity, *, sequence: int) -> None:
    """Keep what came of a person's identity check."""
    await _SQL.put_kyc.run(
        connection, user_id=user_id, kyc=told.kyc, jurisdiction=told.jurisdiction, sequence=sequence
    )


async def write(connection: Connection, changes: Sequence[tuple[Key, Use]]) -> list[tuple[Key, Use]]:
    """Add what was used; what is used by then, in any order."""
    rows = await _SQL.risk_write.tuples(
        connection,
        user_ids=literal(key[0] for key, _ in changes),
        assets=literal(key[1] for key, _ in changes),
        scopes=[key[2] for key, _ in changes],
        opened=literal(change.open_units for _, change in changes),
        resting=literal(change.resting_units for _, change in changes),
        stakes=literal(change.day_stake_units for _, change in changes),
        sold=literal(change.day_sold_units for _, change in changes),
        results=literal(change.day_result_units for _, change in changes),
        orders=literal(change.minute_orders for _, change in changes),
    )
    return [((row[0], row[1], row[2]), Use._make(row[3:])) for row in rows]


async def market_scope(connection: Connection, event_id: UUID) -> tuple[str, str]:
    """In which asset and category a market counts."""
    ((asset, category),) = await _SQL.risk_market_scope.tuples(connection, event_id=event_id)
    return asset, category


async def settle(
    connection: Connection,
    event_id: UUID,
    released: Sequence[tuple[UUID, Units, Units]],
) -> None:
    """Let people go whose positions were paid: (user, what is open by it, won or lost).

    Whoever trades, and every other settlement of the same people, waits from here on: this comes last in a transaction.
    """
    await _SQL.risk_settle.run(
        connection,
        event_id=event_id,
        user_ids=literal(row[0] for row in released),
        opened=literal(row[1] for row in released),
        results=literal(row[2] for row in released),
    )


async def policy(connection: Connection) -> tuple[int, int]:
    """The version of the rules, and the score from which on an order is looked at."""
    ((version, review_score),) = await _SQL.risk_policy.tuples(connection)
    return version, review_score


async def tiers(connection: Connection) -> list[tuple[Any, ...]]:
    """What tiers may do: tier, asset, and the limits in their order."""
    return await _SQL.risk_tiers.tuples(connection)


async def prohibitions(connection: Connection) -> list[tuple[Any, ...]]:
    """What nobody may buy into."""
    return await _SQL.risk_prohibitions.tuples(connection)


async def house_limits(connection: Connection) -> list[tuple[Any, ...]]:
    """What the market makers may lose."""
    return await _SQL.risk_house_limits.tuples(connection)


async def least_resting(connection: Connection) -> dict[str, Units]:
    """What an order must be worth at least to rest, by asset."""
    return dict(await _SQL.risk_resting.tuples(connection))


async def put_least_resting(connection: Connection, asset: str, least: Units) -> None:
    """Set what an order must be worth at least to rest."""
    await _SQL.put_risk_resting.run(connection, asset=asset, least_units=least)


async def hold_policy(connection: Connection) -> None:
    """Let nobody else change the rules until this transaction ends."""
    await _SQL.hold_risk_policy.tuples(connection)


async def put_tier(connection: Connection, tier: str, asset: str, limits: Limits) -> None:
    """Set what people of a tier may do."""
    await _SQL.put_risk_tier.run(connection, tier=tier, asset=asset, **limits._asdict())


async def put_house(connection: Connection, asset: str, limits: HouseLimits) -> None:
    """Set what the market makers of an asset may lose."""
    await _SQL.put_risk_house.run(connection, asset=asset, **limits._asdict())


async def lift_house(connection: Connection, asset: str) -> None:
    """Let what lies in their escrows be all that limits them."""
    await _SQL.remove_risk_house.run(connection, asset=asset)


async def house_totals(connection: Connection) -> list[HouseTotal]:
    """What the market makers can lose now."""
    return [HouseTotal._make(row) for row in await _SQL.risk_house_exposures.tuples(connection)]


async def house_markets(connection: Connection, row_count: int) -> list[HouseMarket]:
    """The markets in which the house can lose most."""
    rows = await _SQL.risk_house_markets.tuples(connection, row_count=row_count)
    return [HouseMarket._make(row) for row in rows]


async def exposures(connection: Connection, user_id: UUID) -> list[Exposure]:
    """What a person has at stake, market by market."""
    return [Exposure._make(row) for row in await _SQL.risk_exposures.tuples(connection, user_id=user_id)]


async def uses(connection: Connection, user_id: UUID) -> dict[tuple[str, str], Use]:
    """All that a person has used, by asset and category."""
    rows = await _SQL.risk_uses.tuples(connection, user_id=user_id)
    return {(row[0], row[1]): Use._make(row[2:]) for row in rows}


async def overrides(connection: Connection, user_id: UUID) -> dict[str, Override]:
    """What differs for a person, by asset."""
    rows = await _SQL.risk_overrides.tuples(connection, user_id=user_id)
    return {row[0]: Override._make(row[1:]) for row in rows}


async def put_override(
    connection: Connection, user_id: UUID, asset: str, override: Override, *, reason: str, set_by: UUID | None
) -> None:
    """Set what differs for a person."""
    await _SQL.put_risk_override.run(
        connection, user_id=user_id, asset=asset, reason=reason, set_by=set_by, **override._asdict()
    )


async def prohibit(
    connection: Connection, kind: int, subject: str, *, reason: str, set_by: UUID | None
) -> None:
    """Forbid purchases in a market or a category."""
    await _SQL.put_risk_prohibition.run(connection, kind=kind, subject=subject, reason=reason, set_by=set_by)


async def allow(connection: Connection, kind: int, subject: str) -> bool:
    """Allow purchases again; False when they were not forbidden."""
    return await _SQL.remove_risk_prohibition.run(connection, kind=kind, subject=subject) > 0


async def keep_prohibitions(connection: Connection, kept: Sequence[tuple[int, str]]) -> int:
    """Allow purchases again in all but these; how many were allowed."""
    return await _SQL.remove_risk_prohibitions.run(
        connection, kinds=[kind for kind, _ in kept], subjects=[subject for _, subject in kept]
    )


async def held_outcomes(connection: Connection, user_id: UUID, row_count: int) -> list[tuple[UUID, int]]:
    """What a person holds, the dearest first: (event, outcome)."""
    rows = await _SQL.risk_held_outcomes.tuples(connection, user_id=user_id, row_count=row_count)
    return [(event_id, outcome) for event_id, outcome in rows]


async def hourly_prices(
    connection: Connection, held: Sequence[tuple[UUID, int]], hours: int
) -> list[list[Price | None]]:
    """The prices of these outcomes hour by hour, in their order; None before their market opened."""
    rows = await _SQL.risk_hourly_prices.tuples(
        connection,
        event_ids=literal(event_id for event_id, _ in held),
        outcomes=literal(outcome for _, outcome in held),
        hours=hours,
    )
    series: list[list[Price | None]] = [[] for _ in held]
    for place, _, price in rows:
        series[place - 1].append(price)
    return series
