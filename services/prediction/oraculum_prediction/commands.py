"""What people do with their orders, through the engine: placing, taking back, changing, merging."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from google.protobuf.message import Message

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit import traces
from oraculum_kit.authorization import require_owner
from oraculum_kit.clock import Clock
from oraculum_kit.db import Database
from oraculum_kit.errors import ServiceError
from oraculum_kit.idempotency import Command, Stored
from oraculum_kit.ids import uuid7
from oraculum_money import Price, Shares, Units
from oraculum_prediction import bundles, statuses
from oraculum_prediction.engine import Engine
from oraculum_prediction.errors import OrderNotFound, OrderNotOpen
from oraculum_prediction.placement import SELF_TRADES, Act, Deed, Outcome, Placement, Terms
from oraculum_prediction.pricing import Order, Side
from oraculum_prediction.pricing.takers import OrderKind, TimeInForce
from oraculum_prediction.repository import orders
from oraculum_prediction.repository import resting as repository
from oraculum_prediction.risk.origin import Origin
from oraculum_prediction.wire import OrderRow

A = TypeVar("A", bound=Message)

_SELF_TRADES: Final = {kept: mode for mode, kept in SELF_TRADES.items()}
# Markets whose orders are taken back at once, when somebody takes back all of theirs.
_TOGETHER: Final = 50


@dataclass(frozen=True, slots=True)
class Change:
    """What a resting order shall become; None leaves a thing as it is."""

    limit: Price | None
    open_shares: Shares | None
    expires_at: datetime | None
    # These only of an order that is filled.
    outcome: int | None = None
    amount: Units | None = None
    sale_limit: Price | None = None

    @property
    def of_filled(self) -> bool:
        """Whether it says what can be said of filled orders only."""
        return self.outcome is not None or self.amount is not None or self.sale_limit is not None


class Commands:
    """Orders of people, told to the engine."""

    def __init__(self, database: Database, engine: Engine, clock: Clock) -> None:
        self._database = database
        self._engine = engine
        self._clock = clock

    async def place(
        self, command: Command, user_id: UUID, event_id: UUID, order: Order, terms: Terms, origin: Origin
    ) -> pb.PlaceOrderResponse:
        """Queue an order and answer when it is decided."""
        placement = Placement(
            command,
            user_id,
            event_id,
            order,
            self._clock.now(),
            traces.traceparent(),
            terms,
            origin=origin,
        )
        return _answer(await self._engine.place(placement), command, pb.PlaceOrderResponse)

    async def cancel(self, command: Command, order_id: UUID) -> pb.CancelOrderResponse:
        """Take back one order."""
        row = await self._own(order_id)
        act = self._act(Deed.CANCEL, command, row)
        return _answer(await self._engine.act(act), command, pb.CancelOrderResponse)

    async def cancel_all(
        self, user_id: UUID, event_id: UUID | None, *, purchases_only: bool = False
    ) -> list[str]:
        """Take back everything that a person has resting, or what rests on one event, or what buys.

        Raises the first refusal of a market, after all the others were asked.
        """
        if event_id is not None:
            event_ids = [event_id]
        else:
            async with self._database.connection() as connection:
                event_ids = await repository.markets_of(connection, user_id)
        deed = Deed.CANCEL_PURCHASES if purchases_only else Deed.CANCEL_MANY
        outcomes: list[Outcome | BaseException] = []
        for start in range(0, len(event_ids), _TOGETHER):
            acts = [self._cancel_of(user_id, each, deed) for each in event_ids[start : start + _TOGETHER]]
            outcomes += await asyncio.gather(*map(self._engine.act, acts), return_exceptions=True)
        ended: list[str] = []
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
            ended += _done(outcome, pb.CancelOrdersResponse).order_ids
        return ended

    async def edit(
        self, command: Command, order_id: UUID, change: Change, origin: Origin
    ) -> pb.EditOrderResponse:
        """Change what rests of an order: in its place where it only becomes smaller, else by another that replaces it."""
        row = await self._own(order_id)
        # Only where it says so: whoever changes what rests may not have heard yet that it was filled, and shall not find it
        # sold and bought anew.
        if change.of_filled and _is_filled(row):
            return await self._edit_filled(command, row, change, origin)
        if change.of_filled:
            raise OrderNotOpen("Outcome, amount and the price of a sale are for a purchase that is filled.")
        if _only_smaller(row, change):
            act = self._act(Deed.SHRINK, command, row)
            act.shares, act.expires_at = change.open_shares, change.expires_at
            return _answer(await self._engine.act(act), command, pb.EditOrderResponse)
        placement = Placement(
            command,
            row.user_id,
            row.event_id,
            _changed_order(row, change),
            self._clock.now(),
            traces.traceparent(),
            Terms(
                OrderKind.LIMIT,
                TimeInForce.GTC,
                post_only=row.post_only,
                self_trade=_SELF_TRADES[row.self_trade],
                expires_at=change.expires_at or row.expires_at,
            ),
            replaces=row.order_id,
            keeps_size=change.open_shares is None,
            origin=origin,
        )
        return _answer(await self._engine.place(placement), command, pb.EditOrderResponse)

    async def _edit_filled(
        self, command: Command, row: OrderRow, change: Change, origin: Origin
    ) -> pb.EditOrderResponse:
        """Sell what an order bought and buy anew, both or neither. Whether it may be is the engine's to know."""
        stake = None if change.open_shares else change.amount or row.gross_units
        purchase = Order(
            outcome=row.outcome if change.outcome is None else change.outcome,
            side=Side.BUY,
            amount=stake,
            shares=change.open_shares,
            limit=change.limit,
        )
        bundle = bundles.edit(command, row, purchase, change.sale_limit, self._clock.now(), origin)
        return _answer(await self._engine.act(bundle), command, pb.EditOrderResponse)

    async def basket(
        self,
        command: Command,
        user_id: UUID,
        event_id: UUID,
        legs: Sequence[Order],
        most: Units | None,
        origin: Origin,
    ) -> pb.PlaceBasketResponse:
        """Fill several orders together or none of them."""
        bundle = bundles.basket(command, user_id, event_id, legs, most, self._clock.now(), origin)
        return _answer(await self._engine.act(bundle), command, pb.PlaceBasketResponse)

    async def merge(
        self, command: Command, user_id: UUID, event_id: UUID, shares: Shares
    ) -> pb.MergeSetsResponse:
        """Turn complete sets into cash."""
        act = Act(
            Deed.MERGE,
            command.id,
            event_id,
            asyncio.get_running_loop().create_future(),
            user_id,
            shares=shares,
            command=command,
            received_at=self._clock.now(),
            traceparent=traces.traceparent(),
        )
        return _answer(await self._engine.act(act), command, pb.MergeSetsResponse)

    async def subsidise(
        self, command: Command, user_id: UUID, event_id: UUID, units: Units, asset: str, origin: Origin
    ) -> pb.AddSubsidyResponse:
        """Add liquidity to a market."""
        placement = Placement(
            command,
            user_id,
            event_id,
            # The outcome says nothing: a subsidy is for all of them.
            Order(outcome=0, side=Side.BUY, amount=units),
            self._clock.now(),
            traces.traceparent(),
            subsidy_asset=asset,
            origin=origin,
        )
        return _answer(await self._engine.place(placement), command, pb.AddSubsidyResponse)

    async def end(self, event_id: UUID, order_ids: Sequence[UUID]) -> int:
        """End orders that the clock has ended; how many still rested."""
        act = Act(
            Deed.EXPIRE,
            uuid7(),
            event_id,
            asyncio.get_running_loop().create_future(),
            targets=order_ids,
        )
        return len(_done(await self._engine.act(act), pb.CancelOrdersResponse).order_ids)

    async def _own(self, order_id: UUID) -> OrderRow:
        async with self._database.connection() as connection:
            row = await orders.by_id(connection, order_id)
        missing = OrderNotFound(order_id=order_id)
        if row is None:
            raise missing
        require_owner(row.user_id, missing=missing)
        return row

    def _act(self, deed: Deed, command: Command, row: OrderRow) -> Act:
        """An act upon one order. Whether it still rests is the engine's to know: it may have been answered before."""
        return Act(
            deed,
            command.id,
            row.event_id,
            asyncio.get_running_loop().create_future(),
            row.user_id,
            (row.order_id,),
            command=command,
            received_at=self._clock.now(),
            traceparent=traces.traceparent(),
        )

    @staticmethod
    def _cancel_of(user_id: UUID, event_id: UUID, deed: Deed) -> Act:
        return Act(deed, uuid7(), event_id, asyncio.get_running_loop().create_future(), user_id)


