"""Errors on the wire: `ServiceError` to `google.rpc.Status` and back.

Only a status that carries our own `ErrorInfo` is believed. Any other text (of the gRPC library, of a proxy) names
addresses and internals, so it stays in `__cause__` and the log, and the caller sees the family's own sentence.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import grpc
import grpc.aio
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.rpc import error_details_pb2, status_pb2  # type: ignore[import-untyped]  # it ships none

from oraculum_kit import errors
from oraculum_kit.errors import ERROR_DOMAIN, FAMILIES, ServiceError, Violation

STATUS_DETAILS_KEY = "grpc-status-details-bin"

# Details travel in a trailer, and trailers are small: the first hundred bad fields keep a person busy enough.
VIOLATIONS_MAX = 100

_FAMILY_BY_CODE: Mapping[int, type[ServiceError]] = {
    **{family.code.value[0]: family for family in FAMILIES},
    grpc.StatusCode.OUT_OF_RANGE.value[0]: errors.InvalidArgument,
    # A server that stops cancels what it has not finished; the caller may ask its successor.
    grpc.StatusCode.CANCELLED.value[0]: errors.Unavailable,
}


class _GrpcStatusFields(NamedTuple):
    code: grpc.StatusCode
    details: str
    trailing_metadata: tuple[tuple[str, str | bytes], ...]


def to_status(error: ServiceError) -> status_pb2.Status:
    """Pack an error for the wire, or for the table of stored answers."""
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=ERROR_DOMAIN, metadata=error.metadata)
    status = status_pb2.Status(code=error.code.value[0], message=error.message, details=[_packed(info)])
    if error.violations:
        bad_request = error_details_pb2.BadRequest(
            field_violations=[
                error_details_pb2.BadRequest.FieldViolation(
                    field=violation.field, description=violation.message
                )
                for violation in error.violations[:VIOLATIONS_MAX]
            ]
        )
        status.details.append(_packed(bad_request))
    if error.retry_after_seconds is not None:
        delay = Duration()
        delay.FromNanoseconds(round(error.retry_after_seconds * 1_000_000_000))
        status.details.append(_packed(error_details_pb2.RetryInfo(retry_delay=delay)))
    return status


def from_status(status: status_pb2.Status) -> ServiceError:
    """Unpack what `to_status` packed; anything else becomes its family and says nothing of its inside."""
    family = _FAMILY_BY_CODE.get(status.code, errors.Internal)
    info, bad_request, retry = _details(status)
    if info is None:
        return family()
    known = ServiceError.registered.get(info.reason)
    error_class = known if known is not None and known.code is family.code else family
    # Subclasses may have constructors of their own, which must not run again: the error is rebuilt, not raised anew.
    error = error_class.__new__(error_class)
    ServiceError.__init__(error, status.message, **dict(info.metadata))
    error.reason = info.reason
    error._violations = bad_request  # noqa: SLF001  the wire is the constructor's other half
    if isinstance(error, errors.Unavailable | errors.ResourceExhausted):
        error._retry_after_seconds = retry  # noqa: SLF001
    return error


def from_rpc_error(error: grpc.RpcError) -> ServiceError:
    """Turn what a stub raised into the error that the server raised."""
    if not isinstance(error, grpc.aio.AioRpcError):
        return errors.Internal()
    for key, value in error.trailing_metadata() or ():
        if key == STATUS_DETAILS_KEY and isinstance(value, bytes):
            status = status_pb2.Status.FromString(value)
            if status.code == error.code().value[0]:
                return from_status(status)
    return from_status(status_pb2.Status(code=error.code().value[0]))


def error_to_bytes(error: ServiceError) -> bytes:
    """An error as a value to store."""
    packed: bytes = to_status(error).SerializeToString()
    return packed


def error_from_bytes(stored: bytes) -> ServiceError:
    """A stored error, to be raised again."""
    return from_status(status_pb2.Status.FromString(stored))


class GrpcStatus(_GrpcStatusFields, grpc.Status):
    """What `abort_with_status` takes."""

    @classmethod
    def of(cls, error: ServiceError, trailing: Iterable[tuple[str, str | bytes]] = ()) -> "GrpcStatus":
        """The error with its details, behind the trailers that were set before."""
        return cls(error.code, error.message, (*trailing, (STATUS_DETAILS_KEY, error_to_bytes(error))))


def _packed(
    message: error_details_pb2.ErrorInfo | error_details_pb2.BadRequest | error_details_pb2.RetryInfo,
) -> AnyMessage:
    packed = AnyMessage()
    packed.Pack(message)
    return packed


def _details(
    status: status_pb2.Status,
) -> tuple[error_details_pb2.ErrorInfo | None, tuple[Violation, ...], float | None]:
    """Our three kinds of detail: who says it, which fields, when again."""
    info: error_details_pb2.ErrorInfo | None = None
    violations: tuple[Violation, ...] = ()
    retry_after_seconds: float | None = None
    for detail in status.details:
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            candidate = error_details_pb2.ErrorInfo.FromString(detail.value)
            info = candidate if candidate.domain == ERROR_DOMAIN else info
        elif detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
            bad_request = error_details_pb2.BadRequest.FromString(detail.value)
            violations = tuple(
                Violation(item.field, item.description) for item in bad_request.field_violations
            )
        elif detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
            retry = error_details_pb2.RetryInfo.FromString(detail.value)
            retry_after_seconds = retry.retry_delay.ToNanoseconds() / 1_000_000_000
    return info, violations, retry_after_seconds
