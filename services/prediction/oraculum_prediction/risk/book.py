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

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection
from oraculum_kit.errors import PermissionDenied, ServiceError
from oraculum_kit.identity import NOBODY, Identity, IdentityRules
from oraculum_money import Units
from oraculum_prediction.repository import risk as repository
from oraculum_prediction.repository.risk import Key, Override, OwnRules
from oraculum_prediction.risk import limits as rules
from oraculum_prediction.risk.account import Account
from oraculum_prediction.risk.errors import (
    HouseLimitReached,
    LimitReached,
    MarketProhibited,
    SelfExcluded,
    TradingBlocked,
)
from oraculum_prediction.risk.limits import NO_USE, Limits, Purchase, Use, ended
from oraculum_prediction.risk.policy import Policies, Policy
from oraculum_prediction.wire import OrderRow

# How long what all market makers together can lose is taken for known, beside what this process adds to it.
HOUSE_SECONDS: Final = 1.0


class LimitsMoved(Exception):
    """Others used the limits of somebody in this batch meanwhile: decide it again on fresh figures."""


class Person(NamedTuple):
    """Who asks, in which asset, with what their token says."""

    user_id: UUID
    asset: str
    tier: str
    identity: Identity = NOBODY


class Standing(NamedTuple):
    """What a person may do, and what they have used by now."""

    limits: Limits
    use: Use


class Maker(NamedTuple):
    """What a purchase makes of the market maker behind it."""

    before_units: Units
    after_units: Units


@dataclass(frozen=True, slots=True)
class _Known:
    base: dict[Key, Use]
    overrides: dict[tuple[UUID, str], Override]
    own: dict[UUID, OwnRules]
    told: dict[UUID, Identity]
    policy: Policy
    house: dict[str, Units]
    rules: IdentityRules


class RiskBook:
    """Looks people up for one worker. What it keeps between batches are the rules and nothing of anybody."""

    def __init__(self, policies: Policies, clock: Clock, rules: IdentityRules) -> None:
        self._policies = policies
        self._clock = clock
        self._rules = rules
        self._house: dict[str, Units] = {}
        self._house_read_at = 0.0

    async def look_up(
        self, connection: Connection, people: Iterable[tuple[UUID, str, str]], askers: Iterable[Person] = ()
    ) -> "Used":
        """What these people, named with asset and category, have used by now.

        Of `askers` whom nobody has looked at it is known besides what they have at stake in dollars of the other kind.
        """
        keys = {(user_id, asset, scope) for user_id, asset, category in people for scope in ("", category)}
        for asker in askers:
            # Where no token says it, more may have been told: who is approved here may be rejected there.
            if self._rules.asks(asker.identity) or not asker.identity.by_token:
                keys.update(_dollar_keys(asker))
        found = await repository.look_up(connection, list(keys))
        version = found[0].version if found else 0
        policy = await self._policies.at(connection, version)
        if policy.house:
            await self._read_house(connection)
        return Used(
            _Known(
                {row.key: row.use for row in found},
                {row.key[:2]: row.override for row in found if row.override is not None},
                {row.key[0]: row.own for row in found if row.own is not None},
                {row.key[0]: row.told for row in found if row.told is not None},
                policy,
                self._house,
                self._rules,
            )
        )

    async def _read_house(self, connection: Connection) -> None:
        now = self._clock.now().timestamp()
        if now - self._house_read_at >= HOUSE_SECONDS:
            totals = await repository.house_totals(connection)
            self._house = {row.asset: row.exposure_units for row in totals}
            self._house_read_at = now


