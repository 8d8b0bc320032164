"""What a client needs of the OpenAPI document: `python -m oraculum_gateway.surface` writes it for clients/python."""

import json
import sys
from typing import Any

from oraculum_gateway import openapi
from oraculum_gateway.app import all_routes
from oraculum_kit.health import Health


def surface() -> str:
    """Routes with what they take and give when all goes well, as JSON that is read line by line."""
    document = openapi.document(
        all_routes(Health(), ledger_is_public=False), server="https://oraculum.example"
    )
    for methods in document["paths"].values():
        for told in methods.values():
            told["responses"] = {
                status: content for status, content in told["responses"].items() if status.startswith("2")
            }
    paths, components = document["paths"], {"schemas": document["components"]["schemas"]}
    return json.dumps(_bare({"paths": paths, "components": components}), indent=1, sort_keys=False) + "\n"


def _bare(value: Any) -> Any:
    """Without examples."""
    if isinstance(value, dict):
        return {key: _bare(inner) for key, inner in value.items() if key not in {"example", "examples"}}
    return [_bare(inner) for inner in value] if isinstance(value, list) else value


if __name__ == "__main__":
    sys.stdout.write(surface())
