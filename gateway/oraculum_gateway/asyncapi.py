"""The AsyncAPI 3.0 document of the socket."""

from typing import Any, Final

from oraculum_gateway.subscriptions import CHANNELS_MAX, CHANNELS_PER_REQUEST

_SENT: Final = {
    "auth": ("Sign in, or show a fresh token before the old one expires.", {"token": "string"}),
    "subscribe": ("Hear channels from now on.", {"id": "string", "channels": "array"}),
    "unsubscribe": ("Hear channels no more.", {"id": "string", "channels": "array"}),
    "resume": (
        "Get what a channel said after a sequence.",
        {"id": "string", "channel": "string", "seq": "integer"},
    ),
    "order.place": (
        "Place a bet; the fields of POST /predictions beside these, its type as order_type.",
        {"id": "string", "key": "string"},
    ),
    "order.cancel": (
        "Take back what rests of a bet.",
        {"id": "string", "key": "string", "prediction_id": "string"},
    ),
    "ping": ("Ask whether anybody is there.", {}),
}
_HEARD: Final = {
    "authenticated": ("Signed in.", {"user_id": "string"}),
    "auth.rejected": ("The token is not good.", {"code": "string", "message": "string"}),
    "subscribed": (
        "Where each channel stands, and which cannot be heard, each with a code.",
        {"channels": "array", "rejected": "array"},
    ),
    "unsubscribed": ("Done.", {"channels": "array"}),
    "resumed": ("What was missed, in order.", {"channel": "string", "seq": "integer", "messages": "array"}),
    "snapshot": (
        "The latest of each kind; more is too old to tell.",
        {"channel": "string", "messages": "array"},
    ),
    "order.accepted": ("The bet is placed, or taken back.", {"key": "string", "prediction": "object"}),
    "order.rejected": ("The bet is refused; nothing moved.", {"code": "string", "message": "string"}),
    "error": ("A message that was not understood or not allowed.", {"code": "string", "message": "string"}),
    "pong": ("Somebody is there.", {}),
}
KINDS: Final = (
    "prediction.submitted", "prediction.opened", "prediction.ended", "prediction.settled", "event.created", "event.updated", "event.locked",
    "event.proposed", "event.disputed", "event.resolved", "event.cancelled", "market.quote", "market.trade", "market.updated", "balance.updated",
    "notification", "system.maintenance",
)  # fmt: skip
_CHANNELS: Final = (
    "event.<id>", "predictions.global", "user.<id>", "market.<venue>.<id>", "events", "events.<category>", "system",
)  # fmt: skip

_MAINTENANCE: Final = {
    "type": "system.maintenance",
    "channel": "system",
    "seq": 3,
    "ts": "2026-05-04T12:00:00.000Z",
    "data": {
        # Or `on`, while commands are refused with 503 `maintenance`; or `off`.
        "state": "announced",
        "message": "For about ten minutes no bets are taken.",
        "starts_at": "2026-05-05T02:00:00.000Z",
        "ends_at": "2026-05-05T02:10:00.000Z",
    },
}

_BOUNDS: Final = (
    "Opening a socket and `resume` count as a request, `subscribe` as one for every "
    f"{CHANNELS_PER_REQUEST} channels that the socket did not hear before; past the limit the answer is an `error` with "
    f"the code `rate_limited`. A socket hears {CHANNELS_MAX} channels at most, and all sockets of one account, or of one "
    "address without an account, as many as the operator allows: what is more is rejected with `too_many_channels`. A socket "
    "more than the operator allows an account or an address is refused with 429 `too_many_sockets`, and `auth` that would "
    "make it one of such an account with `auth.rejected`."
)


def document(*, server: str) -> dict[str, Any]:
    """The whole document."""
    messages = {name: _message(name, *described) for name, described in {**_SENT, **_HEARD}.items()}
    messages["message"] = _channel_message()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Oraculum, live",
            "version": "1.0.0",
            "description": f"Channels: {', '.join(_CHANNELS)}. Close codes: 1008 too much, 1012 restarting, "
            f"1013 nobody reads, 4401 the token has expired. {_BOUNDS}",
        },
        "servers": {"public": {"host": server, "protocol": "wss"}},
        "channels": {"socket": {"address": "/ws", "messages": {name: _ref(name) for name in messages}}},
        "operations": {
            "send": {"action": "send", "channel": {"$ref": "#/channels/socket"}, "messages": _uses(_SENT)},
            "hear": {
                "action": "receive",
                "channel": {"$ref": "#/channels/socket"},
                "messages": _uses([*_HEARD, "message"]),
            },
        },
        "components": {"messages": messages},
    }


def _message(name: str, summary: str, fields: dict[str, str]) -> dict[str, Any]:
    properties: dict[str, Any] = {"type": {"const": name}}
    properties |= {field: {"type": kind} for field, kind in fields.items()}
    return {"name": name, "summary": summary, "payload": {"type": "object", "properties": properties}}


def _channel_message() -> dict[str, Any]:
    properties = {
        "type": {"enum": list(KINDS)},
        "channel": {"type": "string"},
        "seq": {"type": "integer"},
        "from_seq": {"type": "integer", "description": "There when this one stands for several."},
        "ts": {"type": "string", "format": "date-time"},
        "data": {"type": "object"},
    }
    payload = {
        "type": "object",
        "required": ["type", "channel", "seq", "ts", "data"],
        "properties": properties,
    }
    return {
        "name": "message",
        "summary": "What a channel says.",
        "payload": payload,
        "examples": [{"name": "maintenance", "payload": _MAINTENANCE}],
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/messages/{name}"}


def _uses(names: Any) -> list[dict[str, str]]:
    return [{"$ref": f"#/channels/socket/messages/{name}"} for name in names]
