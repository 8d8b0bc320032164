"""Maintenance: kept, said on the channel `system`, noted for the audit log, in one transaction."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from oraculum.audit.v1.audit_pb2 import AUDIT_CLASS_ADMIN, AuditFact
from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum_kit.errors import InvalidArgument, PermissionDenied

ADMIN = frozenset({"user", "admin"})
TOMORROW = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)


def wanted(state: pb.MaintenanceState.ValueType, message: str = "We work on it.", **times: datetime) -> Any:
    maintenance = pb.Maintenance(state=state, message=message)
    for field, time in times.items():
        getattr(maintenance, field).FromDatetime(time)
    return pb.SetMaintenanceRequest(maintenance=maintenance, reason="change 1234")


async def said(service: Any) -> list[dict[str, Any]]:
    heard = await service.stub.Resume(pb.ResumeRequest(channel="system"))
    assert {"system.maintenance"} >= {message.kind for message in heard.messages}
    return [json.loads(message.data_json) for message in heard.messages]


async def test_an_announcement_a_beginning_and_an_end(service) -> None:
    times = {"starts_at": TOMORROW, "ends_at": TOMORROW + timedelta(hours=1)}
    steps = [
        wanted(pb.MAINTENANCE_STATE_ANNOUNCED, **times),
        wanted(pb.MAINTENANCE_STATE_ON, ends_at=TOMORROW),
        wanted(pb.MAINTENANCE_STATE_OFF, ""),
    ]
    for step in steps:
        with service.parties.signed_in(roles=ADMIN, idempotency_key=str(uuid4())):
            answer = await service.stub.SetMaintenance(step)
        assert step.maintenance.state == answer.maintenance.state
        assert answer.maintenance.HasField("changed_at")
    told = await said(service)
    assert ["announced", "on", "off"] == [one["state"] for one in told]
    assert f"{TOMORROW:%Y-%m-%dT%H:%M:%S}.000Z" == told[0]["starts_at"]
    assert [None, "We work on it."] == [told[1]["starts_at"], told[1]["message"]]
    async with service.database.connection() as connection:
        kept = await (await connection.execute("select state, ends_at from maintenance")).fetchall()
        facts = await (
            await connection.execute("select payload from outbox where topic = 'audit' order by id")
        ).fetchall()
    assert [("off", None)] == kept
    audits = [AuditFact.FromString(payload) for (payload,) in facts]
    assert ["announced", "on", "off"] == [audit.details["state"] for audit in audits]
    assert {("maintenance.set", AUDIT_CLASS_ADMIN, "change 1234")} == {
        (audit.action, audit.audit_class, audit.details["reason"]) for audit in audits
    }


async def test_a_repeated_command_moves_nothing(service) -> None:
    """The old word, sent again after a later one, gives the stored answer: maintenance does not begin anew."""
    request = wanted(pb.MAINTENANCE_STATE_ON)
    with service.parties.signed_in(roles=ADMIN, idempotency_key="begin") as administrator:
        await service.stub.SetMaintenance(request)
    with service.parties.signed_in(administrator.id, roles=ADMIN, idempotency_key="end"):
        await service.stub.SetMaintenance(wanted(pb.MAINTENANCE_STATE_OFF))
    with service.parties.signed_in(administrator.id, roles=ADMIN, idempotency_key="begin"):
        await service.stub.SetMaintenance(request)
    assert ["on", "off"] == [one["state"] for one in await said(service)]


async def test_it_is_for_administrators(service) -> None:
    with service.parties.signed_in(idempotency_key="a"), pytest.raises(PermissionDenied):
        await service.stub.SetMaintenance(wanted(pb.MAINTENANCE_STATE_ON))
    assert [] == await said(service)


REFUSED = (
    (wanted(pb.MAINTENANCE_STATE_UNSPECIFIED), ["state"]),
    (wanted(pb.MAINTENANCE_STATE_ON, ""), ["message"]),
    (wanted(pb.MAINTENANCE_STATE_ON, "x" * 501), ["message"]),
    (wanted(pb.MAINTENANCE_STATE_ANNOUNCED), ["starts_at"]),
    (wanted(pb.MAINTENANCE_STATE_ANNOUNCED, starts_at=TOMORROW - timedelta(days=9)), ["starts_at"]),
    (wanted(pb.MAINTENANCE_STATE_ANNOUNCED, starts_at=TOMORROW, ends_at=TOMORROW), ["ends_at"]),
    (wanted(pb.MAINTENANCE_STATE_ON, ends_at=TOMORROW - timedelta(days=9)), ["ends_at"]),
    (wanted(pb.MAINTENANCE_STATE_OFF, "", ends_at=TOMORROW), ["ends_at"]),
)


async def test_every_bad_field_is_named_and_nothing_is_said(service) -> None:
    for request, fields in REFUSED:
        with (
            service.parties.signed_in(roles=ADMIN, idempotency_key="a"),
            pytest.raises(InvalidArgument) as refused,
        ):
            await service.stub.SetMaintenance(request)
        assert fields == [violation.field for violation in refused.value.violations]
    assert [] == await said(service)
