"""A small collector of traces: takes spans by OTLP over gRPC and keeps them in a file, a line of JSON each.

    python -m oraculum_dev.observe.collector --listen 127.0.0.1:8033 --file spans.jsonl

For a laptop and for tests. A cluster has a collector of its own; the processes cannot tell them apart.
"""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan

SERVICE: Final = "opentelemetry.proto.collector.trace.v1.TraceService"
BYTES_MAX: Final = 20_000_000


@dataclass(frozen=True)
class Span:
    """One piece of work of one process."""

    trace_id: str
    span_id: str
    parent_id: str
    service: str
    kind: str
    name: str
    started_ns: int
    ended_ns: int
    failed: bool = False


class Store:
    """The file. Past its bound it begins anew; what was before stays beside it, once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)

    def export(self, request: bytes, _context: grpc.ServicerContext) -> bytes:
        """Keep what a process sends."""
        lines = "".join(
            json.dumps(asdict(span)) + "\n"
            for span in spans_of(ExportTraceServiceRequest.FromString(request))
        )
        with self._lock:
            if self._path.exists() and self._path.stat().st_size > BYTES_MAX:
                self._path.replace(self._path.with_suffix(".1"))
            with self._path.open("a", encoding="utf-8") as file:
                file.write(lines)
        return ExportTraceServiceResponse().SerializeToString()


def spans_of(request: ExportTraceServiceRequest) -> Iterator[Span]:
    """The spans of one message."""
    for resource in request.resource_spans:
        names = {one.key: one.value.string_value for one in resource.resource.attributes}
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Span(
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    service=names.get("service.name", "?"),
                    kind=WireSpan.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
                    name=span.name,
                    started_ns=span.start_time_unix_nano,
                    ended_ns=span.end_time_unix_nano,
                    failed=span.status.code == span.status.STATUS_CODE_ERROR,
                )


def kept(path: Path, trace_id: str) -> list[Span]:
    """The spans of one trace that have arrived, in the order in which they began."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    found = {span.span_id: span for line in lines if trace_id in line for span in [Span(**json.loads(line))]}
    return sorted(found.values(), key=lambda span: span.started_ns)


def main(arguments: Sequence[str]) -> int:
    """Collect until SIGTERM."""
    parser = argparse.ArgumentParser(prog="oraculum_dev.observe.collector")
    parser.add_argument("--listen", required=True)
    parser.add_argument("--file", type=Path, required=True)
    options = parser.parse_args(arguments)
    handler: Any = grpc.unary_unary_rpc_method_handler(Store(options.file).export)
    server = grpc.server(ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {"Export": handler}),))
    server.add_insecure_port(options.listen)
    server.start()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
    server.stop(1).wait()
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
