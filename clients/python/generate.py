"""Writes the client's methods and shapes from surface.json, the part of the OpenAPI document that a client needs.

    python clients/python/generate.py [--check]

With --check nothing is written, and the code is 1 when something would have changed.
"""

import json
import keyword
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
PACKAGE: Final = HERE / "oraculum_client"
DOCUMENT: Final = HERE / "surface.json"
_MADE: Final = "Made by clients/python/generate.py from surface.json; change the routes, not this file."
_DECIMAL: Final = r"^-?\d+(\.\d+)?$"
_DECIMALS: Final = frozenset({_DECIMAL, r"^\d+(\.\d+)?$", r"^(0+(\.\d{1,6})?|0*1(\.0{1,6})?)$"})


class Shapes:
    """Names and types of what the document describes."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self.schemas = schemas
        self.wanted: dict[str, None] = {}

    def name(self, reference: str) -> str:
        """A component's name in Python."""
        name = reference.rpartition("/")[2].removeprefix("oraculum_gateway__shapes__").replace("base__", "")
        page = re.fullmatch(r"Listed_(\w+?)_+(\d*)", name)
        if page:
            return f"{page[1].removesuffix('Out')}Page{page[2]}"
        return "".join(part[:1].upper() + part[1:] for part in name.split("__")).removesuffix("Out")

    def type(self, schema: Mapping[str, Any], prefix: str = "", *, given: bool = False) -> str:
        """A schema as a type; what is given may be anything that is written the same."""
        if "$ref" in schema:
            self.wanted[schema["$ref"].rpartition("/")[2]] = None
            return prefix + self.name(schema["$ref"])
        if "anyOf" in schema:
            return self._union(schema["anyOf"], prefix, given=given)
        if "const" in schema or "enum" in schema:
            words = schema.get("enum", [schema.get("const")])
            return f"Literal[{', '.join(json.dumps(word) for word in words)}]"
        if schema.get("type") == "array":
            inner = self.type(schema["items"], prefix, given=given)
            return f"Sequence[{inner}]" if given else f"list[{inner}]"
        if schema.get("type") == "string":
            return self._text(schema, given=given)
        plain = {
            "integer": "int",
            "number": "Decimal",
            "boolean": "bool",
            "object": "Mapping[str, Any]" if given else "dict[str, Any]",
        }
        return plain.get(str(schema.get("type")), "Any")

    def _union(self, kinds: Sequence[Mapping[str, Any]], prefix: str, *, given: bool) -> str:
        real = [one for one in kinds if one.get("type") != "null"]
        types = [self.type(one, prefix, given=given) for one in real]
        if any(one.get("pattern") in _DECIMALS for one in real):
            # A number may be given as one or as text; it is one thing.
            types = ["Decimal"]
        return " | ".join(dict.fromkeys([*types, *(["None"] if len(real) < len(kinds) else [])]))

    def _text(self, schema: Mapping[str, Any], *, given: bool) -> str:
        if schema.get("pattern") in _DECIMALS:
            return "Decimal"
        if schema.get("format") == "date-time":
            return "datetime"
        return "str | UUID" if given and schema.get("format") == "uuid" else "str"

    def written(self) -> Iterator[str]:
        """Every shape that somebody refers to, as a class."""
        done: set[str] = set()
        while left := [name for name in self.wanted if name not in done]:
            for name in left:
                done.add(name)
                yield self._class(name)

    def _class(self, name: str) -> str:
        schema = self.schemas[name]
        about = schema.get("description", schema.get("title", name)).split("\n")[0].rstrip(".:;") + "."
        lines = [f"class {self.name(name)}(msgspec.Struct, frozen=True, kw_only=True):", f'    """{about}"""']
        for field, described in schema.get("properties", {}).items():
            type_ = self.type(described)
            optional = field not in schema.get("required", ())
            if optional and "None" not in type_:
                type_ += " | None"
            safe = f"{field}_" if keyword.iskeyword(field) else field
            default = f'msgspec.field(default=None, name="{field}")' if safe != field else "None"
            required = f' = msgspec.field(name="{field}")' if safe != field else ""
            lines.append(f"    {safe}: {type_}{f' = {default}' if optional else required}")
        return "\n".join(lines)


