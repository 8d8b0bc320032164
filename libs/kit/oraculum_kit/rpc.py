"""What happens around every call, outermost first: telemetry, context, errors, authorization, then the servicer.

These are not grpc.aio interceptors: an interceptor builds a new handler for every call. Handlers are wrapped once,
when the service is registered, and a call passes through plain function calls.
"""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from time import perf_counter
from typing import Any, Final, TypeAlias

import grpc
import grpc.aio
import psycopg
import psycopg_pool
import structlog

from oraculum_kit import deadlines, logs, metrics, replay, traces, wire
from oraculum_kit.authorization import Authorizer
from oraculum_kit.caller import Caller, set_caller
from oraculum_kit.errors import DeadlineExceeded, Internal, ResourceExhausted, ServiceError, Unavailable
from oraculum_kit.gate import Gate, Place
from oraculum_kit.headers import (
    CLIENT_ADDRESS,
    DEVICE_ID,
    IDEMPOTENCY_KEY,
    IDEMPOTENCY_REPLAYED,
    REQUEST_ID,
    SERVICE_TOKEN,
    TRACEPARENT,
    USER_TOKEN,
)
from oraculum_kit.ids import uuid7

_log = structlog.stdlib.get_logger(__name__)

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Unary = Callable[[Any, Context], Awaitable[Any]]
Streaming = Callable[[Any, Context], AsyncGenerator[Any, None]]

# A call without a deadline of its own gets this one for what it calls in turn. Streams live as long as they like.
UNARY_SECONDS: Final = 30.0
_REQUEST_ID_MAX: Final = 128


class Method:
    """One method of a registered service and the metric children it needs."""

    def __init__(self, name: str, *, streaming: bool, gate: Gate, authorizer: Authorizer) -> None:
        self.name = name
        self.streaming = streaming
        self.gate = gate
        self.authorizer = authorizer
        self.default_seconds = None if streaming else UNARY_SECONDS
        self.seconds = metrics.RPC_SERVER_SECONDS.labels(name)
        self.running = metrics.RPC_SERVER_RUNNING.labels(name)
        self._handled = {code: metrics.RPC_SERVER_HANDLED.labels(name, code.name) for code in grpc.StatusCode}
        metrics.begin_at_zero(metrics.UNHANDLED, [name])

    def handled(self, code: grpc.StatusCode) -> None:
        """Count an answer."""
        self._handled[code].inc()


class Call:
    """One call from its arrival to its canonical log line."""

    __slots__ = ("_code", "_context", "_error", "_mark", "_method", "_notes", "_place", "_span", "_started")

    def __init__(self, method: Method, context: Context) -> None:
        self._method = method
        self._context = context
        self._started = perf_counter()
        self._code = grpc.StatusCode.OK
        self._error: ServiceError | None = None
        self._notes: dict[str, object] = {}
        self._span: traces.span | None = None
        self._mark = replay.begin()
        self._place: Place | None = None

    async def begin(self) -> Place:
        """Bind trace, deadline and caller to the task of this call; raise unless the caller may go on."""
        self._method.running.inc()
        headers: dict[str, Any] = dict(self._context.invocation_metadata() or ())
        self._span = traces.span(
            self._method.name, traces.SERVER, parent=traces.parse(headers.get(TRACEPARENT))
        ).__enter__()
        self._notes = logs.begin_notes()
        unproved = Caller(request_id=_request_id(headers), address=_peer_address(self._context))
        set_caller(unproved)
        self._place = place = self._method.gate.enter(streaming=self._method.streaming)
        deadlines.arrive(self._time_remaining(), default_seconds=self._method.default_seconds)
        user_header = headers.get(USER_TOKEN)
        user, service = await self._method.authorizer.authorize(
            self._method.name, user_header, headers.get(SERVICE_TOKEN)
        )
        set_caller(
            Caller(
                request_id=unproved.request_id,
                user=user,
                service=service,
                idempotency_key=headers.get(IDEMPOTENCY_KEY),
                # Only one of our own is believed when it says where somebody else sits.
                device_id=headers.get(DEVICE_ID) if service is not None else None,
                address=headers.get(CLIENT_ADDRESS) if service is not None else unproved.address,
                user_token=user_header,
            )
        )
        if user is not None:
            self._notes["user_id"] = str(user.id)
        if service is not None:
            self._notes["caller"] = service
        return place

    def _time_remaining(self) -> float | None:
        # The stubs promise a float, but a call without a deadline has None.
        remaining: float | None = self._context.time_remaining()
        return remaining

    def succeed(self) -> None:
        """Say in the trailers what the answer itself does not."""
        if self._mark.replayed:
            self._context.set_trailing_metadata(_REPLAYED)

    async def fail(self, error: BaseException) -> None:
        """Tell the caller what went wrong, in our vocabulary; cancellations and aborts pass unchanged."""
        if isinstance(error, grpc.aio.AbortError):
            self._code = self._context.code()
            return
        if isinstance(error, asyncio.CancelledError) and self._place is not None:
            error = self._place.ended() or error
        if self._place is not None:
            self._place.sending()
        # A generator is closed when gRPC wants no more of it: its client went away while an answer was being sent.
        if isinstance(error, asyncio.CancelledError | GeneratorExit):
            late = (self._time_remaining() or 1.0) <= 0
            self._code = grpc.StatusCode.DEADLINE_EXCEEDED if late else grpc.StatusCode.CANCELLED
            return
        if not isinstance(error, Exception):
            return
        self._error = as_service_error(error, where=self._method.name)
        self._code = self._error.code
        self._notes.update(self._error.metadata)
        await self._context.abort_with_status(
            wire.GrpcStatus.of(self._error, _REPLAYED if self._mark.replayed else ())
        )

    def finish(self) -> None:
        """Count, time, log and end the span."""
        elapsed = perf_counter() - self._started
        self._method.running.dec()
        if self._place is not None:
            self._place.leave()
        self._method.seconds.observe(elapsed)
        self._method.handled(self._code)
        facts: dict[str, object] = {
            **self._notes,
            "method": self._method.name,
            "code": self._code.name,
            "duration_ms": round(elapsed * 1000, 3),
        }
        if self._error is not None:
            facts["reason"] = self._error.reason
        _log.info("rpc.finished", **facts)
        if self._span is not None:
            self._span.set("rpc.response.status_code", self._code.name)
            if self._code in _SERVER_FAULTS:
                self._span.fail(self._code.name)
            self._span.end()


