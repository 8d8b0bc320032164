"""The document itself: valid by the specification, and with all that whoever reads it needs."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from oraculum_gateway import openapi
from oraculum_gateway.app import all_routes
from oraculum_kit.health import Health

DOCUMENT: Final = openapi.document(
    all_routes(Health(), ledger_is_public=False), server="https://oraculum.example"
)
SCHEMAS: Final = DOCUMENT["components"]["schemas"]
OPERATIONS: Final = [
    operation for methods in DOCUMENT["paths"].values() for operation in methods.values()
]  # fmt: skip


def named(operation: dict[str, Any]) -> str:
    return str(operation["operationId"])


def contents(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every form in which an operation takes or gives something."""
    yield from operation.get("requestBody", {}).get("content", {}).items()
    for response in operation["responses"].values():
        yield from response.get("content", {}).items()


def test_it_is_valid() -> None:
    assert [] == [str(error) for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()]


def test_nothing_is_described_that_nobody_refers_to() -> None:
    referred = set(re.findall(r"#/components/schemas/([^'\"]+)", str(DOCUMENT)))
    assert set(SCHEMAS) == referred | queries()


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
def test_a_refusal_that_passes_says_when_to_come_again(operation: dict[str, Any]) -> None:
    for status, header in (("401", "WWW-Authenticate"), ("429", "Retry-After"), ("503", "Retry-After")):
        assert operation["responses"][status]["headers"][header]["required"]


def test_a_key_is_described_as_it_is_checked() -> None:
    keys = [one for operation in OPERATIONS for one in operation["parameters"] if one["in"] == "header"]
    pattern = keys[0]["schema"]["pattern"]
    assert {pattern} == {key["schema"]["pattern"] for key in keys}
    assert all(re.search(pattern, key) for key in ("k", "my key", "~"))
    assert not any(re.search(pattern, key) for key in ("é", " k", "k ", "a\tb", "\x7f"))


@pytest.mark.parametrize(
    ("model", "field", "good", "bad"),
    [
        ("PredictionIn", "max_price", ("0.52", "1", "0", "1.0", 0.5), ("12.50", "-0.1", "1.01", 2)),
        ("RegisterIn", "password", ("correct horse",), ("short",)),
        ("RegisterIn", "email", ("ada@example.com",), ("ada",)),
        ("PredictionsQuery", "event_id", ("", "01890000-0000-7000-8000-000000000001"), ("x", "0" * 36)),
        ("EventsQuery", "sort", ("", "trending", "end_time:asc"), ("price", "end_time:up")),
    ],
)
def test_what_no_service_takes_is_described_as_wrong(
    model: str, field: str, good: Sequence[object], bad: Sequence[object]
) -> None:
    """Whoever makes requests of the description makes few that are refused."""
    validator = OAS31Validator(
        SCHEMAS[model]["properties"][field], format_checker=OAS31Validator.FORMAT_CHECKER
    )
    assert all(validator.is_valid(value) for value in good)
    assert not any(validator.is_valid(value) for value in bad)


def queries() -> set[str]:
    """Models of queries stand there as one; operations name their fields singly."""
    return {name for name in SCHEMAS if name.endswith(("Query", "In"))}


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
def test_an_operation_says_what_it_is(operation: dict[str, Any]) -> None:
    assert re.fullmatch(r"[a-z][A-Za-z]+", operation["operationId"])
    assert operation["summary"][0].isupper()
    assert not operation["summary"].endswith(".")
    assert set(operation["tags"]) <= {tag["name"] for tag in DOCUMENT["tags"]}
    assert {"400", "401", "403", "422", "429", "503"} <= operation["responses"].keys()
    assert any(status.startswith(("2", "3")) for status in operation["responses"])
    names = [(one["in"], one["name"]) for one in operation["parameters"]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("operation", OPERATIONS, ids=named)
def test_everything_has_an_example_that_its_schema_allows(operation: dict[str, Any]) -> None:
    for media, content in contents(operation):
        if not media.endswith("json"):
            continue
        assert "example" in content or "jwk" in media, media
        schema = {**content["schema"], "components": {"schemas": SCHEMAS}}
        errors = OAS31Validator(schema).iter_errors(content.get("example", {}))
        assert [] == [f"{error.json_path}: {error.message}" for error in errors]