class Used:
    """What one batch knows and adds. Not asynchronous but for `write`, and used by one round of one worker.

    Every order of the platform passes here, so sums are kept in plain numbers that are added to and taken from.
    """

    def __init__(self, known: _Known) -> None:
        self._known = known
        self._accounts: dict[tuple[UUID, str], Account] = {}
        # What was counted for each market, so that it can be taken back.
        self._counted: dict[UUID, list[tuple[tuple[UUID, str], str, Use]]] = {}
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
        limits = override.over(tier) if override else tier
        own = self._known.own.get(person.user_id)
        return own.over(limits, person.asset) if own else limits

    def used(self, person: Person) -> Use:
        """What this person has used of everything, this batch included."""
        return self._account((person.user_id, person.asset)).use()

    def at_stake(self, person: Person, category: str) -> Units:
        """What this person has at stake in a category, this batch included; nothing where there is none."""
        if not category:
            return Units(0)
        base = self._known.base.get((person.user_id, person.asset, category), NO_USE)
        account = self._account((person.user_id, person.asset))
        return Units(base.at_stake_units + account.categories.get(category, 0))

    def begin(self, event_id: UUID) -> None:
        """Take back what was counted for a market: it is priced (again)."""
        self._lost.pop(event_id, None)
        for key, category, change in self._counted.pop(event_id, ()):
            self._accounts[key].add(category, change, -1)

    def way_back(self, event_id: UUID) -> Callable[[], None]:
        """What takes back all that will have been counted for a market since now."""
        length, lost = len(self._counted.get(event_id, ())), self._lost.get(event_id)

        def back() -> None:
            counted = self._counted.get(event_id, [])
            for key, category, change in counted[length:]:
                self._accounts[key].add(category, change, -1)
            del counted[length:]
            self._lost.pop(event_id, None)
            if lost is not None:
                self._lost[event_id] = lost

        return back

    def standing(self, person: Person) -> Standing:
        """Where a person stands before the next order."""
        return Standing(self.limits(person), self.used(person))

    def hurries(self, person: Person, standing: Standing) -> ServiceError | None:
        """Why a person must wait before the next order, if they must."""
        breach = rules.too_fast(standing.use, standing.limits, person.asset)
        return LimitReached.of(breach) if breach is not None else None

    def check(
        self,
        person: Person,
        standing: Standing,
        event_id: UUID,
        purchase: Purchase,
        maker: Maker | None = None,
    ) -> ServiceError | None:
        """Why a purchase must be refused, if it must."""
        barred = self.bars(person, standing, purchase.cost_units)
        if barred is not None:
            return barred
        prohibition = self._known.policy.prohibited(event_id, purchase.category)
        if prohibition is not None:
            return MarketProhibited(rule="prohibited", because=prohibition.reason)
        breach = rules.check(
            purchase,
            standing.use,
            self.at_stake(person, purchase.category),
            standing.limits,
            person.asset,
        )
        if breach is not None:
            return LimitReached.of(breach)
        return self._check_house(event_id, person.asset, maker) if maker else None

    def check_gift(
        self, person: Person, standing: Standing, event_id: UUID, gift: Purchase
    ) -> ServiceError | None:
        """Why somebody must not give a market money, if they must not.

        It is gone for good, and whoever trades there may take it out: nobody whom an identity check waits for gives any, for
        of a free amount nothing would ever be used up.
        """
        unknown = self._known.rules.refuses(self._identity(person), None)
        return unknown or self.check(person, standing, event_id, gift)

    def bars(self, person: Person, standing: Standing, cost_units: Units) -> ServiceError | None:
        """Why a person may put no money into any market, or not so much of it before somebody has looked at them."""
        unknown = self._refuses(person, [standing.use, *self._other_dollars(person)], cost_units)
        if unknown is not None:
            return unknown
        own = self._known.own.get(person.user_id)
        if own is not None and own.excluded_until is not None:
            return SelfExcluded(because=own.exclusion, until=own.excluded_until.isoformat())
        override = self._known.overrides.get((person.user_id, person.asset))
        return TradingBlocked() if override is not None and override.blocked else None

    def count(self, event_id: UUID, person: Person, category: str, change: Use) -> None:
        """Add what an order uses, of everything and of its category."""
        key = (person.user_id, person.asset)
        self._account(key).add(category, change, 1)
        self._counted.setdefault(event_id, []).append((key, category, change))

    async def write(
        self,
        connection: Connection,
        event_ids: Collection[UUID],
        askers: Mapping[tuple[UUID, str], Person],
    ) -> None:
        """Write what was counted for these markets. `askers`, by id and asset, are held to their limits.

        Raises `LimitsMoved` when that does not stand any more; the transaction must not commit then.
        """
        totals = self._totals(event_ids)
        if not totals:
            return
        unknown = [asker for asker in askers.values() if self._is_free_so_far(asker, totals)]
        for key in (key for asker in unknown for key in _dollar_keys(asker)):
            # Nothing is added to what they have at stake in the other kind of dollars, but nobody else adds to it now.
            totals.setdefault(key, NO_USE)
        # Sorted here too: what the server inserts in order it locks in order.
        written = dict(await repository.write(connection, sorted(totals.items())))
        for key, after in written.items():
            person = askers.get(key[:2])
            if person is not None and not self._stands(key, totals[key], after, person):
                raise LimitsMoved
        if not all(self._stays_free(asker, totals, written) for asker in unknown):
            raise LimitsMoved
        for event_id in event_ids:
            # Known to the next batches of this worker until the sum is read again.
            asset, lost_units = self._lost.get(event_id, ("", Units(0)))
            self._known.house[asset] = Units(self._known.house.get(asset, 0) + lost_units)

    def _totals(self, event_ids: Collection[UUID]) -> dict[Key, Use]:
        totals: dict[Key, Use] = {}
        for event_id in event_ids:
            for (user_id, asset), category, change in self._counted.get(event_id, ()):
                key = (user_id, asset, "")
                totals[key] = totals[key].plus(change) if key in totals else change
                part = _of_category(change)
                if part is not None and category:
                    key = (user_id, asset, category)
                    totals[key] = totals[key].plus(part) if key in totals else part
        return totals

    def _account(self, key: tuple[UUID, str]) -> Account:
        account = self._accounts.get(key)
        if account is None:
            base = self._known.base.get((*key, ""), NO_USE)
            account = self._accounts[key] = Account(base)
        return account

    def _other_dollars(self, person: Person) -> list[Use]:
        """What a person has used of the dollars that they do not ask for, where that matters."""
        if not self._known.rules.asks(self._identity(person)):
            return []
        keys = [key[:2] for key in _dollar_keys(person) if key[1] != person.asset]
        return [self._account(key).use() for key in keys]

    def _identity(self, person: Person) -> Identity:
        return person.identity.updated(self._known.told.get(person.user_id))

    def _refuses(
        self, person: Person, uses: Iterable[Use], cost_units: Units = Units(0)
    ) -> PermissionDenied | None:
        """Why somebody may not have all this at stake, for who they are, if they may not."""
        at_stake_units = sum(use.at_stake_units for use in uses) + cost_units
        return self._known.rules.refuses(
            self._identity(person), at_stake_units if person.asset in repository.DOLLARS else None
        )

    def _is_free_so_far(self, asker: Person, totals: Mapping[Key, Use]) -> bool:
        """Whether somebody buys here who may until it is too much, since nobody has looked at them."""
        change = totals.get((asker.user_id, asker.asset, ""), NO_USE)
        return rules.buys(change) and self._known.rules.asks(self._identity(asker))

    def _stays_free(self, asker: Person, totals: Mapping[Key, Use], written: Mapping[Key, Use]) -> bool:
        """Whether it is not too much by now, with what others have added."""
        keys = _dollar_keys(asker)
        moved = any(self._moved(key, totals[key], written[key]) for key in keys)
        return not moved or self._refuses(asker, [written[key] for key in keys]) is None

    def _moved(self, key: Key, change: Use, after: Use) -> bool:
        """Whether others used something meanwhile; if not, each order was checked on what is true."""
        return after.minus(change) != self._known.base.get(key, NO_USE)

    def _stands(self, key: Key, change: Use, after: Use, asker: Person) -> bool:
        return not self._moved(key, change, after) or rules.keeps(
            change, after, self.limits(asker), scope=key[2]
        )

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


def _dollar_keys(person: Person) -> list[Key]:
    """Where all that a person has at stake in dollars is counted, if it is dollars that they ask for."""
    if person.asset not in repository.DOLLARS:
        return []
    return [(person.user_id, code, "") for code in sorted(repository.DOLLARS)]


def _of_category(change: Use) -> Use | None:
    """What of a change counts in its category: what is at stake there, and nothing else has a limit."""
    if not change.open_units and not change.resting_units:
        return None
    return NO_USE._replace(open_units=change.open_units, resting_units=change.resting_units)


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
        for scope in dict.fromkeys(("", category))
    ]
    await repository.write(connection, sorted(changes))
