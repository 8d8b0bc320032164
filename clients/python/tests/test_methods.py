"""Each route has a method, in both clients, that takes what the route takes."""

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from oraculum_client import AsyncOraculum, Oraculum

HERE = Path(__file__).parents[1]
SURFACE = json.loads((HERE / "surface.json").read_text())
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
