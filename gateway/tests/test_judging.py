"""Drafts, disputes, confirmations and crawler rules through HTTP: what is asked of event, and what is refused by name."""

from typing import Any

import pytest

from oraculum.event.v1 import event_service_pb2 as pb
from oraculum.money.v1.amount_pb2 import Amount

ID = "01890000-0000-7000-8000-0000000000aa"
EVENT = {"title": "How warm will it be?", "category": "weather", "end_time": "2030-01-01T00:00:00Z"}
SCALE = {"lower": "-10", "upper": 40, "step": "0.5", "unit": "°C"}


def told(**fields: Any) -> pb.Event:
    event = pb.Event(
        event_id=ID,
        event_type=pb.EVENT_TYPE_SCALAR,
        status=pb.EVENT_STATUS_DRAFT,
        asset="USDC",
        subsidy=Amount(units=100_000_000, asset="USDC"),
        creation_fee=Amount(units=1_000_000, asset="USDC"),
        scale=pb.Scale(lower="-10", upper="40", step="0.5", unit="°C"),
        unpublished=True,
        creator_pays=True,
    )
    event.MergeFrom(pb.Event(**fields))
    return event


def last(gateway: Any, method: str) -> Any:
    return next(request for name, request in reversed(gateway.backend.asked) if name == method)


async def test_a_draft_of_a_scalar_event_is_written_and_shown_to_its_author(gateway) -> None:
    """Its range and its costs come back exactly; its address is one that no cache keeps."""
    gateway.backend.on("CreateEvent", pb.CreateEventResponse(event=told()))
    gateway.backend.on("GetEvent", pb.GetEventResponse(event=told()))
    body = {**EVENT, "type": "scalar", "scale": SCALE, "draft": True}
    response = await gateway.http.post(
        "/api/v1/events", json=body, headers=gateway.bearing(roles=("creator",))
    )
    assert (response.status_code, response.headers["location"]) == (201, f"/api/v1/drafts/{ID}")
    made = response.json()
    assert made["scale"] == {"lower": "-10", "upper": "40", "step": "0.5", "unit": "°C"}
    assert (made["creation_fee"], made["subsidy"], made["unpublished"]) == ("1.00", "100.00", True)
    asked = last(gateway, "CreateEvent")
    assert (asked.unpublished, asked.scale.step, asked.scale.lower) == (True, "0.5", "-10")
    shown = await gateway.http.get(f"/api/v1/drafts/{ID}", headers=gateway.bearing())
    assert shown.headers["cache-control"] == "no-store"
    assert last(gateway, "GetEvent").include_unpublished


async def test_an_edit_names_lists_only_where_they_are_sent(gateway) -> None:
    """An empty list of words is a change, an absent one is none; a subsidy is read in the draft's own asset."""
    gateway.backend.on("UpdateEvent", pb.UpdateEventResponse(event=told()))
    gateway.backend.on("GetEvent", pb.GetEventResponse(event=told()))
    body = {"tags": [], "subsidy": "70.5", "prices": ["0.4", "0.6"]}
    response = await gateway.http.put(f"/api/v1/events/{ID}", json=body, headers=gateway.bearing())
    assert response.status_code == 200
    asked = last(gateway, "UpdateEvent")
    assert asked.HasField("tags")
    assert not asked.HasField("outcome_labels")
    assert (asked.subsidy.units, list(asked.prior_millionths.millionths)) == (70_500_000, [400_000, 600_000])


async def test_a_mechanism_is_chosen_by_its_name_and_shown(gateway) -> None:
    """The logarithmic rule where nothing is said, in an answer that says nothing too; an edit names it only where it is sent."""
    shown = told(mechanism=pb.MECHANISM_CPMM)
    gateway.backend.on("CreateEvent", pb.CreateEventResponse(event=shown))
    gateway.backend.on("UpdateEvent", pb.UpdateEventResponse(event=told()))
    creator = gateway.bearing(roles=("creator",))
    made = await gateway.http.post("/api/v1/events", json={**EVENT, "mechanism": "cpmm"}, headers=creator)
    assert (made.status_code, made.json()["mechanism"]) == (201, "cpmm")
    assert last(gateway, "CreateEvent").mechanism == pb.MECHANISM_CPMM
    await gateway.http.post("/api/v1/events", json=EVENT, headers=gateway.bearing(roles=("creator",)))
    assert last(gateway, "CreateEvent").mechanism == pb.MECHANISM_LMSR
    path = f"/api/v1/events/{ID}"
    edited = await gateway.http.put(path, json={"title": "How warm is it?"}, headers=gateway.bearing())
    assert edited.json()["mechanism"] == "lmsr"
    assert last(gateway, "UpdateEvent").mechanism == pb.MECHANISM_UNSPECIFIED
    await gateway.http.put(path, json={"mechanism": "cpmm_multi"}, headers=gateway.bearing())
    assert last(gateway, "UpdateEvent").mechanism == pb.MECHANISM_CPMM_MULTI


