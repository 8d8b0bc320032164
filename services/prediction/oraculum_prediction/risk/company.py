"""Who came from the same device or address as whom: remembered by every process, looked up for what it does not know.

Most batches know all they need. A device that was not seen for a minute costs one statement for all such of a batch, and
people who belong together one more, for what the others traded in the markets at hand.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection
from oraculum_prediction.pricing import Side
from oraculum_prediction.repository import risk_reviews as repository
from oraculum_prediction.repository.risk_reviews import ADDRESS, DEVICE, Trace
from oraculum_prediction.risk.abuse import (
    ADDRESS_PEOPLE_MIN,
    ALONE,
    DEVICE_PEOPLE_MIN,
    NEIGHBOUR_PEOPLE_MAX,
    Company,
)
from oraculum_prediction.risk.origin import Origin

KNOWN_SECONDS: Final = 60.0
_TRACES_MAX: Final = 50_000
PEOPLE_MAX: Final = 50
# Of one person's hour: whoever trades more often than that is seen by what they did last.
_LOOKED_AT_MAX: Final = 2_000
_NOBODY: Final[frozenset[UUID]] = frozenset()
_BUY: Final = 1
_SIDES: Final = {Side.BUY: 1, Side.SELL: 2}


class Asked(NamedTuple):
    """An order as far as its company matters."""

    user_id: UUID
    event_id: UUID
    outcome: int
    side: Side
    origin: Origin


class _Group(NamedTuple):
    people: frozenset[UUID]
    read_at: float


# (user, outcome, side), by market.
_Trades = dict[UUID, set[tuple[UUID, int, int]]]


class Companies:
    """What one batch knows of who belongs together."""

    def __init__(self, groups: dict[Trace, frozenset[UUID]], trades: _Trades) -> None:
        self._groups = groups
        self._trades = trades

    def of(self, asked: Asked) -> Company:
        """The company of an order; `ALONE` itself where it does not matter."""
        origin = asked.origin
        device = self._groups.get((DEVICE, origin.device), _NOBODY) if origin.device else _NOBODY
        address = self._groups.get((ADDRESS, origin.address), _NOBODY) if origin.address else _NOBODY
        trades = self._trades.get(asked.event_id)
        if not trades and len(device) < DEVICE_PEOPLE_MIN and len(address) < ADDRESS_PEOPLE_MIN:
            return ALONE
        others = device - {asked.user_id}
        neighbours = address - {asked.user_id}
        return Company(
            device_people=len(others) + 1,
            address_people=len(neighbours) + 1,
            device_opposed=self._opposed(asked, others),
            address_opposed=len(neighbours) < NEIGHBOUR_PEOPLE_MAX and self._opposed(asked, neighbours),
        )

    def _opposed(self, asked: Asked, people: frozenset[UUID]) -> bool:
        """Whether one of them took the other side: sold what is bought, or bought what stands against it."""
        side = _SIDES[asked.side]
        return any(
            user_id in people
            and ((outcome == asked.outcome) == (their_side != side))
            and (outcome == asked.outcome or side == _BUY)
            for user_id, outcome, their_side in self._trades.get(asked.event_id, ())
        )


class Sightings:
    """What a process remembers of devices and addresses."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._groups: dict[Trace, _Group] = {}
        self._new: dict[tuple[Trace, UUID], None] = {}
        # Who was written since a moment: behind an address of a crowd most people are in no group that is remembered.
        self._written: set[tuple[Trace, UUID]] = set()
        self._written_since = 0.0

    async def look(self, connection: Connection, orders: Sequence[Asked]) -> Companies:
        """Whom these orders come together with."""
        traces = {trace for order in orders for trace in order.origin.traces}
        if not traces:
            return Companies({}, {})
        await self._learn(connection, traces)
        for order in orders:
            for trace in order.origin.traces:
                self._see(trace, order.user_id)
        groups = {trace: self._groups[trace].people for trace in traces}
        return Companies(groups, await self._trades(connection, orders, groups))

    async def write(self, connection: Connection) -> None:
        """Keep who was new, in the caller's transaction."""
        new = list(self._new)
        if new:
            await repository.see(connection, new)

    def written(self) -> None:
        """It was committed. Should it be said too early, somebody is seen again within a minute or so."""
        self._written.update(self._new)
        self._new.clear()

    async def _learn(self, connection: Connection, traces: Iterable[Trace]) -> None:
        now = self._clock.now().timestamp()
        if now - self._written_since > KNOWN_SECONDS:
            self._written, self._written_since = set(), now
        unknown = [
            trace
            for trace in traces
            if trace not in self._groups or now - self._groups[trace].read_at > KNOWN_SECONDS
        ]
        if not unknown:
            return
        if len(self._groups) + len(unknown) > _TRACES_MAX:
            self._groups = {trace: self._groups[trace] for trace in traces if trace in self._groups}
        found: dict[Trace, set[UUID]] = {trace: set() for trace in unknown}
        for trace, user_id in await repository.behind(connection, unknown, people_max=PEOPLE_MAX):
            found[trace].add(user_id)
        for trace, people in found.items():
            self._groups[trace] = _Group(frozenset(people), now)

    def _see(self, trace: Trace, user_id: UUID) -> None:
        group = self._groups[trace]
        if user_id in group.people:
            return
        if (trace, user_id) not in self._written:
            self._new[trace, user_id] = None
        if len(group.people) < PEOPLE_MAX:
            self._groups[trace] = group._replace(people=group.people | {user_id})

    async def _trades(
        self, connection: Connection, orders: Sequence[Asked], groups: dict[Trace, frozenset[UUID]]
    ) -> _Trades:
        asked: set[tuple[UUID, UUID]] = set()
        for order in orders:
            for trace in order.origin.traces:
                people = groups[trace]
                if len(people) > 1 and (trace[0] == DEVICE or len(people) <= NEIGHBOUR_PEOPLE_MAX):
                    asked.update((order.event_id, user_id) for user_id in people - {order.user_id})
        trades: _Trades = {}
        if asked:
            for event_id, user_id, outcome, side in await repository.recent_trades(
                connection, asked, looked_at_max=_LOOKED_AT_MAX
            ):
                trades.setdefault(event_id, set()).add((user_id, outcome, side))
        return trades
