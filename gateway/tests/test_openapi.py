"""Every route answers as its description says: all services filled with samples, each answer held to its schema."""

import re
from typing import Any, Final

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from oraculum_gateway.app import all_routes
from oraculum_gateway.route import Route
from oraculum_kit.health import Health

ID: Final = "01890000-0000-7000-8000-0000000000aa"
ROUTES: Final = all_routes(Health(), ledger_is_public=False)
# What a route without an example takes.
BODIES: Final[dict[str, dict[str, object]]] = {
    "createEvent": {"title": "Will it rain?", "category": "weather", "end_time": "2030-01-01T00:00:00Z"},
    "updateEvent": {"description": "More"},
    "resolveEvent": {"outcome": 0},
}
QUERIES: Final = {
    "quote": "outcome=1&amount=5",
    "deleteMe": "confirm=01890000-0000-7000-8000-00000000000a",
    "adminListAccountTransfers": "from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z",
    "getStatement": "from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z",
}
_TEXTS: Final = {
    "asset": "USDC", "preferences_json": '{"theme": "dark"}', "document_json": '{"rounding": "0"}', "jwks_json": '{"keys": []}', "venue": "kalshi",
    "tier": "basic", "kyc": "none", "category": "weather", "taker_side": "buy",
}  # fmt: skip
_DEPTH_MAX: Final = 6


def filled(message: Message, depth: int = 0) -> Message:
    """The message with a sample in every field."""
    for field in message.DESCRIPTOR.fields:
        if field.containing_oneof is not None and message.WhichOneof(field.containing_oneof.name):
            continue
        if field.message_type is not None:
            _fill_message(message, field, depth)
        elif field.is_repeated:
            getattr(message, field.name).extend([sample(field)] * 2)
        else:
            setattr(message, field.name, sample(field))
    return message


def _fill_message(message: Message, field: FieldDescriptor, depth: int) -> None:
    if depth >= _DEPTH_MAX:
        return
    inner = getattr(message, field.name)
    if field.message_type.full_name == "google.protobuf.Timestamp":
        inner.FromSeconds(1_780_000_000)
    elif field.message_type.GetOptions().map_entry:
        inner["reason"] = "spam"
    elif field.is_repeated:
        filled(inner.add(), depth + 1)
    else:
        filled(inner, depth + 1)


def sample(field: FieldDescriptor) -> object:
    """A value that the field may have."""
    if field.enum_type is not None:
        return field.enum_type.values[1].number
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_BOOL:
            return True
        case FieldDescriptor.CPPTYPE_STRING if field.type == FieldDescriptor.TYPE_BYTES:
            return b'{"n": 1}'
        case FieldDescriptor.CPPTYPE_STRING:
            if field.name == "asset" or field.name in _TEXTS:
                return _TEXTS[field.name]
            return ID if field.name.endswith("_id") else "1.5"
        case _:
            return 1


def wrong(value: Any, schema: dict[str, Any], schemas: dict[str, Any], at: str = "$") -> list[str]:
    """Where a value is not what its schema says; as much of JSON Schema as we write."""
    if "$ref" in schema:
        return wrong(value, schemas[schema["$ref"].rpartition("/")[2]], schemas, at)
    if "anyOf" in schema:
        tried = [wrong(value, one, schemas, at) for one in schema["anyOf"]]
        return [] if any(not faults for faults in tried) else [f"{at} is none of its alternatives: {tried}"]
    kinds: dict[str, type | tuple[type, ...]] = {
        "object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool,
        "null": type(None),
    }  # fmt: skip
    kind = schema.get("type")
    if kind is not None and (
        not isinstance(value, kinds[kind]) or (kind == "integer" and isinstance(value, bool))
    ):
        return [f"{at} is no {kind}: {value!r}"]
    faults = []
    if "enum" in schema and value not in schema["enum"]:
        faults.append(f"{at} is none of {schema['enum']}: {value!r}")
    if "const" in schema and value != schema["const"]:
        faults.append(f"{at} is not {schema['const']!r}: {value!r}")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        faults.append(f"{at} does not look like {schema['pattern']}: {value!r}")
    return faults + _wrong_inside(value, schema, schemas, at)


