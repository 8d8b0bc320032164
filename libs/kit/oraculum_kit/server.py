"""One builder for all servers.

    await serve(
        config.server,
        services=[(add_WalletServiceServicer_to_server, servicer)],
        access=ACCESS,
        trust=trust,
        ready=[database.ping],
        dependencies={"kafka": producer.check},
        background=[relay.run, consumer.run],
    )

It registers the services with everything around their methods (see rpc.py), proves that the access table is complete,
starts as not ready, and on SIGTERM drains: say that we no longer serve, let the endpoints hear it, send streams away,
finish the calls that are running, and only then stop the background work that they may have fed. What the process owns (pool,
channels) is closed by the `async with` in its `__main__`, after all of this.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Self

import grpc
import grpc.aio
import structlog
from grpc_health.v1 import health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from oraculum_kit.authorization import Access, Authorizer, Trust
from oraculum_kit.client import MESSAGE_BYTES_MAX, METADATA_BYTES_MAX
from oraculum_kit.config import Environment
from oraculum_kit.convoy_server import ConvoyServer
from oraculum_kit.gate import Gate
from oraculum_kit.health import Check, Health
from oraculum_kit.internal import InternalEndpoint
from oraculum_kit.rpc import Method, wrap
from oraculum_kit.tls import Tls

_log = structlog.stdlib.get_logger(__name__)

Background = Callable[[], Awaitable[None]]
# A generated `add_XServicer_to_server` and what it adds.
Service = tuple[Callable[[Any, Any], None], object]

_HEALTH_SERVICE: Final = "grpc.health.v1.Health"


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """Where to listen and how to stop."""

    service_name: str
    listen: str
    internal_listen: str
    reflection: bool = False
    # How long endpoints need to hear that we no longer serve, and how long running calls may take after that.
    drain_seconds: float = 3.0
    grace_seconds: float = 10.0
    calls_max: int = 4000
    streams_max: int = 1000
    # Ends connections at this age so that clients spread over new replicas; 0 keeps them, as streams want it.
    connection_age_max_seconds: float = 0.0
    # With it the port lets in only who shows a certificate of our authority.
    tls: Tls | None = None

    @classmethod
    def read(cls, environment: Environment) -> Self:
        """SERVICE_NAME, GRPC_LISTEN, INTERNAL_LISTEN and what tunes them."""
        development = environment.development
        return cls(
            service_name=environment.text("SERVICE_NAME"),
            listen=environment.text("GRPC_LISTEN"),
            internal_listen=environment.text("INTERNAL_LISTEN"),
            reflection=environment.flag("GRPC_REFLECTION", development),
            drain_seconds=environment.seconds("DRAIN_SECONDS", 0.0 if development else 3.0),
            grace_seconds=environment.seconds("GRACE_SECONDS", 10.0),
            calls_max=environment.integer("GRPC_CALLS_MAX", 4000, minimum=1),
            streams_max=environment.integer("GRPC_STREAMS_MAX", 1000, minimum=1),
            connection_age_max_seconds=environment.seconds("GRPC_CONNECTION_AGE_MAX_SECONDS", 0.0),
            tls=Tls.read(environment),
        )


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    port: int
    internal_port: int
    health: Health
    # Done when a background task failed, which ends the process: half a service is worse than none.
    failed: "asyncio.Future[None]"


class _Registry:
    """Stands in for a server while a service adds itself, and keeps what it adds."""

    def __init__(self) -> None:
        self.services: dict[str, Mapping[str, Any]] = {}

    def add_generic_rpc_handlers(self, handlers: Sequence[object]) -> None:
        """The same handlers come again below, by name."""

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, Any]) -> None:
        """Keep the handlers of one service."""
        if service in self.services:
            raise ValueError(f"{service} is added twice")
        self.services[service] = handlers


async def serve(
    config: ServerConfig,
    *,
    services: Sequence[Service],
    access: Mapping[str, Access],
    trust: Trust,
    ready: Sequence[Check] = (),
    dependencies: Mapping[str, Check] | None = None,
    background: Sequence[Background] = (),
) -> None:
    """Serve until SIGTERM or SIGINT, or until a background task fails."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running(
        config,
        services=services,
        access=access,
        trust=trust,
        ready=ready,
        dependencies=dependencies,
        background=background,
    ) as server:
        server.failed.add_done_callback(lambda _: stop.set())
        await stop.wait()
        _log.info("server.stopping")
    if server.failed.done():
        server.failed.result()


