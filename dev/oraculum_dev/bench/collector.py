"""A collector that takes traces and keeps none, so that sending them costs what it costs."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from oraculum_dev.infrastructure.ports import HOST

SERVICE = "opentelemetry.proto.collector.trace.v1.TraceService"


@contextmanager
def collecting() -> Iterator[str]:
    """Listen, and say where."""
    answer = ExportTraceServiceResponse().SerializeToString()
    handler: Any = grpc.unary_unary_rpc_method_handler(lambda _request, _context: answer)
    server = grpc.server(ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {"Export": handler}),))
    port = server.add_insecure_port(f"{HOST}:0")
    server.start()
    try:
        yield f"http://{HOST}:{port}"
    finally:
        server.stop(None).wait()
