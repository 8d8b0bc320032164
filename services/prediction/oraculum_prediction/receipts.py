"""Receipts: all that computes a fill anew, for its owner and for whoever they show it to.

Of fills that were made together it was kept when they were made. Of a fill that stands alone it is written when somebody asks:
from the order, and from the state that the fills before it come to. Whose an order was it does not say.
"""

import json
from uuid import UUID

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.db import Connection
from oraculum_money import Shares
from oraculum_prediction import statuses, subsidies, wire
from oraculum_prediction.pricing import LmsrState, Order, Refusal, Side
from oraculum_prediction.pricing.book import Book
from oraculum_prediction.pricing.canonical import Document
from oraculum_prediction.pricing.matches import Match
from oraculum_prediction.pricing.matching import match
from oraculum_prediction.pricing.receipts import receipt
from oraculum_prediction.pricing.takers import Taker, TimeInForce
from oraculum_prediction.repository import markets, reading
from oraculum_prediction.repository.markets import MarketRow
from oraculum_prediction.repository.reading import Explained


class ReplayMismatch(ValueError):
    """A fill is not what its order comes to on the fills before it: a defect, or somebody else's hand."""


async def receipts(connection: Connection, order_id: UUID) -> list[tuple[Explained, Document | str]]:
    """One for each fill of an order; text where it was kept."""
    found: list[tuple[Explained, Document | str]] = []
    for row in await reading.explained(connection, order_id):
        if row.document is not None:
            found.append((row, row.document))
            continue
        market = await markets.market(connection, row.event_id)
        if market is None:
            raise ReplayMismatch(f"fill {row.fill_id} has no market")
        sold = await reading.sold_before(connection, market, row.sequence)
        state = opened(await liquid(connection, market, row.sequence), sold)
        taker, again = traded_again(state, row)
        found.append((row, receipt(state, taker, again)))
    return found


def to_wire(row: Explained, text: str) -> pb.Receipt:
    """A receipt as the contract has it."""
    return pb.Receipt(fill=wire.fill(row), document_json=text)


async def liquid(connection: Connection, market: MarketRow, sequence: int) -> LmsrState:
    """The market in some state of the time of a fill: with the liquidity that it had then."""
    document = await reading.subsidised_after(connection, market.event_id, sequence)
    state = market.state() if document is None else subsidies.before(json.loads(document))
    if not isinstance(state, LmsrState):
        raise ReplayMismatch(f"what was filled after {sequence} has no receipt")
    return state


def opened(state: LmsrState, sold: tuple[Shares, ...]) -> LmsrState:
    """The market with these shares outstanding."""
    return LmsrState(state.liquidity, state.prior, sold, state.fee, state.price_max)


def traded_again(state: LmsrState, row: Explained) -> tuple[Taker, Match]:
    """An order that the market maker alone has filled, filled again; `ReplayMismatch` if it comes out differently."""
    order = Order(
        outcome=row.outcome,
        side=Side.BUY if row.side == statuses.BUY else Side.SELL,
        amount=row.amount_units,
        shares=row.asked_shares,
        limit=row.limit_price,
    )
    taker = Taker(row.order_id, row.user_id, order, time_in_force=TimeInForce.FOK)
    again = match(state, Book(), taker)
    if isinstance(again, Refusal):
        raise ReplayMismatch(f"fill {row.sequence} would be refused: {again.message}")
    (fill,) = again.fills
    came_out = fill.shares, fill.gross, fill.fee, again.state.state_hash
    if came_out != (row.shares, row.gross_units, row.fee_units, row.state_after):
        raise ReplayMismatch(f"fill {row.sequence} comes out as {fill}")
    return taker, again
