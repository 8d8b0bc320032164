"""Receipts: all that computes a fill anew, for its owner and for whoever they show it to.

A receipt names the state of the market before the group of its fill, the order, and of the orders that were met what the
price of their shares follows from. Whose they were it does not say.
"""

from uuid import UUID

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_kit.db import Connection
from oraculum_prediction import statuses, wire
from oraculum_prediction.repository import reading
from oraculum_prediction.repository.reading import Explained, Met


async def receipts(connection: Connection, order_id: UUID) -> list[pb.Receipt]:
    """One for each fill of an order."""
    return [await _receipt(connection, row) for row in await reading.explained(connection, order_id)]


async def _receipt(connection: Connection, row: Explained) -> pb.Receipt:
    group_first = row.group_first or row.sequence
    sold = await reading.sold_before(connection, row.event_id, group_first)
    met: list[Met] = []
    if row.group_first is not None and row.role != statuses.SET:
        met = await reading.met(connection, row.event_id, group_first)
    if row.role == statuses.MAKER:
        # What others paid is theirs to show.
        met = [each for each in met if each.sequence == row.sequence]
    net = row.gross_units + row.fee_units if row.side == statuses.BUY else row.gross_units - row.fee_units
    return pb.Receipt(
        fill=wire.fill(row),
        formula_version=row.formula_version,
        mechanism=row.mechanism,
        liquidity_units=row.liquidity_units,
        prior=row.prior,
        sold=[sold.get(outcome, 0) for outcome in range(len(row.prior))],
        fee_kind=row.fee_kind,
        fee_rate=row.fee_rate,
        price_max_millionths=row.price_max,
        asked_units=row.amount_units or 0,
        asked_shares=row.asked_shares or 0,
        limit_price_millionths=row.limit_price or 0,
        type=pb.OrderType.ValueType(row.type),
        rounding_picounits=row.rounding_picounits,
        price_before_millionths=row.price_before,
        price_after_millionths=row.price_after,
        state_before=row.state_before,
        state_after=row.state_after,
        net_units=net,
        makers=map(_maker, met),
    )


def _maker(met: Met) -> pb.ReceiptMaker:
    return pb.ReceiptMaker(
        sequence=met.sequence,
        outcome=met.outcome,
        side=pb.Side.ValueType(met.side),
        limit_price_millionths=met.limit_price,
        shares=met.shares,
        gross_units=met.gross_units,
        shares_before=met.shares_before,
        gross_before_units=met.gross_before_units,
    )