_REPLAYED: Final = ((IDEMPOTENCY_REPLAYED, "true"),)

# What the semantic conventions call a failure of the server; refusals are answers.
_SERVER_FAULTS: Final = frozenset(
    {
        grpc.StatusCode.UNKNOWN,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.UNIMPLEMENTED,
        grpc.StatusCode.INTERNAL,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DATA_LOSS,
    }
)


def as_service_error(error: Exception, *, where: str) -> ServiceError:
    """What a caller may hear of any exception; what it may not goes to the log."""
    match error:
        case ServiceError():
            return error
        case psycopg_pool.TooManyRequests():
            return ResourceExhausted(retry_after_seconds=1)
        case psycopg.OperationalError() | psycopg.InterfaceError() | psycopg.errors.InvalidTransactionState():
            # Away, too slow, locked, restarting or failing over: all of them pass. During COMMIT the outcome is
            # unknown, which is what UNAVAILABLE means to our callers.
            _log.warning("database.unavailable", where=where, error=type(error).__name__, detail=str(error))
            return Unavailable(retry_after_seconds=1)
        case TimeoutError():
            _log.warning("work.timed_out", where=where, exc_info=error)
            return DeadlineExceeded()
        case _:
            metrics.UNHANDLED.labels(where).inc()
            _log.error("work.failed", where=where, exc_info=error)
            return Internal()


def wrap(method: Method, handler: "grpc.RpcMethodHandler[Any, Any]") -> Any:
    """The same handler with all of the above around it."""
    if handler.response_streaming:
        behaviour = handler.stream_stream if handler.request_streaming else handler.unary_stream
        if not inspect.isasyncgenfunction(behaviour):
            raise TypeError(f"{method.name} streams, so it must be an async generator")
        make = (
            grpc.stream_stream_rpc_method_handler
            if handler.request_streaming
            else grpc.unary_stream_rpc_method_handler
        )
        return make(_streaming(method, behaviour), handler.request_deserializer, handler.response_serializer)
    behaviour = handler.stream_unary if handler.request_streaming else handler.unary_unary
    if not inspect.iscoroutinefunction(behaviour):
        raise TypeError(f"{method.name} must be a coroutine function")
    make_unary = (
        grpc.stream_unary_rpc_method_handler
        if handler.request_streaming
        else grpc.unary_unary_rpc_method_handler
    )
    return make_unary(_unary(method, behaviour), handler.request_deserializer, handler.response_serializer)


def _unary(method: Method, behaviour: Unary) -> Unary:
    async def handle(request: Any, context: Context) -> Any:
        call = Call(method, context)
        try:
            await call.begin()
            response = await behaviour(request, context)
            call.succeed()
            return response  # noqa: TRY300  an `else` would be outside of what fail() covers
        except BaseException as error:
            await call.fail(error)
            raise
        finally:
            call.finish()

    return handle


def _streaming(method: Method, behaviour: Streaming) -> Streaming:
    async def handle(request: Any, context: Context) -> AsyncGenerator[Any, None]:
        call = Call(method, context)
        try:
            place = await call.begin()
            async with aclosing(behaviour(request, context)) as responses:
                async for response in responses:
                    place.sending()
                    yield response
                    place.sent()
        except BaseException as error:
            await call.fail(error)
            raise
        finally:
            call.finish()

    return handle


def _request_id(headers: Mapping[str, Any]) -> str:
    """The request's id as it came, if it is a sane one."""
    given = headers.get(REQUEST_ID)
    if isinstance(given, str) and 0 < len(given) <= _REQUEST_ID_MAX and given.isprintable():
        return given
    return str(uuid7())


def _peer_address(context: Context) -> str | None:
    """The address in `ipv4:127.0.0.1:5000` or `ipv6:%5B::1%5D:5000`."""
    family, _, rest = context.peer().partition(":")
    if family not in {"ipv4", "ipv6"}:
        return None
    return rest.rpartition(":")[0].replace("%5B", "").replace("%5D", "")
