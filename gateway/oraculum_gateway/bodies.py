"""Reading what a client sends: bounded, exact, and refused by name where it is not what the route declares."""

import asyncio
import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Final, NoReturn, TypeVar, get_args, get_origin
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from oraculum_gateway.problems import Problem
from oraculum_kit.errors import Violation

M = TypeVar("M", bound=BaseModel)

BODY_BYTES_MAX: Final = 1024 * 1024
QUERY_FIELDS_MAX: Final = 100
# A body that takes longer does not come from somebody who wants an answer.
BODY_SECONDS_MAX: Final = 20.0

_BODY: Final = "oraculum.body"
_SURROGATE: Final = re.compile(r"\\u[dD]")

# What pydantic calls a problem, where our words are clearer.
_MESSAGES: Final[Mapping[str, str]] = {
    "missing": "is missing",
    "extra_forbidden": "is not a field of this request",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
}
# How pydantic writes a bound that is no int, in place of the number.
_DECIMAL: Final = re.compile(r"Decimal\('([^']*)'\)")


async def read_body(request: Request) -> bytes:
    """The whole body, which may come in chunks and lie about its length; never more than the bound is kept."""
    known = request.scope.get(_BODY)
    if isinstance(known, bytes):
        return known
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > BODY_BYTES_MAX:
        raise _too_large()
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            async for chunk in request.stream():
                size += len(chunk)
                if size > BODY_BYTES_MAX:
                    raise _too_large()
                chunks.append(chunk)
    except TimeoutError:
        raise Problem(
            408, "body_too_slow", "The body did not come in time.", headers={"connection": "close"}
        ) from None
    except ClientDisconnect:
        raise Problem(400, "incomplete_body", "The connection ended before the body did.") from None
    # A signed request's body is read twice: for its signature and for its shape.
    request.scope[_BODY] = body = b"".join(chunks)
    return body


async def read_json(request: Request, model: type[M]) -> M:
    """The body as its shape."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem(415, "unsupported_media_type", "Send application/json.")
    return shaped(parse_json(await read_body(request)), model)


def parse_json(body: bytes | str) -> Any:
    """JSON as RFC 8259 has it: UTF-8, no NaN, no name twice in one object, no half characters, numbers exact."""
    try:
        text = body.decode() if isinstance(body, bytes) else body
        value = json.loads(
            text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_unambiguous
        )
        if _SURROGATE.search(text):
            # Half of a pair is no character: nobody behind us could write it down.
            json.dumps(value, ensure_ascii=False, default=str).encode()
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise Problem(400, "malformed_json", "The body is not JSON that can be read.") from error
    return value


def shaped(value: Any, model: type[M], *, prefix: str = "") -> M:
    """The value as its shape, or a problem that names every bad field."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        violations = [
            Violation(prefix + _field(entry["loc"]), _message(entry["type"], entry["msg"]))
            for entry in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise Problem(422, "invalid_request", "Some fields are not valid.", errors=violations) from None


def query_pairs(request: Request) -> list[tuple[str, str]]:
    """The query as it was meant, however it was written."""
    if not request.scope["query_string"]:
        return []
    try:
        # Whoever does not escape what is not ASCII writes UTF-8.
        query = request.scope["query_string"].decode()
        return parse_qsl(query, keep_blank_values=True, max_num_fields=QUERY_FIELDS_MAX, errors="strict")
    except ValueError as error:
        raise Problem(400, "malformed_query", "The query cannot be read.") from error


def read_query(request: Request, model: type[M]) -> M:
    """The query as its shape; numbers come as text, and a name that stands twice is ambiguous."""
    pairs = query_pairs(request)
    names = [name for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        violations = [Violation(name, "stands in the query more than once") for name in twice]
        raise Problem(422, "invalid_request", "Some fields are not valid.", errors=violations)
    numbers = {
        name
        for name, entry in model.model_fields.items()
        if int in {entry.annotation, *_parts(entry.annotation)}
    }
    return shaped({name: _number(text) if name in numbers else text for name, text in pairs}, model)


def _parts(annotation: Any) -> set[Any]:
    """The alternatives of an optional field, freed of their bounds."""
    return {get_args(part)[0] if get_origin(part) is Annotated else part for part in get_args(annotation)}


def _number(text: str) -> int | str:
    """Text that is a whole number as one; anything else is left for the shape to refuse."""
    plain = text.removeprefix("-")
    return int(text) if plain.isascii() and plain.isdecimal() and len(plain) <= 18 else text


def _field(location: Iterable[int | str]) -> str:
    name = ""
    for part in location:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else str(part)
    return name or "body"


def _message(kind: str, message: str) -> str:
    return _MESSAGES.get(kind, _DECIMAL.sub(r"\1", message.removeprefix("Value error, ")))


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _too_large() -> Problem:
    return Problem(413, "body_too_large", f"A body has at most {BODY_BYTES_MAX} bytes.")
