"""The metadata that calls between our processes carry."""

from typing import Final

USER_TOKEN: Final = "authorization"  # noqa: S105  a header's name
SERVICE_TOKEN: Final = "x-service-authorization"  # noqa: S105
REQUEST_ID: Final = "x-request-id"
TRACEPARENT: Final = "traceparent"
IDEMPOTENCY_KEY: Final = "idempotency-key"
IDEMPOTENCY_KEY_LENGTH_MAX: Final = 128
# In the trailers of an answer that was given before.
IDEMPOTENCY_REPLAYED: Final = "idempotency-replayed"
# Who sits at the far end, as the gateway saw it.
DEVICE_ID: Final = "x-device-id"
CLIENT_ADDRESS: Final = "x-client-address"


def is_printable(text: str) -> bool:
    """Whether it may be the value of a header between services: gRPC's metadata takes printable ASCII alone."""
    return text.isascii() and text.isprintable()
