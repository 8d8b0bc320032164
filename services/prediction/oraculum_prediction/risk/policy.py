"""The rules as they stand: tiers, prohibitions, the house's limits, what may rest. Every process keeps them and reads them again when they change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.db import Connection
from oraculum_money import Units
from oraculum_prediction.repository import risk as repository
from oraculum_prediction.risk.house import HouseLimits
from oraculum_prediction.risk.limits import Limits

BASIC: Final = "basic"
# As auth gives them to people.
TIERS: Final = (BASIC, "verified", "premium")
MARKET: Final = 1
CATEGORY: Final = 2


class Prohibition(NamedTuple):
    """A market or a category that nobody may buy into."""

    kind: int
    subject: str
    reason: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules at one version of them."""

    version: int
    review_score: int
    tiers: Mapping[tuple[str, str], Limits]
    prohibitions: Mapping[tuple[int, str], Prohibition]
    house: Mapping[str, HouseLimits]
    # What an order must be worth at least to rest, by asset.
    resting: Mapping[str, Units]

    def limits(self, tier: str, asset: str) -> Limits:
        """What people of a tier may do; one that is not listed has the limits of `basic`."""
        return self.tiers.get((tier, asset)) or self.tiers[BASIC, asset]

    def prohibited(self, event_id: UUID, category: str) -> Prohibition | None:
        """Why nobody may buy here, if nobody may."""
        if not self.prohibitions:
            return None
        return self.prohibitions.get((MARKET, str(event_id))) or self.prohibitions.get((CATEGORY, category))


class Policies:
    """The rules that this process knows; one for all its workers."""

    def __init__(self) -> None:
        self._policy: Policy | None = None

    async def at(self, connection: Connection, version: int) -> Policy:
        """The rules of that version, or of a later one."""
        if self._policy is None or self._policy.version < version:
            self._policy = await load(connection)
        return self._policy


async def load(connection: Connection) -> Policy:
    """Read all rules. The version is read first: what changes meanwhile is read again at the next look."""
    version, review_score = await repository.policy(connection)
    return Policy(
        version,
        review_score,
        {(tier, asset): Limits._make(rest) for tier, asset, *rest in await repository.tiers(connection)},
        {
            (row.kind, row.subject): row
            for row in map(Prohibition._make, await repository.prohibitions(connection))
        },
        {
            asset: HouseLimits(market, total)
            for asset, market, total in await repository.house_limits(connection)
        },
        await repository.least_resting(connection),
    )
