"""An example of anything that a JSON schema describes: what each field says of itself, and plausible words for the rest."""

from collections.abc import Mapping
from typing import Any, Final

_ID: Final = "01890000-0000-7000-8000-000000000001"
_TIME: Final = "2026-05-04T12:00:00.000Z"
_WORDS: Final[Mapping[str, str]] = {
    "asset": "USDC",
    "category": "weather",
    "currency": "USDC",
    "display_name": "Ada",
    "email": "ada@example.com",
    "label": "Yes",
    "next_cursor": "WzE3ODAwMDAwMDBd",
    "tier": "basic",
    "title": "Will it rain in Oslo on New Year's Day?",
    "url": "https://example.com/markets/rain",
    "image_url": "https://example.com/rain.png",
    "venue": "kalshi",
}


def sample(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str = "") -> Any:
    """A value that the schema allows."""
    if "$ref" in schema:
        return sample(schemas[schema["$ref"].rpartition("/")[2]], schemas, name)
    if "const" in schema:
        return schema["const"]
    for word in ("examples", "enum"):
        if word in schema:
            return schema[word][0]
    if "anyOf" in schema:
        kind = next(one for one in schema["anyOf"] if one.get("type") != "null")
        return sample(kind, schemas, name)
    return _made(schema, schemas, name)


def _made(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str) -> Any:
    kind = schema.get("type")
    if kind == "object":
        return {key: sample(value, schemas, key) for key, value in schema.get("properties", {}).items()}
    if kind == "array":
        return [sample(schema["items"], schemas, name.removesuffix("s"))]
    if kind == "string":
        return _text(schema, name)
    return {"integer": schema.get("minimum", 1), "number": 1, "boolean": True}.get(str(kind), {})


def _text(schema: Mapping[str, Any], name: str) -> str:
    if schema.get("format") == "date-time":
        return _TIME
    if schema.get("format") == "uuid" or name == "id" or name.endswith("_id"):
        return _ID
    if "pattern" in schema:
        return "0.5"
    return _WORDS.get(name, name.replace("_", " ") or "text")
