"""Maintenance, for administrators."""

from typing import Final

from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum_gateway.route import Call, Limit, Route, Who
from oraculum_gateway.shapes import notices as shapes
from oraculum_kit.timestamps import from_wire, to_wire_optional

_STATES: Final[dict[shapes.MaintenanceState, pb.MaintenanceState.ValueType]] = {
    "off": pb.MAINTENANCE_STATE_OFF,
    "announced": pb.MAINTENANCE_STATE_ANNOUNCED,
    "on": pb.MAINTENANCE_STATE_ON,
}
_STATE_NAMES: Final = {state: name for name, state in _STATES.items()}


async def move(call: Call) -> shapes.MaintenanceOut:
    """Announce maintenance, begin or end it."""
    body: shapes.MaintenanceIn = call.body
    wanted = pb.Maintenance(
        state=_STATES[body.state],
        message=body.message,
        starts_at=to_wire_optional(body.starts_at),
        ends_at=to_wire_optional(body.ends_at),
    )
    response = await call.services.notification.SetMaintenance(
        pb.SetMaintenanceRequest(maintenance=wanted, reason=body.reason)
    )
    told = response.maintenance
    return shapes.MaintenanceOut(
        state=_STATE_NAMES[told.state],
        message=told.message,
        starts_at=from_wire(told.starts_at) if told.HasField("starts_at") else None,
        ends_at=from_wire(told.ends_at) if told.HasField("ends_at") else None,
        changed_at=from_wire(told.changed_at),
    )


ROUTES: Final = (
    Route(
        method="POST", path="/admin/maintenance", name="adminSetMaintenance", tag="admin", handler=move,
        summary="Announce maintenance, begin it (commands wait, with 503) or end it", who=Who.ADMIN, command=True,
        limit=Limit.COMMAND, body=shapes.MaintenanceIn, answer=shapes.MaintenanceOut,
        example={
            "state": "announced", "message": "We move to a larger database; for about ten minutes no bets are taken.",
            "starts_at": "2030-05-04T02:00:00Z", "ends_at": "2030-05-04T02:10:00Z", "reason": "change 1234",
        },
    ),
)  # fmt: skip
