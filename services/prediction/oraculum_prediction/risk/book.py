"""What the people of a batch have used of their limits: looked up once, checked in memory, written once.

    used = await book.look_up(connection, keys)      one statement, whatever the number of people
    used.begin(event_id)                             what was counted for this market is taken back: it is priced again
    used.check(person, ...)                          pure: None, or the refusal that names its rule
    used.count(event_id, person, category, change)   on top, so that the next order of the batch sees it
    await used.write(connection, event_ids)          one statement, the last of the transaction

Two workers or two replicas may decide for one person at once. Both add to the same rows, one after the other, and the second
learns what stands there then: where that is not what it has checked on and the sum is too large, nothing of its batch is
written and it is decided again on fresh figures. So no limit is ever passed, and nobody waits for anybody until the commit.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection
from oraculum_kit.errors import ServiceError
from oraculum_money import Units
from oraculum_prediction.repository import risk as repository
from oraculum_prediction.repository.risk import Key, Override
from oraculum_prediction.risk import limits as rules
from oraculum_prediction.risk.errors import (
    HouseLimitReached,
    LimitReached,
    MarketProhibited,
    TradingBlocked,
)
from oraculum_prediction.risk.limits import NO_USE, Limits, Purchase, Use
from oraculum_prediction.risk.policy import Policies, Policy
from oraculum_prediction.wire import OrderRow

# How long what all market makers together can lose is taken for known, beside what this process adds to it.
HOUSE_SECONDS: Final = 1.0


class LimitsMoved(Exception):
    """Others used the limits of somebody in this batch meanwhile: decide it again on fresh figures."""


class Person(NamedTuple):
    """Who asks, in which asset, with the tier that their token says."""

    user_id: UUID
    asset: str
    tier: str


class Maker(NamedTuple):
    """What a purchase makes of the market maker behind it."""

    before_units: Units
    after_units: Units


@dataclass(frozen=True, slots=True)
class _Known:
    base: dict[Key, Use]
    overrides: dict[tuple[UUID, str], Override]
    policy: Policy
    house: dict[str, Units]


class RiskBook:
    """Looks people up for one worker. What it keeps between batches are the rules and nothing of anybody."""

    def __init__(self, policies: Policies, clock: Clock) -> None:
        self._policies = policies
        self._clock = clock
        self._house: dict[str, Units] = {}
        self._house_read_at = 0.0

    async def look_up(self, connection: Connection, people: Iterable[tuple[UUID, str, str]]) -> "Used":
        """What these people, named with asset and category, have used by now."""
        keys = {(user_id, asset, scope) for user_id, asset, category in people for scope in ("", category)}
        found = await repository.look_up(connection, list(keys))
        version = found[0].version if found else 0
        policy = await self._policies.at(connection, version)
        if policy.house:
            await self._read_house(connection)
        return Used(
            _Known(
                {row.key: row.use for row in found},
                {row.key[:2]: row.override for row in found if row.override is not None},
                policy,
                self._house,
            )
        )

    async def _read_house(self, connection: Connection) -> None:
        now = self._clock.now().timestamp()
        if now - self._house_read_at >= HOUSE_SECONDS:
            totals = await repository.house_totals(connection)
            self._house = {row.asset: row.exposure_units for row in totals}
            self._house_read_at = now


class Used:
    """What one batch knows and adds. Not asynchronous but for `write`, and used by one round of one worker."""

    def __init__(self, known: _Known) -> None:
        self._known = known
        # What was used with everything counted so far, where that is more than was looked up.
        self._now: dict[Key, Use] = {}
        self._changes: dict[UUID, dict[Key, Use]] = {}
        # What the orders of each market add to what the house can lose in an asset.
        self._lost: dict[UUID, tuple[str, Units]] = {}

    @property
    def policy(self) -> Policy:
        """The rules that this batch is decided by."""
        return self._known.policy

    def limits(self, person: Person) -> Limits:
        """What this person may do."""
        tier = self._known.policy.limits(person.tier, person.asset)
        override = self._known.overrides.get((person.user_id, person.asset))
        return override.over(tier) if override else tier

    def used(self, person: Person, category: str = "") -> Use:
        """What this person has used, this batch included; of everything unless a category is named."""
        key = (person.user_id, person.asset, category)
        return self._now.get(key) or self._known.base.get(key, NO_USE)

    def begin(self, event_id: UUID) -> None:
        """Take back what was counted for a market: it is priced (again)."""
        self._lost.pop(event_id, None)
        for key, change in self._changes.pop(event_id, {}).items():
            self._now[key] = self._now[key].minus(change)

    def check(
        self, person: Person, event_id: UUID, purchase: Purchase | None, maker: Maker | None = None
    ) -> ServiceError | None:
        """Why an order must be refused, if it must; a sale brings no purchase."""
        limits, used = self.limits(person), self.used(person)
        hurried = rules.too_fast(used, limits, person.asset)
        if hurried is not None:
            return LimitReached.of(hurried)
        if purchase is None:
            return None
        override = self._known.overrides.get((person.user_id, person.asset))
        if override is not None and override.blocked:
            return TradingBlocked()
        prohibition = self._known.policy.prohibited(event_id, purchase.category)
        if prohibition is not None:
            return MarketProhibited(rule="prohibited", because=prohibition.reason)
        breach = rules.check(purchase, used, self.used(person, purchase.category), limits, person.asset)
        if breach is not None:
            return LimitReached.of(breach)
        return self._check_house(event_id, person.asset, maker) if maker else None

    def count(self, event_id: UUID, person: Person, category: str, change: Use) -> None:
        """Add what an order uses, of everything and of its category."""
        for scope in ("", category):
            key = (person.user_id, person.asset, scope)
            changes = self._changes.setdefault(event_id, {})
            changes[key] = changes.get(key, NO_USE).plus(change)
            self._now[key] = self.used(person, scope).plus(change)

    async def write(
        self, connection: Connection, event_ids: Collection[UUID], tiers: dict[UUID, str]
    ) -> None:
        """Write what was counted for these markets. `tiers` are of those who asked: they are held to their limits.

        Raises `LimitsMoved` when that does not stand any more; the transaction must not commit then.
        """
        totals: dict[Key, Use] = {}
        for event_id in event_ids:
            for key, change in self._changes.get(event_id, {}).items():
                totals[key] = totals.get(key, NO_USE).plus(change)
        if not totals:
            return
        # Sorted here too: what the server inserts in order it locks in order.
        for key, after in await repository.write(connection, sorted(totals.items())):
            if key[0] in tiers and not self._stands(key, totals[key], after, tiers[key[0]]):
                raise LimitsMoved
        for event_id in event_ids:
            # Known to the next batches of this worker until the sum is read again.
            asset, lost_units = self._lost.get(event_id, ("", Units(0)))
            self._known.house[asset] = Units(self._known.house.get(asset, 0) + lost_units)

    def _stands(self, key: Key, change: Use, after: Use, tier: str) -> bool:
        base = self._known.base.get(key, NO_USE)
        if after.minus(change) == base:
            # Nobody else used anything: each order was checked on what is true.
            return True
        user_id, asset, scope = key
        return rules.keeps(change, after, self.limits(Person(user_id, asset, tier)), scope=scope)

    def _check_house(self, event_id: UUID, asset: str, maker: Maker) -> ServiceError | None:
        house = self._known.policy.house.get(asset)
        if house is None or maker.after_units <= maker.before_units:
            return None
        if maker.after_units > house.market_units:
            left = Units(max(0, house.market_units - maker.before_units))
            return HouseLimitReached.of("one market", house.market_units, left, asset)
        others = sum(units for code, units in self._lost.values() if code == asset)
        total = Units(self._known.house.get(asset, 0) + others)
        added = Units(maker.after_units - maker.before_units)
        if total + added > house.total_units:
            left = Units(max(0, house.total_units - total))
            return HouseLimitReached.of("all markets", house.total_units, left, asset)
        _, before = self._lost.get(event_id, (asset, Units(0)))
        self._lost[event_id] = (asset, Units(before + added))
        return None


async def give_back(connection: Connection, event_id: UUID, rows: Sequence[OrderRow]) -> None:
    """Let resting purchases be staked no more that end with their market, in the transaction that ends them."""
    needed: dict[UUID, Units] = {}
    for row in rows:
        needed[row.user_id] = Units(needed.get(row.user_id, 0) + row.still_needed_units)
    freed = {user_id: units for user_id, units in needed.items() if units}
    if not freed:
        return
    asset, category = await repository.market_scope(connection, event_id)
    changes = [
        ((user_id, asset, scope), ended(units))
        for user_id, units in freed.items()
        for scope in ("", category)
    ]
    await repository.write(connection, sorted(changes))


def bought(cost_units: Units, resting_units: Units = Units(0)) -> Use:
    """What a purchase uses: what was paid, and what may yet be for the part that rests."""
    return NO_USE._replace(
        open_units=cost_units,
        resting_units=resting_units,
        day_stake_units=cost_units,
        week_stake_units=cost_units,
        minute_orders=1,
        week_orders=1,
    )


def sold(proceeds_units: Units, cost_units: Units) -> Use:
    """What a sale gives back: what the sold shares had cost, and what was won or lost by it."""
    result = Units(proceeds_units - cost_units)
    return NO_USE._replace(
        open_units=Units(-cost_units),
        day_sold_units=proceeds_units,
        day_result_units=result,
        week_result_units=result,
        minute_orders=1,
        week_orders=1,
    )


def met(cost_units: Units, drawn_units: Units) -> Use:
    """What a resting purchase that was met uses: it was checked when it was accepted, and rests by so much less."""
    return NO_USE._replace(
        open_units=cost_units,
        resting_units=Units(-drawn_units),
        day_stake_units=cost_units,
        week_stake_units=cost_units,
    )


def ended(left_units: Units) -> Use:
    """What a resting purchase gives back that ends."""
    return NO_USE._replace(resting_units=Units(-left_units))
