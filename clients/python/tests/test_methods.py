"""Each route has a method, in both clients, that takes what the route takes."""

import inspect
import json
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from oraculum_client import AsyncOraculum, Oraculum, shapes_generated

HERE = Path(__file__).parents[1]
SURFACE = json.loads((HERE / "surface.json").read_text())
SHAPES = runpy.run_path(str(HERE / "generate.py"))["Shapes"](SURFACE["components"]["schemas"])
ROUTES = [told for methods in SURFACE["paths"].values() for told in methods.values()]


def test_what_is_made_is_what_the_surface_makes() -> None:
    command = [sys.executable, str(HERE / "generate.py"), "--check"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 0 == made.returncode, made.stderr


@pytest.mark.parametrize("client", [Oraculum, AsyncOraculum])
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route["operationId"])
def test_a_route_has_a_method_with_its_parameters(client: type, route: dict[str, Any]) -> None:
    name = re.sub(r"(?<=[a-z])([A-Z])", r"_\1", route["operationId"]).lower()
    found = getattr(client, name)
    assert inspect.iscoroutinefunction(found) == (client is AsyncOraculum)
    taken = {key.rstrip("_") for key in inspect.signature(found).parameters} - {"self"}
    wanted = {one["name"] for one in route["parameters"] if one["in"] != "header"}
    if any(one["in"] == "header" for one in route["parameters"]):
        wanted.add("idempotency_key")
    if "requestBody" in route:
        reference = route["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        wanted |= SURFACE["components"]["schemas"][reference.rpartition("/")[2]]["properties"].keys()
    assert wanted == taken


@pytest.mark.parametrize("name", sorted(SURFACE["components"]["schemas"]))
def test_what_may_be_null_may_be_none(name: str) -> None:
    """A bet without a limit, or one that is not settled, is decoded as it is."""
    model = getattr(shapes_generated, SHAPES.name(f"#/{name}"), None)
    if model is None:
        # A body that is given, or a problem: no class of its own.
        return
    hints = get_type_hints(model)
    for field, described in SURFACE["components"]["schemas"][name].get("properties", {}).items():
        if {"type": "null"} in described.get("anyOf", ()):
            hint = hints.get(field, hints.get(f"{field}_"))
            assert type(None) in get_args(hint), f"{name}.{field}"