async def test_a_scalar_event_is_resolved_by_its_value(gateway) -> None:
    """Exactly as it was sent, and together with nothing else."""
    admin = gateway.bearing(roles=("admin",))
    gateway.backend.on("ResolveEvent", pb.ResolveEventResponse(event=told()))
    path = f"/api/v1/events/{ID}/resolve"
    assert (await gateway.http.post(path, json={"value": "14.90"}, headers=admin)).status_code == 200
    assert last(gateway, "ResolveEvent").value == "14.90"
    refused = await gateway.http.post(path, json={"value": "1", "outcome": 1}, headers=admin)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "outcome")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"/events/{ID}/disputes", {"reason": "short"}),
        (f"/events/{ID}/disputes", {"reason": "x" * 2001}),
        (f"/admin/disputes/{ID}/decide", {"decision": "uphold", "note": "no result is named"}),
        (f"/admin/disputes/{ID}/decide", {"decision": "reject", "note": "one is named", "outcome": 1}),
        (f"/admin/disputes/{ID}/decide", {"decision": "maybe", "note": "?"}),
        (f"/admin/disputes/{ID}/decide", {"decision": "uphold", "note": "two", "outcome": 1, "value": "2"}),
        (f"/admin/events/{ID}/confirm", {"decision": "yes"}),
        (f"/events/{ID}/publish", {"version": -1}),
        ("/admin/categories", {"category": "Not A Word", "label": "x"}),
        ("/admin/crawler-rules:dry-run", {"limit": 1001}),
        ("/admin/crawler-rules:dry-run", {"rules": {"rules": []}}),
        (
            "/events",
            {**EVENT, "type": "scalar", "scale": {"lower": "a", "upper": "1", "step": "1", "unit": "m"}},
        ),
        ("/events", {**EVENT, "challenge_seconds": -1}),
        ("/events", {**EVENT, "mechanism": "auction"}),
    ],
)
async def test_what_makes_no_sense_reaches_nobody(gateway, path: str, body: dict[str, Any]) -> None:
    """Refused at the door, with a field named."""
    response = await gateway.http.post(f"/api/v1{path}", json=body, headers=gateway.bearing(roles=("admin",)))
    assert (response.status_code, bool(response.json()["errors"])) == (422, True)
    assert gateway.backend.asked == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/admin/disputes"),
        ("GET", "/admin/events"),
        ("GET", "/admin/crawler-rules"),
        ("PUT", "/admin/crawler-rules"),
        ("POST", "/admin/crawler-rules:dry-run"),
        ("POST", f"/admin/events/{ID}/confirm"),
        ("POST", f"/admin/disputes/{ID}/decide"),
        ("POST", "/admin/categories"),
    ],
)
async def test_what_is_an_administrators_is_nobody_elses(gateway, method: str, path: str) -> None:
    """A person is told 403, a stranger 401."""
    answers = [
        (await gateway.http.request(method, f"/api/v1{path}", headers=headers)).status_code
        for headers in (gateway.bearing(), {})
    ]
    assert answers == [403, 401]


async def test_an_administrator_lists_events_in_every_state(gateway) -> None:
    """Those too that wait for their market; a state that is asked for is the only one."""
    gateway.backend.on("ListEvents", pb.ListEventsResponse(events=[told(unpublished=False)]))
    admin = gateway.bearing(roles=("admin",))
    listed = await gateway.http.get("/api/v1/admin/events", headers=admin)
    assert [row["id"] for row in listed.json()["data"]] == [ID]
    assert pb.EVENT_STATUS_DRAFT in last(gateway, "ListEvents").statuses
    await gateway.http.get("/api/v1/admin/events?status=locked", headers=admin)
    assert list(last(gateway, "ListEvents").statuses) == [pb.EVENT_STATUS_LOCKED]


async def test_a_dispute_is_decided_by_an_outcome(gateway) -> None:
    """Which of them is right is said by its number, and event says what each pays."""
    dispute = pb.Dispute(
        dispute_id=ID,
        event_id=ID,
        status=pb.DISPUTE_STATUS_UPHELD,
        bond=Amount(units=10_000_000, asset="USDC"),
    )
    gateway.backend.on("DecideDispute", pb.DecideDisputeResponse(dispute=dispute))
    response = await gateway.http.post(
        f"/api/v1/admin/disputes/{ID}/decide",
        json={"decision": "uphold", "note": "The source says NO.", "outcome": 0},
        headers=gateway.bearing(roles=("admin",)),
    )
    assert (response.status_code, response.json()["bond"], response.json()["status"]) == (
        200,
        "10.00",
        "upheld",
    )
    asked = last(gateway, "DecideDispute")
    assert (asked.uphold, asked.HasField("outcome"), asked.outcome) == (True, True, 0)
