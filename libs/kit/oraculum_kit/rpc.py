"""What happens around every call, outermost first: telemetry, context, errors, authorization, then the servicer.

These are not grpc.aio interceptors: an interceptor builds a new handler for every call. Handlers are wrapped once,
when the service is registered, and a call passes through plain function calls.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
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
Streaming = Callable[[Any, Context], AsyncIterator[Any]]

# A call without a deadline of its own gets this one for what it calls in turn. Streams live as long as they like.
UNARY_SECONDS: Final = 30.0
_REQUEST_ID_MAX: Final = 128


class Gate:
    """Bounds how many calls are answered at once; past it the caller is told at once, instead of waiting in line.

    It also knows the streams that are open, because those would outlast any patience when the server stops.
    """

    def __init__(self, calls_max: int, streams_max: int) -> None:
        self._free = {False: calls_max, True: streams_max}
        # What else there is to tell when streams are to end.
        self.at_end: list[Callable[[], None]] = []
        self._streams: set[asyncio.Task[Any]] = set()
        self._ended: set[asyncio.Task[Any]] = set()

    def enter(self, *, streaming: bool) -> None:
        """Take a place or refuse."""
        if self._free[streaming] <= 0:
            raise ResourceExhausted("Too many calls are being answered.", retry_after_seconds=1)
        self._free[streaming] -= 1
        if streaming and (task := asyncio.current_task()) is not None:
            self._streams.add(task)

    def leave(self, *, streaming: bool) -> None:
        """Give the place back."""
        self._free[streaming] += 1
        if streaming and (task := asyncio.current_task()) is not None:
            self._streams.discard(task)

    def end_streams(self) -> None:
        """Send the open streams away: their clients find another replica at once, instead of after the grace."""
        for tell in self.at_end:
            tell()
        self._ended |= self._streams
        for task in self._streams:
            task.cancel()

    def ended(self) -> bool:
        """Whether it was we who ended the stream of the present task, and not its client; asked once."""
        task = asyncio.current_task()
        if task is None or task not in self._ended:
            return False
        self._ended.discard(task)
        task.uncancel()
        return True


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

    def handled(self, code: grpc.StatusCode) -> None:
        """Count an answer."""
        self._handled[code].inc()


class Call:
    """One call from its arrival to its canonical log line."""

    __slots__ = ("_code", "_context", "_entered", "_error", "_mark", "_method", "_notes", "_span", "_started")

    def __init__(self, method: Method, context: Context) -> None:
        self._method = method
        self._context = context
        self._started = perf_counter()
        self._code = grpc.StatusCode.OK
        self._error: ServiceError | None = None
        self._notes: dict[str, object] = {}
        self._span: traces.span | None = None
        self._mark = replay.begin()
        self._entered = False

    async def begin(self) -> None:
        """Bind trace, deadline and caller to the task of this call; raise unless the caller may go on."""
        self._method.running.inc()
        headers: dict[str, Any] = dict(self._context.invocation_metadata() or ())
        self._span = traces.span(
            self._method.name, traces.SERVER, parent=traces.parse(headers.get(TRACEPARENT))
        ).__enter__()
        self._notes = logs.begin_notes()
        unproved = Caller(request_id=_request_id(headers), address=_peer_address(self._context))
        set_caller(unproved)
        self._method.gate.enter(streaming=self._method.streaming)
        self._entered = True
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
        if isinstance(error, asyncio.CancelledError) and self._method.gate.ended():
            error = Unavailable("The server is stopping.", retry_after_seconds=0)
        if isinstance(error, asyncio.CancelledError):
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
        if self._entered:
            self._method.gate.leave(streaming=self._method.streaming)
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
            self._span.__exit__(None, None, None)


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
    async def handle(request: Any, context: Context) -> AsyncIterator[Any]:
        call = Call(method, context)
        try:
            await call.begin()
            async for response in behaviour(request, context):
                yield response
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