def _is_filled(row: OrderRow) -> bool:
    """Whether an order bought all it wanted. Settled ones are among them: their answer may be known, else they are refused."""
    traded = row.type in {statuses.MARKET_ORDER, statuses.LIMIT_ORDER} and row.side == statuses.BUY
    return (
        traded and bool(row.shares) and row.status in {statuses.FILLED, statuses.SETTLED, statuses.REFUNDED}
    )


def _only_smaller(row: OrderRow, change: Change) -> bool:
    """Whether an edit leaves the order its place. One that rests no more is treated so too, and refused by the engine."""
    if row.open_shares is None:
        return True
    same_price = change.limit in {None, row.limit_price}
    not_larger = change.open_shares is None or change.open_shares <= row.open_shares
    return same_price and not_larger and not _is_longer(row, change)


def _is_longer(row: OrderRow, change: Change) -> bool:
    """Whether an edit wants more of an order's time than was asked for when it was let pass.

    A purchase that rests longer is one more, and is held to the rules like any other: whoever may buy no more might prolong
    what they have for ever. Giving an order a time that had none is another time in force.
    """
    if change.expires_at is None:
        return False
    return row.expires_at is None or (row.side == statuses.BUY and change.expires_at > row.expires_at)


def _changed_order(row: OrderRow, change: Change) -> Order:
    shares = change.open_shares or row.open_shares
    if shares is None:
        raise OrderNotOpen(order_id=row.order_id)
    return Order(
        outcome=row.outcome,
        side=Side.BUY if row.side == statuses.BUY else Side.SELL,
        shares=shares,
        limit=change.limit or row.limit_price,
    )


def _answer(outcome: Outcome, command: Command, respond: type[A]) -> A:
    """What was done, now or when the same was asked before; raises what it was refused with."""
    if isinstance(outcome, Stored):
        response = outcome.answer(command, respond)
        response.replayed = True  # type: ignore[attr-defined]
        return response
    return _done(outcome, respond)


def _done(outcome: Outcome, respond: type[A]) -> A:
    if isinstance(outcome, ServiceError):
        raise outcome
    if not isinstance(outcome, respond):
        raise TypeError(f"a {type(outcome).__name__} where a {respond.__name__} was due")
    return outcome
