"""Where programs of mine are told."""

from typing import Any, Final, Literal

from oraculum.notification.v1 import webhook_service_pb2 as pb
from oraculum_gateway.route import Call, Created, Limit, Route, Who
from oraculum_gateway.shapes import notices as shapes
from oraculum_kit.timestamps import from_wire

_STATUSES: Final[dict[int, Literal["pending", "active", "failing", "disabled"]]] = {
    pb.SUBSCRIPTION_STATUS_PENDING: "pending",
    pb.SUBSCRIPTION_STATUS_ACTIVE: "active",
    pb.SUBSCRIPTION_STATUS_FAILING: "failing",
    pb.SUBSCRIPTION_STATUS_DISABLED: "disabled",
}
_PATH: Final = "/webhooks/subscriptions"


async def subscribe(call: Call) -> Created:
    """Ask to be told."""
    body: shapes.SubscriptionIn = call.body
    response = await call.services.webhooks.CreateSubscription(
        pb.CreateSubscriptionRequest(url=body.url, heard_kinds=body.kinds)
    )
    made = shapes.NewSubscriptionOut(**_fields(response.subscription), secret=response.secret)
    return Created(made, f"/api/v1{_PATH}")


async def subscriptions(call: Call) -> shapes.SubscriptionsOut:
    """List my subscriptions."""
    response = await call.services.webhooks.ListSubscriptions(pb.ListSubscriptionsRequest())
    return shapes.SubscriptionsOut(
        data=[shapes.SubscriptionOut(**_fields(one)) for one in response.subscriptions]
    )


async def verify(call: Call) -> shapes.SubscriptionOut:
    """Have an address of mine asked again."""
    response = await call.services.webhooks.VerifySubscription(
        pb.VerifySubscriptionRequest(subscription_id=str(call.id("id")))
    )
    return shapes.SubscriptionOut(**_fields(response.subscription))


async def unsubscribe(call: Call) -> None:
    """Be told no more."""
    request = pb.DeleteSubscriptionRequest(subscription_id=str(call.id("id")))
    await call.services.webhooks.DeleteSubscription(request)


def _fields(one: pb.Subscription) -> dict[str, Any]:
    times = {
        field: from_wire(getattr(one, field)) if one.HasField(field) else None
        for field in ("last_attempt_at", "failing_since", "disabled_at")
    }
    return {
        "id": one.subscription_id,
        "url": one.url,
        "kinds": list(one.heard_kinds),
        "status": _STATUSES[one.status],
        "sequence": one.sequence,
        "delivered_sequence": one.delivered_sequence,
        "last_result": one.last_result or None,
        "disabled_reason": one.disabled_reason or None,
        "created_at": from_wire(one.created_at),
        **times,
    }


ROUTES: Final = (
    Route(
        method="GET", path=_PATH, name="listWebhooks", tag="webhooks", handler=subscriptions,
        summary="Where my programs are told, and how that goes", who=Who.SIGNED_IN, answer=shapes.SubscriptionsOut,
    ),
    Route(
        method="POST", path=_PATH, name="createWebhook", tag="webhooks", handler=subscribe,
        summary="Be told at an address that wants it, signed and in order; the secret is told once", who=Who.SIGNED_IN,
        command=True, limit=Limit.COMMAND, body=shapes.SubscriptionIn, answer=shapes.NewSubscriptionOut, status=201,
        example={"url": "https://hooks.example/oraculum", "kinds": ["prediction.settled", "event.resolved"]},
        refusals={
            409: "too_many_subscriptions, too_many_public_subscriptions, account_gone",
            429: "too_many_challenges",
        },
    ),
    Route(
        method="POST", path=f"{_PATH}/{{id}}/verify", name="verifyWebhook", tag="webhooks", handler=verify,
        summary="Have its address asked again whether it wants to be told; what it answers shows in the list",
        who=Who.SIGNED_IN, command=True, limit=Limit.COMMAND, answer=shapes.SubscriptionOut, status=202,
        refusals={
            404: "subscription_not_found",
            409: "subscription_disabled, account_gone",
            429: "too_many_challenges",
        },
    ),
    Route(
        method="DELETE", path=f"{_PATH}/{{id}}", name="deleteWebhook", tag="webhooks", handler=unsubscribe,
        summary="Be told there no more; what still waited is dropped", who=Who.SIGNED_IN, command=True,
        limit=Limit.COMMAND, refusals={404: "subscription_not_found"},
    ),
)  # fmt: skip
