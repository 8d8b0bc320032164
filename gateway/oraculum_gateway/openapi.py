"""The OpenAPI 3.1 document, written from the same declarations that check the requests."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from oraculum_gateway import cookies
from oraculum_gateway.problems import MEDIA_TYPE, TITLES
from oraculum_gateway.route import Limit, Route, Who
from oraculum_gateway.samples import sample
from oraculum_gateway.signed import scope_of

_REF: Final = "#/components/schemas/{model}"

_TAGS: Final = {
    "auth": "Sign in, stay signed in, sign out",
    "users": "Accounts and profiles",
    "events": "What is asked, and at which prices",
    "predictions": "Bets and what they hold",
    "risk": "Limits, exposure, stakes and triggers",
    "wallet": "Money",
    "markets": "What the venues say",
    "analytics": "What trading came to",
    "notifications": "Notices",
    "webhooks": "Programs that are told",
    "admin": "For administrators",
    "system": "The platform itself",
}

_DESCRIPTION: Final = """\
Amounts, shares and prices are decimal text, exact to the smallest unit. Times are RFC 3339 in UTC.
Send `Idempotency-Key` with a command: the same key and content give the stored answer, marked `Idempotency-Replayed`.
A 4xx has moved nothing. After a timeout, a 503 or a 504 the outcome is unknown, and the same key tells the truth.
"""

_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail", "errors", "request_id", "timestamp", "path"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "The rule, for programs."},
        "detail": {"type": "string", "description": "The rule, for people."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "request_id": {"type": "string"},
        "timestamp": {"type": "string", "format": "date-time"},
        "path": {"type": "string"},
    },
}

_SCHEMES: Final[dict[str, Any]] = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Api-Key",
        "description": (
            "A program's key, with `X-Timestamp` (seconds since 1970) and `X-Signature`: "
            "hex(HMAC-SHA256(secret, timestamp + method + path?query + body))."
        ),
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": cookies.ACCESS,
        "description": (
            "A page's session, given to whoever signs in with `X-Session: cookie`. A command repeats the cookie "
            f"`{cookies.CSRF}` in `X-CSRF-Token`. The cookie `{cookies.DEVICE}` tells this browser from others "
            "after the session, too; a client that is no page names its device by `X-Device-Id` (16 to 128 characters, "
            "the same ones each time)."
        ),
    },
}

# As it comes out of a header, which has no blanks at its ends.
_PRINTABLE: Final = r"^[!-~]([ -~]*[!-~])?$"
_SECONDS: Final = {
    "schema": {"type": "integer", "minimum": 1},
    "description": "Seconds until it is worth another try.",
}
_REFUSAL_HEADERS: Final[dict[int, dict[str, Any]]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}},
    429: {"Retry-After": {**_SECONDS, "required": True}},
    503: {"Retry-After": {**_SECONDS, "required": True}},
}
_A_PROBLEM: Final = {"$ref": "#/components/schemas/Problem"}
_CODES: Final = {
    400: "malformed_json",
    401: "unauthenticated",
    403: "permission_denied",
    408: "body_too_slow",
    409: "idempotency_conflict",
    413: "body_too_large",
    415: "unsupported_media_type",
    422: "invalid_request",
    429: "rate_limited",
    431: "headers_too_large",
    503: "unavailable",
    504: "outcome_unknown",
}


def document(routes: Sequence[Route], *, server: str) -> dict[str, Any]:
    """The whole document."""
    models = _models(routes)
    names, schemas = models_json_schema(models, ref_template=_REF)
    components = {**schemas.get("$defs", {}), "Problem": _PROBLEM}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.full_path, {})[route.method.lower()] = _operation(route, names, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Oraculum",
            "version": "1.0.0",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": server}],
        "tags": [{"name": name, "description": description} for name, description in _TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": _SCHEMES,
        },
    }


_Names = Mapping[Any, dict[str, Any]]


def _models(routes: Sequence[Route]) -> list[tuple[type[BaseModel], JsonSchemaMode]]:
    models: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {}
    for route in routes:
        for given in (route.body, route.query):
            if given is not None:
                models[given, "validation"] = None
        if route.answer is not None:
            models[route.answer, "serialization"] = None
    return list(models)


def _operation(route: Route, names: _Names, schemas: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.tag],
        "security": _security(route),
        "parameters": [*_path_parameters(route), *_query_parameters(route, names, schemas)],
        "responses": _responses(route, names, schemas),
    }
    if route.command:
        operation["parameters"].append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": _PRINTABLE},
            }
        )
    if route.body is not None:
        content: dict[str, Any] = {"schema": names[route.body, "validation"]}
        if route.example is not None:
            content["example"] = dict(route.example)
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    return operation


def _security(route: Route) -> list[dict[str, Any]]:
    if route.who is Who.ANYONE:
        return []
    schemes = ["bearer", "session", *(["apiKey"] if scope_of(route) is not None else [])]
    return [{name: []} for name in schemes]


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    parameters = []
    for name in re.findall(r"{(\w+)}", route.full_path):
        venue_market = "/markets/{venue}" in route.full_path
        schema: dict[str, Any] = {"type": "string"}
        if not venue_market and name != "provider":
            schema["format"] = "uuid"
        parameters.append({"name": name, "in": "path", "required": True, "schema": schema})
    return parameters


def _query_parameters(route: Route, names: _Names, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    model = schemas[names[route.query, "validation"]["$ref"].rpartition("/")[2]]
    required = set(model.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in model["properties"].items()
    ]


def _responses(route: Route, names: _Names, schemas: dict[str, Any]) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    if route.answer is not None:
        status = str(route.status)
        schema = names[route.answer, "serialization"]
        content = {"schema": schema, "example": sample(schema, schemas)}
        responses[status] = {"description": "Done", "content": {route.media: content}}
        if route.other_media is not None:
            responses[status]["content"][route.other_media] = {"schema": {"type": "string"}}
        if route.status == 201:
            responses[status]["headers"] = {
                "Location": {"schema": {"type": "string", "format": "uri-reference"}}
            }
        if route.pending:
            responses["202"] = {**responses[status], "description": route.pending}
    elif route.media != "application/json":
        responses["200"] = {"description": "Done", "content": {route.media: {"schema": {"type": "object"}}}}
    else:
        responses["204"] = {"description": "Done"}
    if route.method == "GET" and route.who is Who.ANYONE and route.answer is not None:
        responses["304"] = {"description": "As you have it"}
    for status_code in sorted(_refusals(route)):
        responses[str(status_code)] = {
            "description": route.refusals.get(status_code, TITLES[status_code]),
            "content": {MEDIA_TYPE: {"schema": _A_PROBLEM, "example": _problem(route, status_code)}},
        }
        if status_code in _REFUSAL_HEADERS:
            responses[str(status_code)]["headers"] = _REFUSAL_HEADERS[status_code]
    return responses


def _problem(route: Route, status: int) -> dict[str, Any]:
    """What such a refusal looks like."""
    code = re.split(r"[ ,]", route.refusals.get(status, _CODES.get(status, "conflict")))[0]
    field = {"field": "limit", "message": "Input should be less than or equal to 100"}
    return {
        "type": f"/docs#{code}",
        "title": TITLES[status],
        "status": status,
        "code": code,
        "detail": "The rule that was broken, in a sentence.",
        "errors": [field] if status == 422 else [],
        "request_id": "01890000-0000-7000-8000-000000000002",
        "timestamp": "2026-05-04T12:00:00.000Z",
        "path": route.full_path,
    }


def _refusals(route: Route) -> set[int]:
    """The statuses of refusals that a route may answer with."""
    # Whoever sends a key without the scope, or comes from a network that is shut out, meets a 403 anywhere.
    statuses = {400, 401, 403, 422, 429, 431, 503, *route.refusals}
    if route.body is not None:
        statuses |= {408, 413, 415}
    if route.command:
        statuses |= {409, 504}
    if route.limit is Limit.SIGN_IN:
        statuses.add(409)
    return statuses
