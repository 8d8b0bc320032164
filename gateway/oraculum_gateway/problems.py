"""Failures as `application/problem+json` (RFC 9457): the one place where a `ServiceError` becomes an HTTP answer."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any, Final

import orjson
from grpc import StatusCode
from starlette.responses import Response

from oraculum_kit.clock import Clock, SystemClock
from oraculum_kit.errors import ServiceError, Violation

MEDIA_TYPE: Final = "application/problem+json"

# What a person reads first; the code says which of them exactly.
TITLES: Final[Mapping[int, str]] = {
    400: "The request cannot be read",
    401: "Nobody knows who asks",
    403: "Not allowed",
    404: "Not found",
    405: "Not a method of this address",
    408: "The request took too long",
    409: "The state does not allow this",
    413: "The request is too large",
    415: "Not a format that is read here",
    422: "The request is not valid",
    429: "Too many requests",
    431: "The headers are too large",
    500: "Something went wrong inside",
    503: "Something needed is away",
    504: "No answer in time",
}

_STATUSES: Final[Mapping[StatusCode, int]] = {
    StatusCode.INVALID_ARGUMENT: 422,
    StatusCode.UNAUTHENTICATED: 401,
    StatusCode.PERMISSION_DENIED: 403,
    StatusCode.NOT_FOUND: 404,
    StatusCode.ALREADY_EXISTS: 409,
    StatusCode.FAILED_PRECONDITION: 409,
    StatusCode.ABORTED: 409,
    StatusCode.RESOURCE_EXHAUSTED: 429,
    StatusCode.UNAVAILABLE: 503,
}

_RETRY_SECONDS: Final = 1.0
# One rule has one code, whoever found that it was broken.
_CODES: Final[Mapping[str, str]] = {"INVALID_ARGUMENT": "invalid_request"}
# Fields of the contracts that clients know by other names.
_FIELDS: Final[Mapping[str, str]] = {
    "amount_units": "amount",
    "creator_user_id": "creator",
    "deadline_payout_millionths": "deadline_payouts",
    "event_type": "type",
    "from_time": "from",
    "heard_kinds": "kinds",
    "kinds": "type",
    "limit_price_millionths": "max_price",
    "open_shares": "shares",
    "outcome_labels": "outcomes",
    "payout_millionths": "payouts",
    "preferences_json": "preferences",
    "prior_millionths": "prices",
    "query": "q",
    "search": "q",
    "statuses": "status",
    "step_millionths": "step",
    "to_time": "to",
    "venue_market_id": "market_id",
}
_NAME: Final = re.compile(r"[a-z_]*")
_clock: Final[Clock] = SystemClock()


class Problem(Exception):
    """A refusal that the gateway itself makes."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[Violation] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})


def status_of(error: ServiceError, *, command: bool) -> int:
    """The HTTP status of a failure. A command whose answer is missing may have happened: that is a 504 or 503."""
    if error.code is StatusCode.DEADLINE_EXCEEDED:
        return 504 if command else 503
    return _STATUSES.get(error.code, 500)


def from_service(error: ServiceError, *, command: bool) -> Problem:
    """What the outside is told of a failure inside. An unknown one tells nothing but its request id."""
    status = status_of(error, command=command)
    headers = {}
    if status in {429, 503}:
        headers["retry-after"] = str(max(1, round(error.retry_after_seconds or _RETRY_SECONDS)))
    if status == 500:
        return broken()
    code = _CODES.get(error.reason, error.reason.lower())
    if command and error.code in {StatusCode.UNAVAILABLE, StatusCode.DEADLINE_EXCEEDED}:
        # Only the service that owns the command knows whether it happened; the same key asks it.
        code = "outcome_unknown" if error.code is StatusCode.DEADLINE_EXCEEDED else code
    violations = [Violation(_public(violation.field), violation.message) for violation in error.violations]
    return Problem(status, code, error.message, errors=violations, headers=headers)


def _public(field: str) -> str:
    """A field as the client called it, with whatever place in it follows."""
    return _NAME.sub(lambda found: _FIELDS.get(found[0], found[0]), field, count=1)


def broken() -> Problem:
    """A defect: nothing of its inside is told."""
    return Problem(500, "internal", "Something went wrong inside; the request id finds it in our logs.")


def answer(problem: Problem, *, path: str, request_id: str) -> Response:
    """The problem as a response."""
    body: dict[str, Any] = {
        "type": f"/docs#{problem.code}",
        "title": TITLES[problem.status],
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        "errors": [{"field": violation.field, "message": violation.message} for violation in problem.errors],
        "request_id": request_id,
        "timestamp": _clock.now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "path": path,
    }
    headers = {"cache-control": "no-store", **problem.headers}
    if problem.status == 401:
        headers["www-authenticate"] = 'Bearer realm="oraculum"'
    return Response(orjson.dumps(body), problem.status, headers, MEDIA_TYPE)
