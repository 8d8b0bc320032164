"""gRPC in, webhooks out: translates, never decides."""

from typing import Final
from uuid import UUID

from oraculum.notification.v1 import webhook_service_pb2 as pb
from oraculum.notification.v1 import webhook_service_pb2_grpc
from oraculum_kit import idempotency
from oraculum_kit.authorization import SIGNED_IN, Access, require_user
from oraculum_kit.db import Connection, Database
from oraculum_kit.rpc import Context
from oraculum_kit.timestamps import to_wire, to_wire_optional
from oraculum_kit.validation import Violations
from oraculum_notification.webhooks.records import Subscription
from oraculum_notification.webhooks.subscriptions import Desk

_SERVICE: Final = "/oraculum.notification.v1.WebhookService/"

ACCESS: Final = {
    _SERVICE + "CreateSubscription": Access(users=SIGNED_IN),
    _SERVICE + "ListSubscriptions": Access(users=SIGNED_IN),
    _SERVICE + "VerifySubscription": Access(users=SIGNED_IN),
    _SERVICE + "DeleteSubscription": Access(users=SIGNED_IN),
}


class WebhookServicer(webhook_service_pb2_grpc.WebhookServiceServicer):
    """oraculum.notification.v1.WebhookService."""

    def __init__(self, database: Database, desk: Desk) -> None:
        self._database = database
        self._desk = desk

    async def CreateSubscription(
        self, request: pb.CreateSubscriptionRequest, context: Context
    ) -> pb.CreateSubscriptionResponse:
        """Make a subscription; its secret is told here, and here alone."""
        user_id, kinds = require_user().id, list(request.heard_kinds)
        self._desk.check(request.url, kinds)

        async def create(connection: Connection) -> pb.CreateSubscriptionResponse:
            made = await self._desk.open(connection, user_id, request.url, kinds)
            return pb.CreateSubscriptionResponse(subscription=_subscription(made))

        answer = await idempotency.once(self._database, request, pb.CreateSubscriptionResponse, create)
        # Stored answers have no secret in them; it is derived anew for whoever repeats the command.
        answer.secret = self._desk.secret(UUID(answer.subscription.subscription_id))
        return answer

    async def ListSubscriptions(
        self, request: pb.ListSubscriptionsRequest, context: Context
    ) -> pb.ListSubscriptionsResponse:
        """List the caller's subscriptions."""
        async with self._database.connection() as connection:
            rows = await self._desk.of(connection, require_user().id)
        return pb.ListSubscriptionsResponse(subscriptions=[_subscription(row) for row in rows])

    async def VerifySubscription(
        self, request: pb.VerifySubscriptionRequest, context: Context
    ) -> pb.VerifySubscriptionResponse:
        """Let the address of a subscription of the caller be asked again."""
        user_id = require_user().id
        check = Violations()
        subscription_id = check.uuid("subscription_id", request.subscription_id)
        check.finish()

        async def verify(connection: Connection) -> pb.VerifySubscriptionResponse:
            asked = await self._desk.verify(connection, user_id, subscription_id)
            return pb.VerifySubscriptionResponse(subscription=_subscription(asked))

        return await idempotency.once(self._database, request, pb.VerifySubscriptionResponse, verify)

    async def DeleteSubscription(
        self, request: pb.DeleteSubscriptionRequest, context: Context
    ) -> pb.DeleteSubscriptionResponse:
        """End a subscription of the caller."""
        user_id = require_user().id
        check = Violations()
        subscription_id = check.uuid("subscription_id", request.subscription_id)
        check.finish()

        async def end(connection: Connection) -> pb.DeleteSubscriptionResponse:
            await self._desk.end(connection, user_id, subscription_id)
            return pb.DeleteSubscriptionResponse()

        return await idempotency.once(self._database, request, pb.DeleteSubscriptionResponse, end)


def _subscription(row: Subscription) -> pb.Subscription:
    return pb.Subscription(
        subscription_id=str(row.subscription_id),
        url=row.url,
        heard_kinds=row.kinds,
        status=_status(row),
        sequence=row.sequence,
        delivered_sequence=row.delivered,
        last_result=row.last_result or "",
        last_attempt_at=to_wire_optional(row.last_attempt_at),
        failing_since=to_wire_optional(row.failing_since),
        disabled_at=to_wire_optional(row.disabled_at),
        disabled_reason=row.disabled_reason or "",
        created_at=to_wire(row.created_at),
    )


def _status(row: Subscription) -> pb.SubscriptionStatus.ValueType:
    if row.disabled_at is not None:
        return pb.SUBSCRIPTION_STATUS_DISABLED
    if row.unproved_since is not None:
        return pb.SUBSCRIPTION_STATUS_PENDING
    return pb.SUBSCRIPTION_STATUS_FAILING if row.attempts else pb.SUBSCRIPTION_STATUS_ACTIVE
