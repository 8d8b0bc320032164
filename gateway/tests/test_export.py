"""The export names everything that is held about a person, list by list."""

from typing import Any
from uuid import uuid4

from oraculum.auth.v1.privacy_service_pb2 import ExportMeResponse
from oraculum.event.v1 import event_service_pb2 as event_pb
from oraculum.notification.v1 import webhook_service_pb2 as webhook_pb

LISTS = {
    "transactions",
    "predictions",
    "trades",
    "positions",
    "triggers",
    "alerts",
    "notifications",
    "events",
    "drafts",
    "disputes",
    "webhooks",
    "notification_preferences",
    "limits",
}


async def test_it_says_what_i_wrote_disputed_and_set_up_and_nothing_of_others(gateway: Any) -> None:
    """Of an administrator, too, who sees everybody's disputes and drafts."""
    me, other = uuid4(), uuid4()
    asked: list[event_pb.ListEventsRequest] = []

    def events(request: event_pb.ListEventsRequest) -> event_pb.ListEventsResponse:
        asked.append(request)
        return event_pb.ListEventsResponse()

    disputes = [
        event_pb.Dispute(
            dispute_id=str(uuid4()),
            user_id=str(who),
            status=event_pb.DISPUTE_STATUS_OPEN,
            bond={"asset": "USDC"},
        )
        for who in (me, other)
    ]
    gateway.backend.on("ExportMe", ExportMeResponse(document_json=b"{}"))
    gateway.backend.on("ListEvents", events)
    gateway.backend.on("ListDisputes", event_pb.ListDisputesResponse(disputes=disputes))
    hook = webhook_pb.Subscription(
        subscription_id=str(uuid4()),
        url="https://example.com/hook",
        status=webhook_pb.SUBSCRIPTION_STATUS_ACTIVE,
    )
    gateway.backend.on("ListSubscriptions", webhook_pb.ListSubscriptionsResponse(subscriptions=[hook]))
    answer = await gateway.http.get("/api/v1/users/me/export", headers=gateway.bearing(me, roles={"admin"}))
    lists = answer.json()["lists"]
    assert LISTS == set(lists)
    assert [(str(me), False), (str(me), True)] == [(one.creator_user_id, one.unpublished) for one in asked]
    assert [str(me)] == [row["user_id"] for row in lists["disputes"]["data"]]
    assert ["https://example.com/hook"] == [row["url"] for row in lists["webhooks"]["data"]]
    assert ["choices", "quiet_hours"] == sorted(lists["notification_preferences"]["data"][0])
