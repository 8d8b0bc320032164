"""What a task that was done is answered with."""

from datetime import datetime

from google.protobuf.message import Message

from oraculum.prediction.v1 import prediction_service_pb2 as pb
from oraculum_prediction import wire
from oraculum_prediction.draft import Draft, Step
from oraculum_prediction.placement import Deed, Ticket
from oraculum_prediction.pricing.mechanisms import keep


def of(step: Step, draft: Draft, at: datetime) -> Message:
    """The answer to a task: the order as it stands at the time of the commit."""
    task = step.ticket
    if step.row is None:
        ended = [str(told.row.order_id) for told in step.told if told.why is not None]
        return pb.CancelOrdersResponse(order_ids=ended)
    (row,) = draft.rows([step.row], at)
    order = wire.order(row)
    if isinstance(task, Ticket):
        return _placed(task, order, draft)
    match task.deed:
        case Deed.MERGE:
            return pb.MergeSetsResponse(order=order)
        case Deed.SHRINK:
            return pb.EditOrderResponse(order=order)
        case _:
            return pb.CancelOrderResponse(order=order)


def _placed(ticket: Ticket, order: pb.Order, draft: Draft) -> Message:
    if ticket.placement.subsidy_asset:
        return pb.AddSubsidyResponse(
            order=order,
            liquidity_parameter_units=keep(draft.state).liquidity or 0,
            liquidity=wire.amount(draft.escrow_units, draft.asset),
        )
    if ticket.placement.replaces is not None:
        return pb.EditOrderResponse(order=order)
    return pb.PlaceOrderResponse(order=order)
