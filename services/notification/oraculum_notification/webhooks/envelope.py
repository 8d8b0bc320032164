"""What is sent: a message in JSON, and the headers that say what it is and prove who sent it."""

from datetime import UTC, datetime

import orjson

from oraculum_notification.webhooks.records import Waiting
from oraculum_notification.webhooks.signing import signature


def body_of(message: Waiting) -> bytes:
    """What is sent: the same bytes at every attempt."""
    time = message.occurred_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return orjson.dumps(
        {
            "id": str(message.message_id),
            "subscription_id": str(message.subscription_id),
            "sequence": message.sequence,
            "type": message.kind,
            "occurred_at": time,
            "data": orjson.Fragment(message.data),
        }
    )


def headers_of(message: Waiting, secret: str, body: bytes, now: datetime) -> dict[str, str]:
    """What stands above it at this attempt."""
    return {
        "content-type": "application/json",
        "user-agent": "Oraculum-Webhooks/1",
        "x-oraculum-delivery": str(message.message_id),
        "x-oraculum-sequence": str(message.sequence),
        "x-oraculum-signature": signature(secret, int(now.timestamp()), body),
    }
