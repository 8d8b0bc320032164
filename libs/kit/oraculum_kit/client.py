"""Calls to other services: an explicit deadline on each, who we are, for whom we ask, and typed errors back.

    async with channel(config.wallet_target, identity, safe=SAFE) as wallet:
        stub = WalletServiceStub(wallet)
        balances = await stub.GetBalances(GetBalancesRequest())

`Channel` is a `grpc.aio.Channel`, so generated stubs take it as it is. It wraps the real channel instead of using
interceptors, which cost a task per call. A unary call gives a coroutine, a streaming one an async generator: they are
awaited and iterated as stubs are, and raise `ServiceError` instead of `AioRpcError`.
"""

import json
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from time import perf_counter
from types import TracebackType
from typing import Any, Final, Self

import grpc
import grpc.aio

from oraculum_kit import deadlines, metrics, replay, targets, traces, wire
from oraculum_kit.caller import caller_or_none
from oraculum_kit.convoy_client import ConvoyClient, NoConvoyError, error_of, texts
from oraculum_kit.errors import ServiceError
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
from oraculum_kit.tokens import ServiceIdentity, called_by

TIMEOUT_SECONDS: Final = 5.0
MESSAGE_BYTES_MAX: Final = 16 * 1024 * 1024
METADATA_BYTES_MAX: Final = 64 * 1024

Metadata = Sequence[tuple[str, str | bytes]]


def channel(
    target: str,
    identity: ServiceIdentity | None,
    *,
    timeout_seconds: float = TIMEOUT_SECONDS,
    safe: Sequence[str] = (),
    edge: bool = False,
    together: Collection[str] = (),
    host: str | None = None,
) -> "Channel":
    """Open a channel to a service. It connects by itself, now or whenever the peer is there.

    Args:
        target: `host:port`, where a name with several addresses is balanced over all of them, or several addresses
            with commas between them.
        identity: who we are; None sends no service token (a user's own tool).
        timeout_seconds: the deadline of a unary call that names none; never past the deadline of the request at hand.
        safe: full names of methods ("/package.Service/Method") that may be sent again when the peer was UNAVAILABLE
            or stopped meanwhile: reads, and writes that carry a key.
        edge: the gateway's channels pass on the request's idempotency key and learn whether the answer is a stored
            one. Inside, a key belongs to the one command that it came with, and is not passed on.
        together: full names of unary methods whose calls share messages when there are many of them: see `convoy`.
        host: the name that the peer's certificate must have, where `target` is a bare address.
    """
    address, options = targets.for_grpc(target), _options(safe)
    if identity is None or identity.tls is None:
        real = grpc.aio.insecure_channel(address, options=options)
    else:
        if host is not None:
            options.append(("grpc.ssl_target_name_override", host))
        real = grpc.aio.secure_channel(address, identity.tls.channel_credentials(), options=options)
    return Channel(real, identity, timeout_seconds=timeout_seconds, edge=edge, together=together)


def _options(safe: Sequence[str]) -> list[tuple[str, Any]]:
    config: dict[str, Any] = {"loadBalancingConfig": [{"round_robin": {}}]}
    if safe:
        names = [dict(zip(("service", "method"), name.strip("/").split("/"), strict=True)) for name in safe]
        policy = {
            "maxAttempts": 4,
            "initialBackoff": "0.05s",
            "maxBackoff": "1s",
            "backoffMultiplier": 2,
            # A server that stops cancels a call that reached it behind its last word; what we cancel is sent no more.
            "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"],
        }
        config["methodConfig"] = [{"name": names, "retryPolicy": policy}]
    return [
        ("grpc.service_config", json.dumps(config)),
        ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
        ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
        ("grpc.max_metadata_size", METADATA_BYTES_MAX),
        ("grpc.absolute_max_metadata_size", METADATA_BYTES_MAX),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        # A peer that was killed is back within a second or two; the default waits up to two minutes.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 1_000),
        # What one attempt may take, with its handshakes, whatever the name says: a busy machine takes its time.
        ("grpc.min_reconnect_backoff_ms", 2_000),
        # A name is looked up again when one of its addresses went away, but no sooner than this after the last time; the
        # default is half a minute, in which a rollout can have replaced all of them, or given one to somebody else.
        ("grpc.dns_min_time_between_resolutions_ms", 1_000),
        # Channels to one address would share their connection, and a new one what the last attempt of another came to:
        # it would be refused before it has tried.
        ("grpc.use_local_subchannel_pool", 1),
    ]


