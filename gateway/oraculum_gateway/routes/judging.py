"""Results before they stand: disputed, decided, confirmed by another administrator."""

from typing import Final

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum_gateway.money import amount_out, price_in
from oraculum_gateway.route import Call, Created, Limit, Route, Who
from oraculum_gateway.shapes import events as event_shapes
from oraculum_gateway.shapes import judging as shapes
from oraculum_gateway.shapes.base import Listed, listed_by_cursor
from oraculum_gateway.views import describe_events
from oraculum_kit.timestamps import from_wire

_STATUSES: Final[dict[int, shapes.DisputeStatus]] = {
    pb.DISPUTE_STATUS_BONDING: "bonding",
    pb.DISPUTE_STATUS_OPEN: "open",
    pb.DISPUTE_STATUS_REFUSED: "refused",
    pb.DISPUTE_STATUS_UPHELD: "upheld",
    pb.DISPUTE_STATUS_REJECTED: "rejected",
    pb.DISPUTE_STATUS_MOOT: "moot",
}
_FROM_NAME: Final = {
    name: pb.DisputeStatus.Value(f"DISPUTE_STATUS_{name.upper()}") for name in _STATUSES.values()
}


async def dispute(call: Call) -> Created:
    """Dispute a proposed result."""
    body: shapes.DisputeIn = call.body
    response = await call.services.event.OpenDispute(
        pb.OpenDisputeRequest(event_id=str(call.id("id")), reason=body.reason, evidence_url=body.evidence_url)
    )
    return Created(_dispute(response.dispute), f"/api/v1/disputes?event_id={response.dispute.event_id}")


async def disputes(call: Call) -> Listed[shapes.DisputeOut]:
    """Disputes: an administrator's are everybody's."""
    query: shapes.DisputesQuery = call.query
    response = await call.services.event.ListDisputes(
        pb.ListDisputesRequest(
            statuses=[_FROM_NAME[query.status]] if query.status else [],
            event_id=query.event_id,
            limit=query.limit,
            cursor=query.cursor,
        )
    )
    return listed_by_cursor([_dispute(row) for row in response.disputes], query, response.next_cursor)


async def decide(call: Call) -> shapes.DisputeOut:
    """Decide a dispute."""
    body: shapes.DecideDisputeIn = call.body
    request = pb.DecideDisputeRequest(
        dispute_id=str(call.id("id")), uphold=body.decision == "uphold", note=body.note
    )
    if body.value is not None:
        request.value = format(body.value, "f")
    if body.outcome is not None:
        request.outcome = body.outcome
    request.payout_millionths.extend(
        price_in(f"payouts[{index}]", price) for index, price in enumerate(body.payouts)
    )
    response = await call.services.event.DecideDispute(request)
    return _dispute(response.dispute)


async def confirm(call: Call) -> event_shapes.EventOut:
    """Confirm a result that waits for another administrator, or withdraw one that is not committed."""
    body: shapes.ConfirmIn = call.body
    response = await call.services.event.ConfirmResolution(
        pb.ConfirmResolutionRequest(
            event_id=str(call.id("id")), confirm=body.decision == "confirm", note=body.note
        )
    )
    (described,) = await describe_events(call.services, [response.event])
    return described


def _dispute(row: pb.Dispute) -> shapes.DisputeOut:
    return shapes.DisputeOut(
        id=row.dispute_id,
        event_id=row.event_id,
        proposal_number=row.proposal_number,
        user_id=row.user_id,
        reason=row.reason,
        evidence_url=row.evidence_url or None,
        status=_STATUSES[row.status],
        bond=amount_out(row.bond),
        asset=row.bond.asset,
        bond_settled=row.bond_settled,
        created_at=from_wire(row.created_at),
        decided_at=from_wire(row.decided_at) if row.HasField("decided_at") else None,
        decided_by=row.decided_by or None,
        note=row.decision_note or None,
    )


ROUTES: Final = (
    Route(
        method="POST", path="/events/{id}/disputes", name="openDispute", tag="events", handler=dispute,
        summary="Dispute a proposed result; a bond is held until it is decided", who=Who.SIGNED_IN,
        limit=Limit.COMMAND, command=True, body=shapes.DisputeIn, answer=shapes.DisputeOut, status=201,
        example={"reason": "The page named as the source shows another number."},
        refusals={404: "event_not_found", 409: "not_challengeable, dispute_exists or bond_not_held"},
    ),
    Route(
        method="GET", path="/disputes", name="listMyDisputes", tag="events", handler=disputes,
        summary="My disputes, newest first", who=Who.SIGNED_IN, query=shapes.DisputesQuery,
        answer=Listed[shapes.DisputeOut],
    ),
    Route(
        method="GET", path="/admin/disputes", name="adminListDisputes", tag="admin", handler=disputes,
        summary="Disputes, newest first", who=Who.ADMIN, query=shapes.DisputesQuery,
        answer=Listed[shapes.DisputeOut],
    ),
    Route(
        method="POST", path="/admin/disputes/{id}/decide", name="adminDecideDispute", tag="admin",
        handler=decide, summary="Uphold a dispute and say what is right, or reject it", who=Who.ADMIN,
        limit=Limit.COMMAND, command=True, body=shapes.DecideDisputeIn, answer=shapes.DisputeOut,
        example={"decision": "reject", "note": "The source shows what was proposed."},
        refusals={404: "dispute_not_found", 409: "dispute_decided or dispute_not_open"},
    ),
    Route(
        method="POST", path="/admin/events/{id}/confirm", name="adminConfirmResolution", tag="admin",
        handler=confirm, summary="Confirm a result that waits for another administrator, or withdraw one",
        who=Who.ADMIN, limit=Limit.COMMAND, command=True, body=shapes.ConfirmIn,
        answer=event_shapes.EventOut, example={"decision": "confirm"},
        refusals={404: "event_not_found", 409: "nothing_to_confirm or same_administrator"},
    ),
)  # fmt: skip