def method(path: str, verb: str, told: Mapping[str, Any], shapes: Shapes, *, asynchronous: bool) -> str:
    """One route as a method."""
    parameters = told["parameters"]
    places = [one["name"] for one in parameters if one["in"] == "path"]
    query = [one for one in parameters if one["in"] == "query"]
    command = any(one["in"] == "header" for one in parameters)
    body, required = _body(told, shapes)
    named = [(one["name"], one["schema"], one["required"]) for one in query]
    named += [(name, schema, name in required) for name, schema in (body or {}).items()]
    signature = ["self", *(f"{_safe(name)}: str | UUID" for name in places)]
    if named or command:
        signature.append("*")
    signature += [f"{_safe(name)}: {_given(schema, shapes)}" for name, schema, needed in named if needed]
    signature += [
        f"{_safe(name)}: {_optional(_given(schema, shapes))} = None"
        for name, schema, needed in named
        if not needed
    ]
    signature += ['idempotency_key: str = ""'] if command else []
    ask = [json.dumps(verb.upper()), _path(path)]
    ask += [f"query={{{_pairs(one['name'] for one in query)}}}"] if query else []
    ask += [f"body={{{_pairs(body)}}}"] if body is not None else []
    ask += ["key=idempotency_key"] if command else []
    returned, call = _answer(told, shapes)
    word, wait = ("async def", "await ") if asynchronous else ("def", "")
    sent = call.format(f"Ask({', '.join(ask)})")
    lead = "return " if returned != "None" else ""
    return (
        f"    {word} {_snake(told['operationId'])}({', '.join(signature)}) -> {returned}:\n"
        f'        """{told["summary"]}."""\n'
        f"        {lead}{wait}self.{sent}\n"
    )


def _body(told: Mapping[str, Any], shapes: Shapes) -> tuple[Mapping[str, Any] | None, Sequence[str]]:
    content = told.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return None, ()
    schema = shapes.schemas[content["schema"]["$ref"].rpartition("/")[2]]
    return schema.get("properties", {}), schema.get("required", ())


def _answer(told: Mapping[str, Any], shapes: Shapes) -> tuple[str, str]:
    for status in ("200", "201", "202"):
        content = told["responses"].get(status, {}).get("content", {})
        if "application/json" in content:
            type_ = shapes.type(content["application/json"]["schema"], "shapes.")
            return type_, f"told({{}}, {type_})"
        if content:
            return "dict[str, Any]", "told({}, dict[str, Any])"
    if "204" in told["responses"]:
        return "None", "done({})"
    return "httpx.Response", "raw({})"


def _given(schema: Mapping[str, Any], shapes: Shapes) -> str:
    return shapes.type(schema, "shapes.", given=True)


def _optional(type_: str) -> str:
    return type_ if type_.endswith("None") else f"{type_} | None"


def _pairs(names: Any) -> str:
    return ", ".join(f"{json.dumps(name)}: {_safe(name)}" for name in names)


def _path(path: str) -> str:
    if "{" not in path:
        return json.dumps(path)
    return 'f"' + re.sub(r"{(\w+)}", lambda found: "{segment(" + _safe(found[1]) + ")}", path) + '"'


def _safe(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", lambda found: f"_{found[1].lower()}", name)


def written(document: Mapping[str, Any]) -> dict[str, str]:
    """The generated files, by name."""
    shapes = Shapes(document["components"]["schemas"])
    files = {}
    for name, base, asynchronous in (("sync", "Connection", False), ("async", "AsyncConnection", True)):
        methods = [
            method(path, verb, told, shapes, asynchronous=asynchronous)
            for path, verbs in document["paths"].items()
            for verb, told in verbs.items()
        ]
        own = "AsyncOraculum" if asynchronous else "Oraculum"
        files[f"{name}_generated.py"] = _HEAD.format(made=_MADE, base=base, own=own) + "\n".join(methods)
    files["shapes_generated.py"] = _SHAPES.format(made=_MADE) + "\n\n\n".join(shapes.written()) + "\n"
    return {name: _formatted(name, text) for name, text in files.items()}


_HEAD: Final = '''"""Every route of the public API. {made}"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import httpx

from oraculum_client import shapes_generated as shapes
from oraculum_client.connections import {base}
from oraculum_client.exchange import Ask, segment


class {own}({base}):
    """The public API."""

'''
_SHAPES: Final = '''"""What the public API answers with, and what is nested in what it takes. {made}"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec


'''


def _formatted(name: str, text: str) -> str:
    ruff = str(Path(sys.executable).with_name("ruff"))
    for command in (["check", "--fix-only", "--quiet", "--select", "F401,I001"], ["format", "--quiet"]):
        program = [ruff, *command, "--stdin-filename", str(PACKAGE / name), "-"]
        text = subprocess.run(program, input=text, capture_output=True, text=True, check=True).stdout  # noqa: S603
    return text


def main(arguments: Sequence[str]) -> int:
    """Write the files, or say which are not as they would be."""
    stale = [
        name
        for name, text in written(json.loads(DOCUMENT.read_text())).items()
        if not (PACKAGE / name).exists() or (PACKAGE / name).read_text() != text
    ]
    if "--check" not in arguments:
        for name, text in written(json.loads(DOCUMENT.read_text())).items():
            (PACKAGE / name).write_text(text)
        return 0
    for name in stale:
        sys.stderr.write(f"{name} is not what surface.json says: run python clients/python/generate.py\n")
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
