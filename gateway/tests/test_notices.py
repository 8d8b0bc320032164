"""Preferences and webhooks through HTTP: what is asked of notification, and what is refused by name."""

from typing import Any

import pytest

from oraculum.notification.v1 import notification_service_pb2 as pb
from oraculum.notification.v1 import webhook_service_pb2 as webhook_pb
from oraculum_kit.errors import InvalidArgument, Violation

ID = "01890000-0000-7000-8000-0000000000aa"
PREFERENCES = "/api/v1/notifications/preferences"
WEBHOOKS = "/api/v1/webhooks/subscriptions"
WISH = {"url": "https://example.com/oraculum", "kinds": ["prediction.settled"]}
QUIET = {"from_time": "22:30", "to_time": "07:00", "time_zone": "Europe/Oslo"}


def subscription(**fields: Any) -> webhook_pb.Subscription:
    made = webhook_pb.Subscription(
        subscription_id=ID,
        url=WISH["url"],
        heard_kinds=WISH["kinds"],
        status=webhook_pb.SUBSCRIPTION_STATUS_ACTIVE,
    )
    made.created_at.FromJsonString("2026-05-04T12:00:00Z")
    made.MergeFrom(webhook_pb.Subscription(**fields))
    return made


class TestPreferences:
    async def test_choices_and_quiet_hours_go_there_and_back(self, gateway) -> None:
        gateway.backend.on(
            "SetPreferences", lambda request: pb.SetPreferencesResponse(preferences=request.preferences)
        )
        choice = {"kind": "prediction.settled", "inbox": True, "socket": False}
        response = await gateway.http.put(
            PREFERENCES, json={"choices": [choice], "quiet_hours": QUIET}, headers=gateway.bearing()
        )
        assert (200, {"choices": [{**choice, "fixed": False}], "quiet_hours": QUIET}) == (
            response.status_code,
            response.json(),
        )

    async def test_no_quiet_hours_are_null(self, gateway) -> None:
        told = pb.Preferences(choices=[pb.ChannelChoice(kind="welcome", inbox=True, socket=True)])
        gateway.backend.on("GetPreferences", pb.GetPreferencesResponse(preferences=told))
        response = await gateway.http.get(PREFERENCES, headers=gateway.bearing())
        assert response.json()["quiet_hours"] is None
        assert "no-store" == response.headers["cache-control"]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "choices"),
            ({"choices": [{"kind": "welcome", "inbox": "yes", "socket": True}]}, "choices[0].inbox"),
            ({"choices": [{"kind": "welcome", "inbox": True}]}, "choices[0].socket"),
            (
                {"choices": [{"kind": "welcome", "inbox": True, "socket": True, "mail": True}]},
                "choices[0].mail",
            ),
            ({"choices": [], "quiet_hours": {**QUIET, "time_zone": 1}}, "quiet_hours.time_zone"),
            ({"choices": [], "quiet_hours": {**QUIET, "from_time": "half past"}}, "quiet_hours.from_time"),
        ],
    )
    async def test_a_bad_field_is_named(self, gateway, body: dict[str, Any], field: str) -> None:
        response = await gateway.http.put(PREFERENCES, json=body, headers=gateway.bearing())
        assert (422, [field]) == (
            response.status_code,
            [error["field"] for error in response.json()["errors"]],
        )
        assert [] == gateway.backend.asked


class TestWebhooks:
    async def test_a_subscription_is_made_and_its_secret_is_told_once(self, gateway) -> None:
        gateway.backend.on(
            "CreateSubscription",
            webhook_pb.CreateSubscriptionResponse(subscription=subscription(), secret="whsec_x"),
        )
        listed = webhook_pb.ListSubscriptionsResponse(subscriptions=[subscription(sequence=3)])
        gateway.backend.on("ListSubscriptions", listed)
        made = await gateway.http.post(WEBHOOKS, json=WISH, headers=gateway.bearing())
        assert (201, WEBHOOKS, "no-store") == (
            made.status_code,
            made.headers["location"],
            made.headers["cache-control"],
        )
        assert ("whsec_x", ID, "active") == (made.json()["secret"], made.json()["id"], made.json()["status"])
        seen = await gateway.http.get(WEBHOOKS, headers=gateway.bearing())
        (one,) = seen.json()["data"]
        assert (3, 0, None, False) == (
            one["sequence"],
            one["delivered_sequence"],
            one["last_result"],
            "secret" in one,
        )

    async def test_an_address_is_asked_again(self, gateway) -> None:
        asked = subscription(status=webhook_pb.SUBSCRIPTION_STATUS_PENDING, last_result="status_404")
        gateway.backend.on("VerifySubscription", webhook_pb.VerifySubscriptionResponse(subscription=asked))
        response = await gateway.http.post(f"{WEBHOOKS}/{ID}/verify", headers=gateway.bearing())
        assert (202, "pending", "status_404") == (
            response.status_code,
            response.json()["status"],
            response.json()["last_result"],
        )
        assert ID == gateway.backend.asked[-1][1].subscription_id
        strange = await gateway.http.post(f"{WEBHOOKS}/none/verify", headers=gateway.bearing())
        assert (422, "id") == (strange.status_code, strange.json()["errors"][0]["field"])

    async def test_one_is_ended(self, gateway) -> None:
        response = await gateway.http.delete(f"{WEBHOOKS}/{ID}", headers=gateway.bearing())
        assert (204, ID) == (response.status_code, gateway.backend.asked[-1][1].subscription_id)
        strange = await gateway.http.delete(f"{WEBHOOKS}/none", headers=gateway.bearing())
        assert (422, "id") == (strange.status_code, strange.json()["errors"][0]["field"])

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"url": 5}, "url"),
            ({"url": "x" * 2049}, "url"),
            ({"kinds": "all"}, "kinds"),
            ({"kinds": [5]}, "kinds[0]"),
            ({"kinds": ["welcome"] * 51}, "kinds"),
            ({"secret": "mine"}, "secret"),
        ],
    )
    async def test_a_bad_field_is_named(self, gateway, changes: dict[str, Any], field: str) -> None:
        response = await gateway.http.post(WEBHOOKS, json={**WISH, **changes}, headers=gateway.bearing())
        assert (422, [field]) == (
            response.status_code,
            [error["field"] for error in response.json()["errors"]],
        )
        assert [] == gateway.backend.asked

    async def test_what_notification_refuses_has_the_clients_name(self, gateway) -> None:
        refusal = InvalidArgument(violations=[Violation("heard_kinds[1]", "is none of them")])
        gateway.backend.on("CreateSubscription", refusal)
        response = await gateway.http.post(WEBHOOKS, json=WISH, headers=gateway.bearing())
        assert (422, "kinds[1]") == (response.status_code, response.json()["errors"][0]["field"])
