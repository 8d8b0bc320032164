"""Opening and closing markets."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from oraculum.audit.v1.audit_pb2 import AUDIT_CLASS_MONEY
from oraculum_kit.clock import Clock
from oraculum_kit.db import Connection, Database
from oraculum_kit.errors import InvalidArgument, Unavailable, Violation
from oraculum_money import Price, Units
from oraculum_prediction import events
from oraculum_prediction.closing import close
from oraculum_prediction.errors import LockTimePassed, MarketExists, MarketNotFound
from oraculum_prediction.fundings import Fundings
from oraculum_prediction.pricing import FeeSchedule, MakerState, Mechanism, even_odds
from oraculum_prediction.pricing.mechanisms import Unopenable, opened
from oraculum_prediction.repository import fundings
from oraculum_prediction.repository import markets as repository
from oraculum_prediction.repository.markets import MarketRow
from oraculum_prediction.voiding import void_prices

# Why a market is closed whose shares are paid their void prices.
CANCEL: Final = "cancel"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a market is opened with."""

    event_id: UUID
    outcomes: int
    asset: str
    subsidy_units: Units
    # In millionths and in proportion to the probabilities; even odds when empty.
    odds: tuple[int, ...]
    locks_at: datetime
    category: str
    mechanism: Mechanism = Mechanism.LMSR

    @property
    def hash(self) -> bytes:
        """Equal for equal content, so that opening again is told from opening otherwise."""
        content = (
            self.outcomes,
            self.asset,
            self.subsidy_units,
            self.odds or even_odds(self.outcomes),
            self.locks_at.isoformat(),
            self.category,
            # As before there was a choice, so that markets of that time are known again.
            *([] if self.mechanism is Mechanism.LMSR else [self.mechanism.value]),
        )
        return hashlib.sha256(repr(content).encode()).digest()


@dataclass(frozen=True, slots=True)
class Closing:
    """What a closed market answers."""

    sequence: int
    # Empty where they were never asked for.
    void_prices: tuple[Price, ...]


class Markets:
    """The life of markets. `fundings` moves the subsidy; `fee` is what every new market charges."""

    def __init__(self, database: Database, fundings: Fundings, clock: Clock, fee: FeeSchedule) -> None:
        self._database = database
        self._fundings = fundings
        self._clock = clock
        self._fee = fee

    async def open(self, terms: Terms) -> MarketRow:
        """Fund the escrow, then write the market. Opening again with the same content answers the same.

        A crash between the two leaves a funded escrow and no market; whoever asks again meets the same transfer, and where
        nobody does the money goes back.
        """
        async with self._database.connection() as connection:
            there = await repository.market(connection, terms.event_id)
        if there is not None:
            return _same(there, terms)
        if terms.locks_at <= self._clock.now():
            raise LockTimePassed(event_id=terms.event_id)
        state = _opening_state(terms, self._fee)
        funding = await self._fundings.fund(terms.event_id, terms.asset, terms.subsidy_units)
        async with self._database.transaction() as connection:
            inserted = await repository.insert(
                connection,
                terms.event_id,
                state,
                asset=terms.asset,
                category=terms.category,
                subsidy_units=terms.subsidy_units,
                locks_at=terms.locks_at,
                request_hash=terms.hash,
            )
            if inserted:
                if not await fundings.end(connection, funding):
                    raise Unavailable(retry_after_seconds=1)
                await events.audit(
                    connection,
                    "market.opened",
                    terms.event_id,
                    now=self._clock.now(),
                    audit_class=AUDIT_CLASS_MONEY,
                    details={
                        "subsidy_units": str(terms.subsidy_units),
                        "asset": terms.asset,
                        "mechanism": terms.mechanism.value,
                    },
                )
            return _same(await self._existing(connection, terms.event_id), terms)

    async def close(
        self, event_id: UUID, reason: str, *, void_hour_ends_at: datetime | None = None
    ) -> Closing:
        """End trading for good and, where the event is cancelled, say what the shares are worth.

        The update waits for the row lock, so it comes after the batch that is being committed and before every later
        one, which finds the market closed. Only then are the void prices computed, from fills that are final. Nobody who
        waits to be paid a result waits for that.
        """
        async with self._database.transaction() as connection:
            if await close(connection, event_id, reason):
                await events.audit(
                    connection, "market.closed", event_id, now=self._clock.now(), details={"reason": reason}
                )
        async with self._database.transaction() as connection:
            market = await self._existing(connection, event_id)
            if reason == CANCEL and void_hour_ends_at is not None:
                # Kept by whoever asks: another administrator may name another hour, or none.
                return Closing(
                    market.sequence, await void_prices(connection, market, hour_ends_at=void_hour_ends_at)
                )
            prices = tuple(market.void_prices or ())
            if not prices and reason == CANCEL:
                prices = await void_prices(connection, market)
                await repository.store_void_prices(connection, event_id, prices)
            return Closing(market.sequence, prices)

    async def _existing(self, connection: Connection, event_id: UUID) -> MarketRow:
        market = await repository.market(connection, event_id)
        if market is None:
            raise MarketNotFound(event_id=event_id)
        return market


def _opening_state(terms: Terms, fee: FeeSchedule) -> MakerState:
    """The market before its first trade, with all the liquidity that its subsidy pays for."""
    odds = terms.odds or even_odds(terms.outcomes)
    try:
        return opened(terms.mechanism, subsidy=terms.subsidy_units, odds=odds, fee=fee)
    except Unopenable as error:
        raise InvalidArgument(violations=[Violation(error.field, str(error))]) from error


def _same(market: MarketRow, terms: Terms) -> MarketRow:
    if market.request_hash != terms.hash:
        raise MarketExists(event_id=terms.event_id)
    return market