class Channel(grpc.aio.Channel):
    """A channel whose calls obey the rules above."""

    def __init__(
        self,
        real: grpc.aio.Channel,
        identity: ServiceIdentity | None,
        *,
        timeout_seconds: float,
        edge: bool,
        together: Collection[str] = (),
    ) -> None:
        self._real = real
        self._identity = identity
        self._timeout_seconds = timeout_seconds
        self._edge = edge
        self._together = frozenset(together)
        self._convoy = ConvoyClient(real)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self, grace: float | None = None) -> None:
        """Close the real channel."""
        await self._convoy.close()
        await self._real.close(grace)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:  # noqa: FBT001, FBT002  its interface
        """How the connection is."""
        return self._real.get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """Return when the state is another one."""
        await self._real.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        """Return when the peer is connected."""
        await self._real.channel_ready()

    async def check(self, timeout_seconds: float = 2.0) -> None:
        """Ask the peer's health; raise unless it serves. For `dependencies` of the server."""
        from grpc_health.v1 import health_pb2, health_pb2_grpc  # noqa: PLC0415  only those who ask need it

        stub: Any = health_pb2_grpc.HealthStub(self._real)
        answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=timeout_seconds)
        if answer.status != health_pb2.HealthCheckResponse.SERVING:
            raise ConnectionError("the peer does not serve")

    def unary_unary(self, method: str, *serializers: Any, **options: Any) -> Any:
        """A method as a coroutine function."""
        alone = self._unary(method, self._real.unary_unary(method, *serializers, **options))
        if method not in self._together:
            return alone
        return self._joining(method, alone, options["request_serializer"], options["response_deserializer"])

    def stream_unary(self, method: str, *serializers: Any, **options: Any) -> Any:
        """A method that takes an async iterable, as a coroutine function."""
        return self._unary(method, self._real.stream_unary(method, *serializers, **options))

    def unary_stream(self, method: str, *serializers: Any, **options: Any) -> Any:
        """A method as an async generator function."""
        return self._streaming(method, self._real.unary_stream(method, *serializers, **options))

    def stream_stream(self, method: str, *serializers: Any, **options: Any) -> Any:
        """A method that takes an async iterable, as an async generator function."""
        return self._streaming(method, self._real.stream_stream(method, *serializers, **options))

    def _unary(self, method: str, real: Callable[..., Any]) -> Any:
        outcome, called = _Outcome(method), called_by(method)

        async def call(request: Any, timeout: float | None = None, metadata: Metadata = ()) -> Any:  # noqa: ASYNC109
            with traces.span(method, traces.CLIENT):
                started = perf_counter()
                pending = real(
                    request,
                    timeout=deadlines.shorten(self._timeout_seconds if timeout is None else timeout),
                    metadata=self._metadata(metadata, called),
                )
                try:
                    response = await pending
                except grpc.aio.AioRpcError as error:
                    outcome.failed(error.code(), perf_counter() - started)
                    if self._edge:
                        _watch_replay(error.trailing_metadata())
                    raise wire.from_rpc_error(error) from error
                outcome.answered(perf_counter() - started)
                if self._edge:
                    _watch_replay(await pending.trailing_metadata())
                return response

        return call

    def _joining(
        self,
        method: str,
        alone: Callable[..., Any],
        serialize: Callable[[Any], bytes],
        deserialize: Callable[[bytes], Any],
    ) -> Any:
        """A unary method whose calls travel in convoys, or alone where the peer knows none."""
        outcome, called = _Outcome(method), called_by(method)

        async def call(request: Any, timeout: float | None = None, metadata: Metadata = ()) -> Any:  # noqa: ASYNC109
            with traces.span(method, traces.CLIENT):
                started = perf_counter()
                seconds = deadlines.shorten(self._timeout_seconds if timeout is None else timeout)
                sent = texts(self._metadata(metadata, called))
                try:
                    answered = await self._convoy.call(method, serialize(request), sent, seconds)
                except NoConvoyError:
                    return await alone(request, timeout, metadata)
                except ServiceError as error:
                    outcome.failed(error.code, perf_counter() - started)
                    raise
                if self._edge and answered.replayed:
                    replay.mark()
                failure = error_of(answered)
                if failure is not None:
                    outcome.failed(failure.code, perf_counter() - started)
                    raise failure
                outcome.answered(perf_counter() - started)
                return deserialize(answered.content)

        return call

    def _streaming(self, method: str, real: Callable[..., Any]) -> Any:
        outcome, called = _Outcome(method), called_by(method)

        async def call(
            request: Any,
            timeout: float | None = None,  # noqa: ASYNC109  as stubs have it
            metadata: Metadata = (),
        ) -> AsyncIterator[Any]:
            # A stream lives until one side ends it, so it has a deadline only if it is given one; keepalive pings
            # find a peer that died.
            started = perf_counter()
            pending = real(request, timeout=timeout, metadata=self._metadata(metadata, called))
            try:
                async for response in pending:
                    yield response
            except grpc.aio.AioRpcError as error:
                outcome.failed(error.code(), perf_counter() - started)
                raise wire.from_rpc_error(error) from error
            finally:
                pending.cancel()

        return call

    def _metadata(self, given: Metadata, called: str) -> list[tuple[str, str | bytes]]:
        metadata: list[tuple[str, str | bytes]] = [*given]
        if self._identity is not None:
            metadata.append((SERVICE_TOKEN, self._identity.authorization(called)))
        trace = traces.traceparent()
        if trace is not None:
            metadata.append((TRACEPARENT, trace))
        caller = caller_or_none()
        if caller is None:
            return metadata
        metadata.append((REQUEST_ID, caller.request_id))
        if caller.user_token is not None:
            metadata.append((USER_TOKEN, caller.user_token))
        if caller.device_id is not None:
            metadata.append((DEVICE_ID, caller.device_id))
        if caller.address is not None:
            metadata.append((CLIENT_ADDRESS, caller.address))
        if self._edge and caller.idempotency_key is not None:
            metadata.append((IDEMPOTENCY_KEY, caller.idempotency_key))
        return metadata


class _Outcome:
    """The metric children of one method of a peer."""

    def __init__(self, method: str) -> None:
        self._seconds = metrics.RPC_CLIENT_SECONDS.labels(method)
        self._handled = {
            code: metrics.RPC_CLIENT_HANDLED.labels(method, code.name) for code in grpc.StatusCode
        }

    def answered(self, seconds: float) -> None:
        self._seconds.observe(seconds)
        self._handled[grpc.StatusCode.OK].inc()

    def failed(self, code: grpc.StatusCode, seconds: float) -> None:
        self._seconds.observe(seconds)
        self._handled[code].inc()


def _watch_replay(trailers: Any) -> None:
    if any(key == IDEMPOTENCY_REPLAYED for key, _ in trailers or ()):
        replay.mark()