@asynccontextmanager
async def running(
    config: ServerConfig,
    *,
    services: Sequence[Service],
    access: Mapping[str, Access],
    trust: Trust,
    ready: Sequence[Check] = (),
    dependencies: Mapping[str, Check] | None = None,
    background: Sequence[Background] = (),
) -> AsyncIterator[Running]:
    """The server as a context: answers inside, drained when left."""
    server, gate, names = build(config, services=services, access=access, trust=trust)
    health = Health(ready, dependencies, names)
    failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    tasks: list[asyncio.Task[None]] = []
    try:
        port = await _open(config, server, health, names)
        async with InternalEndpoint(config.internal_listen, health) as internal:
            await server.start()
            tasks += [_spawn(job, failed) for job in (health.run, *background)]
            _log.info("server.started", port=port, internal_port=internal.port, services=names)
            try:
                yield Running(port, internal.port, health, failed)
            finally:
                await health.drain()
                await asyncio.sleep(config.drain_seconds)
                gate.end_streams()
                await server.stop(config.grace_seconds)
    finally:
        await server.stop(None)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        _log.info("server.stopped")


async def _open(config: ServerConfig, server: grpc.aio.Server, health: Health, names: Sequence[str]) -> int:
    """Add what every server answers besides its services, and take the port."""
    health_pb2_grpc.add_HealthServicer_to_server(health.servicer, server)
    if config.reflection:
        reflection.enable_server_reflection((*names, _HEALTH_SERVICE, reflection.SERVICE_NAME), server)
    await health.start()
    if config.tls is None:
        return server.add_insecure_port(config.listen)
    return server.add_secure_port(config.listen, config.tls.server_credentials())


def build(
    config: ServerConfig, *, services: Sequence[Service], access: Mapping[str, Access], trust: Trust
) -> tuple[grpc.aio.Server, Gate, list[str]]:
    """A server with the services on it, the gate to all of them, and their full names."""
    registry = _Registry()
    for add, servicer in services:
        add(servicer, registry)
    authorizer = Authorizer(trust, access)
    authorizer.check(
        f"/{service}/{name}" for service, handlers in registry.services.items() for name in handlers
    )
    gate = Gate(config.calls_max, config.streams_max)
    wrapped = {
        service: {
            name: wrap(
                Method(
                    f"/{service}/{name}",
                    streaming=handler.response_streaming,
                    gate=gate,
                    authorizer=authorizer,
                ),
                handler,
            )
            for name, handler in methods.items()
        }
        for service, methods in registry.services.items()
    }
    convoys = ConvoyServer(
        {f"/{service}/{name}": one for service, methods in wrapped.items() for name, one in methods.items()}
    )
    gate.at_end.append(convoys.drain)
    handlers = [
        convoys.handler,
        *(grpc.method_handlers_generic_handler(service, methods) for service, methods in wrapped.items()),
    ]
    return grpc.aio.server(handlers=handlers, options=_options(config)), gate, list(registry.services)


def _options(config: ServerConfig) -> list[tuple[str, Any]]:
    options: list[tuple[str, Any]] = [
        # Two processes on one port would share its calls silently; a port that is taken must be an error.
        ("grpc.so_reuseport", 0),
        ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
        ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
        ("grpc.max_metadata_size", METADATA_BYTES_MAX),
        ("grpc.absolute_max_metadata_size", METADATA_BYTES_MAX),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ]
    if config.connection_age_max_seconds:
        options.append(("grpc.max_connection_age_ms", round(config.connection_age_max_seconds * 1000)))
        options.append(("grpc.max_connection_age_grace_ms", round(config.grace_seconds * 1000)))
    return options


def _spawn(job: Background, failed: "asyncio.Future[None]") -> "asyncio.Task[None]":
    async def supervise() -> None:
        try:
            await job()
        except Exception as error:  # noqa: BLE001  whatever it is ends the process, below
            _log.exception("background.failed", job=getattr(job, "__qualname__", repr(job)))
            if not failed.done():
                failed.set_exception(error)

    return asyncio.create_task(supervise(), name=getattr(job, "__qualname__", None))