def _wrong_inside(value: Any, schema: dict[str, Any], schemas: dict[str, Any], at: str) -> list[str]:
    faults = []
    if isinstance(value, dict) and "properties" in schema:
        properties = schema["properties"]
        faults += [f"{at}.{name} is missing" for name in schema.get("required", ()) if name not in value]
        faults += [f"{at}.{name} is not described" for name in value if name not in properties]
        for name in value.keys() & properties.keys():
            faults += wrong(value[name], properties[name], schemas, f"{at}.{name}")
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            faults += wrong(item, schema["items"], schemas, f"{at}[{index}]")
    return faults


async def ask(gateway, route: Route, *, query: str = "", **headers: str) -> Any:
    path = route.full_path.replace("{venue}", "kalshi")
    path = re.sub(r"{\w+}", ID, path)
    query = query or QUERIES.get(route.name, "")
    body = None if route.body is None else BODIES.get(route.name, dict(route.example or {}))
    return await gateway.http.request(
        route.method, f"{path}?{query}" if query else path, json=body, headers=headers
    )


@pytest.fixture
async def sampled(gateway) -> Any:
    """A gateway whose services answer with everything that they may answer with."""
    gateway.backend.on_all(filled)
    return gateway


async def test_every_route_answers_as_described(sampled) -> None:
    document = (await sampled.http.get("/openapi.json")).json()
    schemas, faults = document["components"]["schemas"], []
    for route in ROUTES:
        response = await ask(sampled, route, **sampled.bearing(roles=("user", "creator", "admin")))
        described = document["paths"][route.full_path][route.method.lower()]["responses"]
        status = str(response.status_code)
        if status not in described or response.status_code >= 400:
            faults.append(f"{route.name} answers {status}: {response.text[:300]}")
            continue
        content = described[status].get("content")
        if content is None:
            faults += [f"{route.name} has a body"] if response.content else []
            continue
        media = response.headers["content-type"].partition(";")[0]
        faults += [f"{route.name} is not described as {media}"] if media not in content else []
        schema = content[media]["schema"]
        faults += [f"{route.name}: {fault}" for fault in wrong(response.json(), schema, schemas)]
        if "headers" in described[status]:
            assert response.headers["location"].startswith("/api/v1/")
    assert faults == []


async def test_every_route_refuses_as_described(gateway) -> None:
    document = (await gateway.http.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    for route in ROUTES:
        response = await ask(gateway, route, authorization="Bearer nonsense")
        described = document["paths"][route.full_path][route.method.lower()]["responses"]
        content = described[str(response.status_code)]["content"]
        schema = content[response.headers["content-type"]]["schema"]
        assert wrong(response.json(), schema, schemas) == []


async def test_a_statement_comes_as_csv_too(sampled) -> None:
    route = next(route for route in ROUTES if route.name == "getStatement")
    response = await ask(sampled, route, query=f"{QUERIES[route.name]}&format=csv", **sampled.bearing())
    assert response.headers["content-type"].startswith("text/csv")
    header, opening, entry, _, closing = response.text.split("\r\n")[:5]
    assert header == "time,type,amount,asset,balance,event_id,reference_id,id"
    assert opening == "2026-01-01T00:00:00+00:00,opening,,USDC,0.000001,,,"
    assert closing == "2026-02-01T00:00:00+00:00,closing,,USDC,0.000001,,,"
    assert entry.split(",")[1:5] == ["deposit", "0.000001", "USDC", "0.000001"]
    document = (await sampled.http.get("/openapi.json")).json()
    assert "text/csv" in document["paths"][route.full_path]["get"]["responses"]["200"]["content"]
