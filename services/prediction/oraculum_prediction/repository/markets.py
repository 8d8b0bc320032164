"""Markets: opening, reading and closing them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from oraculum_kit.db import Connection, queries
from oraculum_money import Price, Shares, Units
from oraculum_prediction.pricing import MakerState, Mechanism, PricePoint, fee_schedule
from oraculum_prediction.pricing.mechanisms import Kept, keep, mechanism_of, restored

_SQL: Final = queries("oraculum_prediction", "sql/markets.sql")

OPEN: Final = 1
CLOSED: Final = 2
SETTLED: Final = 3


@dataclass(frozen=True, slots=True)
class MarketRow:
    """A market as it stands in the database."""

    event_id: UUID
    mechanism: str
    asset: str
    category: str
    subsidy_units: Units
    request_hash: bytes
    liquidity_units: Units | None
    prior: list[int]
    weight: Price | None
    pools: list[int]
    sold: list[int]
    fee_kind: str
    fee_rate: int
    price_max: Price
    prices: list[Price]
    opening_prices: list[Price]
    status: int
    locks_at: datetime
    version: int
    sequence: int
    volume_units: Units
    outcome_volume_units: list[Units]
    escrow_units: Units
    participant_count: int
    opened_at: datetime
    closed_at: datetime | None
    void_prices: list[Price] | None
    state_hash: bytes

    def state(self) -> MakerState:
        """What pricing works on; ValueError if no market can have these numbers."""
        kept = Kept(
            tuple(map(Shares, self.sold)),
            self.liquidity_units,
            tuple(self.prior),
            self.weight,
            tuple(map(Shares, self.pools)),
        )
        fee = fee_schedule(self.fee_kind, self.fee_rate)
        state = restored(Mechanism(self.mechanism), kept, fee, self.price_max)
        if state.state_hash != self.state_hash:
            raise ValueError(f"the state of market {self.event_id} is not the one that its last fill left")
        return state


@dataclass(frozen=True, slots=True)
class TradingHour:
    """The last hour of a market, or what there was of it."""

    starts_at: datetime
    ends_at: datetime


async def market(connection: Connection, event_id: UUID) -> MarketRow | None:
    """One market."""
    return await _SQL.market.one(connection, MarketRow, event_id=event_id)


async def markets(connection: Connection, event_ids: Sequence[UUID]) -> list[MarketRow]:
    """Those that exist, in any order."""
    return await _SQL.markets.all(connection, MarketRow, event_ids=list(event_ids))


async def insert(
    connection: Connection,
    event_id: UUID,
    state: MakerState,
    *,
    asset: str,
    category: str,
    subsidy_units: Units,
    locks_at: datetime,
    request_hash: bytes,
) -> bool:
    """Open a market; False when the event has one already."""
    kept = keep(state)
    opened = await _SQL.insert_market.value(
        connection,
        event_id=event_id,
        mechanism=mechanism_of(state).value,
        asset=asset,
        category=category,
        subsidy_units=subsidy_units,
        request_hash=request_hash,
        liquidity_units=kept.liquidity,
        prior=list(kept.prior),
        weight=kept.weight,
        pools=list(kept.pools),
        sold=list(kept.sold),
        fee_kind=state.fee.kind,
        fee_rate=state.fee.rate,
        price_max=state.price_max,
        state_hash=state.state_hash,
        prices=list(state.prices),
        locks_at=locks_at,
    )
    return opened is not None


async def close(connection: Connection, event_id: UUID, reason: str) -> bool:
    """End trading; False when it had ended before, or when there is no such market."""
    return await _SQL.close_market.value(connection, event_id=event_id, reason=reason) is not None


async def trading_hour(
    connection: Connection, event_id: UUID, ends_at: datetime | None
) -> TradingHour | None:
    """The hour over which void prices are averaged, the last one or one that ends then; None while the market is not closed."""
    return await _SQL.trading_hour.one(connection, TradingHour, event_id=event_id, ends_at=ends_at)


async def price_points(
    connection: Connection, event_id: UUID, hour: TradingHour, *, fills_max: int
) -> list[PricePoint] | None:
    """The prices of that hour in order of time, none when nothing was ever traded before its end.

    None of all this, if more was filled in the hour than is to be read.
    """
    rows: list[tuple[Any, ...]] = await _SQL.price_points.tuples(
        connection, event_id=event_id, starts_at=hour.starts_at, ends_at=hour.ends_at, row_count=fills_max + 1
    )
    if sum(at > hour.starts_at for at, _, _ in rows) > fills_max:
        return None
    return [PricePoint(at, tuple(map(Price, prices))) for at, _, prices in rows]


async def prices_at(
    connection: Connection, event_id: UUID, moments: Sequence[datetime]
) -> list[tuple[Price, ...] | None]:
    """The prices that held at these moments; None where nothing had been traded yet."""
    rows = await _SQL.prices_at.tuples(connection, event_id=event_id, moments=list(moments))
    return [prices and tuple(map(Price, prices)) for (prices,) in rows]


async def store_void_prices(connection: Connection, event_id: UUID, prices: Sequence[Price]) -> None:
    """Keep what its shares are worth if the event is cancelled."""
    await _SQL.store_void_prices.run(connection, event_id=event_id, void_prices=list(prices))


async def move_lock(connection: Connection, event_id: UUID, locks_at: datetime) -> bool:
    """Let an open market lock at another time."""
    return await _SQL.move_lock.run(connection, event_id=event_id, locks_at=locks_at) > 0


async def settle(connection: Connection, event_id: UUID) -> bool:
    """Note that everybody was paid; False when it was noted before."""
    return await _SQL.settle_market.run(connection, event_id=event_id) > 0
