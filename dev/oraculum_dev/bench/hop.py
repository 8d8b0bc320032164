"""The machine's limit for reads: the bare hop from HTTP to gRPC and back, with nothing of ours on the way.

    python -m oraculum_dev.bench.hop http PORT GRPC_PORT
    python -m oraculum_dev.bench.hop grpc PORT

are its two ends, processes as gateway and service are: a Starlette application that makes one call for each request,
and a server that answers with as many bytes as it is asked for.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from oraculum_dev.infrastructure.ports import HOST, answers, free_port
from oraculum_dev.infrastructure.programs import Program, spawn, stop, wait_ready
from oraculum_dev.project import ROOT
from oraculum_dev.suite.state import ProcessId

SERVICE, METHOD = "bench.Hop", "Ask"
WHAT = "bare HTTP to gRPC hop"
START_SECONDS = 30.0


@dataclass(frozen=True)
class Hop:
    """Both ends, running."""

    port: int
    processes: Mapping[str, ProcessId]


@contextmanager
def running(folder: Path) -> Iterator[Hop]:
    """Run both ends."""
    port, grpc_port = free_port(), free_port()
    processes: dict[str, ProcessId] = {}
    with ExitStack() as stack:
        for name, mine, rest in (("grpc", grpc_port, []), ("http", port, [str(grpc_port)])):
            command = [sys.executable, "-m", "oraculum_dev.bench.hop", name, str(mine), *rest]
            program = Program(
                name=name,
                command=command,
                directory=ROOT,
                log=folder / f"hop {name}.log",
                environment=os.environ,
            )
            process = spawn(program)
            stack.callback(stop, process, program.stop_signal, START_SECONDS)
            wait_ready(process, program, lambda mine=mine: answers(mine), START_SECONDS)  # type: ignore[misc]
            if identity := ProcessId.of(process.pid):
                processes[name] = identity
        yield Hop(port, processes)


async def _serve_grpc(port: int) -> None:
    async def ask(request: bytes, _context: Any) -> bytes:
        return b"x" * int(request)

    handler: Any = grpc.unary_unary_rpc_method_handler(ask)
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {METHOD: handler}),))
    server.add_insecure_port(f"{HOST}:{port}")
    await server.start()
    await server.wait_for_termination()


async def _serve_http(port: int, grpc_port: int) -> None:
    # lint-allow kit-only: the bare call is what is measured
    async with grpc.aio.insecure_channel(f"{HOST}:{grpc_port}") as channel:
        ask: Any = channel.unary_unary(f"/{SERVICE}/{METHOD}")

        async def hop(request: Request) -> Response:
            return Response(await ask(request.path_params["size"].encode()), media_type="application/json")

        app = Starlette(routes=[Route("/{size}", hop)])
        options: dict[str, Any] = {"log_level": "warning", "access_log": False, "lifespan": "off"}
        await uvicorn.Server(uvicorn.Config(app, host=HOST, port=port, **options)).serve()


def main(arguments: Sequence[str]) -> int:
    """Serve one end until told to stop."""
    name, *ports = arguments
    uvloop.run((_serve_grpc if name == "grpc" else _serve_http)(*map(int, ports)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
