"""The far end of a convoy: takes calls apart, runs each as a call of its own, and sends answers as they come."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from time import monotonic
from typing import Any, Final

import grpc
import grpc.aio
import structlog

from oraculum_kit import convoy, wire
from oraculum_kit.convoy import Answered, Asked, MalformedConvoyError
from oraculum_kit.errors import Internal, ServiceError, Unavailable
from oraculum_kit.headers import IDEMPOTENCY_REPLAYED

_log = structlog.stdlib.get_logger(__name__)


class ConvoyServer:
    """Serves the unary methods of a server to convoys."""

    def __init__(self, methods: Mapping[str, Any]) -> None:
        """Handlers by full name of the method, with everything around them that a call alone passes through, too."""
        self._methods = {
            name: handler for name, handler in methods.items() if handler.unary_unary is not None
        }
        self._convoys: set[_Convoy] = set()

    @property
    def handler(self) -> Any:
        """What a server adds."""
        travel: Any = grpc.stream_stream_rpc_method_handler(self._travel)
        return grpc.method_handlers_generic_handler(convoy.SERVICE, {convoy.METHOD: travel})

    def drain(self) -> None:
        """Take no further calls; each convoy ends with the last of its answers."""
        for each in self._convoys:
            each.drain()

    async def _travel(self, messages: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        this = _Convoy(self._methods, context.peer())
        self._convoys.add(this)
        reading = asyncio.create_task(this.read(messages))
        try:
            async for message in this.answers():
                yield message
        except MalformedConvoyError as error:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        finally:
            self._convoys.discard(this)
            reading.cancel()
            this.abandon()


class _Convoy:
    """One stream and the calls that are being answered in it."""

    def __init__(self, methods: Mapping[str, Any], peer: str) -> None:
        self._methods = methods
        self._peer = peer
        self._running: dict[int, asyncio.Task[None]] = {}
        self._answers: list[Answered] = []
        self._changed = asyncio.Event()
        # No calls come any more.
        self._closing = False
        self._malformed: MalformedConvoyError | None = None

    async def read(self, messages: AsyncIterator[bytes]) -> None:
        """Begin calls as they come, until the other end has no more."""
        try:
            async for message in messages:
                for asked in convoy.unpack_asked(message):
                    self._take(asked)
        except MalformedConvoyError as error:
            self._malformed = error
        finally:
            self._closing = True
            self._changed.set()

    async def answers(self) -> AsyncIterator[bytes]:
        """Messages of answers, as long as there are calls or may be."""
        while self._running or self._answers or not self._closing:
            await self._changed.wait()
            self._changed.clear()
            while self._answers:
                answers = self._answers[: convoy.CALLS_MAX]
                del self._answers[: convoy.CALLS_MAX]
                yield convoy.pack_answered(answers)
            if self._malformed is not None:
                raise self._malformed

    def drain(self) -> None:
        """Begin no more calls."""
        self._closing = True
        self._changed.set()

    def abandon(self) -> None:
        """The other end has gone: nobody waits for what still runs."""
        for task in self._running.values():
            task.cancel()

    def _take(self, asked: Asked) -> None:
        if asked.withdrawn:
            task = self._running.get(asked.number)
            if task is not None:
                task.cancel()
        elif self._closing:
            self._fail(asked.number, Unavailable("The server is stopping.", retry_after_seconds=0))
        else:
            self._running[asked.number] = asyncio.create_task(self._run(asked))

    async def _run(self, asked: Asked) -> None:
        try:
            handler = self._methods.get(asked.method)
            if handler is None:
                self._fail(asked.number, Internal("There is no such method."))
                return
            call = _Call(asked, self._peer)
            response = await handler.unary_unary(handler.request_deserializer(asked.request), call)
            self._answer(asked.number, handler.response_serializer(response), replayed=call.replayed)
        except _CallFailedError as failure:
            self._answer(asked.number, failure.status, failed=True, replayed=failure.replayed)
        except Exception:  # noqa: BLE001  what a handler lets through is a defect of ours, and somebody waits
            _log.exception("convoy.call_broke", method=asked.method)
            self._fail(asked.number, Internal())
        finally:
            self._running.pop(asked.number, None)
            self._changed.set()

    def _fail(self, number: int, error: ServiceError) -> None:
        self._answer(number, wire.error_to_bytes(error), failed=True)

    def _answer(self, number: int, content: bytes, *, failed: bool = False, replayed: bool = False) -> None:
        self._answers.append(Answered(number, content, failed, replayed))
        self._changed.set()


class _CallFailedError(grpc.aio.AbortError):
    """The status that a call has been given."""

    def __init__(self, status: bytes, *, replayed: bool) -> None:
        super().__init__()
        self.status = status
        self.replayed = replayed


class _Call:
    """What a handler may ask of its context: the part of grpc.aio's that ours use."""

    __slots__ = ("_code", "_deadline", "_metadata", "_peer", "replayed")

    def __init__(self, asked: Asked, peer: str) -> None:
        self._metadata = asked.metadata
        self._deadline = monotonic() + asked.milliseconds_left / 1000
        self._peer = peer
        self._code: grpc.StatusCode = _OK
        self.replayed = False

    def invocation_metadata(self) -> convoy.Metadata:
        """What came with the call."""
        return self._metadata

    def time_remaining(self) -> float:
        """Seconds until nobody waits any longer."""
        return self._deadline - monotonic()

    def peer(self) -> str:
        """Where the convoy comes from."""
        return self._peer

    def code(self) -> grpc.StatusCode:
        """How the call has ended."""
        return self._code

    def set_trailing_metadata(self, trailers: Any) -> None:
        """Remember the one trailer that we have."""
        self.replayed = any(name == IDEMPOTENCY_REPLAYED for name, _ in trailers)

    async def abort_with_status(self, status: wire.GrpcStatus) -> None:
        """End the call with this status."""
        trailers = dict(status.trailing_metadata)
        self._code = status.code
        packed = trailers[wire.STATUS_DETAILS_KEY]
        raise _CallFailedError(
            packed if isinstance(packed, bytes) else packed.encode(),
            replayed=IDEMPOTENCY_REPLAYED in trailers,
        )


_OK: Final = grpc.StatusCode.OK
